import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuery } from '../../../agent/web/page/query.ts';
import { usualRange, windowOf, windowWords } from '../../../agent/web/page/window.ts';
import { allUp } from '../../fakes/console.ts';
import { incident } from '../../fakes/console-incident.ts';
import { fakeTarget, NOW } from '../../fakes/console-parts.ts';

test('an hour while the youngest trouble is under half an hour old, else a day', () => {
  assert.equal(usualRange(incident().snapshot), '1h');
  assert.equal(usualRange(allUp().snapshot), '24h');
  const old = { ...allUp().snapshot };
  const aged = fakeTarget({ name: 'a', site: 's', label: '10.0.0.1', state: 'down', since: NOW - 31 * 60_000 });
  assert.equal(usualRange({ ...old, targets: [aged] }), '24h');
  assert.equal(usualRange({ ...old, targets: [{ ...aged, since: NOW - 29 * 60_000 }] }), '1h');
  assert.equal(usualRange({ ...old, targets: [{ ...aged, state: 'unknown', since: NOW }] }), '24h');
});

test('a named range ends now, a fixed window stays where it is', () => {
  const live = windowOf(parseQuery(new URLSearchParams('range=7d'), NOW), NOW, '1h');
  assert.deepEqual(
    [live.to, live.to - live.from, live.live, windowWords(live, NOW)],
    [NOW, 7 * 86_400_000, true, 'last 7 d'],
  );
  const query = parseQuery(new URLSearchParams('from=2026-11-20T03:00:00Z&to=2026-11-20T04:30:00Z'), NOW);
  const fixed = windowOf(query, NOW, '1h');
  assert.deepEqual([fixed.live, fixed.words], [false, '1 h 30 min']);
  assert.equal(windowWords(fixed, NOW), '20 Nov 03:00:00 to 20 Nov 04:30:00 UTC');
});
