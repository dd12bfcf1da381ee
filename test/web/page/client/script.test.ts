import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runInNewContext, Script } from 'node:vm';
import fc from 'fast-check';
import { formatAge, formatRatio, rttDigits } from '../../../../agent/measure/units.ts';
import { script, source } from '../../../../agent/web/page/client/script.ts';
import { timeScript } from '../../../../agent/web/page/client/time.js.ts';

test('the script parses, as read and as sent', () => {
  assert.ok(new Script(source));
  assert.ok(new Script(script()));
  assert.ok(script().length < source.length * 0.95);
});

test('the compiler finds no fault in its types', () => {
  const folder = mkdtempSync(join(tmpdir(), 'page-script-'));
  try {
    const file = join(folder, 'page.js');
    writeFileSync(file, source);
    const options =
      '--ignoreConfig --noEmit --allowJs --checkJs --strict --noImplicitAny --target es2022 --lib es2023,dom,dom.iterable';
    const { stdout, status } = spawnSync('node_modules/.bin/tsc', [...options.split(' '), '--types', '', file], {
      encoding: 'utf8',
    });
    assert.equal(stdout, '');
    assert.equal(status, 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('no markup sink, no inline style text, no timer of text, no foreign address', () => {
  assert.doesNotMatch(
    source,
    /innerHTML|outerHTML\s*=|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function|setAttribute\('style|cssText|https?:\/\//,
  );
  assert.doesNotMatch(source, /`/, 'its lines are compacted one by one: no text that spans them');
});

test('its numbers are written as everywhere else', () => {
  const context: Record<string, (value: number) => string> = {};
  const stage = { document: { getElementById: () => null }, location: { search: '' }, URLSearchParams, context };
  runInNewContext(`${timeScript}; Object.assign(context, { age, rtt, percent });`, stage);
  const value = fc.oneof(fc.double({ min: 0, max: 2e9, noNaN: true }), fc.double({ min: 0, max: 120, noNaN: true }));
  fc.assert(
    fc.property(value, (number) => {
      assert.equal(context['age']?.(number), formatAge(number));
      assert.equal(context['rtt']?.(number), rttDigits(number));
      assert.equal(`${context['percent']?.(number / 100)} %`, formatRatio(number / 100));
    }),
    { numRuns: 2000 },
  );
});
