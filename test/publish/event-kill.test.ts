/** kill -9 at any moment: no event that was appended is lost, and only what was on its way is sent twice. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStore } from '../../agent/publish/event-store.ts';
import { temporaryDirectory } from './rig.ts';

const KILLS = 30;
/** A life appends so many events, and is killed at a random moment of the next. */
const MOST_EVENTS = 30;
const MOMENT_MS = 8;
/** Numbers of one life begin here times its own. */
const LIFE = 1_000_000;

async function live(directory: string, life: number): Promise<void> {
  const args = ['--no-warnings', 'test/publish/event-writer.ts', directory, String(life * LIFE)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const far = 1 + Math.floor(Math.random() * MOST_EVENTS);
  for (let bytes = 0; bytes < far; ) bytes += ((await once(child.stdout, 'data'))[0] as Buffer).length;
  await sleep(Math.random() * MOMENT_MS);
  child.kill('SIGKILL');
  await once(child, 'close');
}

const lines = (file: string): string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');

test(`killed ${KILLS} times at random moments`, { timeout: 240_000 }, async (t) => {
  const directory = temporaryDirectory(t);
  for (let life = 1; life <= KILLS; life += 1) await live(directory, life);
  /** How often each number was taken, and whether its answer may have been on its way when the agent was killed. */
  const taken = new Map<number, boolean[]>();
  const take = (number: number, onItsWay: boolean): void => {
    taken.set(number, [...(taken.get(number) ?? []), onItsWay]);
  };
  const requests = lines(join(directory, 'taken'));
  for (const [i, request] of requests.entries()) {
    const last = requests[i + 1] === undefined || requests[i + 1] === 'life';
    if (request !== 'life') for (const number of request.split(' ')) take(Number(number), last);
  }
  const store = new EventStore({ directory: join(directory, 'events'), maxBytes: 1e7 });
  await store.open();
  t.after(() => store.close());
  const waiting = store.oldest(1e6).map(({ event: { detail } }) => Number(detail));
  for (const number of waiting) take(number, false);
  assert.deepEqual(
    waiting,
    [...waiting].sort((a, b) => a - b),
    'in order',
  );
  const closed = lines(join(directory, 'closed')).map(Number);
  assert.deepEqual(
    closed.filter((number) => !taken.has(number)),
    [],
    'what was appended arrives',
  );
  const twice = [...taken].filter(([, times]) => times.length > 1);
  const needless = twice.filter(([, times]) => times.slice(0, -1).some((onItsWay) => !onItsWay));
  assert.deepEqual(
    needless.map(([number]) => number),
    [],
    'only what was on its way goes twice',
  );
  assert.ok(closed.length > KILLS, `only ${closed.length} events`);
  t.diagnostic(`${closed.length} events appended, ${KILLS} kills, ${twice.length} sent twice`);
});
