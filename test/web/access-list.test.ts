import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessList, plainAddress } from '../../agent/web/access-list.ts';

test('CIDRs and addresses of both families, IPv4 also within IPv6', () => {
  const allowed = accessList(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::1']);
  for (const address of ['10.255.0.1', '::ffff:10.1.2.3', '192.0.2.7', '2001:db8:1::1', '::1']) {
    assert.ok(allowed(address), address);
  }
  for (const address of ['11.0.0.1', '192.0.2.8', '2001:db9::1', '::2', '::ffff:11.0.0.1', 'nonsense', undefined]) {
    assert.ok(!allowed(address), String(address));
  }
});

test('no list lets everybody in; /0 lets one family in', () => {
  assert.ok(accessList(null)('203.0.113.9'));
  assert.ok(accessList([])(undefined));
  const four = accessList(['0.0.0.0/0']);
  assert.ok(four('203.0.113.9') && !four('2001:db8::1'));
});

test('link-local addresses lose their zone', () => {
  assert.equal(plainAddress('fe80::1%eth0'), 'fe80::1');
  assert.ok(accessList(['fe80::/10'])('fe80::1%eth0'));
});

test('entries that are no CIDR are refused', () => {
  for (const entry of ['', 'x', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/8/8', '::/129', '10.0.0.0/', 'a.example/8']) {
    assert.throws(() => accessList([entry]), RangeError, entry);
  }
});
