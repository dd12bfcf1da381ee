import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { FixedHistogram, RTT_BOUNDS_SECONDS } from '../../agent/measure/fixed-histogram.ts';

test('counts are how many values were at most each bound', () => {
  // Bounds themselves are tried too: a value equal to a bound belongs under it (Prometheus `le`).
  const value = fc.oneof(fc.double({ min: 0, max: 20, noNaN: true }), fc.constantFrom(...RTT_BOUNDS_SECONDS));
  fc.assert(
    fc.property(fc.array(value), (values) => {
      const histogram = new FixedHistogram(RTT_BOUNDS_SECONDS);
      for (const each of values) histogram.add(each);
      assert.deepEqual(
        histogram.cumulative(),
        RTT_BOUNDS_SECONDS.map((bound) => values.filter((each) => each <= bound).length),
      );
      assert.equal(histogram.count, values.length);
      assert.ok(Math.abs(histogram.sum - values.reduce((sum, each) => sum + each, 0)) < 1e-9);
    }),
  );
});

test('the bounds ascend', () => {
  assert.deepEqual(
    RTT_BOUNDS_SECONDS,
    RTT_BOUNDS_SECONDS.toSorted((a, b) => a - b),
  );
});
