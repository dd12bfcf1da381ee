import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { quantileOfSorted, rank } from '../../agent/measure/quantile.ts';

test('a quantile is the smallest value that at least q of the sample does not exceed', () => {
  const values = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (sample, q) => {
      const sorted = sample.toSorted((a, b) => a - b);
      const wanted = sorted.find(
        (value) => sample.filter((other) => other <= value).length >= q * sample.length - 1e-9,
      );
      assert.equal(quantileOfSorted(Float64Array.from(sorted), q), wanted);
    }),
  );
});

test('binary fractions do not move the rank', () => {
  assert.equal(rank(0.95, 20), 18);
  assert.equal(rank(0.07, 100), 6);
});
