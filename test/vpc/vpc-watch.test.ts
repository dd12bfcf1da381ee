/** A whole watch before plain doors: what is shown, what is told, what fails. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AwsRoute } from '../../agent/aws/vpc-shapes.ts';
import { FakeClock } from '../fakes/clock.ts';
import { seeded } from '../fakes/random.ts';
import {
  association,
  FakeDoors,
  gateway,
  lag,
  local,
  NETWORK_ACCOUNT,
  peer,
  propagated,
  route,
  SUBNET,
  subnet,
  TABLE,
  TGW,
  table,
  throttled,
  tunnel,
  unreachable,
  VGW,
  VPC,
  vif,
  vpc,
  vpn,
} from '../fakes/vpc-doors.ts';
import { HOUR, MINUTE, VpcRig, watched } from './rig.ts';

/** A VGW with a VPN connection and two virtual interfaces on a LAG; forty routes propagate. */
function busy(): FakeDoors {
  const doors = new FakeDoors();
  doors.gateways = [gateway()];
  doors.vpns = [vpn('vpn-1', { name: 'syd-dc1' })];
  doors.associations = [association()];
  doors.interfaces = [
    vif('dxvif-1', { connectionId: 'dxlag-ffcccccc' }),
    vif('dxvif-2', { connectionId: 'dxlag-ffcccccc' }),
  ];
  doors.lags = [lag()];
  doors.routeTables = [table([local(), ...prefixes(40)])];
  return doors;
}

const prefixes = (count: number): AwsRoute[] => Array.from({ length: count }, (_, i) => propagated(`10.20.${i}.0/24`));

test('everything that AWS tells is shown, plain JSON, without an event at the start', async () => {
  const rig = new VpcRig(busy());
  rig.sites = [watched('syd-dc1', ['10.20.0.0/24'])];
  const view = await rig.pass(2 * MINUTE);
  assert.deepEqual(JSON.parse(JSON.stringify(view)), view);
  assert.deepEqual(
    view.parts.map(({ name, status }) => `${name} ${status}`),
    ['subnets ok', 'ipam ok', 'addresses ok', 'tunnels ok', 'direct-connect ok', 'routes ok'],
  );
  assert.equal(view.name, 'payments');
  assert.equal(view.state, 'up');
  assert.equal(view.summary, '1 subnet, fullest 20.3 %; 2 tunnels up; 4 BGP peers up; 40 of 100 propagated routes');
  assert.deepEqual(
    view.vpns.map(({ id, state, routing }) => [id, state, routing]),
    [['vpn-1', 'up', 'bgp']],
  );
  assert.deepEqual(
    view.virtualInterfaces.map(({ id, state, lagId }) => [id, state, lagId]),
    [
      ['dxvif-1', 'up', 'dxlag-ffcccccc'],
      ['dxvif-2', 'up', 'dxlag-ffcccccc'],
    ],
  );
  assert.equal(view.lags[0]?.state, 'up');
  assert.deepEqual(view.cidrs, [
    { cidr: '10.0.0.0/16', family: 4, allocated: 1 / 256, used: 51, total: 65_536, ipam: null },
  ]);
  assert.deepEqual(view.quotas, [{ id: 'elastic-ips', name: 'Elastic IP addresses', used: 1, total: 5, state: 'up' }]);
  assert.equal(view.routeTables[0]?.propagated, 40);
  const [path] = view.sitePaths;
  assert.equal(path?.link, 'direct-connect');
  assert.equal(path?.why, 'the only route; Direct Connect before VPN');
  assert.equal(path?.state, 'up');
  assert.deepEqual(rig.told(), []);
});

test('a tunnel that goes is told as of AWS’s own time; both of them are the connection', async () => {
  const rig = new VpcRig(busy());
  await rig.pass(3 * MINUTE);
  const went = rig.clock.wall() - 20_000;
  const down = { status: 'DOWN', statusMessage: 'IPSEC IS DOWN', acceptedRouteCount: 0, lastStatusChange: went };
  rig.doors.vpns = [vpn('vpn-1', { name: 'syd-dc1', telemetry: [tunnel('203.0.113.8'), tunnel('203.0.113.9', down)] })];
  let view = await rig.pass(2 * MINUTE);
  const [event] = rig.events;
  assert.equal(event?.text, 'Tunnel 203.0.113.9 of syd-dc1 is down (IPSEC IS DOWN): no redundancy');
  assert.equal(event?.at, went);
  assert.deepEqual([event?.kind, event?.layer, event?.from, event?.to], ['vpc', 'bgp-tunnels', 'up', 'down']);
  assert.equal(event?.lastedMs, went - Date.UTC(2025, 11, 1));
  assert.equal(view.vpns[0]?.state, 'degraded');
  assert.equal(view.vpns[0]?.since, went);
  assert.deepEqual(
    view.vpns[0]?.reasons.map(({ text }) => text),
    ['no redundancy', '203.0.113.9 is down (IPSEC IS DOWN)'],
  );
  assert.ok(view.findings.some(({ id }) => id === 'R07'));
  rig.told();
  const ipsecOnly = { ...down, statusMessage: 'IPSEC IS UP', lastStatusChange: rig.clock.wall() };
  rig.doors.vpns = [vpn('vpn-1', { telemetry: [tunnel('203.0.113.8', ipsecOnly), tunnel('203.0.113.9', down)] })];
  view = await rig.pass(2 * MINUTE);
  assert.equal(view.vpns[0]?.state, 'down');
  assert.deepEqual(rig.told(), ['Tunnel 203.0.113.8 of vpn-1 is down: IPsec is up, BGP is not: no tunnel is up']);
  assert.match(view.summary, /2 of 2 tunnels down/);
});

test('a flap between two polls is seen by its LastStatusChange, once', async () => {
  const rig = new VpcRig(busy());
  await rig.pass(3 * MINUTE);
  const flapped = rig.clock.wall() - 7000;
  rig.doors.vpns = [
    vpn('vpn-1', { telemetry: [tunnel('203.0.113.8', { lastStatusChange: flapped }), tunnel('203.0.113.9')] }),
  ];
  const view = await rig.pass(5 * MINUTE);
  assert.deepEqual(
    rig.events.map(({ at }) => at),
    [flapped],
  );
  assert.match(
    rig.told().join(),
    /^Tunnel 203.0.113.8 of vpn-1 went and came back at \d\d:\d\d:\d\d, between two looks$/,
  );
  assert.deepEqual(
    view.vpns[0]?.tunnels.map(({ changes }) => changes),
    [2, 0],
  );
});

test('AWS’s clock ahead of ours: nothing is told of the future', async () => {
  const rig = new VpcRig(busy());
  await rig.pass(3 * MINUTE);
  const ahead = rig.clock.wall() + HOUR;
  rig.doors.vpns = [
    vpn('vpn-1', {
      telemetry: [tunnel('203.0.113.8', { status: 'DOWN', lastStatusChange: ahead }), tunnel('203.0.113.9')],
    }),
  ];
  const view = await rig.pass(2 * MINUTE);
  assert.ok((rig.events[0]?.at ?? Infinity) <= rig.clock.wall());
  assert.ok((view.vpns[0]?.tunnels[0]?.changedAt ?? Infinity) <= rig.clock.wall());
});

test('BGP that drops, the way over VPN, and back: one event each, with the sites it carries', async () => {
  const rig = new VpcRig(busy());
  rig.sites = [watched('syd-dc1', ['10.20.0.0/24']), watched('office', ['172.16.0.0/12'])];
  await rig.pass(3 * MINUTE);
  const down = [peer('ipv4', { bgpStatus: 'down' }), peer('ipv6')];
  rig.doors.interfaces = ['dxvif-1', 'dxvif-2'].map((id) =>
    vif(id, { connectionId: 'dxlag-ffcccccc', bgpPeers: down }),
  );
  let view = await rig.pass(2 * MINUTE);
  assert.deepEqual(
    rig.events.map(({ text, site }) => [text, site]),
    [
      ['BGP IPv4 of dxvif-1 is down', 'syd-dc1'],
      ['BGP IPv4 of dxvif-2 is down', 'syd-dc1'],
      ['syd-dc1 runs over VPN (was Direct Connect)', 'syd-dc1'],
    ],
  );
  rig.told();
  assert.equal(view.virtualInterfaces[0]?.state, 'degraded');
  const [path] = view.sitePaths;
  assert.equal(path?.link, 'vpn');
  assert.match(path?.why ?? '', /Direct Connect has no BGP up .*, so VPN/);
  assert.deepEqual(
    view.siteWays.map(({ site, link, was }) => [site, link, was]),
    [
      ['syd-dc1', 'vpn', 'direct-connect'],
      ['office', 'unknown', null],
    ],
  );
  rig.doors.interfaces = ['dxvif-1', 'dxvif-2'].map((id) => vif(id, { connectionId: 'dxlag-ffcccccc' }));
  view = await rig.pass(2 * MINUTE);
  assert.deepEqual(rig.told(), [
    'BGP IPv4 of dxvif-1 is up again',
    'BGP IPv4 of dxvif-2 is up again',
    'syd-dc1 runs over Direct Connect (was VPN)',
  ]);
  assert.equal(view.sitePaths[0]?.link, 'direct-connect');
});

test('thirty routes withdrawn at once are one event with a list', async () => {
  const doors = busy();
  const rig = new VpcRig(doors);
  rig.sites = [watched('syd-dc1', ['10.20.0.0/24'])];
  doors.routeTables = [
    ...doors.routeTables,
    table([local(), ...prefixes(40)], { routeTableId: 'rtb-2', associations: [] }),
  ];
  await rig.pass(6 * MINUTE);
  doors.routeTables = doors.routeTables.map((one) => ({ ...one, routes: one.routes.slice(0, 11) }));
  await rig.pass(6 * MINUTE);
  assert.equal(rig.events.length, 1);
  const [event] = rig.events;
  assert.equal(
    event?.text,
    `30 routes withdrawn from ${TABLE}, rtb-2: 10.20.10.0/24 → ${VGW}, 10.20.11.0/24 → ${VGW} and 28 more`,
  );
  assert.equal(event?.layer, 'routes');
  assert.equal(event?.reasons.filter(({ code }) => code === 'route-withdrawn').length, 30);
  assert.equal(event?.site, 'syd-dc1');
});

test('a subnet that fills: the time until it is full is right within 10 %, a warning, critical, and room again', async () => {
  const rig = new VpcRig();
  const random = seeded(4);
  let used = 0;
  const setUsed = (): void => {
    const noisy = Math.max(0, Math.min(1019, Math.round(used + 6 * (random() - 0.5))));
    rig.doors.subnets = [subnet({ cidr: '10.0.0.0/22', availableIpAddressCount: 1019 - noisy })];
  };
  const fill = async (perHour: number, hours: number) => {
    for (let i = 0; i < hours * 12; i += 1) {
      used += perHour / 12;
      setUsed();
      await rig.pass(5 * MINUTE);
    }
    return rig.watch.view().subnets[0]!.use!;
  };
  used = 200;
  let use = await fill(0, 5);
  assert.equal(use.trend, 'not at this rate');
  assert.equal(use.exhaustedInMs, null);
  assert.deepEqual(rig.told(), []);
  use = await fill(20, 8);
  assert.equal(use.state, 'up', '35 % used, full in 33 h');
  const truth = (1019 - used) / 20;
  assert.ok(Math.abs(use.exhaustedInMs! / HOUR / truth - 1) < 0.1, `${use.exhaustedInMs! / HOUR} h for ${truth} h`);
  use = await fill(20, 12);
  assert.equal(use.state, 'degraded');
  assert.match(rig.told().join(), /^private-a: full in (19|2\d) h at this rate \(limit 24 h\)$/);
  use = await fill(20, 12);
  assert.match(
    use.reasons.map(({ text }) => text).join(),
    /^8\d(\.\d)? % of 1,019 addresses used, \d+ free \(limit 80 %\),full in/,
  );
  use = await fill(20, 8);
  assert.equal(use.state, 'down');
  assert.match(rig.told().join(), /^private-a: 9\d\.\d % of 1,019 addresses used/);
  used = 200;
  use = await fill(0, 26);
  assert.equal(use.state, 'up');
  assert.match(rig.told().at(-1) ?? '', /^private-a has room again: 1\d\.\d % of its addresses used/);
});

test('a LAG that loses members', async () => {
  const rig = new VpcRig(busy());
  await rig.pass(6 * MINUTE);
  const links = (one: string, other: string, over = {}) =>
    lag({
      ...over,
      connections: [
        { connectionId: 'dxcon-1', connectionState: one },
        { connectionId: 'dxcon-2', connectionState: other },
      ],
    });
  rig.doors.lags = [links('available', 'down')];
  let view = await rig.pass(6 * MINUTE);
  assert.equal(view.lags[0]?.state, 'degraded');
  assert.deepEqual(rig.told(), ['syd-lag: 1 of 2 connections up, 1 must be']);
  rig.doors.lags = [links('down', 'down', { lagState: 'down' })];
  view = await rig.pass(6 * MINUTE);
  assert.equal(view.lags[0]?.state, 'down');
  assert.deepEqual(rig.told(), ['syd-lag: AWS calls it down; 0 of 2 connections up, 1 must be']);
});

test('the denial of each call alone leaves the rest, and names the statement', async () => {
  const methods = [
    ...(Object.keys(new FakeDoors().ec2) as (keyof FakeDoors['ec2'])[]),
    ...(Object.keys(new FakeDoors().directConnect) as (keyof FakeDoors['directConnect'])[]),
  ];
  assert.equal(methods.length, 15);
  for (const method of methods) {
    const doors = busy();
    doors.deny(method);
    const rig = new VpcRig(doors);
    const view = await rig.pass(3 * MINUTE);
    const failing = view.parts.filter(({ status }) => status === 'failing');
    assert.equal(failing.length, 1, `${method}: ${JSON.stringify(view.parts)}`);
    assert.match(failing[0]?.problem?.remedy ?? '', new RegExp(`"Action":"${method}"`));
    assert.equal(view.parts.filter(({ status }) => status === 'ok').length, 5, method);
    if (method !== 'subnets') assert.equal(view.subnets.length, 1, method);
    if (method !== 'vpnConnections') assert.equal(view.vpns.length, 1, method);
    if (method !== 'routeTables') assert.equal(view.routeTables.length, 1, method);
    if (method !== 'virtualInterfaces' && method !== 'gatewayAssociations')
      assert.equal(view.virtualInterfaces.length, 2, method);
    assert.deepEqual(rig.told(), [], method);
    // The permission is given: the part is whole again within minutes, and nothing is called new.
    doors.failures.clear();
    const later = await rig.pass(13 * MINUTE);
    assert.ok(
      later.parts.every(({ status }) => status === 'ok'),
      method,
    );
    assert.deepEqual(rig.told(), [], method);
  }
});

test('throttled for an hour: fewer and fewer calls, the last answers with their age, and all well afterwards', async () => {
  const doors = busy();
  const rig = new VpcRig(doors);
  const before = await rig.pass(6 * MINUTE);
  const usual = doors.made;
  doors.before = () => throttled;
  const view = await rig.pass(HOUR);
  const calls = doors.made - usual;
  assert.ok(calls < 150, `${calls} calls in an hour`);
  assert.ok(view.parts.every(({ status }) => status === 'failing'));
  assert.deepEqual(
    view.subnets.map(({ id }) => id),
    [SUBNET],
  );
  assert.equal(view.vpns[0]?.state, 'up');
  const at = view.parts.find(({ name }) => name === 'tunnels')?.at ?? 0;
  assert.ok(rig.clock.wall() - at > 55 * MINUTE);
  assert.ok(before.at >= at);
  assert.ok(view.calls.throttled > 10);
  doors.before = () => null;
  const after = await rig.pass(25 * MINUTE);
  assert.ok(
    after.parts.every(({ status }) => status === 'ok'),
    JSON.stringify(after.parts),
  );
  assert.deepEqual(rig.told(), []);
});

test('a door that never answers is given up, and the part waits no longer than that', async () => {
  const doors = busy();
  doors.silent.add('vpnGateways');
  const rig = new VpcRig(doors);
  const view = await rig.pass(4 * MINUTE);
  const part = view.parts.find(({ name }) => name === 'tunnels');
  assert.equal(part?.status, 'failing');
  assert.match(part?.problem?.text ?? '', /not answered within 90 s/);
  assert.equal(view.vpns.length, 1, 'the route tables name the gateway too');
});

test('no endpoint of Direct Connect: that part says so, the rest is whole', async () => {
  const doors = busy();
  for (const method of Object.keys(doors.directConnect)) doors.failures.set(method as 'lags', unreachable);
  const rig = new VpcRig(doors);
  rig.sites = [watched('syd-dc1', ['10.20.0.0/24'])];
  const view = await rig.pass(5 * MINUTE);
  const part = view.parts.find(({ name }) => name === 'direct-connect');
  assert.equal(part?.status, 'failing');
  assert.equal(part?.at, null);
  assert.match(part?.problem?.text ?? '', /cannot be resolved/);
  assert.equal(view.parts.filter(({ status }) => status === 'ok').length, 5);
  assert.equal(view.sitePaths[0]?.link, 'unknown', 'Direct Connect may carry it all the same');
});

test('shared by RAM: who owns it is said, what is not told is null, nothing is invented', async () => {
  const doors = new FakeDoors();
  doors.vpcs = [vpc({ ownerId: NETWORK_ACCOUNT, name: null })];
  doors.subnets = [subnet({ ownerId: NETWORK_ACCOUNT, name: null, availabilityZoneId: null })];
  doors.routeTables = [table([local(), propagated('10.20.0.0/16'), route('10.40.0.0/16', TGW)], { name: null })];
  const rig = new VpcRig(doors);
  rig.sites = [watched('syd-dc1', ['10.20.0.0/16']), watched('mel-dc2', ['10.40.0.0/16'])];
  const view = await rig.pass(3 * MINUTE);
  assert.equal(view.sharedBy, NETWORK_ACCOUNT);
  assert.equal(view.subnets[0]?.sharedBy, NETWORK_ACCOUNT);
  assert.equal(view.subnets[0]?.availabilityZoneId, null);
  assert.deepEqual(
    view.sitePaths.map(({ link, state }) => [link, state]),
    [
      ['unknown', 'unknown'],
      ['transit-gateway', 'unknown'],
    ],
  );
  for (const [site, { link }] of rig.watch.evidence()) assert.equal(link, undefined, site);
});

test('a VPC with nothing', async () => {
  const doors = new FakeDoors();
  doors.routeTables = [table([local()], { propagatingGatewayIds: [] })];
  const rig = new VpcRig(doors);
  const view = await rig.pass(HOUR);
  assert.equal(view.state, 'up');
  assert.equal(view.summary, '1 subnet, fullest 20.3 %');
  assert.deepEqual(view.findings, []);
  assert.equal(doors.calls.get('vpnConnections'), undefined, 'no gateway, no question');
  assert.equal(doors.calls.get('lags'), undefined, 'no interface, no question');
  assert.ok((doors.calls.get('virtualInterfaces') ?? 0) <= 15, 'no interface seen: the slow pace');
});

test('VPNs of a gateway that only routes name are waited for, not told to be none', async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const doors = new FakeDoors();
    doors.routeTables = [table([local(), route('10.20.0.0/16', TGW)])];
    doors.vpns = [vpn('vpn-1', { vpnGatewayId: null, transitGatewayId: TGW })];
    const rig = new VpcRig(doors, { random: seeded(seed) });
    let view = await rig.pass(0);
    for (let second = 0; second < 180; second += 1) {
      view = await rig.pass(1000);
      const tunnels = view.parts.find(({ name }) => name === 'tunnels');
      assert.ok(
        tunnels?.status === 'waiting' || view.vpns.length === 1,
        `seed ${seed}, ${second} s: ${tunnels?.status}`,
      );
    }
    assert.equal(view.vpns.length, 1);
  }
});

test('300 subnets: a look at them costs little, and an answer a moment', async () => {
  const doors = new FakeDoors();
  doors.subnets = Array.from({ length: 300 }, (_, i) =>
    subnet({
      subnetId: `subnet-${i}`,
      name: `s-${i}`,
      cidr: `10.0.${i >> 4}.${(i % 16) * 16}/28`,
      availableIpAddressCount: 11 - (i % 12),
    }),
  );
  const rig = new VpcRig(doors);
  const view = await rig.pass(6 * MINUTE);
  assert.equal(view.subnets.length, 300);
  assert.equal(view.subnets.filter(({ use }) => use?.state === 'down').length, 25);
  assert.equal(view.state, 'down');
  assert.deepEqual(rig.told(), []);
  assert.equal(rig.watch.view(), rig.watch.view(), 'nothing new, nothing made anew');
});

test('states of AWS that nobody knew are shown as they are', async () => {
  const doors = busy();
  doors.vpns = [
    vpn('vpn-1', {
      state: 'hibernating',
      telemetry: [
        tunnel('203.0.113.8', { status: 'REKEYING' }),
        tunnel('203.0.113.9', { status: null, outsideIpAddress: null }),
      ],
    }),
  ];
  doors.interfaces = [
    vif('dxvif-1', {
      virtualInterfaceState: 'dreaming',
      bgpPeers: [peer('ipv4', { bgpStatus: 'flapping', addressFamily: 'ipv8' })],
    }),
  ];
  doors.routeTables = [table([local(), route('10.20.0.0/16', 'xyz-1', { state: 'sleeping', origin: 'Magic' })])];
  doors.gateways = [gateway({ state: 'odd', attachments: [{ vpcId: VPC, state: 'odd' }] })];
  const rig = new VpcRig(doors);
  rig.sites = [watched('syd-dc1', ['10.20.0.0/16'])];
  const view = await rig.pass(3 * MINUTE);
  const text = JSON.stringify(view);
  for (const name of ['hibernating', 'REKEYING', 'dreaming', 'flapping', 'sleeping', 'odd'])
    assert.ok(text.includes(`"${name}"`), name);
  assert.equal(view.vpns[0]?.state, 'unknown');
  assert.equal(view.virtualInterfaces[0]?.state, 'unknown');
  assert.equal(view.sitePaths[0]?.state, 'unknown');
});

test('things that come and go are told, many of a kind in one line', async () => {
  const doors = busy();
  const rig = new VpcRig(doors);
  await rig.pass(6 * MINUTE);
  doors.vpns = [...doors.vpns, vpn('vpn-2')];
  doors.subnets = [...doors.subnets, ...[1, 2, 3, 4, 5].map((i) => subnet({ subnetId: `subnet-${i}` }))];
  await rig.pass(6 * MINUTE);
  assert.deepEqual(rig.told().sort(), [
    'Subnets subnet-1, subnet-2, subnet-3 and 2 more are new',
    'VPN connection vpn-2 is new',
  ]);
  doors.vpns = doors.vpns.slice(0, 1);
  await rig.pass(2 * MINUTE);
  assert.deepEqual(rig.told(), ['VPN connection vpn-2 is gone']);
});

test('what was learnt goes over a restart: trends, since when, and what changed meanwhile', async () => {
  const doors = busy();
  const clock = new FakeClock();
  const first = new VpcRig(doors, {}, { clock });
  for (let i = 0; i < 60; i += 1) {
    doors.subnets = [subnet({ availableIpAddressCount: 200 - i })];
    await first.pass(5 * MINUTE);
  }
  const before = first.watch.view();
  const saved = JSON.parse(JSON.stringify(first.watch.saved()));
  first.watch.close();
  await clock.advance(10 * MINUTE);
  doors.interfaces = [
    vif('dxvif-1', { connectionId: 'dxlag-ffcccccc', bgpPeers: [peer('ipv4', { bgpStatus: 'down' }), peer('ipv6')] }),
    ...doors.interfaces.slice(1),
  ];
  const second = new VpcRig(doors, {}, { clock, saved });
  const after = await second.pass(2 * MINUTE);
  assert.match(after.subnets[0]?.use?.trend ?? '', /^full in \d+ h at this rate$/);
  assert.equal(after.vpns[0]?.since, before.vpns[0]?.since);
  assert.deepEqual(second.told(), ['BGP IPv4 of dxvif-1 is down']);
  const stranger = new VpcRig(doors, {}, { clock, saved: { ...saved, vpcId: 'vpc-other' } });
  const fresh = await stranger.pass(2 * MINUTE);
  assert.match(fresh.subnets[0]?.use?.trend ?? '', /^measured for/);
});

test('after close nothing is asked any more', async () => {
  const doors = busy();
  const rig = new VpcRig(doors);
  await rig.pass(3 * MINUTE);
  rig.watch.close();
  const made = doors.made;
  await rig.clock.advance(HOUR);
  assert.equal(doors.made, made);
});

test('a part that is switched off is off and asks nothing', async () => {
  const doors = busy();
  const features = {
    subnets: true,
    ipam: false,
    addresses: false,
    tunnels: true,
    'direct-connect': false,
    routes: false,
  };
  const rig = new VpcRig(doors, { features });
  const view = await rig.pass(3 * MINUTE);
  assert.deepEqual(
    view.parts.map(({ status }) => status),
    ['ok', 'off', 'off', 'ok', 'off', 'off'],
  );
  assert.equal(doors.calls.get('elasticIps'), undefined);
  assert.equal(doors.calls.get('virtualInterfaces'), undefined);
});
