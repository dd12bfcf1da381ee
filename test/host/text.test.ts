import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeConntrackEntries,
  decodeCpuTimes,
  decodeInterfaces,
  decodeLoad,
  decodeMemory,
  decodeNumber,
  decodePressure,
  decodeProtocolCounter,
  decodeSoftnet,
} from '../../agent/host/text.ts';

const file = (kernel: string, path: string): string =>
  readFileSync(`test/host/fixtures/${kernel}/proc/${path}`, 'latin1');
const old = (path: string): string => file('linux-4.14', path);
const now = (path: string): string => file('linux-6.18', path);

test('CPU times: busy holds steal, guests are not counted twice', () => {
  assert.deepEqual(decodeCpuTimes(old('stat')), {
    cores: 4,
    busy: 10_132_153 + 290_696 + 3_084_719 + 25_195 + 175_628,
    steal: 175_628,
    total: 10_132_153 + 290_696 + 3_084_719 + 25_195 + 175_628 + 46_828_483 + 16_683,
  });
  const guests = decodeCpuTimes('cpu  100 0 0 50 0 0 0 0 90 0\ncpu0 100 0 0 50 0 0 0 0 90 0\n');
  assert.deepEqual(guests, { cores: 1, busy: 100, steal: 0, total: 150 });
  assert.equal(decodeCpuTimes(now('stat'))?.cores, 2);
});

test('load, memory, PSI', () => {
  assert.equal(decodeLoad(old('loadavg')), 0.2);
  assert.deepEqual(decodeMemory(old('meminfo')), { total: 486_648 * 1024, available: 281_360 * 1024 });
  assert.deepEqual(decodeMemory('MemTotal:  100 kB\n'), { total: 102_400, available: null });
  const text =
    'some avg10=0.05 avg60=0.60 avg300=0.82 total=28926254\nfull avg10=0.04 avg60=0.20 avg300=0.23 total=22690423\n';
  assert.deepEqual(decodePressure(text), { some: 28_926_254, full: 22_690_423 });
  assert.deepEqual(decodePressure('some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n'), { some: 7, full: null });
  assert.ok((decodePressure(now('pressure/cpu'))?.some ?? 0) > 0);
});

test('softnet: a line per CPU, older kernels have fewer columns', () => {
  assert.deepEqual(decodeSoftnet(old('self/net/softnet_stat')), { dropped: [16, 0xfffffffe], squeezed: [4, 1] });
  assert.equal(decodeSoftnet(now('self/net/softnet_stat')).dropped.length, 2);
});

test('interfaces, with names that hold a colon or stand close to their numbers', () => {
  assert.deepEqual(decodeInterfaces(old('self/net/dev')), [
    { name: 'eth0', dropped: 10, errors: 3 },
    { name: 'lo', dropped: 0, errors: 0 },
  ]);
  const head = 'Inter-|\n face |\n';
  const counters = '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16';
  assert.deepEqual(decodeInterfaces(`${head}eth0:1:${counters}\n`), [{ name: 'eth0:1', dropped: 16, errors: 14 }]);
  assert.deepEqual(decodeInterfaces(`${head}broken: 1 2 3\n`), []);
  assert.ok(decodeInterfaces(now('self/net/dev')).some(({ name }) => name === 'eth0'));
});

test('protocol counters by name, wherever they stand', () => {
  assert.equal(decodeProtocolCounter(old('self/net/snmp'), 'Tcp', 'RetransSegs'), 1_713);
  assert.equal(decodeProtocolCounter(old('self/net/netstat'), 'TcpExt', 'TCPTimeouts'), 409);
  assert.equal(decodeProtocolCounter(old('self/net/snmp'), 'Tcp', 'Tcp:'), null);
  assert.equal(decodeProtocolCounter(old('self/net/snmp'), 'Tcp', 'NoSuch'), null);
  assert.equal(decodeProtocolCounter('', 'Tcp', 'OutSegs'), null);
  assert.ok((decodeProtocolCounter(now('self/net/snmp'), 'Tcp', 'OutSegs') ?? 0) > 0);
  assert.notEqual(decodeProtocolCounter(now('self/net/netstat'), 'TcpExt', 'TCPTimeouts'), null);
});

test('connection tracking from /proc/sys, or from the statistics where that is hidden', () => {
  assert.equal(decodeNumber('262144\n'), 262_144);
  assert.equal(decodeNumber('max\n'), null);
  const statistics =
    'entries  clashres found new\n0000001f  00000000 00000000 00000000\n0000001f  00000001 00000000 00000000\n';
  assert.equal(decodeConntrackEntries(statistics), 31);
  assert.equal(decodeConntrackEntries(now('self/net/stat/nf_conntrack')), 0);
});

test('whatever a file holds, nothing throws', () => {
  const shapes = [
    old('stat'),
    old('self/net/dev'),
    old('self/net/snmp'),
    old('self/net/softnet_stat'),
    now('pressure/memory'),
  ];
  const damaged = fc
    .tuple(fc.constantFrom(...shapes), fc.nat(), fc.nat(), fc.string())
    .map(([text, from, length, junk]) => {
      const at = from % text.length;
      return text.slice(0, at) + junk + text.slice(at + (length % 40));
    });
  fc.assert(
    fc.property(damaged, (text) => {
      decodeCpuTimes(text);
      decodeLoad(text);
      decodeMemory(text);
      decodePressure(text);
      decodeSoftnet(text);
      decodeInterfaces(text);
      decodeProtocolCounter(text, 'Tcp', 'OutSegs');
      decodeConntrackEntries(text);
      decodeNumber(text);
    }),
    { numRuns: 2_000 },
  );
});
