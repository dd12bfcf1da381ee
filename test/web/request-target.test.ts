import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_TARGET, readTarget } from '../../agent/web/request-target.ts';

test('plain paths, queries and the absolute form', () => {
  assert.deepEqual(readTarget('/'), { ok: true, path: '/', search: '', authority: null });
  assert.deepEqual(readTarget('/site/mel%20dc2?range=24h&q=a/b?c'), {
    ok: true,
    path: '/site/mel%20dc2',
    search: '?range=24h&q=a/b?c',
    authority: null,
  });
  assert.deepEqual(readTarget('http://canary:8080/prtg?site=x'), {
    ok: true,
    path: '/prtg',
    search: '?site=x',
    authority: 'canary:8080',
  });
  assert.deepEqual(readTarget('HTTP://canary'), { ok: true, path: '/', search: '', authority: 'canary' });
});

test('a slash within a name is a slash within a name', () => {
  const target = readTarget('/target/a%2Fb');
  assert.ok(target.ok && target.path === '/target/a%2Fb');
});

test('tricks lead nowhere', () => {
  for (const [raw, status] of [
    ['//', 404],
    ['//evil.example/x', 404],
    ['/a//b', 404],
    ['/metrics/', 404],
    ['/livez/../metrics', 404],
    ['/%2e%2e/etc/passwd', 404],
    ['/a/%2E/b', 404],
    ['/a/.', 404],
    ['/%00', 400],
    ['/a%0d%0aSet-Cookie:x', 400],
    ['/%', 400],
    ['/%zz', 400],
    ['/%ff', 400],
    ['/a\\..\\b', 400],
    ['/a#b', 400],
    ['/ü', 400],
    ['/a b', 400],
    ['', 400],
    ['*', 400],
    ['metrics', 400],
    ['?x', 400],
    ['ftp://canary/', 400],
    ['http:///x', 400],
    [`/${'a'.repeat(MAX_TARGET)}`, 414],
  ] as const) {
    const target = readTarget(raw);
    assert.equal(target.ok ? 'ok' : target.status, status, raw.slice(0, 40));
  }
});

test('whatever comes, an accepted path decodes to clean segments and stays as it was sent', () => {
  const piece = fc.constantFrom(
    '/',
    '.',
    '..',
    '%2e',
    '%2f',
    '%00',
    '%',
    'a',
    '\\',
    '?',
    '#',
    'http://h',
    ':',
    '%c3%bc',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((pieces) => pieces.join('')),
      ),
      (raw) => {
        const target = readTarget(raw);
        if (!target.ok) return;
        assert.ok(raw.endsWith(target.path + target.search) || target.path === '/' || target.path.startsWith('/?'));
        if (target.path === '/') return;
        for (const segment of target.path.slice(1).split('/').map(decodeURIComponent)) {
          assert.ok(segment !== '' && segment !== '.' && segment !== '..', raw);
          assert.ok(
            [...segment].every((character) => character >= ' ' && character !== '\x7f'),
            raw,
          );
        }
      },
    ),
    { numRuns: 5000 },
  );
});
