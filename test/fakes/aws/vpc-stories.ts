/**
 * Accounts to begin with, each a fresh World that a test may change. All have the VPC that the fake instance metadata
 * tells of (metadata.ts): VPC_ID, the agent's own subnet SUBNET_IDS[0], CIDRs 10.0.0.0/16 and 10.1.0.0/16.
 */
import type { VirtualInterface } from '@aws-sdk/client-direct-connect';
import type { Route, RouteTable, Subnet, VpnConnection } from '@aws-sdk/client-ec2';
import { ACCOUNT, emptyWorld, OTHER_ACCOUNT, SECRETS, type World } from './world.ts';

export const VPC_ID = 'vpc-0a1b2c3d4e5f67890';
export const SUBNET_IDS = ['subnet-0aaaaaaaaaaaaaaaa', 'subnet-0bbbbbbbbbbbbbbbb', 'subnet-0cccccccccccccccc'] as const;
export const VGW_ID = 'vgw-0123456789abcdef0';
export const TGW_ID = 'tgw-0123456789abcdef0';
export const DXGW_ID = '5f294f92-bafb-4011-916d-9b0bdeadbeef';
/** VPN connections: the first by BGP with 203.0.113.1 and .2, the second static with 203.0.113.3 and .4. */
export const VPN_IDS = ['vpn-0aaaaaaaaaaaaaaaa', 'vpn-0bbbbbbbbbbbbbbbb'] as const;
export const MAIN_TABLE_ID = 'rtb-0aaaaaaaaaaaaaaaa';
/** Of all subnets but the third, which is in the main table. */
export const PRIVATE_TABLE_ID = 'rtb-0bbbbbbbbbbbbbbbb';
export const VIF_IDS = ['dxvif-ffaaaaaa', 'dxvif-ffbbbbbb'] as const;
export const LAG_ID = 'dxlag-ffcccccc';
export const CONNECTION_IDS = ['dxcon-ffdddddd', 'dxcon-ffeeeeee'] as const;

/** When everything came up. */
const LONG_AGO = new Date('2026-11-20T03:04:05.000Z');

const named = (Name: string) => ({ Tags: [{ Key: 'Name', Value: Name }] });

/** A VPC with three /24 subnets and no way out. */
export function nothing(): World {
  return {
    ...emptyWorld(),
    vpcs: [
      {
        VpcId: VPC_ID,
        OwnerId: ACCOUNT,
        State: 'available',
        CidrBlock: '10.0.0.0/16',
        CidrBlockAssociationSet: ['10.0.0.0/16', '10.1.0.0/16'].map((CidrBlock, i) => ({
          AssociationId: `vpc-cidr-assoc-0000000${i}`,
          CidrBlock,
          CidrBlockState: { State: 'associated' },
        })),
        Ipv6CidrBlockAssociationSet: [
          {
            AssociationId: 'vpc-cidr-assoc-00000006',
            Ipv6CidrBlock: '2001:db8:1::/56',
            Ipv6CidrBlockState: { State: 'associated' },
          },
        ],
        DhcpOptionsId: 'dopt-0123456789abcdef0',
        InstanceTenancy: 'default',
        IsDefault: false,
        ...named('payments'),
      },
    ],
    subnets: SUBNET_IDS.map((SubnetId, i) => subnet(SubnetId, `10.0.${i + 3}.0/24`, i, `private-${'abc'[i]}`)),
    routeTables: [
      {
        RouteTableId: MAIN_TABLE_ID,
        VpcId: VPC_ID,
        OwnerId: ACCOUNT,
        Associations: [
          {
            Main: true,
            RouteTableAssociationId: 'rtbassoc-00000001',
            RouteTableId: MAIN_TABLE_ID,
            AssociationState: { State: 'associated' },
          },
        ],
        PropagatingVgws: [],
        Routes: [local('10.0.0.0/16'), local('10.1.0.0/16')],
        Tags: [],
      },
      {
        RouteTableId: PRIVATE_TABLE_ID,
        VpcId: VPC_ID,
        OwnerId: ACCOUNT,
        Associations: SUBNET_IDS.slice(0, 2).map((SubnetId, i) => ({
          Main: false,
          RouteTableAssociationId: `rtbassoc-1000000${i}`,
          RouteTableId: PRIVATE_TABLE_ID,
          SubnetId,
          AssociationState: { State: 'associated' },
        })),
        PropagatingVgws: [],
        Routes: [local('10.0.0.0/16'), local('10.1.0.0/16')],
        ...named('private'),
      },
    ],
  };
}

function subnet(SubnetId: string, CidrBlock: string, zone: number, name: string | null, free = 200): Subnet {
  const az = 'abc'[zone % 3];
  return {
    SubnetId,
    CidrBlock,
    VpcId: VPC_ID,
    OwnerId: ACCOUNT,
    State: 'available',
    AvailabilityZone: `ap-southeast-2${az}`,
    AvailabilityZoneId: `apse2-az${(zone % 3) + 1}`,
    AvailableIpAddressCount: free,
    MapPublicIpOnLaunch: false,
    DefaultForAz: false,
    AssignIpv6AddressOnCreation: false,
    Ipv6CidrBlockAssociationSet: [],
    SubnetArn: `arn:aws:ec2:ap-southeast-2:${ACCOUNT}:subnet/${SubnetId}`,
    ...(name === null ? { Tags: [] } : named(name)),
  };
}

const local = (DestinationCidrBlock: string): Route => ({
  DestinationCidrBlock,
  GatewayId: 'local',
  Origin: 'CreateRouteTable',
  State: 'active',
});

/** A route that a virtual private gateway propagates. */
export const propagated = (DestinationCidrBlock: string, GatewayId: string = VGW_ID): Route => ({
  DestinationCidrBlock,
  GatewayId,
  Origin: 'EnableVgwRoutePropagation',
  State: 'active',
});

/** A virtual private gateway with two VPN connections; 40 routes propagate into the private table. */
export function vgwWithTwoVpns(): World {
  const world = nothing();
  attachVgw(world);
  world.vpnConnections = [
    vpn(VPN_IDS[0], 'syd-dc1', { VpnGatewayId: VGW_ID }, ['203.0.113.1', '203.0.113.2'], false),
    vpn(VPN_IDS[1], 'mel-dc2', { VpnGatewayId: VGW_ID }, ['203.0.113.3', '203.0.113.4'], true),
  ];
  world.addresses = [1, 2, 3].map((n) => ({
    AllocationId: `eipalloc-0000000${n}`,
    PublicIp: `198.51.100.${n}`,
    Domain: 'vpc',
    NetworkBorderGroup: 'ap-southeast-2',
  }));
  return world;
}

function attachVgw(world: World): void {
  world.vpnGateways = [
    {
      VpnGatewayId: VGW_ID,
      State: 'available',
      Type: 'ipsec.1',
      AmazonSideAsn: 64_512,
      VpcAttachments: [{ VpcId: VPC_ID, State: 'attached' }],
      Tags: [],
    },
  ];
  const table = privateTable(world);
  table.PropagatingVgws = [{ GatewayId: VGW_ID }];
  table.Routes = [...(table.Routes ?? []), ...Array.from({ length: 40 }, (_, i) => propagated(`10.20.${i}.0/24`))];
}

function privateTable(world: World): RouteTable {
  const table = world.routeTables.find(({ RouteTableId }) => RouteTableId === PRIVATE_TABLE_ID);
  if (table === undefined) throw new Error('no private table');
  return table;
}

/** A connection with both tunnels up, as DescribeVpnConnections tells it to an owner, keys and all. */
export function vpn(
  VpnConnectionId: string,
  name: string,
  end: Pick<VpnConnection, 'VpnGatewayId' | 'TransitGatewayId'>,
  addresses: readonly string[],
  staticRoutes: boolean,
): VpnConnection {
  return {
    VpnConnectionId,
    ...end,
    State: 'available',
    Type: 'ipsec.1',
    Category: 'VPN',
    CustomerGatewayId: `cgw-${VpnConnectionId.slice(4)}`,
    CustomerGatewayConfiguration: `<?xml version="1.0"?><vpn_connection id="${VpnConnectionId}"><!-- ${SECRETS.gatewayConfiguration} --><ipsec_tunnel><ike><pre_shared_key>${SECRETS.preSharedKey}</pre_shared_key></ike></ipsec_tunnel></vpn_connection>`,
    Options: {
      EnableAcceleration: false,
      StaticRoutesOnly: staticRoutes,
      TunnelInsideIpVersion: 'ipv4',
      TunnelOptions: addresses.map((OutsideIpAddress, i) => ({
        OutsideIpAddress,
        TunnelInsideCidr: `169.254.${i + 10}.0/30`,
        PreSharedKey: SECRETS.preSharedKey,
        DpdTimeoutSeconds: 40,
      })),
    },
    Routes: staticRoutes ? [{ DestinationCidrBlock: '10.30.0.0/16', State: 'available', Source: 'Static' }] : [],
    VgwTelemetry: addresses.map((OutsideIpAddress) => ({
      OutsideIpAddress,
      Status: 'UP',
      StatusMessage: staticRoutes ? '' : '20 BGP ROUTES',
      AcceptedRouteCount: staticRoutes ? 0 : 20,
      LastStatusChange: LONG_AGO,
    })),
    ...named(name),
  };
}

/** The VPC hangs on a transit gateway, which has a VPN connection and a Direct Connect gateway. */
export function transitGateway(): World {
  const world = nothing();
  const attachment = (n: number, ResourceType: 'vpc' | 'vpn' | 'direct-connect-gateway', ResourceId: string) => ({
    TransitGatewayAttachmentId: `tgw-attach-0000000${n}`,
    TransitGatewayId: TGW_ID,
    TransitGatewayOwnerId: ACCOUNT,
    ResourceOwnerId: ACCOUNT,
    ResourceType,
    ResourceId,
    State: 'available' as const,
    Tags: [],
  });
  world.transitGatewayAttachments = [
    attachment(1, 'vpc', VPC_ID),
    attachment(2, 'vpn', VPN_IDS[0]),
    attachment(3, 'direct-connect-gateway', DXGW_ID),
    attachment(4, 'vpc', 'vpc-0fffffffffffffff0'),
  ];
  world.vpnConnections = [
    vpn(VPN_IDS[0], 'syd-dc1', { TransitGatewayId: TGW_ID }, ['203.0.113.1', '203.0.113.2'], false),
  ];
  const table = privateTable(world);
  table.Routes = [
    ...(table.Routes ?? []),
    { DestinationCidrBlock: '10.20.0.0/16', TransitGatewayId: TGW_ID, Origin: 'CreateRoute', State: 'active' },
  ];
  return world;
}

/** A Direct Connect gateway associated with the VGW, two private interfaces on one LAG of two links. */
export function directConnect(): World {
  const world = nothing();
  attachVgw(world);
  world.associations = [
    {
      associationId: '00000000-0000-4000-8000-000000000001',
      directConnectGatewayId: DXGW_ID,
      directConnectGatewayOwnerAccount: ACCOUNT,
      associationState: 'associated',
      associatedGateway: {
        id: VGW_ID,
        type: 'virtualPrivateGateway',
        ownerAccount: ACCOUNT,
        region: 'ap-southeast-2',
      },
      allowedPrefixesToDirectConnectGateway: [{ cidr: '10.0.0.0/16' }, { cidr: '10.1.0.0/16' }],
      virtualGatewayId: VGW_ID,
      virtualGatewayRegion: 'ap-southeast-2',
      virtualGatewayOwnerAccount: ACCOUNT,
    },
  ];
  world.attachments = VIF_IDS.map((virtualInterfaceId) => ({
    directConnectGatewayId: DXGW_ID,
    virtualInterfaceId,
    virtualInterfaceRegion: 'ap-southeast-2',
    virtualInterfaceOwnerAccount: ACCOUNT,
    attachmentState: 'attached',
    attachmentType: 'PrivateVirtualInterface',
  }));
  world.connections = CONNECTION_IDS.map((connectionId, i) => ({
    ownerAccount: ACCOUNT,
    connectionId,
    connectionName: `syd-${i + 1}`,
    connectionState: 'available',
    region: 'ap-southeast-2',
    location: 'EqSY3',
    bandwidth: '10Gbps',
    lagId: LAG_ID,
    awsDevice: 'EqSY3-abcdef123456',
    awsDeviceV2: 'EqSY3-abcdef123456',
    awsLogicalDeviceId: 'EqSY3-abcdef123456',
  }));
  world.lags = [
    {
      lagId: LAG_ID,
      lagName: 'syd-lag',
      lagState: 'available',
      ownerAccount: ACCOUNT,
      region: 'ap-southeast-2',
      location: 'EqSY3',
      connectionsBandwidth: '10Gbps',
      numberOfConnections: 2,
      minimumLinks: 1,
      awsDevice: 'EqSY3-abcdef123456',
      awsDeviceV2: 'EqSY3-abcdef123456',
      awsLogicalDeviceId: 'EqSY3-abcdef123456',
      connections: world.connections,
      allowsHostedConnections: false,
    },
  ];
  world.virtualInterfaces = VIF_IDS.map((id, i) => virtualInterface(id, `syd-vif-${i + 1}`, 101 + i));
  world.metrics = VIF_IDS.flatMap((virtualInterfaceId) =>
    (['ipv4', 'ipv6'] as const).map((family) => ({
      connectionId: LAG_ID,
      virtualInterfaceId,
      family,
      status: 1,
      accepted: family === 'ipv4' ? 40 : 3,
      advertised: family === 'ipv4' ? 2 : 1,
    })),
  );
  return world;
}

/** A private interface of a Direct Connect gateway with a session for each family, keys and all. */
export function virtualInterface(virtualInterfaceId: string, name: string, vlan: number): VirtualInterface {
  const peer = (addressFamily: 'ipv4' | 'ipv6') => ({
    bgpPeerId: `dxpeer-${addressFamily}-${virtualInterfaceId.slice(6)}`,
    asn: 65_001,
    asnLong: 65_001,
    authKey: SECRETS.authKey,
    addressFamily,
    amazonAddress: addressFamily === 'ipv4' ? '169.254.255.1/30' : '2001:db8:ffff::1/125',
    customerAddress: addressFamily === 'ipv4' ? '169.254.255.2/30' : '2001:db8:ffff::2/125',
    bgpPeerState: 'available' as const,
    bgpStatus: 'up' as const,
    awsDeviceV2: 'EqSY3-abcdef123456',
    awsLogicalDeviceId: 'EqSY3-abcdef123456',
  });
  return {
    ownerAccount: ACCOUNT,
    virtualInterfaceId,
    location: 'EqSY3',
    connectionId: LAG_ID,
    virtualInterfaceType: 'private',
    virtualInterfaceName: name,
    vlan,
    asn: 65_001,
    asnLong: 65_001,
    amazonSideAsn: 64_512,
    authKey: SECRETS.authKey,
    customerRouterConfig: `<?xml version="1.0"?><logical_connection id="${virtualInterfaceId}"><bgp_auth_key>${SECRETS.authKey}</bgp_auth_key></logical_connection>`,
    amazonAddress: '169.254.255.1/30',
    customerAddress: '169.254.255.2/30',
    addressFamily: 'ipv4',
    virtualInterfaceState: 'available',
    mtu: 8500,
    jumboFrameCapable: true,
    virtualGatewayId: '',
    directConnectGatewayId: DXGW_ID,
    routeFilterPrefixes: [],
    bgpPeers: [peer('ipv4'), peer('ipv6')],
    region: 'ap-southeast-2',
    awsDeviceV2: 'EqSY3-abcdef123456',
    awsLogicalDeviceId: 'EqSY3-abcdef123456',
    tags: [],
    siteLinkEnabled: false,
  };
}

/**
 * The subnets are shared by another account (RAM): a participant sees the VPC, the shared subnets and their table, no
 * tags, no gateway, no connection; and of Direct Connect, nothing.
 */
export function sharedByRam(): World {
  const world = nothing();
  for (const vpc of world.vpcs) {
    vpc.OwnerId = OTHER_ACCOUNT;
    delete vpc.Tags;
    delete vpc.DhcpOptionsId;
  }
  world.subnets = world.subnets.slice(0, 2);
  for (const one of world.subnets) {
    one.OwnerId = OTHER_ACCOUNT;
    delete one.Tags;
    delete one.AvailabilityZoneId;
  }
  world.routeTables = world.routeTables.filter(({ RouteTableId }) => RouteTableId === PRIVATE_TABLE_ID);
  for (const table of world.routeTables) {
    table.OwnerId = OTHER_ACCOUNT;
    delete table.Tags;
    table.Routes = [
      ...(table.Routes ?? []),
      propagated('10.20.0.0/16'),
      { DestinationCidrBlock: '10.40.0.0/16', TransitGatewayId: TGW_ID, Origin: 'CreateRoute', State: 'active' },
    ];
  }
  return world;
}

/** `nothing`, with so many subnets, /28 in 10.0.0.0/16 and 10.1.0.0/16. */
export function manySubnets(count = 300): World {
  const world = nothing();
  world.subnets = Array.from({ length: count }, (_, i) => {
    const id = SUBNET_IDS[i] ?? `subnet-1${i.toString(16).padStart(16, '0')}`;
    return subnet(
      id,
      `10.${Math.floor(i / 4096)}.${Math.floor(i / 16) % 256}.${(i % 16) * 16}/28`,
      i,
      `s-${i}`,
      11 - (i % 12),
    );
  });
  return world;
}

/** IPAM in `world`, which finds its first subnet compliant, its second overlapping, and sees others' resources. */
export function withIpam(world: World): World {
  const scope = { IpamId: 'ipam-0123456789abcdef0', IpamScopeId: 'ipam-scope-0aaaaaaaaaaaaaaaa' };
  world.ipams = [
    {
      IpamId: scope.IpamId,
      OwnerId: OTHER_ACCOUNT,
      IpamRegion: 'ap-southeast-2',
      PrivateDefaultScopeId: scope.IpamScopeId,
      PublicDefaultScopeId: 'ipam-scope-0bbbbbbbbbbbbbbbb',
      State: 'create-complete',
      Tier: 'advanced',
    },
  ];
  const seen = { ...scope, ResourceRegion: 'ap-southeast-2', ResourceOwnerId: ACCOUNT, VpcId: VPC_ID } as const;
  const judged = {
    ManagementState: 'managed',
    ComplianceStatus: 'compliant',
    OverlapStatus: 'nonoverlapping',
  } as const;
  world.ipamCidrs = [
    { ...seen, ...judged, ResourceType: 'vpc', ResourceId: VPC_ID, ResourceCidr: '10.0.0.0/16', IpUsage: 0.01 },
    ...world.subnets.slice(0, 2).map((one, i) => ({
      ...seen,
      ...judged,
      OverlapStatus: i === 1 ? ('overlapping' as const) : ('nonoverlapping' as const),
      ResourceType: 'subnet' as const,
      ResourceId: one.SubnetId,
      ResourceCidr: one.CidrBlock,
      IpUsage: 0.2,
    })),
    {
      ...seen,
      ...judged,
      VpcId: 'vpc-0fffffffffffffff0',
      ResourceType: 'subnet',
      ResourceId: 'subnet-0fffffffffffffff0',
      ResourceCidr: '10.99.0.0/24',
      IpUsage: 0.5,
    },
  ];
  return world;
}
