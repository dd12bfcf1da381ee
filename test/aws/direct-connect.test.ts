/** Direct Connect and its metrics through the real SDK. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setBgp, setLink } from '../fakes/aws/vpc-day.ts';
import {
  CONNECTION_IDS,
  DXGW_ID,
  directConnect,
  LAG_ID,
  nothing,
  VGW_ID,
  VIF_IDS,
  virtualInterface,
} from '../fakes/aws/vpc-stories.ts';
import { ACCOUNT } from '../fakes/aws/world.ts';
import { given, soon, vpcRig } from './vpc-rig.ts';

test('virtual interfaces with their sessions, nothing secret among them', async (t) => {
  const { directConnect: door, server } = await vpcRig(t, directConnect());
  const [first, second] = given(await door.virtualInterfaces(soon()));
  assert.deepEqual(first, {
    virtualInterfaceId: VIF_IDS[0],
    virtualInterfaceName: 'syd-vif-1',
    virtualInterfaceType: 'private',
    virtualInterfaceState: 'available',
    connectionId: LAG_ID,
    location: 'EqSY3',
    ownerAccount: ACCOUNT,
    vlan: 101,
    mtu: 8500,
    jumboFrameCapable: true,
    virtualGatewayId: null,
    directConnectGatewayId: DXGW_ID,
    siteLinkEnabled: false,
    bgpPeers: ['ipv4', 'ipv6'].map((addressFamily) => ({
      bgpPeerId: `dxpeer-${addressFamily}-ffaaaaaa`,
      addressFamily,
      bgpPeerState: 'available',
      bgpStatus: 'up',
      asn: 65_001,
      awsDevice: 'EqSY3-abcdef123456',
      awsLogicalDeviceId: 'EqSY3-abcdef123456',
    })),
  });
  setBgp(server.world, VIF_IDS[1], 'ipv6', 'flapping');
  assert.equal(second?.bgpPeers[1]?.bgpStatus, 'up');
  const later = given(await door.virtualInterfaces(soon()));
  assert.equal(later[1]?.bgpPeers[1]?.bgpStatus, 'flapping', 'a word AWS may add one day');
  assert.deepEqual(server.problems, []);
});

test('250 interfaces come on three pages', async (t) => {
  const world = nothing();
  world.virtualInterfaces = Array.from({ length: 250 }, (_, i) => virtualInterface(`dxvif-${i}`, `v${i}`, i));
  const { directConnect: door, server } = await vpcRig(t, world);
  assert.equal(given(await door.virtualInterfaces(soon())).length, 250);
  assert.equal(server.calls.length, 3);
});

test('associations of a gateway, attachments of a Direct Connect gateway', async (t) => {
  const { directConnect: door, server } = await vpcRig(t, directConnect());
  assert.deepEqual(given(await door.gatewayAssociations(VGW_ID, soon())), [
    {
      directConnectGatewayId: DXGW_ID,
      directConnectGatewayOwnerAccount: ACCOUNT,
      associationState: 'associated',
      associatedGatewayId: VGW_ID,
      associatedGatewayType: 'virtualPrivateGateway',
      allowedPrefixes: ['10.0.0.0/16', '10.1.0.0/16'],
    },
  ]);
  assert.deepEqual(given(await door.gatewayAssociations('vgw-other', soon())), []);
  assert.deepEqual(
    given(await door.gatewayAttachments(DXGW_ID, soon())).map(({ virtualInterfaceId }) => virtualInterfaceId),
    VIF_IDS,
  );
  assert.deepEqual(server.problems, []);
});

test('connections and LAGs, whose links fail one by one', async (t) => {
  const { directConnect: door, server } = await vpcRig(t, directConnect());
  const [connection] = given(await door.connections(soon()));
  assert.deepEqual(connection, {
    connectionId: CONNECTION_IDS[0],
    connectionState: 'available',
    location: 'EqSY3',
    lagId: LAG_ID,
    awsDevice: 'EqSY3-abcdef123456',
    awsLogicalDeviceId: 'EqSY3-abcdef123456',
  });
  setLink(server.world, LAG_ID, CONNECTION_IDS[1], 'down');
  const [lag] = given(await door.lags(soon()));
  assert.equal(lag?.lagState, 'available');
  assert.equal(lag.minimumLinks, 1);
  assert.deepEqual(lag.connections, [
    { connectionId: CONNECTION_IDS[0], connectionState: 'available' },
    { connectionId: CONNECTION_IDS[1], connectionState: 'down' },
  ]);
  setLink(server.world, LAG_ID, CONNECTION_IDS[0], 'down');
  assert.equal(given(await door.lags(soon()))[0]?.lagState, 'down');
  const [first] = given(await door.virtualInterfaces(soon()));
  assert.equal(first?.virtualInterfaceState, 'down');
});

test('BGP metrics by interface and family; of an interface that another account’s connection carries, none', async (t) => {
  const { directConnect: door, server } = await vpcRig(t, directConnect());
  setBgp(server.world, VIF_IDS[1], 'ipv4', 'down');
  const interfaces = given(await door.virtualInterfaces(soon()));
  const metrics = given(await door.metrics(interfaces, soon()));
  assert.deepEqual(
    metrics.map(({ at, ...rest }) => rest),
    [
      { virtualInterfaceId: VIF_IDS[0], family: 4, bgpStatus: 1, prefixesAccepted: 40, prefixesAdvertised: 2 },
      { virtualInterfaceId: VIF_IDS[0], family: 6, bgpStatus: 1, prefixesAccepted: 3, prefixesAdvertised: 1 },
      { virtualInterfaceId: VIF_IDS[1], family: 4, bgpStatus: 0, prefixesAccepted: 0, prefixesAdvertised: 2 },
      { virtualInterfaceId: VIF_IDS[1], family: 6, bgpStatus: 1, prefixesAccepted: 3, prefixesAdvertised: 1 },
    ],
  );
  assert.ok(Date.now() - (metrics[0]?.at ?? 0) < 600_000);
  server.world.metrics = [];
  assert.deepEqual(given(await door.metrics(interfaces, soon())), []);
  const before = server.calls.length;
  assert.deepEqual(given(await door.metrics([], soon())), []);
  assert.equal(server.calls.length, before);
  assert.deepEqual(server.problems, []);
});
