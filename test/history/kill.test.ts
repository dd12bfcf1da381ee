/** kill -9 at any moment: nothing that was flushed is lost, nothing is twice, the file stays whole. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { NOON, Rig, temporaryDirectory } from './rig.ts';

const KILLS = 50;
const SECOND = 1_000;
/** What may be lost: the flush interval, and the second under way. */
const UNFLUSHED_MS = 6 * SECOND;

interface Life {
  readonly from: number;
  /** The last tick it told of; everything before, less what was not flushed, must be there. */
  readonly to: number;
  readonly lastEvent: number;
}

/** One life of the agent: started, killed after `ms` of work. */
async function live(directory: string, from: number, ms: number): Promise<Life> {
  const child = spawn(process.execPath, ['--no-warnings', 'test/history/writer.ts', directory, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (data: string) => {
    text = (text + data).slice(-200);
  });
  await once(child.stdout, 'data');
  await sleep(ms);
  child.kill('SIGKILL');
  await once(child, 'close');
  const [to, lastEvent] = text.trimEnd().split('\n').at(-1)!.split(' ').map(Number);
  return { from, to: to!, lastEvent: lastEvent! };
}

test(`killed ${KILLS} times at random, reopened each time`, { timeout: 240_000 }, async (t) => {
  const directory = temporaryDirectory(t);
  const lives: Life[] = [];
  let from = NOON;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const life = await live(directory, from, Math.random() * 60);
    lives.push(life);

    const rig = new Rig(directory);
    rig.now = life.to;
    assert.deepEqual(rig.history.notices(), [], `after kill ${kill}`);
    assert.ok(rig.history.lastEventId() >= life.lastEvent, 'events are written at once');
    const begin = Math.max(life.from, life.to - 600 * SECOND);
    const seconds = rig.history.series('c', begin, life.to + 60 * SECOND, 700);
    assert.equal(seconds.stepMs, SECOND);
    seconds.rows.forEach((row, i) => {
      assert.equal(row.at, begin + i * SECOND, 'ascending, none missing, none twice');
      assert.equal(row.sent, 2);
    });
    const flushed = (life.to - begin - UNFLUSHED_MS) / SECOND;
    assert.ok(seconds.rows.length >= flushed, `${seconds.rows.length} of ${flushed} seconds`);
    const spans = rig.history.spans('target', 'c', begin, life.to);
    const up = spans.filter((span) => span.state === 'up').reduce((sum, span) => sum + span.to - span.from, 0);
    assert.ok(up >= life.to - begin - UNFLUSHED_MS, 'the run ends a few seconds early at most');
    rig.history.close();

    const db = new DatabaseSync(join(directory, 'history.db'));
    assert.deepEqual({ ...db.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
    db.close();
    from = Math.ceil(life.to / SECOND) * SECOND + 5 * SECOND;
  }
  assertMinutes(directory, lives);
});

/** Every minute of every life holds what its seconds held, although most minutes were never finished by one agent. */
function assertMinutes(directory: string, lives: readonly Life[]): void {
  const end = lives.at(-1)!.to;
  const rig = new Rig(directory);
  const { stepMs, rows } = rig.history.series('d', NOON, end, Math.ceil((end - NOON) / 60_000) + 1);
  assert.equal(stepMs, 60_000);
  const sent = new Map(rows.map((row) => [row.at, row.sent]));
  assert.equal(sent.size, rows.length, 'no minute twice');
  for (let minute = NOON; minute < end; minute += 60_000) {
    let least = 0;
    let most = 0;
    for (const { from, to } of lives) {
      const seconds = (until: number): number =>
        Math.max(0, Math.min(minute + 60_000, until) - Math.max(minute, from)) / SECOND;
      least += 2 * seconds(to - UNFLUSHED_MS);
      most += 2 * seconds(to + 5 * SECOND);
    }
    const found = sent.get(minute) ?? 0;
    assert.ok(found >= least && found <= most, `${found} of ${least} to ${most} in ${new Date(minute).toISOString()}`);
  }
  rig.history.close();
}
