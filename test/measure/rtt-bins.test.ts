import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { binOf, binValue, HIGHEST_BIN } from '../../agent/measure/rtt-bins.ts';

test('a bin stands for its values to 1 %', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.0001, max: 1_000_000, noNaN: true }), (ms) => {
      const value = binValue(binOf(ms));
      assert.ok(Math.abs(value - ms) <= 0.01 * ms, `${ms} became ${value}`);
    }),
  );
});

test("a bin's value lies in that bin, so bins survive being read and written again", () => {
  for (let bin = 0; bin <= HIGHEST_BIN; bin += 1) assert.equal(binOf(binValue(bin)), bin);
});

test('values off the scale fall in the end bins', () => {
  assert.equal(binOf(0), 0);
  assert.equal(binOf(-1), 0);
  assert.equal(binOf(Number.NaN), 0);
  assert.equal(binOf(1e12), HIGHEST_BIN);
});
