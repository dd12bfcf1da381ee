import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Schedule } from '../../agent/probe/schedule.ts';

test('each key comes at its phase, whatever the order of adding, removing and asking', () => {
  const key = fc.record({ every: fc.integer({ min: 10, max: 5000 }), first: fc.nat(5000), gone: fc.boolean() });
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (keys, step) => {
      const schedule = new Schedule();
      for (const [k, { every, first }] of keys.entries()) schedule.add(k, every, first);
      for (const [k, { gone }] of keys.entries()) if (gone) schedule.remove(k);
      const taken = new Map<number, number>();
      for (let now = 0; now <= 6000; now += step) {
        for (let k = schedule.take(now); k >= 0; k = schedule.take(now)) taken.set(k, (taken.get(k) ?? 0) + 1);
        assert.ok(schedule.nextDue() > now);
      }
      const end = 6000 - (6000 % step);
      for (const [k, { every, first, gone }] of keys.entries()) {
        const expected = gone || first > end ? 0 : Math.floor((end - first) / every) + 1;
        const seen = taken.get(k) ?? 0;
        // With a step wider than the interval some are left out; never is one made up.
        assert.ok(every >= step ? seen === expected : seen <= expected, `${k}: ${seen} of ${expected}`);
      }
    }),
    { numRuns: 60 },
  );
});

test('a late probe does not push the next one later', () => {
  const schedule = new Schedule();
  schedule.add(0, 1000, 100);
  assert.equal(schedule.take(99), -1);
  assert.equal(schedule.take(400), 0);
  assert.equal(schedule.nextDue(), 1100);
  assert.equal(schedule.late, 0);
  assert.equal(schedule.take(1601), 0);
  assert.equal(schedule.late, 1);
  assert.equal(schedule.nextDue(), 2100);
});

test('what was missed while nobody looked is counted and left out', () => {
  const schedule = new Schedule();
  schedule.add(3, 1000, 0);
  assert.equal(schedule.take(10_400), 3);
  assert.equal(schedule.skipped, 10);
  assert.equal(schedule.take(10_400), -1);
  assert.equal(schedule.nextDue(), 11_000);
});

test('the longest overdue goes first', () => {
  const schedule = new Schedule();
  for (const [k, first] of [30, 10, 20].entries()) schedule.add(k, 1000, first);
  assert.deepEqual([schedule.take(50), schedule.take(50), schedule.take(50), schedule.take(50)], [1, 2, 0, -1]);
});

test('10,000 keys, removed and added again, stay in order', () => {
  const schedule = new Schedule();
  for (let k = 0; k < 10_000; k += 1) schedule.add(k, 1000, (k * 7919) % 1000);
  for (let k = 0; k < 10_000; k += 2) schedule.remove(k);
  schedule.remove(0);
  for (let k = 0; k < 10_000; k += 4) schedule.add(k, 1000, (k * 104_729) % 1000);
  assert.equal(schedule.size, 7500);
  let taken = 0;
  for (let now = 0; now < 1000; now += 1) while (schedule.take(now) >= 0) taken += 1;
  assert.equal(taken, 7500);
  assert.equal(schedule.late + schedule.skipped, 0);
});
