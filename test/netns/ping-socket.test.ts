/** ICMP without privileges: ping sockets, and what is said when not even those are allowed. */
import assert from 'node:assert/strict';
import { getRandomValues } from 'node:crypto';
import { resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { IcmpOpening } from '../../agent/kernel/open-icmp.ts';
import { openPingIcmp } from '../../agent/kernel/ping-socket.ts';
import type { IcmpTarget } from '../../agent/measure/target.ts';
import { probeClock } from '../../agent/probe/clock.ts';
import { IcmpEngine } from '../../agent/probe/icmp-engine.ts';
import { RecordingSink } from '../fakes/sink.ts';
import { icmp, literals } from './icmp-targets.ts';
import { type Host, labFor, labSkip } from './lab.ts';
import { FAR4, FAR6, ROUTER4, ROUTER6, wanPath } from './wan-path.ts';

const skip = labSkip('nft', 'setpriv', '/dev/net/tun');
const ALL_GROUPS = { 'ipv4.ping_group_range': '0 2147483647' };

/** Probes over ping sockets until each target has `count` singletons. */
async function ping(
  t: TestContext,
  host: Host,
  targets: readonly IcmpTarget[],
  count: number,
  numbered?: boolean,
): Promise<RecordingSink> {
  host.sysctl(ALL_GROUPS);
  const sink = new RecordingSink();
  const engine = new IcmpEngine(
    { start: 'at-once', count },
    {
      sink,
      addresses: literals(),
      clock: probeClock(),
      random: Math.random,
      fillRandom: getRandomValues,
      openDoor: (family, _block, listener): IcmpOpening => {
        const door = openPingIcmp(family, listener, numbered);
        if (typeof door === 'number') throw new Error(`errno ${door}`);
        return { kind: 'ping', door, text: '', remedy: '' };
      },
    },
  );
  {
    using _inside = host.enter();
    engine.setTargets(targets.map((target, id) => ({ id, target })));
  }
  t.after(() => engine.close());
  await sink.wait(({ singletons }) => singletons.length >= count * targets.length, 30_000);
  return sink;
}

for (const numbered of [true, false]) {
  test(`replies are timed by the kernel, with their TTL (${numbered ? 'numbered' : 'looped'} stamps)`, {
    skip,
  }, async (t) => {
    const { sender } = await wanPath(t, { both: { delayMs: 5 } });
    const targets = [icmp(FAR4), icmp(FAR6), icmp(FAR4, { df: true, size: 500 })];
    const { singletons, notes } = await ping(t, sender, targets, 5, numbered);
    const replies = singletons.flatMap(({ outcome }) => (outcome.kind === 'reply' ? [outcome] : []));
    assert.ok(replies.length >= 10, JSON.stringify(singletons));
    for (const reply of replies) {
      assert.equal(reply.timing, 'kernel');
      assert.equal(reply.replyTtl, 63);
      assert.ok(reply.rttMs >= 10 && reply.rttMs < 200, `${reply.rttMs} ms`);
    }
    assert.deepEqual(notes, []);
  });
}

test('errors are told by name and sender, and spoil no probe of another target', { skip }, async (t) => {
  const { sender, router } = await wanPath(t);
  router.firewall(
    'forward',
    'icmp type echo-request ip length > 200 reject with icmp type admin-prohibited',
    'icmpv6 type echo-request ip6 length > 200 reject with icmpv6 type addr-unreachable',
  );
  const targets = [icmp(FAR4), icmp(FAR4, { size: 400 }), icmp(FAR6), icmp(FAR6, { size: 400 })];
  const { singletons } = await ping(t, sender, targets, 5);
  for (const { target, outcome } of singletons) {
    if (outcome.kind === 'local' && outcome.code === 'overload') continue;
    if (target === 1 || target === 3) {
      assert.ok(outcome.kind === 'error', JSON.stringify(outcome));
      assert.equal(outcome.code, target === 1 ? 'admin-prohibited' : 'host-unreachable');
      assert.equal(outcome.from, target === 1 ? ROUTER4 : ROUTER6);
    } else {
      assert.equal(outcome.kind, 'reply', JSON.stringify(outcome));
    }
  }
});

test('a path MTU smaller than the packet is told with its size', { skip }, async (t) => {
  const { sender } = await wanPath(t, { both: { mtu: 1400 } });
  const targets = [icmp(FAR4, { size: 1472, df: true }), icmp(FAR6, { size: 1452, df: true })];
  const { singletons } = await ping(t, sender, targets, 3);
  for (const { outcome } of singletons) {
    if (outcome.kind === 'local' && outcome.code === 'overload') continue;
    assert.ok(outcome.kind === 'error', JSON.stringify(outcome));
    assert.deepEqual([outcome.code, outcome.mtu], ['fragmentation-needed', 1400]);
  }
});

/** Opens the best door there is as root without CAP_NET_RAW, and prints what came of it. */
function openWithoutPrivilege(host: Host): { kind: string; text: string; remedy: string }[] {
  const code = `
    const { openIcmp } = await import(${JSON.stringify(resolve('agent/kernel/open-icmp.ts'))});
    const told = [4, 6].map((family) => openIcmp(family, 0x4200, {}));
    console.log(JSON.stringify(told.map(({ kind, text, remedy }) => ({ kind, text, remedy }))));`;
  const without = ['setpriv', '--bounding-set=-net_raw', '--inh-caps=-net_raw'];
  return JSON.parse(host.run([...without, process.execPath, '--no-warnings', '--input-type=module', '-e', code]));
}

test('without CAP_NET_RAW it falls back to ping sockets, and says the one command that changes it', { skip }, (t) => {
  const host = labFor(t).host('a');
  host.sysctl(ALL_GROUPS);
  for (const { kind, text, remedy } of openWithoutPrivilege(host)) {
    assert.equal(kind, 'ping');
    assert.match(text, /raw ICMP sockets are refused \(EPERM\)/);
    assert.match(remedy, /^sudo setcap cap_net_raw\+ep \/\S+/);
  }
});

test('without ping sockets either, both remedies are named', { skip }, (t) => {
  const host = labFor(t).host('a');
  host.sysctl({ 'ipv4.ping_group_range': '1 0' });
  for (const { kind, text, remedy } of openWithoutPrivilege(host)) {
    assert.equal(kind, 'none');
    assert.match(text, /CAP_NET_RAW.*ping_group_range/);
    assert.match(remedy, /setcap .*sysctl -w net\.ipv4\.ping_group_range/);
  }
});
