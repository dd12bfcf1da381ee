import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Histogram } from '../../agent/measure/histogram.ts';

/** Round trips from 1 µs to 20 s, evenly in the logarithm, so that every size of value is tried. */
const rtt = fc.double({ min: Math.log(0.001), max: Math.log(20_000), noNaN: true }).map(Math.exp);
const rtts = fc.array(rtt, { minLength: 1, maxLength: 400 });
const quantile = fc.double({ min: 0, max: 1, noNaN: true });

function of(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

/** The definition: the smallest value that at least q of the sample does not exceed. */
function exact(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.find((value) => values.filter((other) => other <= value).length >= q * values.length - 1e-9)!;
}

test('every quantile is within 1 % of the exact one', () => {
  const many = fc.array(rtt, { minLength: 20, maxLength: 200, size: 'max' });
  const inner = fc.double({ min: 0.1, max: 0.9, noNaN: true });
  fc.assert(
    fc.property(fc.oneof(rtts, many), fc.oneof(quantile, inner), (values, q) => {
      const wanted = exact(values, q);
      const got = of(values).quantile(q)!;
      assert.ok(Math.abs(got - wanted) <= 0.01 * wanted, `${got} for ${wanted} at ${q}`);
    }),
  );
});

test('merging two is the histogram of both', () => {
  fc.assert(
    fc.property(rtts, rtts, quantile, (a, b, q) => {
      const merged = of(a);
      merged.merge(of(b));
      const whole = of([...a, ...b]);
      assert.equal(merged.count, whole.count);
      assert.equal(merged.min, whole.min);
      assert.equal(merged.max, whole.max);
      assert.equal(merged.quantile(q), whole.quantile(q));
      assert.ok(Math.abs(merged.sum - whole.sum) <= 1e-9 * whole.sum);
    }),
  );
});

test('pairs keep to their limit, and keep count, sum and order', () => {
  fc.assert(
    fc.property(rtts, fc.integer({ min: 1, max: 150 }), (values, limit) => {
      const pairs = of(values).pairs(limit);
      const sum = values.reduce((total, value) => total + value, 0);
      assert.ok(pairs.length <= limit);
      assert.equal(
        pairs.reduce((count, [, own]) => count + own, 0),
        values.length,
      );
      assert.ok(Math.abs(pairs.reduce((total, [value, own]) => total + value * own, 0) - sum) <= 1e-9 * sum);
      assert.deepEqual(
        pairs,
        pairs.toSorted(([a], [b]) => a - b),
      );
    }),
  );
});

test('150 pairs of a minute of spread values keep the percentiles within 2 %', () => {
  const values = Array.from({ length: 600 }, (_, index) => 0.05 * 1.02 ** index);
  const pairs = of(values).pairs(150);
  for (const q of [0.05, 0.5, 0.95]) {
    let seen = 0;
    const told = pairs.find(([, count]) => (seen += count) >= q * values.length)![0];
    assert.ok(Math.abs(Math.log(told / exact(values, q))) < 0.05, `${told} for ${exact(values, q)}`);
  }
});

test('a single value is told exactly', () => {
  assert.deepEqual(of([27.8]).pairs(150), [[27.8, 1]]);
  assert.equal(of([27.8]).quantile(0.99), 27.8);
});

test('an empty one knows nothing', () => {
  const empty = new Histogram();
  assert.equal(empty.quantile(0.5), null);
  assert.equal(empty.min, null);
  assert.equal(empty.max, null);
  assert.deepEqual(empty.pairs(150), []);
  const other = of([1, 2]);
  other.merge(empty);
  assert.equal(other.count, 2);
});

test('zero counts as the smallest value', () => {
  const histogram = of([0, 0, 5]);
  assert.equal(histogram.min, 0);
  assert.equal(histogram.count, 3);
});
