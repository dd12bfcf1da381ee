import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLocalAddress } from '../../agent/kernel/local-address.ts';

test('this host’s own addresses are told from others', () => {
  assert.equal(isLocalAddress('127.0.0.1'), true);
  // TEST-NET-1 (RFC 5737) and the documentation prefix (RFC 3849) are nobody's
  assert.equal(isLocalAddress('192.0.2.1'), false);
  assert.equal(isLocalAddress('2001:db8::1'), false);
});
