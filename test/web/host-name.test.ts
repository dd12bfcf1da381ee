import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostOf, isKnownHost } from '../../agent/web/host-name.ts';

test('addresses, dotless names and names nobody can register are known', () => {
  for (const host of [
    '127.0.0.1:8080',
    '10.0.0.5',
    '[::1]:8080',
    '[fe80::1%25eth0]',
    'localhost:8080',
    'canary',
    'ip-10-0-1-5.ap-southeast-2.compute.internal:8080',
    'canary.local',
    'Canary.INTERNAL.',
  ]) {
    assert.ok(isKnownHost(host, []), host);
  }
});

test("a foreign page's name is not, unless listed", () => {
  assert.ok(!isKnownHost('evil.example:8080', ['canary.corp.example']));
  assert.ok(!isKnownHost('127.0.0.1.evil.example', []));
  assert.ok(!isKnownHost('internal.evil.example', []));
  assert.ok(isKnownHost('Canary.Corp.Example:8080', ['canary.corp.EXAMPLE']));
  assert.ok(isKnownHost('a.corp.example', ['*.corp.example']));
  assert.ok(!isKnownHost('corp.example', ['*.corp.example']));
  assert.ok(!isKnownHost('acorp.example', ['*.corp.example']));
  assert.ok(isKnownHost('evil.example', ['*']));
});

test('what is no host at all is not known', () => {
  for (const host of ['', ':80', 'a b', '[::1', 'a:b', 'a/b', 'user@host', '[evil.example]', 'a:999999']) {
    assert.equal(isKnownHost(host, ['*']), false, host);
  }
  assert.equal(hostOf('Canary:80'), 'canary');
});
