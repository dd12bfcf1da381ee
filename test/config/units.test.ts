import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  DURATION_PATTERN,
  durationOf,
  formatDuration,
  formatSize,
  parseDuration,
  parseRatio,
  parseSize,
  SIZE_PATTERN,
} from '../../agent/config/units.ts';

const fixOf = (result: { ok: boolean; fix?: string }): string => (result.ok ? 'good' : (result.fix ?? ''));

test('durations', () => {
  const cases: [string, number][] = [
    ['500ms', 500],
    ['1s', 1000],
    ['1.5 s', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['0s', 0],
  ];
  for (const [text, ms] of cases) assert.deepEqual(parseDuration(text), { ok: true, value: ms }, text);
});

test('a wrong duration comes with what was probably meant', () => {
  assert.equal(fixOf(parseDuration(5)), 'write 5s or 5ms');
  assert.equal(fixOf(parseDuration('5')), 'write 5s or 5ms');
  assert.equal(fixOf(parseDuration('5 minutes')), 'write 5m');
  assert.equal(fixOf(parseDuration('5MIN')), 'write 5m');
  assert.equal(fixOf(parseDuration('1S')), 'write 1s');
  assert.equal(fixOf(parseDuration('20 msec')), 'write 20ms');
  for (const wrong of ['', 's', '-1s', '1e3s', '5constructor', '1s ', null, undefined, true, {}, [], Number.NaN]) {
    assert.equal(parseDuration(wrong).ok, false, String(wrong));
  }
});

test('ratios: percent or below one, and a bare 1 is nobody knows what', () => {
  assert.deepEqual(parseRatio('2%'), { ok: true, value: 0.02 });
  assert.deepEqual(parseRatio('100 %'), { ok: true, value: 1 });
  assert.deepEqual(parseRatio(0.02), { ok: true, value: 0.02 });
  assert.deepEqual(parseRatio(0), { ok: true, value: 0 });
  assert.equal(fixOf(parseRatio(1)), 'write 1% or 100%');
  assert.equal(fixOf(parseRatio(2)), 'write 2%');
  assert.equal(fixOf(parseRatio('101%')), 'write at most 100%');
  for (const wrong of ['2', '-1%', -0.1, Number.NaN, null, '%'])
    assert.equal(parseRatio(wrong).ok, false, String(wrong));
});

test('sizes: decimal and binary', () => {
  assert.deepEqual(parseSize('64MB'), { ok: true, value: 64_000_000 });
  assert.deepEqual(parseSize('64 MiB'), { ok: true, value: 67_108_864 });
  assert.deepEqual(parseSize(1000), { ok: true, value: 1000 });
  assert.equal(fixOf(parseSize('64M')), 'write 64MB');
  assert.equal(fixOf(parseSize('64mb')), 'write 64MB');
  for (const wrong of ['64', '-1MB', 1.5, -1, Number.POSITIVE_INFINITY, '1TB', null]) {
    assert.equal(parseSize(wrong).ok, false, String(wrong));
  }
});

test('what is formatted is read back as the same', () => {
  fc.assert(
    fc.property(fc.nat(1e12), (n) => {
      assert.equal(durationOf(formatDuration(n)), n);
      assert.match(formatDuration(n), new RegExp(DURATION_PATTERN));
      assert.deepEqual(parseSize(formatSize(n)), { ok: true, value: n });
      assert.match(formatSize(n), new RegExp(SIZE_PATTERN));
    }),
  );
});

test('what is read fits the pattern that editors get, and what fits is read', () => {
  const quantity = fc.tuple(
    fc.oneof(fc.nat().map(String), fc.double({ noNaN: true }).map(String), fc.string({ maxLength: 3 })),
    fc.constantFrom('', ' ', '  '),
    fc.constantFrom('ms', 's', 'm', 'h', 'd', 'MB', 'MiB', 'B', 'x', ''),
  );
  fc.assert(
    fc.property(quantity, (parts) => {
      const text = parts.join('');
      assert.equal(durationOf(text) !== null, new RegExp(DURATION_PATTERN).test(text), text);
      assert.equal(parseSize(text).ok, new RegExp(SIZE_PATTERN).test(text), text);
    }),
  );
});
