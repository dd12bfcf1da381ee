import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DeadlineWheel } from '../../agent/probe/ledger-wheel.ts';

test('every deadline comes once, at its time, unless taken back', () => {
  const operation = fc.record({
    wait: fc.nat(400),
    deadline: fc.integer({ min: -100, max: 40_000 }),
    clear: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 120 }), (operations) => {
      const wheel = new DeadlineWheel(50, 0);
      wheel.grow(operations.length);
      const set = new Map<number, number>();
      let now = 0;
      const collect = (): void => {
        const due = new Set<number>();
        wheel.collect(now, (slot) => due.add(slot));
        const expected = [...set].filter(([, at]) => at <= now).map(([slot]) => slot);
        assert.deepEqual([...due].sort(), expected.sort());
        for (const slot of due) set.delete(slot);
      };
      for (const [slot, { wait, deadline, clear }] of operations.entries()) {
        now += wait;
        wheel.set(slot, now + deadline);
        set.set(slot, now + deadline);
        const oldest = [...set.keys()][0];
        if (clear && oldest !== undefined) {
          wheel.clear(oldest);
          set.delete(oldest);
        }
        if (slot % 3 === 0) collect();
        assert.equal(wheel.size, set.size);
      }
      now += 100_000;
      collect();
      assert.equal(wheel.size, 0);
      assert.equal(wheel.nextDue(), Number.POSITIVE_INFINITY);
    }),
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
