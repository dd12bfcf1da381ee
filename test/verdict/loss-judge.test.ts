import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LossJudge } from '../../agent/verdict/loss-judge.ts';
import { seeded } from '../fakes/random.ts';

/** Probes a second apart until `stop` says so; the number of probes, or null after `most`. */
function probesUntil(judge: LossJudge, ratio: number, stop: () => boolean, seed: number, most = 50_000): number | null {
  const random = seeded(seed);
  let lost = 0;
  for (let probe = 1; probe <= most; probe += 1) {
    if (random() < ratio) lost += 1;
    else {
      judge.add(probe * 1000, lost, (probe - lost) * 1000);
      lost = 0;
    }
    if (stop()) return probe;
  }
  return null;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

function probesToRaise(ratio: number): number {
  const found = Array.from({ length: 31 }, (_, seed) => {
    const judge = new LossJudge(0.02);
    return probesUntil(judge, ratio, () => judge.raisedMono !== null, seed + 1) ?? 50_000;
  });
  return median(found);
}

test('one lost probe is no state, nor are two apart', () => {
  const judge = new LossJudge(0.02);
  for (let probe = 0; probe < 100; probe += 1)
    judge.add(probe * 1000, probe === 50 || probe === 60 ? 1 : 0, probe * 1000);
  assert.equal(judge.raisedMono, null);
});

test('the heavier the loss, the sooner it is found', () => {
  assert.ok(probesToRaise(0.3) <= 20);
  assert.ok(probesToRaise(0.1) <= 60);
  assert.ok(probesToRaise(0.05) <= 160);
  assert.ok(probesToRaise(0.03) <= 400);
});

test('a quarter of the limit raises no alarm for a day', () => {
  assert.ok(probesToRaise(0.005) >= 50_000);
});

test('it begins with the first of the losses that made it', () => {
  const judge = new LossJudge(0.02);
  judge.add(100_000, 0, 0);
  for (let probe = 0; probe < 8; probe += 1) judge.add(200_000 + probe * 2000, 1, 199_000 + probe * 2000);
  assert.equal(judge.raisedMono, 199_000);
});

test('3 % on a limit of 2 % stays one trouble', () => {
  const judge = new LossJudge(0.02);
  judge.raiseFrom(0, 300, 9);
  const random = seeded(3);
  let cleared = 0;
  for (let probe = 1; probe < 7200; probe += 1) {
    judge.add(probe * 1000, random() < 0.03 ? 1 : 0, probe * 1000);
    if (judge.mayClear(probe * 1000, 30_000)) cleared += 1;
  }
  assert.equal(cleared, 0);
});

test('heavy loss is called over soon after the last of it, light loss late', () => {
  const probesToClear = (lost: number): number => {
    const judge = new LossJudge(0.02);
    judge.raiseFrom(0, 300, lost);
    for (let probe = 1; ; probe += 1) {
      judge.add(probe * 1000, 0, 0);
      if (judge.mayClear(probe * 1000, 1000)) return probe;
    }
  };
  assert.ok(probesToClear(90) <= 30, `${probesToClear(90)}`);
  assert.ok(probesToClear(9) >= 200, `${probesToClear(9)}`);
});

test('it is not called over before the clear time', () => {
  const judge = new LossJudge(0.02);
  judge.raiseFrom(0, 300, 150);
  for (let probe = 1; probe <= 100; probe += 1) judge.add(probe * 100, 0, 0);
  assert.equal(judge.mayClear(10_000, 30_000), false);
  assert.equal(judge.mayClear(40_000, 30_000), true);
});

test('a window beyond chance is enough, one within it is not', () => {
  const judge = new LossJudge(0.02);
  judge.window(10, 2, 5000);
  assert.equal(judge.raisedMono, null);
  judge.window(10, 3, 5000);
  assert.equal(judge.raisedMono, 5000);
  assert.equal(judge.ratio, 0.3);
});

test('a limit of 100 % never calls it degraded', () => {
  const judge = new LossJudge(1);
  for (let probe = 0; probe < 500; probe += 1) judge.add(probe * 2000, 1, probe * 2000 - 1000);
  judge.window(10, 10, 0);
  assert.equal(judge.raisedMono, null);
});
