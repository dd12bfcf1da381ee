import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatAddress, formatPrefix, parseAddress, parsePrefix } from '../../agent/measure/address.ts';

test('prints and parses every address the same way', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc.constantFrom(4 as const, 6 as const),
      (bytes, family) => {
        const own = bytes.slice(0, family === 4 ? 4 : 16);
        assert.deepEqual(parseAddress(formatAddress(own, family)), own);
      },
    ),
  );
});

test('agrees with Node on what an address is', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string(), fc.stringMatching(/^[0-9a-f:.]{0,40}$/)), (text) => {
      assert.equal(parseAddress(text) !== null, isIP(text) !== 0 && !text.includes('%'), text);
    }),
    { numRuns: 2000 },
  );
});

test('IPv6 is printed as RFC 5952 says', () => {
  for (const [given, printed] of [
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8::0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['fe80::', 'fe80::'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
  ] as const) {
    const bytes = parseAddress(given);
    assert.ok(bytes);
    assert.equal(formatAddress(bytes, 6), printed);
  }
});

test('prefixes clear their host bits and refuse nonsense', () => {
  const printed = (text: string): string | null => {
    const prefix = parsePrefix(text);
    return prefix && formatPrefix(prefix);
  };
  assert.equal(printed('10.20.30.40/12'), '10.16.0.0/12');
  assert.equal(printed('10.0.0.1'), '10.0.0.1/32');
  assert.equal(printed('2001:db8:ffff::/33'), '2001:db8:8000::/33');
  assert.equal(printed('0.0.0.0/0'), '0.0.0.0/0');
  for (const bad of ['10.0.0.0/33', '10.0.0.0/', '10.0.0/8', '::/129', '10.0.0.0/-1', '10.0.0.0/8x', '']) {
    assert.equal(printed(bad), null, bad);
  }
});
