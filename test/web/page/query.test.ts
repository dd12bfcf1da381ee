import assert from 'node:assert/strict';
import { test } from 'node:test';
import { here, to } from '../../../agent/web/page/links.ts';
import { type PageQuery, parseQuery } from '../../../agent/web/page/query.ts';

const NOW = Date.parse('2026-11-21T03:14:22Z');
const parse = (query: string): PageQuery => parseQuery(new URLSearchParams(query), NOW);

test('an empty address is the default of everything', () => {
  const query = parse('');
  assert.deepEqual(query.problems, []);
  assert.deepEqual(
    [query.range, query.from, query.q, query.view, query.local, query.refresh],
    [null, null, '', 'bands', false, null],
  );
});

test('a fixed window: ISO times with and without zone or clock, the end defaults to now and is never later', () => {
  const at = (text: string): number => Date.parse(text);
  const cases: [string, number, number][] = [
    ['from=2026-11-20T03:00:00Z&to=2026-11-20T04:00:00Z', at('2026-11-20T03:00:00Z'), at('2026-11-20T04:00:00Z')],
    ['from=2026-11-20T03:00&to=2026-11-20T05:30:15.5', at('2026-11-20T03:00:00Z'), at('2026-11-20T05:30:15.500Z')],
    ['from=2026-11-20', at('2026-11-20T00:00:00Z'), NOW],
    ['from=2026-11-20T03:00:00%2B10:00&to=2026-12-01', at('2026-11-19T17:00:00Z'), NOW],
  ];
  for (const [text, from, end] of cases) {
    const query = parse(text);
    assert.deepEqual([query.from, query.to, query.problems], [from, end, []], text);
  }
});

test('what cannot be understood is named and left out', () => {
  for (const text of [
    'range=3h',
    'view=pie',
    'refresh=0',
    'refresh=ten',
    'before=-1',
    'from=yesterday',
    'from=2026-13-45',
    'from=2026-11-21T03:00:00Z&to=2026-11-21T02:00:00Z',
    'from=2027-01-01',
    'to=2026-11-20',
  ]) {
    const query = parse(text);
    assert.equal(query.problems.length, 1, text);
    assert.deepEqual(
      [query.range, query.from, query.to, query.view, query.refresh, query.before],
      [null, null, null, 'bands', null, null],
      text,
    );
  }
});

test('a window shorter than ten seconds is widened to the left', () => {
  const query = parse('from=2026-11-20T03:00:00Z&to=2026-11-20T03:00:01Z');
  assert.equal(query.from, Date.parse('2026-11-20T02:59:51Z'));
});

test('open sites: a list with commas, or one by one with commas inside', () => {
  assert.deepEqual(parse('open=a,b').open, ['a', 'b']);
  assert.deepEqual(parse('open=a,b&open=').open, ['a,b', '']);
  assert.deepEqual([parse('open=all').openAll, parse('open=all').open], [true, []]);
});

test('a link keeps the view and changes what it says; reading it gives the same query', () => {
  const query = parse('range=7d&q=a%26b&open=x&open=y,z&shut=w&view=heat&tz=local&refresh=10&site=s&kind=site');
  const again = parse(here(query).slice(1));
  assert.deepEqual({ ...again, open: again.open.filter(Boolean) }, query);
  assert.equal(parse(here(query, { view: 'bands', q: '' }).slice(1)).q, '');
  const lone = parse(`${here(parse(''), { open: ['a,b'] }).slice(1)}`);
  assert.deepEqual(lone.open.filter(Boolean), ['a,b']);
});

test('a range lets go of a fixed window, a window of a range', () => {
  const fixed = parse('from=2026-11-20T03:00:00Z&to=2026-11-20T04:00:00Z');
  assert.equal(here(fixed, { range: '24h' }), '?range=24h');
  assert.equal(
    here(parse('range=7d'), { window: { from: 0, to: 1000 } }),
    '?from=1970-01-01T00:00:00Z&to=1970-01-01T00:00:01Z',
  );
});

test('another view gets time and zone, not the filter', () => {
  const query = parse('range=7d&q=x&open=y&tz=local');
  assert.equal(to('/agent', query), '/agent?range=7d&tz=local');
  assert.equal(to('/events', parse(''), { site: 'a&b' }), '/events?site=a%26b');
});
