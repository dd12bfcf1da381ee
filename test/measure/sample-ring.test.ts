import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOST, REPLY, SampleRing } from '../../agent/measure/sample-ring.ts';

const put = (ring: SampleRing, sequence: number, kind: typeof REPLY | typeof LOST = REPLY): boolean =>
  ring.put(sequence, sequence * 1000, kind, false, false);
const settle = (ring: SampleRing): number => {
  while (ring.settleNext() >= 0);
  return ring.settled;
};

test('probes settle in sending order, whatever order they finish in', () => {
  const ring = new SampleRing(16);
  put(ring, 0);
  put(ring, 2);
  put(ring, 3);
  assert.equal(settle(ring), 0);
  put(ring, 1, LOST);
  assert.equal(settle(ring), 3);
});

test('a probe that is never reported holds the others up only for a while', () => {
  const ring = new SampleRing(16);
  put(ring, 0);
  put(ring, 3);
  settle(ring);
  assert.equal(ring.skipGap(3000), false);
  assert.equal(ring.skipGap(3001), true);
  assert.equal(settle(ring), 3);
  assert.equal(put(ring, 1), false, 'too late to count');
});

test('a probe counts once', () => {
  const ring = new SampleRing(16);
  assert.equal(put(ring, 0), true);
  assert.equal(put(ring, 0), false);
});

test('the ring forgets what is older than it is long', () => {
  const ring = new SampleRing(16);
  for (let sequence = 0; sequence < 40; sequence += 1) put(ring, sequence);
  assert.equal(ring.oldest, 24);
  assert.equal(settle(ring), 39);
  put(ring, 100);
  assert.equal(ring.oldest, 85);
  assert.equal(settle(ring), 84, 'what was never reported is given up with its place');
});

test('a prober that counts from the start again is followed', () => {
  const ring = new SampleRing(16);
  for (let sequence = 0; sequence < 10; sequence += 1) put(ring, sequence);
  settle(ring);
  assert.equal(ring.put(0, 60_000, REPLY, false, false), true);
  assert.equal(settle(ring), 0);
  assert.equal(ring.oldest, 0);
});

test('duplicates, late and corrupt replies are kept with their probe', () => {
  const ring = new SampleRing(16);
  put(ring, 0, LOST);
  ring.mark(0, 'late');
  for (let i = 0; i < 40; i += 1) ring.mark(0, 'duplicate');
  ring.mark(0, 'corrupt');
  ring.mark(99, 'late');
  assert.equal(ring.isLate(0), true);
  assert.equal(ring.duplicates(0), 31);
  assert.equal(ring.corrupt(0), 1);
  assert.equal(ring.kind(0), LOST);
  assert.equal(ring.isUserTimed(0), false);
});
