import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  counted,
  formatAge,
  formatAvailability,
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatRatio,
  formatRtt,
  formatSpan,
  formatTime,
} from '../../agent/measure/units.ts';

const table = <T>(format: (value: T) => string, rows: readonly (readonly [T, string])[]): void => {
  for (const [value, text] of rows) assert.equal(format(value), text);
};

test('durations have a tenth below a minute and two units above', () => {
  table(formatDuration, [
    [0, '0.0 s'],
    [6000, '6.0 s'],
    [41_640, '41.6 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min'],
    [725_000, '12 min 5 s'],
    [3_600_000, '1 h'],
    [25_320_000, '7 h 2 min'],
    [2 * 86_400_000 + 4 * 3_600_000, '2 d 4 h'],
    [-5, '0.0 s'],
  ]);
});

test('what still lasts is told in whole seconds that have passed', () => {
  table(formatAge, [
    [999, '0 s'],
    [6999, '6 s'],
    [60_000, '1 min'],
    [725_999, '12 min 5 s'],
  ]);
});

test('configured spans keep no false digits', () => {
  table(formatSpan, [
    [200, '200 ms'],
    [1000, '1 s'],
    [1500, '1.5 s'],
    [120_000, '2 min'],
  ]);
});

test('round trips keep three digits that mean something', () => {
  table(formatRtt, [
    [0.0213, '0.021 ms'],
    [0.61, '0.61 ms'],
    [1.824, '1.82 ms'],
    [9.996, '10.0 ms'],
    [27.81, '27.8 ms'],
    [99.96, '100 ms'],
    [142.4, '142 ms'],
    [1240, '1240 ms'],
  ]);
});

test('ratios are 0 % and 100 % only when they are', () => {
  table(formatRatio, [
    [0, '0 %'],
    [0.0001, '<0.1 %'],
    [0.02, '2 %'],
    [0.0314, '3.1 %'],
    [0.99999, '99.9 %'],
    [1, '100 %'],
  ]);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (ratio) => {
      assert.equal(formatRatio(ratio) === '0 %', ratio === 0);
      assert.equal(formatRatio(ratio) === '100 %', ratio === 1);
    }),
  );
});

test('availability is rounded down', () => {
  table(formatAvailability, [
    [1, '100 %'],
    [0.9999, '99.99 %'],
    [0.99999, '99.99 %'],
    [0.9916, '99.16 %'],
    [0, '0.00 %'],
  ]);
});

test('bytes, counts and nouns', () => {
  table(formatBytes, [
    [512, '512 B'],
    [8192, '8 KiB'],
    [64 * 1024 ** 2, '64.0 MiB'],
    [3 * 1024 ** 3, '3.0 GiB'],
  ]);
  table(formatCount, [
    [725, '725'],
    [1204, '1,204'],
    [20_160_000, '20,160,000'],
  ]);
  assert.equal(counted(1, 'target'), '1 target');
  assert.equal(counted(1204, 'packet'), '1,204 packets');
});

test('times are UTC, cut to their precision, with the day when it is not today', () => {
  const at = Date.UTC(2026, 10, 2, 3, 2, 17, 499);
  assert.equal(formatClock(at, 'tenth'), '03:02:17.4');
  assert.equal(formatClock(at, 'second'), '03:02:17');
  assert.equal(formatClock(at, 'minute'), '03:02');
  assert.equal(formatTime(at, at + 3_600_000, 'minute'), '03:02');
  assert.equal(formatTime(at, at + 86_400_000, 'minute'), '02 Nov 03:02');
});
