import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { escapeText, html, join } from '../../../agent/web/page/html.ts';

test('values are escaped in text and in attributes, finished HTML is not', () => {
  const evil = `<script>"&'</script>`;
  assert.equal(
    String(html`<b title="${evil}">${evil}</b>${html`<i>${1}</i>`}`),
    '<b title="&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;">&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;</b><i>1</i>',
  );
});

test('null, undefined and false draw nothing; zero, empty lists and nested lists draw what they are', () => {
  assert.equal(String(html`[${null}${undefined}${false}${0}${[]}${['a', ['<', html`<br>`]]}]`), '[0a&lt;<br>]');
  assert.equal(String(join(['a', html`<b>`], ', ')), 'a, <b>');
});

test('the template’s own indentation goes, white space in values stays', () => {
  assert.equal(
    String(html`<p>
      ${' two  spaces\n and a line '}
    </p>`),
    '<p>\n two  spaces\n and a line \n</p>',
  );
});

test('a string that looks like HTML cannot pass for it', () => {
  assert.throws(() => String(html`${{ text: '<b>' } as unknown as string}`));
});

test('no text whatever leaves an element or attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const escaped = escapeText(text);
      assert.doesNotMatch(escaped, /[<>"']/);
      assert.doesNotMatch(escaped.replace(/&(amp|lt|gt|quot|#39);/g, ''), /&/);
    }),
  );
});
