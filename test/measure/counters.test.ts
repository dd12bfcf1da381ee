import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { counterStep } from '../../agent/measure/counters.ts';

test('whatever a counter gained below half its range is found, also across its wrap', () => {
  for (const bits of [16, 32] as const) {
    const range = 2 ** bits;
    const value = fc.integer({ min: 0, max: range - 1 });
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: range / 2 - 1 }), (previous, gained) => {
        assert.equal(counterStep(previous, (previous + gained) % range, bits).delta, gained);
      }),
    );
  }
});

test('a counter that fell far began anew', () => {
  assert.deepEqual(counterStep(1_000_000, 40, 32), { kind: 'reset', delta: 40 });
  assert.deepEqual(counterStep(5_000_000_000, 7, 64), { kind: 'reset', delta: 7 });
  assert.deepEqual(counterStep(2 ** 32 - 10, 5, 32), { kind: 'wrap', delta: 15 });
  assert.deepEqual(counterStep(3, 8, 64), { kind: 'advance', delta: 5 });
});
