/** kill -9 at any moment: nothing that a period had closed is lost, and nothing is sent twice but what was on its way. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { drain, openSpool, temporaryDirectory } from './rig.ts';

const CHAINS = 4;
const KILLS = 52;
/** A life closes so many periods, and is killed at a random moment of the next. */
const MOST_PERIODS = 8;
const MOMENT_MS = 12;
/** Numbers of one life begin here times its own. */
const LIFE = 1_000_000;

async function live(directory: string, life: number): Promise<void> {
  const args = ['--no-warnings', 'test/publish/writer.ts', directory, String(life * LIFE)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  // a byte at the begin and one a closed period: how far it gets must not depend on how busy this machine is
  const far = 1 + Math.floor(Math.random() * MOST_PERIODS);
  for (let bytes = 0; bytes < far; ) bytes += ((await once(child.stdout, 'data'))[0] as Buffer).length;
  await sleep(Math.random() * MOMENT_MS);
  child.kill('SIGKILL');
  await once(child, 'close');
}

const lines = (file: string): string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');

async function chain(t: TestContext): Promise<{ closed: number; twice: number; lives: number }> {
  const directory = temporaryDirectory(t);
  for (let life = 1; life <= KILLS; life += 1) await live(directory, life);

  /** How often each number was taken, and whether its answer may have been on its way when the agent was killed. */
  const taken = new Map<number, { readonly onItsWay: boolean }[]>();
  const take = (number: number, onItsWay: boolean): void => {
    taken.set(number, [...(taken.get(number) ?? []), { onItsWay }]);
  };
  const requests = lines(join(directory, 'taken'));
  for (const [i, request] of requests.entries()) {
    const last = requests[i + 1] === undefined || requests[i + 1] === 'life';
    if (request !== 'life') for (const number of request.split(' ')) take(Number(number), last);
  }
  const spool = openSpool(join(directory, 'spool'), { now: Date.now });
  await spool.open();
  for (const { data } of await drain(spool)) take(data[0]?.values[0]?.[0] ?? Number.NaN, false);
  assert.equal(spool.status().dropped + spool.status().expired, 0);

  const closed = lines(join(directory, 'closed')).map(Number);
  const lost = closed.filter((number) => !taken.has(number));
  assert.deepEqual(lost, [], 'what was closed arrives');
  const twice = [...taken].filter(([, times]) => times.length > 1);
  const needless = twice.filter(([, times]) => times.slice(0, -1).some(({ onItsWay }) => !onItsWay));
  assert.deepEqual(
    needless.map(([number]) => number),
    [],
    'only what was on its way goes twice',
  );
  const known = new Set(closed);
  const unpromised = [...taken.keys()].filter((number) => !known.has(number));
  assert.ok(unpromised.length <= KILLS, 'at most the one being closed at each kill');
  return { closed: closed.length, twice: twice.length, lives: KILLS };
}

test(`killed ${CHAINS * KILLS} times at random moments`, { timeout: 240_000 }, async (t) => {
  const found = await Promise.all(Array.from({ length: CHAINS }, () => chain(t)));
  const sum = (key: 'closed' | 'twice' | 'lives'): number => found.reduce((total, one) => total + one[key], 0);
  assert.ok(sum('closed') > sum('lives'), `only ${sum('closed')} periods were closed`);
  t.diagnostic(`${sum('closed')} periods closed, ${sum('lives')} kills, ${sum('twice')} sent twice`);
});
