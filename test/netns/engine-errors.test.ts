/** The ICMP engine when something says no: the network (an error, part of loss) or this host (local, no loss at all). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome, Singleton } from '../../agent/measure/singleton.ts';
import { icmp } from './icmp-targets.ts';
import { labFor, labSkip } from './lab.ts';
import { probing } from './probing.ts';
import { FAR4, FAR6, ROUTER4, ROUTER6, SENDER_DEVICE, wanPath } from './wan-path.ts';

const skip = labSkip('nft', '/dev/net/tun');

/** What all these probes came to, which must be the same for each. */
function only(probes: readonly Singleton[]): Outcome {
  const [first] = probes;
  assert.ok(first !== undefined, 'no probe finished');
  for (const { outcome } of probes) assert.deepEqual(outcome, first.outcome);
  return first.outcome;
}

const REJECTS = [
  ['icmp', 'net-unreachable', 'net-unreachable', 'network unreachable'],
  ['icmp', 'host-unreachable', 'host-unreachable', 'host unreachable'],
  ['icmp', 'prot-unreachable', 'protocol-unreachable', 'protocol unreachable'],
  ['icmp', 'port-unreachable', 'port-unreachable', 'port unreachable'],
  ['icmp', 'net-prohibited', 'admin-prohibited', 'network administratively prohibited'],
  ['icmp', 'host-prohibited', 'admin-prohibited', 'host administratively prohibited'],
  ['icmp', 'admin-prohibited', 'admin-prohibited', 'communication administratively prohibited'],
  ['icmpv6', 'no-route', 'net-unreachable', 'no route to destination'],
  ['icmpv6', 'admin-prohibited', 'admin-prohibited', 'communication administratively prohibited'],
  ['icmpv6', 'addr-unreachable', 'host-unreachable', 'address unreachable'],
  ['icmpv6', 'port-unreachable', 'port-unreachable', 'port unreachable'],
  ['icmpv6', 'policy-fail', 'admin-prohibited', 'source address failed ingress or egress policy'],
  ['icmpv6', 'reject-route', 'net-unreachable', 'reject route to destination'],
] as const;

test('each ICMP error is told by its name, with who sent it, and is no reply', { skip }, async (t) => {
  const { sender, router } = await wanPath(t);
  for (const [protocol, reject, code, text] of REJECTS) {
    router.firewall('forward', `${protocol} type echo-request reject with ${protocol} type ${reject}`);
    const run = probing(t, sender, [icmp(protocol === 'icmp' ? FAR4 : FAR6, { everyMs: 20, timeoutMs: 500 })]);
    await run.finished(5);
    await run.stop();
    assert.deepEqual(
      only(run.judged(0)),
      { kind: 'error', code, text, from: protocol === 'icmp' ? ROUTER4 : ROUTER6, mtu: null },
      `${protocol} ${reject}`,
    );
    assert.deepEqual(run.notes, []);
  }
});

test('of two targets only the refused one has the error', { skip }, async (t) => {
  const { sender, router } = await wanPath(t);
  router.firewall('forward', 'icmp type echo-request ip length > 200 reject with icmp type admin-prohibited');
  const run = probing(t, sender, [icmp(FAR4, { everyMs: 30 }), icmp(FAR4, { everyMs: 30, size: 400 })]);
  await run.finished(20);
  assert.ok(run.judged(0).every(({ outcome }) => outcome.kind === 'reply'));
  assert.ok(run.judged(1).every(({ outcome }) => outcome.kind === 'error'));
});

test('a smaller MTU in the middle is told with the next hop’s MTU and by whom', { skip }, async (t) => {
  const router = { v4: '10.30.0.9', v6: 'fd30::9' };
  const { sender, link } = await wanPath(t, { forth: { mtu: 1400 }, router });
  const options = { everyMs: 50, timeoutMs: 500 };
  const run = probing(t, sender, [
    icmp(FAR4, { ...options, df: true, size: 1372 }),
    icmp(FAR4, { ...options, df: true, size: 1373 }),
    icmp(FAR4, { ...options, df: false, size: 1472 }),
    icmp(FAR6, { ...options, df: true, size: 1352 }),
    icmp(FAR6, { ...options, df: true, size: 1353 }),
  ]);
  await run.finished(10);
  const error = { kind: 'error', code: 'fragmentation-needed', mtu: 1400 } as const;
  for (const fits of [0, 2, 3])
    assert.ok(
      run.judged(fits).every(({ outcome }) => outcome.kind === 'reply'),
      `${fits}`,
    );
  // again and again: the kernel's own memory of the path's MTU must not answer for the network
  assert.deepEqual(only(run.judged(1)), {
    ...error,
    text: 'fragmentation needed, next-hop MTU 1400',
    from: router.v4,
  });
  assert.deepEqual(only(run.judged(4)), { ...error, text: 'packet too big, next-hop MTU 1400', from: router.v6 });
  assert.ok((await link.stats()).tooBig >= 20);
});

test('a TTL that is too short ends at the router', { skip }, async (t) => {
  const { sender } = await wanPath(t);
  const options = { everyMs: 50, timeoutMs: 500, ttl: 1 };
  const run = probing(t, sender, [icmp(FAR4, options), icmp(FAR6, options)]);
  await run.finished(5);
  const error = { kind: 'error', code: 'ttl-exceeded', mtu: null } as const;
  assert.deepEqual(only(run.judged(0)), { ...error, text: 'time to live exceeded in transit', from: ROUTER4 });
  assert.deepEqual(only(run.judged(1)), { ...error, text: 'hop limit exceeded in transit', from: ROUTER6 });
});

test('fragments that never become whole are told', { skip }, async (t) => {
  const { sender, router, far } = await wanPath(t, { forth: { mtu: 1400 } });
  far.sysctl({ 'ipv4.ipfrag_time': 1 });
  router.sysctl({ 'ipv4.ip_forward': 1 });
  far.firewall('input', 'accept');
  // the second fragment is lost where routers lose things: before the far host puts it together
  far.run(
    ['nft', '-f', '-'],
    'table ip broken {\nchain pre {\ntype filter hook prerouting priority -500\nip frag-off & 0x1fff != 0 drop\n}\n}\n',
  );
  const run = probing(t, sender, [icmp(FAR4, { everyMs: 500, timeoutMs: 4000, size: 1472 })]);
  await run.finished(1);
  assert.deepEqual(run.of(0)[0]?.outcome, {
    kind: 'error',
    code: 'reassembly-exceeded',
    text: 'fragment reassembly time exceeded',
    from: FAR4,
    mtu: null,
  });
});

test('a missing route is this host’s own reason, never loss, and passes when the route is back', {
  skip,
}, async (t) => {
  const { sender } = await wanPath(t);
  const options = { everyMs: 50, timeoutMs: 300 };
  const run = probing(t, sender, [icmp(FAR4, options), icmp(FAR6, options)]);
  await run.finished(5);
  sender.ip('route del default');
  sender.ip('-6 route del default');
  await run.finished(run.of(0).length + 10);
  sender.ip(`route add default via ${ROUTER4}`);
  sender.ip(`-6 route add default via ${ROUTER6}`);
  await run.until((probes) => probes.at(-1)?.outcome.kind === 'reply');
  for (const probes of [run.judged(0), run.judged(1)]) {
    const others = probes.filter(({ outcome }) => outcome.kind !== 'reply');
    assert.ok(others.length >= 8, `${others.length}`);
    for (const { outcome } of others)
      assert.ok(outcome.kind === 'local' && outcome.code === 'no-route', JSON.stringify(outcome));
  }
});

test('a local firewall is this host’s own reason and shifts no timestamp', { skip }, async (t) => {
  const { sender } = await wanPath(t, { both: { delayMs: 10 } });
  // by sequence, since a packet refused within a batch is tried again to learn why
  const rule = (protocol: string): string => `${protocol} type echo-request ${protocol} sequence & 3 == 1 drop`;
  sender.firewall('output', rule('icmp'), rule('icmpv6'));
  const targets = [icmp(FAR4, { everyMs: 20 }), icmp(FAR4, { everyMs: 20 }), icmp(FAR6, { everyMs: 20 })];
  const run = probing(t, sender, targets, 60);
  await run.finished(60);
  for (const index of targets.keys()) {
    const probes = run.judged(index);
    const denied = probes.filter(({ outcome }) => outcome.kind === 'local' && outcome.code === 'denied');
    const replies = probes.flatMap(({ outcome }) => (outcome.kind === 'reply' ? [outcome] : []));
    assert.equal(denied.length + replies.length, probes.length, 'nothing but replies and local reasons');
    assert.ok(denied.length > probes.length / 8, `${denied.length} of ${probes.length} denied`);
    // a stamp of the packet 20 ms before or after would show at once
    const rtts = replies.map(({ rttMs }) => rttMs).sort((x, y) => x - y);
    const middle = rtts[rtts.length >> 1]!;
    assert.ok(rtts[0]! >= 20 && middle < 25, `least ${rtts[0]}, median ${middle}`);
    assert.ok(replies.every(({ timing }) => timing === 'kernel'));
  }
});

test('the broadcast address of a network of this host is refused with its reason, never lost', { skip }, async (t) => {
  const { sender } = await wanPath(t);
  const run = probing(t, sender, [icmp('10.29.0.255'), icmp('255.255.255.255')], 3);
  await run.finished(3);
  for (const index of [0, 1]) {
    const outcome = only(run.judged(index));
    assert.ok(outcome.kind === 'local' && outcome.code === 'denied', JSON.stringify(outcome));
    assert.match(outcome.text, /sends nothing to [0-9.]+255: .* broadcast address/);
  }
});

test('a source address that goes is a local reason; probing goes on when it is back', { skip }, async (t) => {
  const { sender } = await wanPath(t);
  const [source4, source6] = ['10.29.0.11', 'fd29::11'];
  const addresses = (verb: 'add' | 'del'): void => {
    sender.ip(`address ${verb} ${source4}/24 dev ${SENDER_DEVICE}`);
    sender.ip(`address ${verb} ${source6}/64 dev ${SENDER_DEVICE}${verb === 'add' ? ' nodad' : ''}`);
  };
  addresses('add');
  const options = { everyMs: 50, timeoutMs: 300 };
  const run = probing(t, sender, [
    icmp(FAR4, { ...options, source: source4 }),
    icmp(FAR6, { ...options, source: source6 }),
  ]);
  await run.finished(5);
  addresses('del');
  await run.finished(run.of(0).length + 12);
  addresses('add');
  await run.until((probes) => probes.at(-1)?.outcome.kind === 'reply');
  for (const [target, source] of [source4, source6].entries()) {
    const gone = run.judged(target).flatMap(({ outcome }) => (outcome.kind === 'local' ? [outcome] : []));
    assert.ok(gone.length >= 5, JSON.stringify(run.of(target).map(({ outcome }) => outcome)));
    // the first one is only known not to have a route
    for (const { code, text } of gone.slice(1)) {
      assert.deepEqual({ code, text }, { code: 'no-address', text: `source address ${source} is not on this host` });
    }
  }
});

test('this host gets other addresses: probing goes on from them, and lost is at most what was out just then', {
  skip,
}, async (t) => {
  const { sender, far } = await wanPath(t, { both: { delayMs: 20 } });
  const options = { everyMs: 20, timeoutMs: 500 };
  const run = probing(t, sender, [icmp(FAR4, options), icmp(FAR6, options)]);
  await run.finished(5);
  const [new4, new6] = ['10.29.0.77', 'fd29::77'];
  sender.run(
    ['ip', '-batch', '-'],
    `address del 10.29.0.1/24 dev ${SENDER_DEVICE}
    address del fd29::1/64 dev ${SENDER_DEVICE}
    address add ${new4}/24 dev ${SENDER_DEVICE}
    address add ${new6}/64 dev ${SENDER_DEVICE} nodad
    route replace default via ${ROUTER4}
    route replace default via inet6 ${ROUTER6}`,
  );
  await run.until((probes) => probes.at(-1)?.outcome.kind === 'reply');
  const changed = [0, 1].map((target) => run.of(target).length);
  // now only the new ones get through
  far.firewall('input', `ip saddr ${new4} accept`, `ip6 saddr ${new6} accept`, 'meta l4proto { icmp, ipv6-icmp } drop');
  await run.finished(Math.max(...changed) + 60);
  for (const target of [0, 1]) {
    const kinds = run
      .judged(target)
      .map(({ outcome }) => ('code' in outcome ? `${outcome.kind} ${outcome.code}` : outcome.kind));
    assert.deepEqual(new Set(kinds.slice(-30)), new Set(['reply']));
    const lost = kinds.filter((kind) => kind === 'lost').length;
    // 40 ms of probes every 20 ms, and one more that left while the addresses changed
    assert.ok(lost <= 4, `${target}: ${kinds.join()}`);
    assert.ok(
      kinds.every((kind) => ['reply', 'lost', 'local no-route', 'local no-address'].includes(kind)),
      `${target}: ${kinds.join()}`,
    );
  }
});

test('a link that goes down and up again is a local reason in between', { skip }, async (t) => {
  const lab = labFor(t);
  const [a, b] = [lab.host('a'), lab.host('b')];
  lab.link(a, b, ['10.21.0.1/24', 'fd21::1/64'], ['10.21.0.2/24', 'fd21::2/64']);
  a.sysctl({ 'ipv6.conf.all.keep_addr_on_down': 1 });
  const options = { everyMs: 50, timeoutMs: 300 };
  const run = probing(t, a, [
    icmp('10.21.0.2', options),
    icmp('fd21::2', options),
    icmp('10.21.0.2', { ...options, interface: 'to-b' }),
  ]);
  await run.finished(5);
  a.ip('link set to-b down');
  await run.finished(run.of(0).length + 10);
  a.ip('link set to-b up');
  await run.until((probes) => probes.at(-1)?.outcome.kind === 'reply');
  for (const target of [0, 1, 2]) {
    const local = run.of(target).flatMap(({ outcome }) => (outcome.kind === 'local' ? [outcome.code] : []));
    assert.ok(local.length >= 5, `${target}: ${JSON.stringify(run.of(target).map(({ outcome }) => outcome))}`);
    assert.ok(
      local.every((code) => code === 'no-route' || code === 'interface-down'),
      `${target}: ${local}`,
    );
  }
});
