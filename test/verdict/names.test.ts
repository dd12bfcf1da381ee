import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { listNames, shownName } from '../../agent/verdict/names.ts';

test('names are cut by characters, not by halves of them', () => {
  assert.equal(shownName('mel-dc2', 12), 'mel-dc2');
  assert.equal(shownName('a-very-long-name', 8), 'a-very-…');
  assert.equal(shownName('🐤🐤🐤🐤', 3), '🐤🐤…');
});

test('right-to-left names are isolated, and no mark turns the sentence around', () => {
  assert.equal(shownName('מרכז', 20), '\u2068מרכז\u2069');
  assert.equal(shownName('a\u202eb\nc\u0007', 20), 'a b c ');
});

test('whatever the name, one line of bounded length comes out', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 2, max: 60 }), (name, most) => {
      const shown = shownName(name, most);
      assert.ok(Array.from(shown).length <= most + 2);
      assert.doesNotMatch(shown, /[\n\r\u2028\u2029\u202a-\u202e]/);
    }),
  );
});

test('lists name two and count the rest', () => {
  assert.equal(listNames(['a']), 'a');
  assert.equal(listNames(['a', 'b']), 'a and b');
  assert.equal(listNames(['a', 'b', 'c']), 'a, b and 1 more');
  assert.equal(listNames([]), '');
});
