import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assetMap, assetPaths } from '../../../agent/web/page/assets.ts';

test('paths name the bytes, types have a charset, and what the document points to is there', () => {
  const { style, script, icons } = assetPaths();
  const map = assetMap();
  for (const path of [style, script, ...Object.values(icons)]) {
    assert.match(path, /^\/a\/[a-z]+\.(css|js|svg)\.[\w-]{12}$/);
    assert.match(map.get(path)?.type ?? '', /; charset=utf-8$/);
    assert.ok((map.get(path)?.body.length ?? 0) > 100, path);
  }
  assert.equal(map.size, new Set([style, script, ...Object.values(icons)]).size);
});

test('the style sheet asks for nothing from elsewhere and closes what it opens', () => {
  const css = String(assetMap().get(assetPaths().style)?.body);
  assert.doesNotMatch(css, /url\(|@import|https?:/);
  assert.equal(css.split('{').length, css.split('}').length);
  const used = new Set([...css.matchAll(/var\((--[\w-]+)/g)].map(([, name]) => name));
  for (const name of used) assert.ok(css.includes(`${name}:`), `${name} is not defined`);
});
