/** The size cap: the file stays under it, every tier keeps its share, and the page is told how far back it reaches. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Chunk } from '../../agent/history/chunk.ts';
import { Pruner } from '../../agent/history/prune.ts';
import { Recorder } from '../../agent/history/recorder.ts';
import { Store } from '../../agent/history/store.ts';
import { TIERS } from '../../agent/history/tiers.ts';
import { event, MIB, NOON, Rig, secondRow, temporaryDirectory } from './rig.ts';

const SECOND = 1_000;
const CAP = 4 * MIB;

const sizeOf = (directory: string): number =>
  readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);

/** Seconds whose replies do not repeat, so that they do not compress. */
function noisySeconds(rig: Rig, targets: number, seconds: number, check: () => void): void {
  let seed = 1;
  const random = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  for (let i = 0; i < seconds; i += 1) {
    for (let target = 0; target < targets; target += 1) {
      const rtts = Array.from({ length: 8 }, () => 1 + 200 * random());
      rig.history.writeRows(`t${target}`, [secondRow(rig.now, rtts)]);
    }
    rig.now += SECOND;
    rig.history.tick();
    if (i % 50 === 0) check();
  }
}

for (const where of ['on disk', 'in memory']) {
  test(`the cap holds ${where}; the newest rows and the events stay`, { timeout: 120_000 }, (t) => {
    const directory = where === 'on disk' ? temporaryDirectory(t) : null;
    const rig = new Rig(directory, CAP);
    for (let id = 1; id <= 500; id += 1) rig.history.writeEvent(event(id, NOON + id));
    noisySeconds(rig, 60, 7_500, () => {
      const bytes = directory === null ? (rig.history.status().bytes ?? 0) : sizeOf(directory);
      assert.ok(bytes <= CAP, `${bytes} bytes`);
    });
    const { text, bytes, maxBytes, writeErrors } = rig.history.status();
    assert.equal(writeErrors, 0);
    assert.equal(maxBytes, CAP);
    assert.ok((bytes ?? 0) > CAP / 4, 'the cap was reached');
    assert.match(
      text ?? '',
      /^4 MiB are full: 1 s back \d+ min, 10 s back .*, 60 s back 2 h; a larger history\.maxBytes/,
    );
    assert.equal(rig.history.events({ limit: 1_000 }).length, 500);
    const { stepMs, rows } = rig.history.series('t7', rig.now - 120 * SECOND, rig.now, 120);
    assert.equal(rows.length, (120 * SECOND) / stepMs);
    rig.history.close();
  });
}

test('at the cap every tier keeps the same share of its reach', () => {
  const store = new Store(null);
  const now = NOON;
  let id = 0;
  for (const tier of TIERS) {
    for (let subject = 0; subject < 20; subject += 1) {
      for (let start = now - tier.keepMs; start < now; start += tier.chunkMs) {
        id += 1;
        store.addChunk(id, tier.number, subject, { start, end: start + tier.chunkMs }, randomBytes(9_000));
      }
    }
  }
  const before = store.usedBytes();
  const pruner = new Pruner(before / 2, false);
  let steps = 1;
  while (pruner.step(store, now)) steps += 1;
  assert.ok(steps > 3 && steps < 100, `${steps} small steps, then nothing is left to do`);
  assert.ok(store.usedBytes() < before / 2 && store.usedBytes() > before / 3);
  const shares = TIERS.map((tier) => (now - (store.oldestChunk(tier.number) ?? now)) / tier.keepMs);
  for (const share of shares) assert.ok(share > 0.2 && share < 0.6, String(shares));
  store.close();
});

test('a smaller cap makes the file smaller', { timeout: 120_000 }, (t) => {
  const directory = temporaryDirectory(t);
  const large = new Rig(directory, 64 * MIB);
  noisySeconds(large, 40, 4_000, () => {});
  large.history.close();
  const before = sizeOf(directory);
  assert.ok(before > 1.2 * CAP, `${before} bytes`);
  const small = new Rig(directory, CAP);
  small.now = large.now;
  for (let i = 0; i < 400; i += 1) {
    small.now += SECOND;
    small.history.tick();
  }
  assert.ok(sizeOf(directory) <= CAP, `${sizeOf(directory)} bytes`);
  small.history.close();
});

test('rows waiting for a disk that takes none are bounded: the oldest are forgotten and counted', () => {
  const recorder = new Recorder(1);
  for (let i = 0; i < 3 * 3_600; i += 1) recorder.write(1, secondRow(NOON + i * SECOND, [1 + (i % 100)]));
  recorder.rotate();
  const waiting = recorder.closed.length;
  assert.ok(waiting >= 12);
  const lost = recorder.forget(10_000);
  assert.ok(lost >= 900);
  assert.ok(recorder.closed.reduce((sum, chunk) => sum + chunk.length, 0) <= 10_000);
  assert.ok(recorder.closed.every((chunk) => chunk instanceof Chunk && chunk.start > NOON));
});

test('with many targets chunks are closed early, so that memory stays bounded', () => {
  const recorder = new Recorder(1);
  for (let i = 0; i < 120; i += 1)
    for (let subject = 1; subject <= 300; subject += 1) recorder.write(subject, secondRow(NOON + i * SECOND, [i + 1]));
  const open = (): number => [...recorder.chunks()].filter((chunk) => !recorder.closed.includes(chunk)).length;
  const before = open();
  recorder.relieve(50_000);
  assert.ok(open() < before);
  let bytes = 0;
  for (const chunk of recorder.chunks()) if (!recorder.closed.includes(chunk)) bytes += chunk.length;
  assert.ok(bytes <= 50_000, `${bytes} bytes open`);
});

test('ten thousand targets keep minutes only', () => {
  const recorder = new Recorder(1);
  for (let i = 0; i < 61; i += 1)
    for (let subject = 1; subject <= 10_000; subject += 1) recorder.write(subject, secondRow(NOON + i * SECOND, [], 1));
  const steps = new Map<number, number>();
  for (const { tier } of recorder.chunks()) steps.set(tier.stepMs, (steps.get(tier.stepMs) ?? 0) + 1);
  assert.equal(steps.get(60_000), 10_000);
  assert.ok((steps.get(1_000) ?? 0) <= 1_000 && (steps.get(10_000) ?? 0) <= 2_500);
});
