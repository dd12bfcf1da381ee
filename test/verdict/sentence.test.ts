import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sentence } from '../../agent/verdict/sentence.ts';
import type { Verdict } from '../../agent/verdict/snapshot.ts';

const at = Date.UTC(2026, 10, 22, 3, 14, 22, 400);
const verdict = (over: Partial<Verdict>): Verdict => ({
  state: 'down',
  headline: 'mel-dc2 is unreachable',
  tail: '',
  since: at - 725_000,
  label: null,
  faultAt: null,
  evidence: [],
  notAtFault: null,
  notChecked: null,
  next: null,
  chain: [],
  others: [],
  ...over,
});

test('an outage is told to a tenth of a second, with how long it has lasted', () => {
  assert.equal(sentence(verdict({}), at), 'mel-dc2 is unreachable since 03:02:17.4, 12 min 5 s.');
});

test('health is told by how long it has lasted', () => {
  const up = verdict({ state: 'up', headline: 'All 13 targets at 5 sites answer', since: at - 25_320_000 });
  assert.equal(sentence(up, at), 'All 13 targets at 5 sites answer, for 7 h 2 min.');
});

test('what follows the time keeps its own punctuation, and then no duration stands in between', () => {
  const loss = verdict({
    state: 'degraded',
    headline: 'akl-branch loses 3.1 %',
    tail: ' (limit 2 %)',
    since: Date.UTC(2026, 10, 22, 1, 47, 5),
  });
  assert.equal(sentence(loss, at), 'akl-branch loses 3.1 % since 01:47 (limit 2 %).');
});

test('another day is named', () => {
  const old = verdict({ since: Date.UTC(2026, 10, 21, 23, 55, 1, 250) });
  assert.equal(sentence(old, at), 'mel-dc2 is unreachable since 21 Nov 23:55:01.2, 3 h 19 min.');
});

test('nothing judged yet has no since', () => {
  assert.equal(
    sentence(verdict({ since: null, headline: 'Measuring', tail: ', first verdict in 8 s' }), at),
    'Measuring, first verdict in 8 s.',
  );
});
