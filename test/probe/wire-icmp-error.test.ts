import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameIcmpError } from '../../agent/probe/wire-icmp-error.ts';

test('errors have the RFCs’ names', () => {
  const cases: [4 | 6, number, number, number, string, string][] = [
    [4, 3, 0, 0, 'net-unreachable', 'network unreachable'],
    [4, 3, 1, 0, 'host-unreachable', 'host unreachable'],
    [4, 3, 3, 0, 'port-unreachable', 'port unreachable'],
    [4, 3, 4, 1400, 'fragmentation-needed', 'fragmentation needed, next-hop MTU 1400'],
    [4, 3, 4, 0, 'fragmentation-needed', 'fragmentation needed'],
    [4, 3, 13, 0, 'admin-prohibited', 'communication administratively prohibited'],
    [4, 3, 99, 0, 'unreachable', 'destination unreachable, code 99'],
    [4, 11, 0, 0, 'ttl-exceeded', 'time to live exceeded in transit'],
    [4, 11, 1, 0, 'reassembly-exceeded', 'fragment reassembly time exceeded'],
    [4, 12, 2, 0, 'parameter-problem', 'parameter problem: bad length'],
    [6, 1, 0, 0, 'net-unreachable', 'no route to destination'],
    [6, 1, 3, 0, 'host-unreachable', 'address unreachable'],
    [6, 2, 0, 1280, 'fragmentation-needed', 'packet too big, next-hop MTU 1280'],
    [6, 3, 0, 0, 'ttl-exceeded', 'hop limit exceeded in transit'],
    [6, 4, 1, 0, 'parameter-problem', 'parameter problem: unrecognized next header'],
    [6, 4, 77, 0, 'parameter-problem', 'parameter problem: code 77'],
  ];
  for (const [family, type, code, mtu, name, text] of cases) {
    assert.deepEqual(nameIcmpError(family, type, code, mtu), { code: name, text }, `${family}/${type}/${code}`);
  }
});

test('what is no error has no name', () => {
  for (const [family, type] of [
    [4, 0],
    [4, 4],
    [4, 5],
    [4, 8],
    [6, 128],
    [6, 5],
  ] as const) {
    assert.equal(nameIcmpError(family, type, 0, 0), null);
  }
});
