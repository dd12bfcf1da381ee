import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Series, share } from '../../agent/host/series.ts';

test('growth over the last 10 and 60 seconds; null before there are two readings', () => {
  const series = new Series();
  assert.deepEqual(series.recent(), { last10s: null, last60s: null });
  series.read(0, [1_000]);
  assert.deepEqual(series.recent(), { last10s: null, last60s: null });
  for (let second = 1; second <= 200; second += 1) {
    series.read(second * 1_000, [1_000 + 3 * second]);
    const expected = { last10s: 3 * Math.min(10, second), last60s: 3 * Math.min(60, second) };
    assert.deepEqual(series.recent(), expected, `after ${second} s`);
  }
});

test('readings that come late or early change the window by no more than themselves', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 200, max: 3_000 }), { minLength: 2, maxLength: 150 }), (gaps) => {
      const series = new Series();
      let mono = 0;
      series.read(mono, [0]);
      for (const gap of gaps) {
        mono += gap;
        series.read(mono, [mono]);
      }
      const found = series.over(10_000) ?? Number.NaN;
      const possible = Math.min(10_000, mono);
      assert.ok(found >= Math.min(possible, 9_500) && found <= 10_000 + 3_000, `${found}`);
    }),
  );
});

test('counters that wrap go on; those that begin anew count from zero; each of several for itself', () => {
  const series = new Series();
  series.read(0, [2 ** 32 - 10, 50], 32);
  series.read(1_000, [5, 60], 32);
  assert.equal(series.over(10_000), 15 + 10);
  series.read(2_000, [3, 61], 32);
  assert.equal(series.over(10_000), 15 + 10 + 3 + 1, 'back from 5 to 3 is a reset');
  series.read(3_000, [3, 61, 1_000_000], 32);
  assert.equal(series.over(10_000), 29, 'a CPU that came is not counted from its birth');
  series.read(4_000, [4, 61, 1_000_001], 32);
  assert.equal(series.over(10_000), 31);
});

test('what is usual: an average minute before the last one', () => {
  const series = new Series();
  for (let second = 0; second <= 300; second += 1)
    series.read(second * 1_000, [second < 240 ? second : second * 2 - 240]);
  assert.equal(series.over(60_000), 120);
  assert.ok(Math.abs((series.usual() ?? 0) - 60) < 0.01);
  const young = new Series();
  for (let second = 0; second <= 100; second += 1) young.read(second * 1_000, [second]);
  assert.equal(young.usual(), null);
});

test('a share of time', () => {
  const [part, whole] = [new Series(), new Series()];
  for (let second = 0; second <= 60; second += 1) {
    part.read(second * 1_000, [second > 50 ? (second - 50) * 40 : 0]);
    whole.read(second * 1_000, [second * 200]);
  }
  assert.deepEqual(share(part, whole), { last10s: 0.2, last60s: 400 / 12_000 });
  assert.deepEqual(share(new Series(), whole), { last10s: null, last60s: null });
});
