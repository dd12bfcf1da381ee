import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UsageTrend } from '../../agent/vpc/usage-trend.ts';
import { seeded } from '../fakes/random.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Readings every five minutes of something that uses `use(hours)` addresses. */
function watched(use: (hours: number) => number, hours: number, everyMs = 5 * MINUTE) {
  const trend = new UsageTrend();
  let at = START;
  for (; at <= START + hours * HOUR; at += everyMs) trend.add(at, Math.round(use((at - START) / HOUR)));
  return { trend, at: at - everyMs, told: trend.trend(at - everyMs) };
}

test('a subnet filling at a known rate with noise: the rate is right within 10 %, after hours and after a day', () => {
  const worst: number[] = [];
  for (const [rate, noise] of [
    [12, 3],
    [40, 6],
    [2, 2],
  ] as const) {
    for (const hours of [6, 12, 24, 30]) {
      for (let seed = 1; seed <= 10; seed += 1) {
        const random = seeded(seed);
        const { told } = watched((h) => 500 + rate * h + noise * (2 * random() - 1), hours);
        assert.ok(told.growth !== null, `${rate}/h after ${hours} h is no trend`);
        worst.push(Math.abs(told.growth / rate - 1));
      }
    }
  }
  const beyond = worst.filter((error) => error > 0.1).length;
  assert.ok(beyond <= worst.length / 40, `${beyond} of ${worst.length} beyond 10 %, worst ${Math.max(...worst)}`);
});

test('noise around a flat line is no growth, whenever one looks', () => {
  let alarms = 0;
  let looks = 0;
  for (let seed = 1; seed <= 40; seed += 1) {
    const random = seeded(seed);
    const trend = new UsageTrend();
    for (let at = START; at < START + 24 * HOUR; at += 5 * MINUTE) {
      trend.add(at, 200 + Math.round(8 * random()));
      looks += 1;
      if (trend.trend(at).growth !== null) alarms += 1;
    }
  }
  assert.ok(alarms <= looks / 250, `${alarms} of ${looks}`);
});

test('one deployment that takes addresses and gives them back bends nothing', () => {
  const { told } = watched((h) => (h > 23.2 && h < 23.7 ? 160 : 100), 24);
  assert.equal(told.growth, null);
  assert.equal(told.known, true);
});

test('the hour counts before the day when it is plainly faster', () => {
  const { told } = watched((h) => 100 + h + (h > 23 ? 60 * (h - 23) : 0), 24);
  assert.ok(told.growth !== null && Math.abs(told.growth - 61) < 3, `${told.growth}`);
});

test('a growth that began some hours ago is not thinned by the quiet hours before', () => {
  const random = seeded(3);
  const { told } = watched((h) => 300 + 20 * Math.max(0, h - 5) + 6 * (random() - 0.5), 13);
  assert.ok(told.growth !== null && Math.abs(told.growth / 20 - 1) < 0.1, `${told.growth}`);
});

test('too little past says nothing', () => {
  const { told } = watched((h) => 100 + 60 * h, 0.5);
  assert.equal(told.known, false);
  assert.equal(told.growth, null);
  assert.equal(told.measuredMs, 30 * MINUTE);
});

test('what is kept is bounded however often somebody polls, and survives being written down', () => {
  const { trend, at, told } = watched((h) => 100 + 5 * h, 60, 10_000);
  const { hour, day } = trend.past();
  assert.ok(hour.length <= 68 && day.length <= 51, `${hour.length} and ${day.length}`);
  const again = new UsageTrend(JSON.parse(JSON.stringify(trend.past())));
  assert.deepEqual(again.trend(at), told);
});

test('a gap in the readings bends nothing', () => {
  const trend = new UsageTrend();
  for (let hours = 0; hours <= 24; hours += 1 / 12) {
    if (hours > 6 && hours < 18) continue;
    trend.add(START + hours * HOUR, Math.round(100 + 10 * hours));
  }
  const { growth } = trend.trend(START + 24 * HOUR);
  assert.ok(growth !== null && Math.abs(growth - 10) < 0.5, `${growth}`);
});

test('a clock that is set back drops the readings of the future', () => {
  const { trend } = watched((h) => 100 + 10 * h, 24);
  trend.add(START - HOUR, 50);
  assert.deepEqual(trend.past(), { hour: [[(START - HOUR) / 1000, 50]], day: [[(START - HOUR) / 1000, 50]] });
});

test('any readings give finite slopes', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(90_000), fc.nat(5000)), { maxLength: 60 }), (readings) => {
      const trend = new UsageTrend();
      for (const [seconds, used] of readings) trend.add(START + seconds * 1000, used);
      const told = trend.trend(START + 90_000_000);
      for (const slope of [told.hour, told.day]) assert.ok(slope === null || Number.isFinite(slope.perHour));
      assert.ok(told.growth === null || told.growth > 0);
    }),
  );
});
