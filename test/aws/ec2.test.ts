/** EC2 through the real SDK: what the shapes hold of each story, pages, filters. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installRoutes, setTunnel, takeAddresses, withdrawRoutes } from '../fakes/aws/vpc-day.ts';
import {
  directConnect,
  MAIN_TABLE_ID,
  manySubnets,
  nothing,
  PRIVATE_TABLE_ID,
  SUBNET_IDS,
  sharedByRam,
  TGW_ID,
  transitGateway,
  VGW_ID,
  VPC_ID,
  VPN_IDS,
  vgwWithTwoVpns,
  withIpam,
} from '../fakes/aws/vpc-stories.ts';
import { ACCOUNT, OTHER_ACCOUNT } from '../fakes/aws/world.ts';
import { failureOf, given, soon, vpcRig } from './vpc-rig.ts';

test('the VPC: its owner, name and CIDRs of both families, those that were taken away left out', async (t) => {
  const world = nothing();
  world.vpcs[0]?.CidrBlockAssociationSet?.push({
    CidrBlock: '10.9.0.0/16',
    CidrBlockState: { State: 'disassociated' },
  });
  const { ec2, server } = await vpcRig(t, world);
  assert.deepEqual(given(await ec2.vpc(VPC_ID, soon())), {
    vpcId: VPC_ID,
    name: 'payments',
    ownerId: ACCOUNT,
    ipv4Cidrs: ['10.0.0.0/16', '10.1.0.0/16'],
    ipv6Cidrs: ['2001:db8:1::/56'],
  });
  assert.equal(given(await ec2.vpc('vpc-00000000', soon())), null);
  assert.deepEqual(server.problems, []);
});

test('subnets of the VPC, and of no other', async (t) => {
  const world = nothing();
  world.subnets.push({ ...world.subnets[0], SubnetId: 'subnet-9', VpcId: 'vpc-00000000' });
  const { ec2, server } = await vpcRig(t, world);
  const subnets = given(await ec2.subnets(VPC_ID, soon()));
  assert.deepEqual(
    subnets.map(({ subnetId }) => subnetId),
    SUBNET_IDS,
  );
  assert.deepEqual(subnets[1], {
    subnetId: SUBNET_IDS[1],
    name: 'private-b',
    vpcId: VPC_ID,
    ownerId: ACCOUNT,
    cidr: '10.0.4.0/24',
    ipv6Cidrs: [],
    availabilityZone: 'ap-southeast-2b',
    availabilityZoneId: 'apse2-az2',
    state: 'available',
    availableIpAddressCount: 200,
  });
  assert.deepEqual(server.problems, []);
});

test('300 subnets come on several pages and are one list', async (t) => {
  const { ec2, server } = await vpcRig(t, manySubnets(300));
  server.pageSize = 70;
  const subnets = given(await ec2.subnets(VPC_ID, soon()));
  assert.equal(new Set(subnets.map(({ subnetId }) => subnetId)).size, 300);
  assert.equal(server.calls.length, 5);
  assert.deepEqual(server.problems, []);
});

test('a server whose pages have no end is given up', async (t) => {
  const { ec2, server } = await vpcRig(t, manySubnets(300));
  server.pageSize = 0;
  assert.match(failureOf(await ec2.subnets(VPC_ID, soon())).text, /more than 200 pages/);
});

test('route tables: what propagates, what is associated, where each route leads', async (t) => {
  const world = vgwWithTwoVpns();
  world.routeTables[1]?.Routes?.push(
    { DestinationPrefixListId: 'pl-1', GatewayId: 'vpce-1', Origin: 'CreateRoute', State: 'active' },
    { DestinationIpv6CidrBlock: '::/0', EgressOnlyInternetGatewayId: 'eigw-1', Origin: 'CreateRoute', State: 'active' },
    { DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1', Origin: 'CreateRoute', State: 'blackhole' },
    { DestinationCidrBlock: '10.77.0.0/16', CoreNetworkArn: 'arn:aws:networkmanager::1:core-network/c' },
  );
  const { ec2, server } = await vpcRig(t, world);
  const [main, privat] = given(await ec2.routeTables(VPC_ID, soon()));
  assert.equal(main?.routeTableId, MAIN_TABLE_ID);
  assert.equal(main.name, null);
  assert.deepEqual(main.associations, [{ main: true, subnetId: null, gatewayId: null }]);
  assert.equal(privat?.routeTableId, PRIVATE_TABLE_ID);
  assert.deepEqual(privat.propagatingGatewayIds, [VGW_ID]);
  assert.deepEqual(
    privat.associations.map(({ subnetId }) => subnetId),
    SUBNET_IDS.slice(0, 2),
  );
  assert.equal(privat.routes.filter(({ origin }) => origin === 'EnableVgwRoutePropagation').length, 40);
  assert.deepEqual(privat.routes.slice(-4), [
    { destination: 'pl-1', target: 'vpce-1', origin: 'CreateRoute', state: 'active' },
    { destination: '::/0', target: 'eigw-1', origin: 'CreateRoute', state: 'active' },
    { destination: '0.0.0.0/0', target: 'nat-1', origin: 'CreateRoute', state: 'blackhole' },
    {
      destination: '10.77.0.0/16',
      target: 'arn:aws:networkmanager::1:core-network/c',
      origin: null,
      state: null,
    },
  ]);
  assert.deepEqual(server.problems, []);
});

test('a virtual private gateway and its VPN connections, BGP and static', async (t) => {
  const world = vgwWithTwoVpns();
  world.vpnConnections.push({ ...world.vpnConnections[0], VpnConnectionId: 'vpn-gone', State: 'deleted' });
  const { ec2, server } = await vpcRig(t, world);
  assert.deepEqual(given(await ec2.vpnGateways(VPC_ID, soon())), [
    {
      vpnGatewayId: VGW_ID,
      state: 'available',
      amazonSideAsn: 64_512,
      attachments: [{ vpcId: VPC_ID, state: 'attached' }],
    },
  ]);
  const [bgp, fixed, ...more] = given(await ec2.vpnConnections([VGW_ID], soon()));
  assert.deepEqual(more, []);
  assert.deepEqual(bgp, {
    vpnConnectionId: VPN_IDS[0],
    name: 'syd-dc1',
    state: 'available',
    vpnGatewayId: VGW_ID,
    transitGatewayId: null,
    coreNetworkArn: null,
    customerGatewayId: 'cgw-0aaaaaaaaaaaaaaaa',
    staticRoutesOnly: false,
    telemetry: ['203.0.113.1', '203.0.113.2'].map((outsideIpAddress) => ({
      outsideIpAddress,
      status: 'UP',
      statusMessage: '20 BGP ROUTES',
      acceptedRouteCount: 20,
      lastStatusChange: Date.parse('2026-11-20T03:04:05Z'),
    })),
  });
  assert.equal(fixed?.staticRoutesOnly, true);
  assert.equal(fixed.telemetry[0]?.statusMessage, null);
  assert.deepEqual(server.problems, []);
});

test('connections of a virtual private and a transit gateway are asked for apart, and of none not at all', async (t) => {
  const world = transitGateway();
  world.vpnConnections.push(...vgwWithTwoVpns().vpnConnections.slice(1));
  const { ec2, server } = await vpcRig(t, world);
  const both = given(await ec2.vpnConnections([VGW_ID, TGW_ID], soon()));
  assert.deepEqual(
    both.map(({ vpnConnectionId }) => vpnConnectionId),
    [VPN_IDS[1], VPN_IDS[0]],
  );
  server.calls.length = 0;
  assert.deepEqual(given(await ec2.vpnConnections([], soon())), []);
  assert.deepEqual(server.calls, []);
});

test('what hangs on the transit gateway and leads out, not its other VPCs', async (t) => {
  const { ec2, server } = await vpcRig(t, transitGateway());
  const attachments = given(await ec2.transitGatewayAttachments(VPC_ID, soon()));
  assert.deepEqual(
    attachments.map(({ resourceType }) => resourceType),
    ['vpc', 'vpn', 'direct-connect-gateway'],
  );
  assert.deepEqual(attachments[0], {
    transitGatewayAttachmentId: 'tgw-attach-00000001',
    transitGatewayId: TGW_ID,
    resourceType: 'vpc',
    resourceId: VPC_ID,
    state: 'available',
  });
  server.world = nothing();
  server.calls.length = 0;
  assert.deepEqual(given(await ec2.transitGatewayAttachments(VPC_ID, soon())), []);
  assert.equal(server.calls.length, 1);
  assert.deepEqual(server.problems, []);
});

test('IPAM: compliance and overlap of this VPC and its subnets; without IPAM an empty list', async (t) => {
  const { ec2, server } = await vpcRig(t, withIpam(nothing()));
  const cidrs = given(await ec2.ipamCidrs(VPC_ID, soon()));
  assert.deepEqual(
    cidrs.map(({ resourceType, resourceId, overlapStatus }) => [resourceType, resourceId, overlapStatus]),
    [
      ['vpc', VPC_ID, 'nonoverlapping'],
      ['subnet', SUBNET_IDS[0], 'nonoverlapping'],
      ['subnet', SUBNET_IDS[1], 'overlapping'],
    ],
  );
  assert.equal(cidrs[0]?.ipUsage, 0.01);
  server.world = nothing();
  server.calls.length = 0;
  assert.deepEqual(given(await ec2.ipamCidrs(VPC_ID, soon())), []);
  assert.deepEqual(server.calls, ['ec2:DescribeIpams']);
  assert.deepEqual(server.problems, []);
});

test('Elastic IP addresses against the quota, and public pools page by page', async (t) => {
  const world = vgwWithTwoVpns();
  world.publicPools = Array.from({ length: 23 }, (_, i) => ({
    PoolId: `ipv4pool-ec2-${i}`,
    TotalAddressCount: 256,
    TotalAvailableAddressCount: 256 - i,
  }));
  const { ec2, server } = await vpcRig(t, world);
  assert.deepEqual(given(await ec2.elasticIps(soon())), { used: 3, limit: 5 });
  const pools = given(await ec2.publicPools(soon()));
  assert.equal(pools.length, 23);
  assert.deepEqual(pools[22], {
    poolId: 'ipv4pool-ec2-22',
    totalAddressCount: 256,
    totalAvailableAddressCount: 234,
  });
  assert.deepEqual(server.problems, []);
});

test('thin answers of a shared VPC: what is not told is null', async (t) => {
  const { ec2, server } = await vpcRig(t, sharedByRam());
  assert.equal(given(await ec2.vpc(VPC_ID, soon()))?.ownerId, OTHER_ACCOUNT);
  const [subnet] = given(await ec2.subnets(VPC_ID, soon()));
  assert.deepEqual([subnet?.ownerId, subnet?.name, subnet?.availabilityZoneId], [OTHER_ACCOUNT, null, null]);
  assert.deepEqual(given(await ec2.vpnGateways(VPC_ID, soon())), []);
  assert.deepEqual(given(await ec2.transitGatewayAttachments(VPC_ID, soon())), []);
  server.world.subnets = [{ VpcId: VPC_ID }];
  server.world.vpnConnections = [{ VpnGatewayId: VGW_ID, State: 'available' }];
  assert.deepEqual(given(await ec2.subnets(VPC_ID, soon())), [
    {
      subnetId: '',
      name: null,
      vpcId: VPC_ID,
      ownerId: null,
      cidr: null,
      ipv6Cidrs: [],
      availabilityZone: null,
      availabilityZoneId: null,
      state: null,
      availableIpAddressCount: null,
    },
  ]);
  const [connection] = given(await ec2.vpnConnections([VGW_ID], soon()));
  assert.deepEqual([connection?.staticRoutesOnly, connection?.telemetry], [null, []]);
});

test('words that AWS may add one day come through as they are', async (t) => {
  const world = directConnect();
  const [gateway] = world.vpnGateways;
  const [table] = world.routeTables;
  if (gateway) gateway.State = 'hibernating' as 'available';
  table?.Routes?.push({ DestinationCidrBlock: '10.5.0.0/16', Origin: 'Teleported' as 'CreateRoute' });
  const { ec2 } = await vpcRig(t, world);
  assert.equal(given(await ec2.vpnGateways(VPC_ID, soon()))[0]?.state, 'hibernating');
  const [main] = given(await ec2.routeTables(VPC_ID, soon()));
  assert.equal(main?.routes.at(-1)?.origin, 'Teleported');
});

test('a day: a tunnel goes down, a subnet fills, 30 routes go and come', async (t) => {
  const { ec2, server } = await vpcRig(t, vgwWithTwoVpns());
  const { world } = server;
  const routes = async () => given(await ec2.routeTables(VPC_ID, soon()))[1]?.routes.length;
  const at = Date.parse('2026-11-28T09:30:00Z');
  setTunnel(world, VPN_IDS[0], '203.0.113.2', { status: 'DOWN', at, message: 'IPSEC IS DOWN', routes: 0 });
  takeAddresses(world, SUBNET_IDS[0], 150);
  const before = await routes();
  const gone = withdrawRoutes(world, PRIVATE_TABLE_ID, 30);
  assert.deepEqual(given(await ec2.vpnConnections([VGW_ID], soon()))[0]?.telemetry[1], {
    outsideIpAddress: '203.0.113.2',
    status: 'DOWN',
    statusMessage: 'IPSEC IS DOWN',
    acceptedRouteCount: 0,
    lastStatusChange: at,
  });
  assert.equal(given(await ec2.subnets(VPC_ID, soon()))[0]?.availableIpAddressCount, 50);
  assert.equal(await routes(), (before ?? 0) - 30);
  installRoutes(world, PRIVATE_TABLE_ID, gone);
  assert.equal(await routes(), before);
});
