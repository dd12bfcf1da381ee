import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownName } from '../../../agent/verdict/names.ts';
import { linkedSentence } from '../../../agent/web/page/subject.ts';
import { textOf } from '../../fakes/markup.ts';

const linked = (sentence: string, name: string): string => String(linkedSentence(sentence, name, '/x'));

test('the name at the beginning is the link; a verb gets the name in front; a name within stays where it is', () => {
  assert.equal(linked('mel-dc2 is unreachable', 'mel-dc2'), '<a href="/x"><bdi>mel-dc2</bdi></a> is unreachable');
  assert.equal(linked('is unreachable', 'mel-dc2'), '<a href="/x"><bdi>mel-dc2</bdi></a> is unreachable');
  assert.equal(
    textOf(linkedSentence('2 of 4 targets at mel-dc2 lose 3 %', 'mel-dc2', '/x')),
    'mel-dc2: 2 of 4 targets at mel-dc2 lose 3 %',
  );
});

test('names that sentences cut or isolate are found and said once', () => {
  for (const name of ['x'.repeat(200), 'הנתב של ירושלים', 'שרת ראשי \u202eabc', `${'ש'.repeat(80)}`]) {
    const text = textOf(linkedSentence(`${shownName(name, 30)} does not answer`, name, '/x'));
    assert.equal(text, `${name} does not answer`);
  }
});

test('another name cut at the same place is not taken for it', () => {
  assert.match(linked('abc… does not answer', 'abcdef'), /<\/a> abc… does not answer/);
  assert.match(linked('a-long-name-of-… does not answer', 'another-long-name'), /<\/a> a-long-name-of-…/);
});
