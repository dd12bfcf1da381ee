import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProbeSlots } from '../../agent/probe/ledger-slots.ts';

test('rings never overlap, keep their content when the arrays grow, and come back empty', () => {
  const slots = new ProbeSlots();
  const first = slots.take(16);
  slots.sequence[first + 3] = 77;
  slots.state[first + 3] = 1;
  const others = Array.from({ length: 100 }, () => slots.take(32));
  assert.equal(slots.sequence[first + 3], 77);
  assert.equal(new Set([first, ...others]).size, 101);
  assert.ok(Math.min(...others) >= 16);
  slots.give(first, 16);
  assert.equal(slots.take(16), first);
  assert.equal(slots.state[first + 3], 0);
  const capacity = slots.capacity;
  for (const base of others) slots.give(base, 32);
  for (let i = 0; i < 100; i += 1) slots.take(32);
  assert.equal(slots.capacity, capacity, 'nothing grows by reuse');
});
