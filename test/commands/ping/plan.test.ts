import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dscpOf, type PingOptions, planPing } from '../../../agent/commands/ping/plan.ts';

const DEFAULTS: PingOptions = { interval: '1', timeout: '1', size: '56', dscp: '0', ttl: '64' };
const plan = (options: Partial<PingOptions>, hosts = ['10.0.0.1']) => planPing(hosts, { ...DEFAULTS, ...options });
function problems(options: Partial<PingOptions>, hosts?: string[]): readonly string[] {
  const read = plan(options, hosts);
  return read.ok ? [] : read.problems;
}

test('the defaults are those of ping: 56 bytes every second until interrupted', () => {
  assert.deepEqual(plan({}), {
    ok: true,
    plan: {
      hosts: ['10.0.0.1'],
      count: null,
      everyMs: 1000,
      timeoutMs: 1000,
      size: 56,
      df: false,
      dscp: 0,
      ttl: 64,
      source: null,
      interface: null,
      family: null,
      quiet: false,
      output: 'text',
    },
  });
});

test('intervals and timeouts are seconds, or carry their unit', () => {
  const times = (interval: string, timeout: string) => {
    const read = plan({ interval, timeout });
    return read.ok ? [read.plan.everyMs, read.plan.timeoutMs] : read.problems;
  };
  assert.deepEqual(times('0.2', '2'), [200, 2000]);
  assert.deepEqual(times('.25', '1500ms'), [250, 1500]);
  assert.match(problems({ interval: 'fast' })[0]!, /^-i fast: write seconds/);
  assert.match(problems({ timeout: '61' })[0]!, /from 1ms to 60s/);
  assert.match(problems({ timeout: '0' })[0]!, /from 1ms to 60s/);
});

test('an interval below 100 ms needs the owner’s consent', () => {
  assert.match(problems({ interval: '0.05' })[0]!, /--i-own-this-network/);
  assert.deepEqual(problems({ interval: '0.05', iOwnThisNetwork: true }), []);
  assert.deepEqual(problems({ interval: '0.1' }), []);
  assert.match(problems({ interval: '0.0001', iOwnThisNetwork: true })[0]!, /shortest interval/);
});

test('what must not be probed is refused with its reason', () => {
  assert.match(problems({}, ['224.0.0.1'])[0]!, /multicast/);
  assert.match(problems({}, ['ff02::1'])[0]!, /multicast/);
  assert.match(problems({}, ['255.255.255.255'])[0]!, /broadcast/);
  assert.match(problems({}, ['0.0.0.0'])[0]!, /no machine/);
  assert.match(problems({}, ['10.0.0.256'])[0]!, /not an address/);
  assert.match(problems({}, ['10.0.0.0/24'])[0]!, /prefix/);
});

test('every problem is told at once', () => {
  assert.equal(problems({ ttl: '0', size: '8', dscp: 'XX', count: '-1' }, ['224.0.0.1', '10.0.0.1']).length, 5);
});

test('-I is an address or an interface; -4 and -6, -M, --json are read', () => {
  const read = (options: Partial<PingOptions>) => {
    const result = plan(options);
    assert.ok(result.ok, JSON.stringify(result));
    return result.plan;
  };
  assert.equal(read({ source: '10.0.0.9' }).source, '10.0.0.9');
  assert.equal(read({ source: 'fd00::9' }).source, 'fd00::9');
  assert.equal(read({ source: 'ens5' }).interface, 'ens5');
  assert.equal(read({ source: 'ens5' }).source, null);
  assert.equal(read({ ipv6: true }).family, 6);
  assert.equal(read({ pmtudisc: 'do' }).df, true);
  assert.equal(read({ df: true }).df, true);
  assert.equal(read({ json: true }).output, 'json');
  assert.equal(read({ jsonFormat: 'lines' }).output, 'json-lines');
  assert.match(problems({ source: 'a/b' })[0]!, /-I/);
  assert.match(problems({ ipv4: true, ipv6: true })[0]!, /exclude/);
  assert.match(problems({ pmtudisc: 'probe' })[0]!, /-M probe/);
  assert.match(problems({ jsonFormat: 'xml' })[0]!, /--json=lines/);
});

test('DSCP by number or by name (RFC 2474, 2597, 3246)', () => {
  const read = ['0', '46', '63', 'EF', 'ef', 'CS1', 'CS7', 'AF11', 'AF43', 'LE'].map(dscpOf);
  assert.deepEqual(read, [0, 46, 63, 46, 46, 8, 56, 10, 38, 1]);
  assert.deepEqual(['64', '-1', 'AF44', 'AF51', 'CS8', ''].map(dscpOf), [null, null, null, null, null, null]);
});
