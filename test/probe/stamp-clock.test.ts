import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StampClock } from '../../agent/probe/stamp-clock.ts';

const OFFSET = 1_785_000_000_123.25;
const stamp = (wall: number): [number, number] => {
  const seconds = Math.floor(wall / 1000);
  return [seconds, (wall - seconds * 1000) * 1e6];
};

test('differences of stamps are exact to the nanosecond', () => {
  fc.assert(
    fc.property(fc.nat(999_999_999), fc.nat(999_999_999), fc.nat(3), (a, b, apart) => {
      const clock = new StampClock(OFFSET);
      const first = clock.toMono(1_785_000_100, a, 0, 1e9);
      const second = clock.toMono(1_785_000_100 + apart, b, 0, 1e9);
      assert.ok(Math.abs(second - first - (apart * 1000 + (b - a) / 1e6)) < 1e-9);
    }),
  );
});

test('a stamp of the future is none', () => {
  const clock = new StampClock(OFFSET);
  assert.ok(Number.isNaN(clock.toMono(...stamp(OFFSET + 2000), 0, 1000)));
  assert.equal(Math.round(clock.toMono(...stamp(OFFSET + 1000), 0, 1000)), 1000);
});

test('around a step a stamp means the time that is possible', () => {
  for (const step of [-60_000, 60_000]) {
    const clock = new StampClock(OFFSET);
    clock.stepped(OFFSET + step);
    // Both packets arrived at 950, between the last look at 900 and now, 1000.
    assert.equal(Math.round(clock.toMono(...stamp(OFFSET + 950), 900, 1000)), 950);
    assert.equal(Math.round(clock.toMono(...stamp(OFFSET + step + 950), 900, 1000)), 950);
    assert.ok(Number.isNaN(clock.toMono(...stamp(OFFSET + step / 2 + 950), 900, 1000)), 'neither');
    clock.settled();
    assert.notEqual(Math.round(clock.toMono(...stamp(OFFSET + 950), 900, 1000)), 950);
  }
});

test('where both times are possible nobody can tell', () => {
  const clock = new StampClock(OFFSET);
  clock.stepped(OFFSET + 10);
  assert.ok(Number.isNaN(clock.toMono(...stamp(OFFSET + 950), 900, 1000)));
});
