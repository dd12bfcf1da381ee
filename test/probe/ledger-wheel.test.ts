import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DeadlineWheel } from '../../agent/probe/ledger-wheel.ts';

test('every deadline comes once, at its time, unless taken back', () => {
  const operation = fc.record({
    wait: fc.nat(400),
    deadline: fc.oneof(fc.integer({ min: -300, max: 300 }), fc.integer({ min: 0, max: 40_000 })),
    clear: fc.nat(5),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const wheel = new DeadlineWheel(50, 0);
      wheel.grow(4);
      wheel.grow(24);
      const free = Array.from({ length: 24 }, (_, slot) => slot);
      const set = new Map<number, number>();
      let now = 0;
      const collect = (): void => {
        const due = new Set<number>();
        wheel.collect(now, (slot) => due.add(slot));
        const expected = [...set].filter(([, at]) => at <= now).map(([slot]) => slot);
        assert.deepEqual([...due].sort(), expected.sort());
        for (const slot of due) set.delete(slot);
        free.push(...due);
      };
      for (const [step, { wait, deadline, clear }] of operations.entries()) {
        now += wait;
        const slot = free.shift();
        if (slot !== undefined) {
          wheel.set(slot, now + deadline);
          set.set(slot, now + deadline);
        }
        const given = [...set.keys()][clear];
        if (given !== undefined) {
          wheel.clear(given);
          set.delete(given);
          free.push(given);
        }
        if (step % 3 === 0) collect();
        assert.equal(wheel.size, set.size);
        const earliest = Math.min(...set.values());
        assert.ok(wheel.nextDue() <= Math.max(earliest, now) + 50 || set.size === 0, 'looks too late');
      }
      now += 100_000;
      collect();
      assert.equal(wheel.size, 0);
      assert.equal(wheel.nextDue(), Number.POSITIVE_INFINITY);
    }),
    { numRuns: 300 },
  );
});

test('the wheel says when to look again, at most a bucket late', () => {
  const wheel = new DeadlineWheel(50, 1000);
  wheel.grow(4);
  wheel.set(0, 2020);
  assert.equal(wheel.nextDue(), 2050);
  wheel.set(1, 1110);
  assert.equal(wheel.nextDue(), 1150);
  wheel.collect(1150, () => {});
  assert.equal(wheel.nextDue(), 2050);
});

test('slots of one bucket come in the order they were set', () => {
  const wheel = new DeadlineWheel(50, 0);
  wheel.grow(8);
  for (const slot of [5, 2, 7]) wheel.set(slot, 110);
  const due: number[] = [];
  wheel.collect(120, (slot) => due.push(slot));
  assert.deepEqual(due, [5, 2, 7]);
});
