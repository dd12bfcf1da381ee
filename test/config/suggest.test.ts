import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { distance, nearest, suggestKey } from '../../agent/config/suggest.ts';

test('distance counts insertions, deletions, changes and swaps, without case', () => {
  assert.equal(distance('every', 'every'), 0);
  assert.equal(distance('evry', 'every'), 1);
  assert.equal(distance('eevry', 'every'), 1);
  assert.equal(distance('Timeout', 'timeout'), 0);
  assert.equal(distance('', 'abc'), 3);
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => distance(a, b) === distance(b, a)));
});

test('only a slip is a suggestion', () => {
  assert.equal(nearest('titel', ['title', 'targets']), 'title');
  assert.equal(nearest('banana', ['title', 'targets']), null);
  assert.equal(nearest('x'.repeat(10_000), ['title']), null);
});

test('keys: near ones, words of other tools, keys of other places', () => {
  const elsewhere = [
    ['http', 'listen'],
    ['log', 'level'],
  ];
  assert.equal(suggestKey('timeuot', ['timeout'], []), 'did you mean timeout? Rename the key');
  assert.equal(suggestKey('interval', ['interface', 'every'], []), 'did you mean every? Rename the key');
  assert.equal(suggestKey('listen', ['title'], elsewhere), 'did you mean http.listen? Move it there');
  assert.equal(suggestKey('constructor', ['title'], elsewhere), null);
});
