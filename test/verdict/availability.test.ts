import assert from 'node:assert/strict';
import { test } from 'node:test';
import { availability } from '../../agent/verdict/availability.ts';

test('degraded answers, unknown and unmeasured leave the fraction', () => {
  const result = availability([
    { from: 0, to: 60_000, state: 'unmeasured' },
    { from: 60_000, to: 70_000, state: 'unknown' },
    { from: 70_000, to: 150_000, state: 'up' },
    { from: 150_000, to: 160_000, state: 'degraded' },
    { from: 160_000, to: 170_000, state: 'down' },
  ]);
  assert.deepEqual(result, {
    upMs: 80_000,
    degradedMs: 10_000,
    downMs: 10_000,
    unknownMs: 10_000,
    unmeasuredMs: 60_000,
    ratio: 0.9,
  });
});

test('nothing measured has no availability, rather than 0 or 1', () => {
  assert.equal(availability([]).ratio, null);
  assert.equal(availability([{ from: 0, to: 1_000, state: 'unmeasured' }]).ratio, null);
  assert.equal(availability([{ from: 0, to: 1_000, state: 'unknown' }]).ratio, null);
});

test('a site that was only down has an availability of 0', () => {
  assert.equal(availability([{ from: 0, to: 1_000, state: 'down' }]).ratio, 0);
});
