import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ClockWatch } from '../../agent/kernel/clock-watch.ts';

const at = (mono: number, offset: number, sleep: number | null = 0, gap = 0.001) => ({
  mono,
  wall: mono + offset,
  boot: sleep === null ? null : mono + sleep,
  gap,
});

test('a clock that only runs is never called stepped', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.1, max: 1e6, noNaN: true }), { maxLength: 50 }), (gaps) => {
      const watch = new ClockWatch(at(0, 1.7e12));
      let mono = 0;
      for (const gap of gaps) assert.equal(watch.observe(at((mono += gap), 1.7e12)), null);
      assert.equal(watch.offset, 1.7e12);
    }),
  );
});

test('a step is told once, with its size and when', () => {
  const watch = new ClockWatch(at(1000, 5000));
  assert.equal(watch.observe(at(1050, 5000.05)), null);
  assert.deepEqual(watch.observe(at(1100, 4000)), { stepMs: -1000, suspendedMs: 0, fromMono: 1050, toMono: 1100 });
  assert.equal(watch.offset, 4000);
  assert.equal(watch.observe(at(1150, 4000)), null);
});

test('a suspension is a step of the same size', () => {
  const watch = new ClockWatch(at(1000, 5000, 7));
  const change = watch.observe(at(1050, 65_000, 60_007));
  assert.deepEqual(change, { stepMs: 60_000, suspendedMs: 60_000, fromMono: 1000, toMono: 1050 });
});

test('an interrupted reading proves nothing', () => {
  const watch = new ClockWatch(at(1000, 5000));
  assert.equal(watch.observe(at(1050, 5003, 0, 4)), null);
  assert.equal(watch.offset, 5000);
});

test('without BOOTTIME steps are still seen', () => {
  const watch = new ClockWatch(at(1000, 5000, null));
  assert.equal(watch.observe(at(1050, 6000, null))?.stepMs, 1000);
});
