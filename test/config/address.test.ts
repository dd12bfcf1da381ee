import assert from 'node:assert/strict';
import { BlockList, isIPv6 } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addressBytes,
  familyOf,
  formatAddress,
  isLinkLocal,
  parseCidr,
  parseHost,
  parseHostPort,
  refusalOf,
  reverseName,
} from '../../agent/config/address.ts';

test('IPv6 text and bytes agree with the URL parser of WHATWG', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const bytes = addressBytes(text);
      assert.equal(bytes?.length, 16, text);
      const canonical = formatAddress(bytes ?? []);
      assert.ok(isIPv6(canonical), canonical);
      assert.equal(canonical, new URL(`http://[${text}]/`).hostname.slice(1, -1));
      assert.deepEqual(addressBytes(canonical), bytes);
    }),
    { numRuns: 2000 },
  );
});

test('arbitrary text never becomes an address that is none', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789abcdef:.%/[]') }), (text) => {
      const bytes = addressBytes(text);
      if (bytes !== null) {
        assert.ok(bytes.length === 4 || bytes.length === 16, text);
        assert.ok(
          bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255),
          text,
        );
      }
      parseHost(text);
      parseCidr(text);
      parseHostPort(text);
    }),
    { numRuns: 5000 },
  );
});

test('addresses that must not be probed, and their neighbours that may', () => {
  const refused = [
    '0.0.0.0',
    '0.1.2.3',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    'ff02::1',
  ];
  for (const address of [...refused, '::ffff:10.0.0.1', '::FFFF:7f00:1'])
    assert.notEqual(refusalOf(address), null, address);
  for (const address of [
    '1.0.0.1',
    '127.0.0.1',
    '223.255.255.255',
    '::1',
    'fe80::1',
    'fd00::1',
    '2001:db8::1',
    '64:ff9b::a00:1',
  ]) {
    assert.equal(refusalOf(address), null, address);
  }
});

test('hosts', () => {
  for (const good of [
    '10.20.0.1',
    '::1',
    'localhost',
    'erp.corp.example',
    'host_1.corp',
    'a.b.',
    '3com.example',
    'x'.repeat(63),
  ]) {
    assert.deepEqual(parseHost(good), { ok: true, value: good }, good);
  }
  const wrong = [
    '',
    '10.20.1',
    '010.1.1.1',
    '1.2.3.4.5',
    '-a.example',
    'a..b',
    'a b',
    'http://x/',
    '10.0.0.0/8',
    'x'.repeat(64),
    'fe80::1%eth0',
  ];
  for (const host of [...wrong, `${'a.'.repeat(130)}b`, 42, null])
    assert.equal(parseHost(host).ok, false, String(host));
  const national = parseHost('münchen.example');
  assert.equal(national.ok ? '' : national.fix, 'write xn--mnchen-3ya.example');
});

test('prefixes', () => {
  assert.deepEqual(parseCidr('10.20.0.0/16'), { ok: true, value: '10.20.0.0/16' });
  assert.deepEqual(parseCidr('192.0.2.7'), { ok: true, value: '192.0.2.7/32' });
  assert.deepEqual(parseCidr('0.0.0.0/0'), { ok: true, value: '0.0.0.0/0' });
  assert.deepEqual(parseCidr('2001:DB8:0::/48'), { ok: true, value: '2001:db8::/48' });
  const bits = parseCidr('2001:db8::1/64');
  assert.equal(bits.ok ? '' : bits.fix, 'write 2001:db8::/64');
  for (const wrong of [
    '10.20.0.0/33',
    '::/129',
    '10.20.0.0/',
    '10.20.0.0/-1',
    '10.20.0.0/16/2',
    '10.20/16',
    '/8',
    'x',
    8,
    null,
  ]) {
    assert.equal(parseCidr(wrong).ok, false, String(wrong));
  }
});

test('the prefix of an address holds it, by node:net as the judge', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, length) => {
      const parsed = parseCidr(`${address}/${length}`);
      const canonical = parsed.ok ? parsed.value : parsed.fix.slice('write '.length);
      const [network = '', bits] = canonical.split('/');
      assert.equal(Number(bits), length);
      const list = new BlockList();
      list.addSubnet(network, length);
      assert.ok(list.check(address));
      assert.equal(parseCidr(canonical).ok, true);
    }),
  );
});

test('host and port', () => {
  assert.deepEqual(parseHostPort('erp.corp.example:443'), { ok: true, value: { host: 'erp.corp.example', port: 443 } });
  assert.deepEqual(parseHostPort('[2001:db8::1]:65535'), { ok: true, value: { host: '2001:db8::1', port: 65535 } });
  assert.equal(parseHostPort('0.0.0.0:0', 0).ok, true);
  const fixes: [string, string][] = [
    ['erp.corp.example', 'write for example "erp.corp.example:443"'],
    ['2001:db8::1', 'write "[2001:db8::1]:443"'],
    ['[2001:db8::1]', 'write the address in brackets: "[2001:db8::1]:443"'],
    ['[10.0.0.1]:80', 'write "10.0.0.1:80"'],
    ['a:0', 'write for example "a:443"'],
    ['a:65536', 'write for example "a:443"'],
    ['a:http', 'write for example "a:443"'],
  ];
  for (const [text, fix] of fixes) {
    const result = parseHostPort(text);
    assert.equal(result.ok ? 'good' : result.fix, fix, text);
  }
});

test('link-local, families, reverse names', () => {
  assert.equal(isLinkLocal('fe80::1'), true);
  assert.equal(isLinkLocal('febf::1'), true);
  assert.equal(isLinkLocal('fec0::1'), false);
  assert.equal(familyOf('::1'), 6);
  assert.equal(familyOf('a.example'), null);
  assert.equal(reverseName('10.20.0.1'), '1.0.20.10.in-addr.arpa');
  assert.equal(
    reverseName('2001:db8::567:89ab'),
    'b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
  );
  assert.equal(reverseName('corp.example'), null);
});
