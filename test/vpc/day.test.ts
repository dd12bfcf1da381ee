/** A watch through the real SDK before a server that answers as AWS does: a day, and accounts of every kind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calls, vpcRig } from '../aws/vpc-rig.ts';
import { setBgp, setLink, setTunnel, takeAddresses, withdrawRoutes } from '../fakes/aws/vpc-day.ts';
import {
  CONNECTION_IDS,
  LAG_ID,
  manySubnets,
  nothing,
  PRIVATE_TABLE_ID,
  SUBNET_IDS,
  sharedByRam,
  TGW_ID,
  transitGateway,
  VGW_ID,
  VIF_IDS,
  VPN_IDS,
} from '../fakes/aws/vpc-stories.ts';
import { OTHER_ACCOUNT, SECRETS } from '../fakes/aws/world.ts';
import { seeded } from '../fakes/random.ts';
import { day, everything } from './day.ts';
import { HOUR, MINUTE, watched } from './rig.ts';

test('a day: tunnels flap, BGP drops, routes go, a subnet fills, a LAG loses its members', async (t) => {
  const it = await day(t, everything());
  const random = seeded(5);
  it.sites = [
    watched('syd-dc1', ['10.20.0.0/24'], { expect: { link: 'direct-connect', mtu: 8500 } }),
    watched('mel-dc2', ['10.20.1.0/24'], { targets: [{ name: 'core', address: '10.20.1.7' }] }),
  ];
  let view = await it.pass(3 * MINUTE);
  assert.ok(
    view.parts.every(({ status }) => status === 'ok'),
    JSON.stringify(view.parts),
  );
  assert.equal(view.state, 'up');
  assert.deepEqual(it.told(), []);
  assert.deepEqual(
    view.sitePaths.map(({ destination, targetName, link, state }) => [destination, targetName, link, state]),
    [
      ['10.20.0.0/24', null, 'direct-connect', 'up'],
      ['10.20.1.0/24', null, 'direct-connect', 'up'],
      ['10.20.1.7', 'core', 'direct-connect', 'up'],
    ],
  );
  assert.deepEqual(
    view.virtualInterfaces[0]?.peers.map((one) => [one.family, one.prefixesAccepted]),
    [
      [4, 40],
      [6, 3],
    ],
  );

  // A tunnel goes and comes back between two looks, then goes for good.
  const flap = it.clock.wall() - 1000;
  setTunnel(it.world, VPN_IDS[0], '203.0.113.1', { status: 'UP', at: flap });
  await it.pass(2 * MINUTE);
  assert.match(it.told().join(), /^Tunnel 203.0.113.1 of syd-dc1 went and came back at [\d:]+, between two looks$/);
  const fall = { status: 'DOWN', at: Math.floor(it.clock.wall()) - 4000, message: 'IPSEC IS DOWN', routes: 0 };
  setTunnel(it.world, VPN_IDS[0], '203.0.113.1', fall);
  view = await it.pass(2 * MINUTE);
  assert.equal(it.events[0]?.at, Math.floor(fall.at));
  assert.deepEqual(it.told(), ['Tunnel 203.0.113.1 of syd-dc1 is down (IPSEC IS DOWN): no redundancy']);
  assert.ok(view.findings.some(({ id, subject }) => id === 'R07' && subject === VPN_IDS[0]));

  // BGP drops on both interfaces: the sites run over VPN.
  for (const id of VIF_IDS) setBgp(it.world, id, 'ipv4', 'down');
  view = await it.pass(2 * MINUTE);
  assert.deepEqual(it.told(), [
    'BGP IPv4 of syd-vif-1 is down',
    'BGP IPv4 of syd-vif-2 is down',
    'syd-dc1 runs over VPN (was Direct Connect)',
    'mel-dc2 runs over VPN (was Direct Connect)',
  ]);
  assert.deepEqual(
    view.findings.filter(({ id }) => id === 'R16' || id === 'R03').map(({ id, subject }) => [id, subject]),
    [
      ['R03', 'syd-dc1'],
      ['R16', 'syd-dc1'],
    ],
  );
  for (const id of VIF_IDS) setBgp(it.world, id, 'ipv4', 'up');
  await it.pass(2 * MINUTE);
  assert.equal(it.told().length, 4);

  // Thirty routes are withdrawn at once, those of mel-dc2 among them.
  const table = it.world.routeTables.find(({ RouteTableId }) => RouteTableId === PRIVATE_TABLE_ID);
  assert.equal(withdrawRoutes(it.world, PRIVATE_TABLE_ID, 39).length, 39);
  table?.Routes?.push(
    ...Array.from({ length: 9 }, (_, i) => ({
      DestinationCidrBlock: `10.20.${i + 31}.0/24`,
      GatewayId: VGW_ID,
      Origin: 'EnableVgwRoutePropagation' as const,
      State: 'active' as const,
    })),
  );
  view = await it.pass(6 * MINUTE);
  const [withdrawn, ...others] = it.events;
  assert.match(withdrawn?.text ?? '', /^30 routes withdrawn from rtb-0bbbbbbbbbbbbbbbb: /);
  assert.equal(withdrawn?.reasons.filter(({ code }) => code === 'route-withdrawn').length, 30);
  assert.deepEqual(
    others.map(({ text }) => text),
    ['mel-dc2 has no route any more (was over Direct Connect)'],
  );
  assert.ok(view.findings.some(({ id, subject }) => id === 'R17' && subject === 'mel-dc2'));
  it.told();

  // A subnet of 251 fills by 4 an hour, with noise.
  let noise = 0;
  for (let i = 1; i <= 6 * 12; i += 1) {
    const next = Math.round(2 * (random() - 0.5));
    takeAddresses(it.world, SUBNET_IDS[1], (i % 3 === 0 ? 1 : 0) + next - noise);
    noise = next;
    await it.pass(5 * MINUTE);
  }
  const use = it.watch.view().subnets[1]?.use;
  const truth = ((use?.free ?? 0) / 4) * HOUR;
  assert.ok(
    use?.exhaustedInMs != null && Math.abs(use.exhaustedInMs / truth - 1) < 0.1,
    `${(use?.exhaustedInMs ?? 0) / HOUR} h for ${truth / HOUR} h`,
  );
  assert.deepEqual(it.told(), []);

  // The LAG loses one member, then the other.
  setLink(it.world, LAG_ID, CONNECTION_IDS[0], 'down');
  view = await it.pass(6 * MINUTE);
  assert.deepEqual(it.told(), ['syd-lag: 1 of 2 connections up, 1 must be']);
  setLink(it.world, LAG_ID, CONNECTION_IDS[1], 'down');
  view = await it.pass(6 * MINUTE);
  assert.equal(view.lags[0]?.state, 'down');
  assert.equal(view.state, 'down');
  const told = it.told();
  assert.ok(told.includes('syd-lag: AWS calls it down; 0 of 2 connections up, 1 must be'), told.join('\n'));
  assert.ok(told.includes('syd-vif-1 is down (was available)'), told.join('\n'));
  assert.equal(it.watch.evidence().get('syd-dc1')?.link?.name, `VPN ${VPN_IDS[0]}, ${VPN_IDS[1]}`);

  const all = JSON.stringify([view, it.watch.saved()]);
  for (const secret of Object.values(SECRETS)) assert.ok(!all.includes(secret), secret);
  assert.deepEqual(it.doors.server.problems, []);
});

test('each action denied alone: its part says so with the statement, all others are whole', async (t) => {
  const actions = calls(await vpcRig(t, nothing())).flatMap(([names]) => names);
  assert.equal(actions.length, 17);
  for (const action of actions) {
    const it = await day(t, everything());
    it.doors.server.denied.add(action);
    const view = await it.pass(4 * MINUTE);
    const failing = view.parts.filter(({ status }) => status !== 'ok');
    assert.deepEqual(
      failing.map(({ status }) => status),
      ['failing'],
      `${action}: ${JSON.stringify(view.parts)}`,
    );
    assert.ok(
      failing[0]?.problem?.remedy.includes(`"Action":"${action}"`),
      `${action}: ${failing[0]?.problem?.remedy}`,
    );
    assert.deepEqual(it.told(), [], action);
    it.watch.close();
  }
});

test('a VPC on a transit gateway', async (t) => {
  const it = await day(t, transitGateway());
  it.sites = [watched('syd-dc1', ['10.20.0.0/16'])];
  const view = await it.pass(3 * MINUTE);
  assert.deepEqual(view.vpns[0]?.gateway, { kind: 'tgw', id: TGW_ID });
  assert.equal(view.transitGatewayAttachments.length, 3);
  const [path] = view.sitePaths;
  assert.deepEqual([path?.link, path?.state], ['transit-gateway', 'up']);
  for (const ip of ['203.0.113.1', '203.0.113.2'])
    setTunnel(it.world, VPN_IDS[0], ip, { status: 'DOWN', at: it.clock.wall(), message: 'IPSEC IS DOWN' });
  const later = await it.pass(2 * MINUTE);
  assert.equal(later.sitePaths[0]?.state, 'down');
  assert.deepEqual(
    it.events.map(({ site }) => site),
    ['syd-dc1', 'syd-dc1'],
  );
});

test('shared by RAM, and nothing at all', async (t) => {
  const shared = await day(t, sharedByRam());
  shared.sites = [watched('syd-dc1', ['10.20.0.0/16']), watched('mel-dc2', ['10.40.0.0/16'])];
  const view = await shared.pass(3 * MINUTE);
  assert.equal(view.sharedBy, OTHER_ACCOUNT);
  assert.deepEqual(
    view.sitePaths.map(({ link, state }) => [link, state]),
    [
      ['unknown', 'unknown'],
      ['transit-gateway', 'unknown'],
    ],
  );
  assert.ok(view.parts.every(({ status }) => status === 'ok'));
  const empty = await day(t, nothing());
  const bare = await empty.pass(3 * MINUTE);
  assert.deepEqual([bare.state, bare.summary, bare.findings], ['up', '3 subnets, fullest 20.3 %', []]);
});

test('300 subnets, a hundred a page', async (t) => {
  const it = await day(t, manySubnets());
  it.doors.server.pageSize = 100;
  const view = await it.pass(3 * MINUTE);
  assert.equal(view.subnets.length, 300);
  assert.equal(it.doors.server.calls.filter((name) => name === 'ec2:DescribeSubnets').length, 3);
});

test('an hour of throttling: what was last known stands, with its age; then all is well', async (t) => {
  const it = await day(t, everything());
  await it.pass(3 * MINUTE);
  it.doors.server.throttled.add('*');
  const view = await it.pass(HOUR);
  assert.ok(view.parts.every(({ status, at }) => status === 'failing' && at !== null && view.at - at > 50 * MINUTE));
  assert.equal(view.subnets.length, 3);
  assert.equal(view.virtualInterfaces[0]?.state, 'up');
  assert.equal(it.watch.evidence().size, 0, 'nothing old stands in a verdict');
  it.doors.server.throttled.clear();
  const after = await it.pass(25 * MINUTE);
  assert.ok(after.parts.every(({ status }) => status === 'ok'));
  assert.deepEqual(it.told(), []);
});
