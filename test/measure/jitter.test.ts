import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { InterarrivalJitter, roundTripIpdv } from '../../agent/measure/jitter.ts';

const rtts = fc.array(fc.double({ min: 0.01, max: 5000, noNaN: true }), { maxLength: 200 });

test('jitter is the recurrence of RFC 3550 §6.4.1', () => {
  fc.assert(
    fc.property(rtts, (values) => {
      // J(i) = J(i-1) + (|D(i-1,i)| - J(i-1))/16
      let wanted = 0;
      for (let i = 1; i < values.length; i += 1) {
        const d = values[i]! - values[i - 1]!;
        wanted = wanted + (Math.abs(d) - wanted) / 16;
      }
      const jitter = new InterarrivalJitter();
      for (const value of values) jitter.add(value);
      assert.ok(Math.abs(jitter.value - wanted) <= 1e-9 * Math.max(1, wanted));
    }),
  );
});

test('a constant difference is approached as 1 - (15/16)^n', () => {
  const jitter = new InterarrivalJitter();
  for (let i = 0; i <= 16; i += 1) jitter.add(i % 2 === 0 ? 10 : 18);
  assert.ok(Math.abs(jitter.value - 8 * (1 - (15 / 16) ** 16)) < 1e-12);
});

test('one round trip has no jitter', () => {
  const jitter = new InterarrivalJitter();
  assert.equal(jitter.add(20), 0);
});

test('IPDV is the median of the differences', () => {
  assert.equal(roundTripIpdv(Float64Array.of(9, 1, 5)), 5);
  assert.equal(roundTripIpdv(Float64Array.of(4, 2)), 2);
  assert.equal(roundTripIpdv(new Float64Array(0)), null);
});
