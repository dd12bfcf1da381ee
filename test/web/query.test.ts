import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneOf, onlyThese, QueryError, text, time, whole } from '../../agent/web/query.ts';

const NOW = Date.UTC(2026, 2, 1, 3, 14, 22);
const query = (search: string): URLSearchParams => new URLSearchParams(search);
const named = (parameter: string, words: RegExp) => (error: unknown) =>
  error instanceof QueryError && error.parameter === parameter && words.test(error.message);

test('times in all their forms', () => {
  for (const [value, ms] of [
    ['2026-03-01T03:14:22Z', NOW],
    ['2026-03-01T03:14:22.4Z', NOW + 400],
    ['2026-03-01T13:14:22%2B10:00', NOW],
    ['2026-03-01', Date.UTC(2026, 2, 1)],
    [String(NOW), NOW],
    ['-90s', NOW - 90_000],
    ['-24h', NOW - 86_400_000],
    ['-14d', NOW - 14 * 86_400_000],
  ] as const) {
    assert.equal(time(query(`t=${value}`), 't', NOW), ms, value);
  }
  assert.equal(time(query(''), 't', NOW), null);
});

test('what is no time says how to write one', () => {
  for (const value of ['yesterday', '2026-13-01', '2026-03-01T03:14:22', '24h', '-1w', '1e3', '%20', 'NaN']) {
    assert.throws(() => time(query(`t=${value}`), 't', NOW), named('t', /-24h for 24 hours ago/), value);
  }
});

test('whole numbers within bounds', () => {
  assert.equal(whole(query('n=2000'), 'n', 1, 2000), 2000);
  for (const value of ['0', '2001', '1.5', '-1', 'x', '0x10', '1e2']) {
    assert.throws(() => whole(query(`n=${value}`), 'n', 1, 2000), named('n', /from 1 to 2000/), value);
  }
});

test('words, emptiness, unknown and doubled parameters', () => {
  assert.equal(oneOf(query('k=a'), 'k', ['a', 'b']), 'a');
  assert.throws(() => oneOf(query('k=c'), 'k', ['a', 'b']), named('k', /not one of a, b/));
  assert.throws(() => text(query('site='), 'site'), named('site', /is empty/));
  assert.throws(() => onlyThese(query('sit=x'), ['site', 'target']), named('sit', /known here: site, target/));
  assert.throws(() => onlyThese(query('x'), []), named('x', /none are taken here/));
  assert.throws(() => onlyThese(query('site=a&site=b'), ['site']), named('site', /given twice/));
});
