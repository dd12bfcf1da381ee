import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { gridValues, quantile, roundTop, timeTicks } from '../../../../agent/web/page/chart/scale.ts';

test('tops are round and never below the value', () => {
  assert.deepEqual([0, 0.021, 0.9, 1, 11, 15, 47, 61, 999].map(roundTop), [1, 0.03, 1, 1, 15, 15, 50, 80, 1000]);
  fc.assert(fc.property(fc.double({ min: 1e-3, max: 1e5, noNaN: true }), (value) => roundTop(value) >= value * 0.9998));
});

test('grid values are round, from 0 to the top', () => {
  assert.deepEqual(gridValues(50), [0, 10, 20, 30, 40, 50]);
  assert.deepEqual(gridValues(15), [0, 5, 10, 15]);
  assert.deepEqual(gridValues(60), [0, 20, 40, 60]);
  assert.deepEqual(gridValues(0.03), [0, 0.01, 0.02, 0.03]);
  assert.deepEqual(gridValues(100), [0, 20, 40, 60, 80, 100]);
});

test('a quantile of few values, of none; never the highest of several', () => {
  assert.equal(quantile([], 0.5), 0);
  assert.equal(quantile([3], 0.5), 3);
  assert.equal(quantile([3, 1, 2], 0.5), 2);
  assert.equal(quantile([3, 1, 2], 1), 2);
});

test('ticks are round in UTC, few, inside the window, and days at midnight', () => {
  const from = Date.parse('2026-11-07T03:14:22Z');
  const { ticks, step } = timeTicks(from, from + 14 * 86_400_000, 7);
  assert.equal(step, 2 * 86_400_000);
  assert.ok(ticks.every(({ at, label }) => at % 86_400_000 === 0 && label === 'day'));
  for (const span of [10_000, 60_000, 600_000, 3_600_000, 86_400_000, 604_800_000]) {
    const some = timeTicks(from, from + span, 7);
    assert.ok(some.ticks.length >= 2 && some.ticks.length <= 8, `${span}: ${some.ticks.length}`);
    assert.ok(some.ticks.every(({ share }) => share >= 0 && share <= 1));
  }
});

test('midnight inside a day is labelled with its day, within two hours with its clock', () => {
  const midnight = Date.parse('2026-11-21T00:00:00Z');
  const labels = (span: number): string[] =>
    timeTicks(midnight - span / 2, midnight + span / 2, 7)
      .ticks.filter(({ at }) => at === midnight)
      .map(({ label }) => label);
  assert.deepEqual(labels(86_400_000), ['day']);
  assert.deepEqual(labels(3_600_000), ['minute']);
});
