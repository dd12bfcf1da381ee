/** The ICMP engine on a network of the test's own: time moves only when the test moves it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERRNO } from '../../agent/kernel/errno.ts';
import type { Note, Outcome, Singleton } from '../../agent/measure/singleton.ts';
import type { IcmpTarget } from '../../agent/measure/target.ts';
import { gridMs, IcmpEngine, type IcmpOptions } from '../../agent/probe/icmp-engine.ts';
import { fixedAddresses } from '../fakes/addresses.ts';
import { FakeClock } from '../fakes/clock.ts';
import { FakeNetwork, type NetworkOptions, type Scenario } from '../fakes/network.ts';
import { seeded } from '../fakes/random.ts';
import { icmpTarget } from '../fakes/targets.ts';

const ROUTER = Uint8Array.of(10, 0, 0, 1);
const after =
  (ms: number): Scenario =>
  () => [{ afterMs: ms }];

interface Setting {
  readonly options?: IcmpOptions;
  readonly network?: NetworkOptions;
  readonly names?: Record<string, string>;
  readonly seed?: number;
}

function setUp(scenario: Scenario, setting: Setting = {}) {
  const clock = new FakeClock();
  const network = new FakeNetwork(clock, scenario, setting.network ?? {});
  const random = seeded(setting.seed ?? 1);
  const singletons: Singleton[] = [];
  const notes: Note[] = [];
  const names: Record<string, string> = setting.names ?? {};
  const addresses = fixedAddresses(names);
  const engine = new IcmpEngine(setting.options ?? { start: 'at-once' }, {
    sink: { singleton: (s) => singletons.push(s), note: (n) => notes.push(n) },
    addresses,
    clock,
    random,
    fillRandom: (words) => {
      for (let i = 0; i < words.length; i += 1) words[i] = random() * 0x1_0000_0000;
    },
    openDoor: network.open,
  });
  const probe = (...targets: Partial<IcmpTarget>[]): void =>
    engine.setTargets(
      targets.map((fields, id) => ({ id, target: icmpTarget({ host: `10.0.1.${id + 1}`, ...fields }) })),
    );
  const outcomes = (): Outcome[] => singletons.map(({ outcome }) => outcome);
  const kinds = (): string[] => outcomes().map((o) => ('code' in o ? `${o.kind} ${o.code}` : o.kind));
  const rtts = (): number[] =>
    outcomes().flatMap((o) => (o.kind === 'reply' ? [Math.round(o.rttMs * 1000) / 1000] : []));
  return { clock, network, engine, singletons, notes, names, probe, outcomes, kinds, rtts };
}

for (const stamps of ['numbered', 'looped'] as const) {
  test(`RTTs are the difference of the kernel’s stamps, whenever they are read (${stamps} stamps)`, async () => {
    const { clock, probe, outcomes, rtts } = setUp(after(20.125), { network: { stamps } });
    probe({}, { host: 'fd00::1' });
    await clock.advance(3500);
    assert.equal(outcomes().length, 8);
    assert.deepEqual(new Set(rtts()), new Set([20.125]));
    for (const outcome of outcomes()) {
      assert.ok(outcome.kind === 'reply' && outcome.timing === 'kernel' && outcome.replyTtl === 57);
    }
  });
}

test('without stamps RTTs are timed in user space, and say so with an honest bar', async () => {
  const { clock, probe, outcomes } = setUp(() => [{ afterMs: 20, stamp: false }], { network: { stamps: 'none' } });
  probe({});
  await clock.advance(900);
  const [outcome] = outcomes();
  assert.ok(outcome?.kind === 'reply' && outcome.timing === 'user');
  assert.ok(Math.abs(outcome.rttMs - 20) <= outcome.errorBarMs, `${outcome.rttMs} ± ${outcome.errorBarMs}`);
  assert.ok(outcome.errorBarMs <= 205, 'no wider than the time between two looks');
});

test('silence is loss after the timeout, and a reply after it is late', async () => {
  const { clock, probe, kinds, notes, singletons } = setUp(({ nth }) => (nth === 0 ? [{ afterMs: 700 }] : []));
  probe({ timeoutMs: 500 });
  await clock.advance(3400);
  assert.deepEqual(kinds(), ['lost', 'lost', 'lost']);
  assert.deepEqual(
    singletons.map(({ sequence }) => sequence),
    [0, 1, 2],
  );
  assert.deepEqual(
    notes.map(({ kind, sequence, rttMs }) => [kind, sequence, Math.round(rttMs ?? 0)]),
    [['late', 0, 700]],
  );
});

test('a loop that stood still finds its replies on time in the queue', async () => {
  const { clock, probe, kinds, rtts } = setUp(after(20));
  probe({ timeoutMs: 500 });
  await clock.advance(6);
  clock.stall(10_000);
  await clock.advance(100);
  assert.deepEqual(kinds().slice(0, 1), ['reply']);
  assert.deepEqual(rtts().slice(0, 1), [20]);
});

test('what was not sent while the loop stood still is overload, not loss', async () => {
  const { clock, engine, probe, kinds } = setUp(after(20));
  probe({});
  await clock.advance(500);
  clock.stall(3000);
  await clock.advance(1400);
  assert.deepEqual(kinds(), ['reply', 'local overload', 'reply', 'reply']);
  assert.equal(engine.status().overload.lateSends, 3);
  assert.equal(engine.status().overload.now, true);
});

test('two replies: the second is a duplicate; overtaken replies are reordered', async () => {
  const { clock, probe, singletons, notes } = setUp(({ nth }) =>
    nth === 1 ? [{ afterMs: 250 }] : [{ afterMs: 10 }, { afterMs: 12 }],
  );
  probe({ everyMs: 100 });
  await clock.advance(390);
  const reordered = singletons.filter((s) => s.reordered).map(({ sequence }) => sequence);
  assert.deepEqual(reordered, [1]);
  assert.deepEqual(
    notes.map(({ kind }) => kind),
    ['duplicate', 'duplicate', 'duplicate'],
  );
});

test('ICMP errors come by name, with sender and MTU, and finish the probe', async () => {
  const { clock, probe, outcomes, singletons } = setUp(() => [
    { afterMs: 5, error: [3, 4], rest: 1400, from: ROUTER },
    { afterMs: 30 },
  ]);
  probe({ df: true, size: 1472 });
  await clock.advance(900);
  assert.deepEqual(outcomes(), [
    {
      kind: 'error',
      code: 'fragmentation-needed',
      text: 'fragmentation needed, next-hop MTU 1400',
      from: '10.0.0.1',
      mtu: 1400,
    },
  ]);
  assert.equal(singletons.length, 1);
});

test('an error that quotes only eight bytes is matched by destination, identifier and sequence', async () => {
  const { clock, network, probe, kinds, singletons } = setUp(({ nth }) =>
    nth === 1 ? [{ afterMs: 5, error: [3, 1], quoted: 8, from: ROUTER }] : [{ afterMs: 20 }],
  );
  probe({}, { host: '10.0.1.1' }, { host: '10.0.1.1' });
  await clock.advance(900);
  assert.deepEqual(kinds().sort(), ['error host-unreachable', 'reply', 'reply']);
  const refused = singletons.find(({ outcome }) => outcome.kind === 'error');
  assert.equal(refused?.target, 1, 'the three share an address, but not an identifier');
  assert.equal(new Set(network.sent.map(({ identifier }) => identifier)).size, 3);
});

test('IPv6 errors are matched too', async () => {
  const { clock, probe, outcomes } = setUp(() => [{ afterMs: 5, error: [2, 0], rest: 1280, from: new Uint8Array(16) }]);
  probe({ host: 'fd00::9' });
  await clock.advance(900);
  assert.deepEqual(outcomes()[0], {
    kind: 'error',
    code: 'fragmentation-needed',
    text: 'packet too big, next-hop MTU 1280',
    from: '::',
    mtu: 1280,
  });
});

const forgeries: Record<
  string,
  { fate: Partial<{ spoil: (b: Uint8Array) => Uint8Array; from: Uint8Array }>; note: boolean }
> = {
  'another nonce': { fate: { spoil: (b) => resum(b, 15) }, note: true },
  'a wrong checksum': { fate: { spoil: (b) => b.fill(0x99, 30, 31) }, note: true },
  'a shorter payload': { fate: { spoil: (b) => resum(b.slice(0, 40), 60) }, note: true },
  'another sender': { fate: { from: Uint8Array.of(10, 9, 9, 9) }, note: false },
  'another identifier': { fate: { spoil: (b) => resum(b, 4) }, note: false },
  'another target’s index': { fate: { spoil: (b) => resum(b, 11) }, note: false },
  'another sequence': { fate: { spoil: (b) => resum(b, 6) }, note: false },
  'hardly anything in it': { fate: { spoil: (b) => resum(b.slice(0, 12), 60) }, note: false },
};

/** Changes a byte (if it is there) and mends the checksum. */
function resum(bytes: Uint8Array, at: number): Uint8Array {
  if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ 0x55;
  bytes[2] = bytes[3] = 0;
  let sum = 0;
  for (const [i, byte] of bytes.entries()) sum += i & 1 ? byte : byte << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  bytes[2] = (~sum >> 8) & 0xff;
  bytes[3] = ~sum & 0xff;
  return bytes;
}

for (const [name, { fate, note }] of Object.entries(forgeries)) {
  test(`a reply with ${name} is no reply${note ? ', but a note' : ''}`, async () => {
    const { clock, probe, kinds, notes } = setUp(() => [{ afterMs: 20, ...fate }]);
    probe({});
    await clock.advance(1900);
    assert.deepEqual(kinds(), ['lost']);
    assert.deepEqual(
      notes.map(({ kind }) => kind),
      note ? ['corrupt', 'corrupt'] : [],
    );
  });
}

const forgedErrors: Record<string, (message: Uint8Array) => Uint8Array> = {
  'another nonce': (b) => resum(b, 8 + 20 + 13),
  'another destination': (b) => resum(b, 8 + 19),
  'another sequence': (b) => resum(b, 8 + 20 + 7),
  'another identifier': (b) => resum(b, 8 + 20 + 5),
};

for (const [name, spoil] of Object.entries(forgedErrors)) {
  test(`an error that quotes ${name} is about nobody`, async () => {
    for (const quoted of name === 'another nonce' ? [64] : [8, 64]) {
      const { clock, probe, kinds } = setUp(() => [{ afterMs: 5, error: [3, 1], quoted, spoil }, { afterMs: 20 }]);
      probe({}, {});
      await clock.advance(900);
      assert.deepEqual(kinds(), ['reply', 'reply'], `${quoted} bytes quoted`);
    }
  });
}

const locals: [errno: number, fields: Partial<IcmpTarget>, code: string, words: RegExp][] = [
  [ERRNO.ENETUNREACH, {}, 'no-route', /no route to 10\.0\.1\.1/],
  [ERRNO.EHOSTUNREACH, {}, 'no-route', /no route/],
  [ERRNO.EPERM, {}, 'denied', /firewall or policy/],
  [ERRNO.EACCES, {}, 'denied', /broadcast address, or a route or policy prohibits/],
  [ERRNO.EADDRNOTAVAIL, { source: '10.0.0.7' }, 'no-address', /source address 10\.0\.0\.7/],
  [ERRNO.EINVAL, { source: '10.0.0.7' }, 'no-address', /source address 10\.0\.0\.7/],
  [ERRNO.EINVAL, {}, 'other', /EINVAL/],
  [ERRNO.ENETDOWN, {}, 'interface-down', /down or gone/],
  [ERRNO.ENXIO, {}, 'interface-down', /down or gone/],
  [ERRNO.EMSGSIZE, { df: true }, 'too-big', /MTU/],
  [ERRNO.ENOBUFS, {}, 'overload', /buffers/],
  [ERRNO.EAGAIN, {}, 'overload', /buffers/],
];

for (const [errno, fields, code, words] of locals) {
  test(`a send refused with errno ${errno}${fields.source ? ' with a source' : ''} is the local reason ${code}`, async () => {
    const { clock, engine, probe, outcomes } = setUp(({ nth }) => (nth % 2 === 0 ? [{ errno }] : [{ afterMs: 5 }]));
    probe(fields);
    await clock.advance(1900);
    const [first, second] = outcomes();
    assert.ok(first?.kind === 'local' && second?.kind === 'reply', JSON.stringify(outcomes()));
    assert.equal(first.code, code);
    assert.match(first.text, words);
    const { noBuffers, now } = engine.status().overload;
    assert.deepEqual([noBuffers, now], code === 'overload' ? [1, true] : [0, false]);
  });
}

test('an interface that is not there is a local reason until it is', async () => {
  const { clock, network, probe, kinds } = setUp(after(5));
  probe({ interface: 'lo' });
  network.doors[0]!.routeErrno = ERRNO.ENODEV;
  network.scenario = () => [{ errno: ERRNO.ENXIO }];
  await clock.advance(2500);
  assert.deepEqual(kinds(), ['local interface-down', 'local interface-down', 'local interface-down']);
  network.doors[0]!.routeErrno = 0;
  network.scenario = after(5);
  await clock.advance(1000);
  assert.equal(kinds().at(-1), 'reply');
});

test('replies that the receive queue lost are overload, not loss; others stay lost', async () => {
  const { clock, network, engine, probe, kinds } = setUp(({ nth }) => (nth === 3 ? [] : [{ afterMs: 20 }]));
  probe({});
  await clock.advance(40);
  network.doors[0]!.overflow();
  await clock.advance(2500);
  assert.deepEqual(kinds().sort(), ['local overload', 'reply', 'reply']);
  assert.equal(engine.status().overload.receiveOverflows, 1);
  assert.equal(engine.status().overload.now, true);
  await clock.advance(12_000);
  assert.ok(kinds().includes('lost'));
  assert.equal(engine.status().overload.now, false);
});

test('RTTs of replies that did get through an overflow stand', async () => {
  const { clock, network, probe, kinds } = setUp(({ nth }) => [{ afterMs: nth === 0 ? 20 : 300 }]);
  probe({}, {});
  await clock.advance(40);
  network.doors[0]!.overflow();
  await clock.advance(1500);
  assert.deepEqual(kinds().slice(0, 2), ['reply', 'local overload']);
});

test('a timeout is not judged before everything that arrived has been read', async () => {
  const { clock, network, probe, kinds } = setUp(after(20));
  probe(...Array.from({ length: 10 }, () => ({ timeoutMs: 100, everyMs: 10_000 })));
  await clock.advance(10);
  network.doors[0]!.perDrain = 2;
  clock.stall(5000);
  await clock.advance(5000);
  assert.deepEqual(new Set(kinds()), new Set(['reply']));
  assert.equal(kinds().length, 10);
});

for (const stepMs of [-3_600_000, -5000, 5000, 3_600_000]) {
  test(`a clock set by ${stepMs} ms while probes are out spoils no RTT`, async () => {
    const { clock, network, probe, rtts, kinds, notes, singletons } = setUp(after(120));
    probe({ everyMs: 100 });
    await clock.advance(450);
    clock.step(stepMs);
    for (const door of network.doors) door.restamp(stepMs);
    await clock.advance(1000);
    assert.deepEqual(new Set(kinds()), new Set(['reply']));
    assert.ok(
      rtts().every((rtt) => Math.abs(rtt - 120) < 0.01),
      `${rtts()}`,
    );
    assert.deepEqual(notes, []);
    const last = singletons.at(-1)!;
    assert.equal(Math.round(last.sentWall - last.sentMono - FakeClock.EPOCH), stepMs);
  });
}

test('a step so small that a stamp could mean two times gives no RTT rather than a wrong one', async () => {
  const { clock, network, probe, kinds, rtts } = setUp(after(20));
  probe({ everyMs: 100 });
  await clock.advance(326);
  clock.step(7);
  for (const door of network.doors) door.restamp(7);
  await clock.advance(560);
  assert.ok(
    rtts().every((rtt) => Math.abs(rtt - 20) < 0.01),
    `${rtts()}`,
  );
  assert.deepEqual(new Set(kinds()), new Set(['reply', 'local other']));
});

test('probes out over a suspension are neither lost nor measured', async () => {
  const { clock, network, probe, kinds } = setUp(({ nth }) => (nth === 0 ? [] : [{ afterMs: 20 }]));
  probe({ timeoutMs: 500 }, { timeoutMs: 500 });
  await clock.advance(10);
  clock.suspend(60_000);
  for (const door of network.doors) door.restamp(60_000);
  await clock.advance(900);
  assert.deepEqual(kinds().sort(), ['local suspended', 'local suspended']);
  await clock.advance(600);
  assert.equal(kinds().length, 4);
  assert.deepEqual(kinds().slice(2), ['reply', 'reply']);
});

test('targets start spread over their interval, keep their phase and their sequence over a reload', async () => {
  const { clock, network, engine, probe, singletons } = setUp(after(5), { options: {} });
  const fields = Array.from({ length: 20 }, () => ({}));
  probe(...fields);
  await clock.advance(3000);
  const first = network.sent.slice(0, 20).map(({ atMono }) => atMono);
  assert.ok(Math.max(...first) - Math.min(...first) > 500, 'spread');
  probe(...fields.slice(0, 10));
  await clock.advance(2000);
  const late = network.sent.filter(({ atMono }) => atMono > 3100);
  assert.equal(new Set(late.map(({ route }) => route.address.join('.'))).size, 10);
  for (let id = 0; id < 10; id += 1) {
    const sequences = singletons.filter(({ target }) => target === id).map(({ sequence }) => sequence);
    assert.deepEqual(
      sequences,
      sequences.map((_, i) => i),
    );
    assert.ok(sequences.length >= 4);
  }
  assert.equal(engine.address(15), null);
  assert.equal(engine.address(3), '10.0.1.4');
});

test('removed targets end silently, also those with probes out', async () => {
  const { clock, probe, engine, singletons, notes } = setUp(after(300));
  probe({});
  await clock.advance(100);
  engine.setTargets([]);
  await clock.advance(5000);
  assert.deepEqual([singletons, notes], [[], []]);
  assert.equal(clock.pending, 0, 'nothing to do, nothing to wake for');
});

test('with a count each target has that many singletons and the loop goes to sleep', async () => {
  const { clock, probe, network, singletons } = setUp(({ nth }) => (nth % 3 === 0 ? [] : [{ afterMs: 1 }]), {
    options: { count: 5, start: 'at-once' },
  });
  probe({ everyMs: 10 }, { everyMs: 25 });
  await clock.advance(10_000);
  assert.equal(singletons.length, 10);
  assert.equal(network.sent.length, 10);
  assert.equal(clock.pending, 0);
});

test('a sink may change the targets, or close, in the middle of a tick', async () => {
  const clock = new FakeClock();
  const network = new FakeNetwork(clock, after(5));
  let told = 0;
  const engine: IcmpEngine = new IcmpEngine(
    { start: 'at-once' },
    {
      sink: {
        singleton: () => {
          told += 1;
          if (told === 1) engine.setTargets([{ id: 2, target: icmpTarget({ host: '10.0.1.3' }) }]);
          if (told === 4) void engine.close();
        },
        note: () => {},
      },
      addresses: fixedAddresses(),
      clock,
      random: () => 0,
      fillRandom: (words) => words.fill(7),
      openDoor: network.open,
    },
  );
  engine.setTargets([0, 1].map((id) => ({ id, target: icmpTarget({ host: `10.0.1.${id + 1}` }) })));
  await clock.advance(10_000);
  assert.equal(told, 4);
  assert.ok(network.doors[0]?.closed);
  assert.equal(clock.pending, 0);
});

test('a name that resolves to another address is followed; replies of the old one still count', async () => {
  const { clock, network, names, engine, probe, kinds } = setUp(after(700), { names: { core: '10.0.5.1' } });
  probe({ host: 'core', everyMs: 500 });
  await clock.advance(600);
  assert.equal(engine.address(0), '10.0.5.1');
  names['core'] = '10.0.5.2';
  engine.setTargets([{ id: 9, target: icmpTarget({ host: 'core', everyMs: 500 }) }]);
  await clock.advance(100);
  assert.equal(engine.address(9), '10.0.5.2');
  await clock.advance(2000);
  assert.deepEqual(new Set(kinds()), new Set(['reply']));
  assert.equal(network.sent.at(-1)?.route.address.join('.'), '10.0.5.2');
});

test('without permission every probe says so, and permission given later is noticed', async () => {
  const refusal = {
    kind: 'none',
    code: 'no-privilege',
    text: 'ICMP cannot be sent: no CAP_NET_RAW',
    remedy: 'sudo setcap cap_net_raw+ep /x',
  } as const;
  const { clock, network, engine, probe, outcomes, kinds } = setUp(after(5), { network: { refusal } });
  probe({});
  await clock.advance(2500);
  assert.deepEqual(new Set(kinds()), new Set(['local no-privilege']));
  assert.ok(outcomes().every((o) => o.kind === 'local' && o.text === refusal.text));
  const { mode, text, remedy, timing } = engine.status();
  assert.deepEqual(
    { mode, text, remedy, timing },
    { mode: 'none', text: refusal.text, remedy: refusal.remedy, timing: null },
  );
  network.options = {};
  await clock.advance(31_000);
  assert.equal(kinds().at(-1), 'reply');
  assert.equal(engine.status().mode, 'raw');
});

test('one family switched off leaves the other alone', async () => {
  const { clock, network, engine, probe, kinds } = setUp(after(5));
  const open = network.open;
  network.options = {
    refusal: { kind: 'none', code: 'no-family', text: 'IPv6 is switched off on this host', remedy: null },
  };
  probe({ host: 'fd00::1' });
  network.options = {};
  assert.ok(open);
  engine.setTargets([0, 1].map((id) => ({ id, target: icmpTarget({ host: id === 0 ? 'fd00::1' : '10.0.1.1' }) })));
  await clock.advance(900);
  assert.deepEqual(kinds().sort(), ['local no-route', 'reply']);
  assert.equal(engine.status().mode, 'raw');
});

test('a source address of the other family is a local reason', async () => {
  const { clock, probe, kinds } = setUp(after(5));
  probe({ host: 'fd00::1', source: '10.0.0.1' });
  await clock.advance(900);
  assert.deepEqual(kinds(), ['local no-address']);
});

test('more probes out than 16 bits tell apart are not sent, and said', async () => {
  const { clock, probe, kinds, network } = setUp(() => [], { options: { start: 'at-once', count: 33_000 } });
  probe({ everyMs: 10, timeoutMs: 3_600_000 });
  await clock.advance(331_000);
  assert.equal(network.sent.length, 32_768);
  assert.deepEqual(new Set(kinds()), new Set(['local overload']));
  assert.equal(kinds().length, 33_000 - 32_768);
});

test('options of the target reach the route', async () => {
  const { network, probe } = setUp(after(5));
  probe({ host: 'fe80::1%eth0', ttl: 3, dscp: 46, df: true, source: 'fd00::2', interface: 'eth0' });
  const route = network.doors[0]?.routes[0];
  assert.deepEqual(
    [route?.zone, route?.ttl, route?.dscp, route?.df, route?.interface, route?.source?.length],
    ['eth0', 3, 46, true, 'eth0', 16],
  );
  assert.equal(network.doors[0]?.longest, 64);
});

test('ten targets share five ticks a second, and what came is read in them', async () => {
  const { clock, network, probe, singletons } = setUp(after(20), { options: {} });
  probe(...Array.from({ length: 10 }, () => ({})));
  await clock.advance(2000);
  const began = clock.mono();
  await clock.advance(10_000);
  const places = new Set(network.sent.filter(({ atMono }) => atMono > began).map(({ atMono }) => atMono));
  assert.equal(network.sent.filter(({ atMono }) => atMono > began).length, 100);
  for (const place of places) assert.ok(place % 200 < 1, String(place));
  assert.ok(places.size <= 50, `${places.size} ticks`);
  assert.ok(singletons.length >= 110 && singletons.every(({ outcome }) => outcome.kind === 'reply'));
});

test('the grid is as wide as probes leave few at a time, and a fifth of the shortest interval at most', () => {
  const every = (count: number, everyMs: number): number[] => Array.from({ length: count }, () => everyMs);
  assert.equal(gridMs(every(20, 1000)), 200);
  assert.equal(gridMs(every(21, 1000)), 100);
  assert.equal(gridMs(every(50, 1000)), 50);
  assert.equal(gridMs(every(5000, 1000)), 50);
  assert.equal(gridMs(every(2, 500)), 100);
  assert.equal(gridMs([60_000, 250]), 50);
  assert.equal(gridMs([100]), null);
  assert.equal(gridMs([]), 200);
});

test('identifiers and first sequences are random, whatever the process id', async () => {
  const engines = Array.from({ length: 40 }, (_, i) => setUp(after(5), { seed: i + 1 }));
  for (const { clock, probe } of engines) {
    probe({}, {});
    await clock.advance(900);
  }
  const firsts = engines.map(({ network }) => network.sent.slice(0, 2));
  for (const [one, other] of firsts) assert.notEqual(one?.identifier, other?.identifier);
  // 40 of 256 blocks: fewer than 25 different ones once in a million
  assert.ok(new Set(firsts.map(([one]) => (one?.identifier ?? 0) >> 8)).size >= 25);
  assert.ok(new Set(firsts.flat().map(({ sequence }) => sequence)).size >= 75);
});

test('what is due is sent in turns of 256, and what arrived is read after each', async () => {
  const { clock, network, probe } = setUp(after(0));
  probe(...Array.from({ length: 3000 }, (_, i) => ({ host: `10.1.${i >> 8}.${i & 255}`, everyMs: 10_000 })));
  const [door] = network.doors;
  assert.ok(door !== undefined);
  const drain = door.drain.bind(door);
  const turns: number[] = [];
  let before = 0;
  door.drain = () => {
    turns.push(network.sent.length - before);
    before = network.sent.length;
    return drain();
  };
  await clock.advance(500);
  assert.equal(network.sent.length, 3000);
  assert.equal(Math.max(...turns), 256);
});

test('10,000 targets each get their probe in every interval, none of them late', async () => {
  const { clock, network, engine, probe, singletons } = setUp(after(20), { options: {} });
  probe(...Array.from({ length: 10_000 }, (_, i) => ({ host: `10.${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}` })));
  await clock.advance(2300);
  assert.ok(network.sent.length >= 20_000 && network.sent.length <= 25_000, `${network.sent.length}`);
  assert.ok(singletons.every(({ outcome }) => outcome.kind === 'reply'));
  assert.deepEqual(engine.status().overload, { receiveOverflows: 0, lateSends: 0, noBuffers: 0, now: false });
  const nonces = new Set(network.sent.map(({ message }) => Buffer.from(message.subarray(12, 20)).toString('hex')));
  assert.equal(nonces.size, network.sent.length);
});
