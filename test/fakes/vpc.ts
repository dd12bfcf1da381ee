/**
 * VPCs by hand: one in trouble that fits the console's incident, a quiet one, one seen with half of the permissions,
 * one shared by another account, a large one, one whose names and states nobody would think of.
 */
import type { State } from '../../agent/verdict/snapshot.ts';
import type {
  AddressUse,
  BgpPeerView,
  FindingView,
  LagView,
  RouteTableView,
  RouteView,
  SitePathView,
  SubnetView,
  TunnelView,
  VirtualInterfaceView,
  VpcPart,
  VpcPartName,
  VpcView,
  VpnView,
} from '../../agent/verdict/vpc-view.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const VPC_ID = 'vpc-0a1b2c3d4e5f67890';
const ZONES = ['ap-southeast-2a', 'ap-southeast-2b', 'ap-southeast-2c'] as const;
const ZONE_IDS = ['apse2-az3', 'apse2-az1', 'apse2-az2'] as const;

const PARTS: readonly VpcPartName[] = ['subnets', 'ipam', 'addresses', 'tunnels', 'direct-connect', 'routes'];
const FAST: readonly VpcPartName[] = ['tunnels', 'direct-connect'];

export function vpcPart(name: VpcPartName, at: number, over: Partial<VpcPart> = {}): VpcPart {
  const everyMs = FAST.includes(name) ? MINUTE : 5 * MINUTE;
  return { name, status: 'ok', at: at - (FAST.includes(name) ? 21 : 97) * SECOND, everyMs, problem: null, ...over };
}

const because = (text: string): { code: string; text: string }[] => [{ code: 'fake', text }];

export function addressUse(at: number, total: number, free: number, over: Partial<AddressUse> = {}): AddressUse {
  const ratio = (total - free) / total;
  const state: State = ratio >= 0.95 ? 'down' : ratio >= 0.8 ? 'degraded' : 'up';
  return {
    total,
    used: total - free,
    free,
    ratio,
    perHour: { hour: 0, day: 0 },
    exhaustedInMs: null,
    trend: 'not at this rate',
    state,
    since: at - (state === 'up' ? 9 * DAY : 87 * MINUTE),
    reasons: [],
    ...over,
  };
}

export function subnet(
  at: number,
  index: number,
  [total, free]: readonly [number, number],
  over: Partial<SubnetView> & { readonly use?: AddressUse | null } = {},
): SubnetView {
  return {
    id: `subnet-0f3a91c27be4${String(index).padStart(5, '0')}`,
    name: `app-${'abc'[index % 3]}`,
    cidr: `10.0.${index % 256}.0/24`,
    ipv6Cidrs: [],
    availabilityZone: ZONES[index % 3] ?? null,
    availabilityZoneId: ZONE_IDS[index % 3] ?? null,
    own: false,
    sharedBy: null,
    use: addressUse(at, total, free),
    ipam: null,
    ...over,
  };
}

export function tunnel(at: number, outsideAddress: string, over: Partial<TunnelView> = {}): TunnelView {
  return {
    outsideAddress,
    status: 'UP',
    state: 'up',
    message: '3 BGP ROUTES',
    acceptedRoutes: 3,
    changedAt: at - 12 * DAY,
    changes: 0,
    ...over,
  };
}

export function vpn(at: number, id: string, over: Partial<VpnView> = {}): VpnView {
  return {
    id,
    name: null,
    awsState: 'available',
    gateway: { kind: 'vgw', id: 'vgw-0c4d5e6f7a8b9c0d1' },
    customerGatewayId: 'cgw-0e1f2a3b4c5d6e7f8',
    routing: 'bgp',
    tunnels: [tunnel(at, '203.0.113.8'), tunnel(at, '203.0.113.9')],
    state: 'up',
    since: at - 12 * DAY,
    reasons: [],
    ...over,
  };
}

export function peer(at: number, id: string, family: 4 | 6, over: Partial<BgpPeerView> = {}): BgpPeerView {
  return {
    id,
    family,
    status: 'up',
    peerState: 'available',
    state: 'up',
    since: at - 30 * DAY,
    device: 'EqSY3-2f8kq1zx0p9',
    asn: 64_620,
    prefixesAccepted: null,
    prefixesAdvertised: null,
    prefixLimit: 100,
    ...over,
  };
}

export function virtualInterface(
  at: number,
  id: string,
  over: Partial<VirtualInterfaceView> = {},
): VirtualInterfaceView {
  return {
    id,
    name: null,
    type: 'private',
    awsState: 'available',
    via: { kind: 'vgw', id: 'vgw-0c4d5e6f7a8b9c0d1' },
    connectionId: 'dxcon-fh81k2m3',
    lagId: null,
    location: 'EqSY3',
    vlan: 101,
    mtu: 8500,
    jumbo: true,
    siteLink: false,
    peers: [peer(at, `dxpeer-${id.slice(6)}`, 4)],
    state: 'up',
    since: at - 30 * DAY,
    reasons: [],
    ...over,
  };
}

export const route = (
  destination: string,
  target: string | null,
  origin: RouteView['origin'] = 'propagated',
  awsState = 'active',
): RouteView => ({ destination, target, origin, awsState });

const VGW = 'vgw-0c4d5e6f7a8b9c0d1';
const TGW = 'tgw-09f8e7d6c5b4a3921';

export function routeTable(at: number, id: string, over: Partial<RouteTableView> = {}): RouteTableView {
  return {
    id,
    name: null,
    main: false,
    subnets: [],
    propagating: [VGW],
    propagated: 2,
    propagatedLimit: 100,
    statics: 1,
    staticLimit: 50,
    blackholes: [],
    routes: [
      route('10.0.0.0/16', 'local', 'local'),
      route('0.0.0.0/0', 'nat-0123456789abcdef0', 'static'),
      route('10.20.0.0/16', VGW),
      route('10.60.0.0/16', VGW),
    ],
    state: 'up',
    since: at - 40 * DAY,
    reasons: [],
    ...over,
  };
}

export function finding(id: string, over: Partial<FindingView> = {}): FindingView {
  return {
    id,
    title: 'Single tunnel in use',
    severity: 'warning',
    subject: 'vpn-0b8e4d9c1a2f3e501',
    text: 'Only 203.0.113.8 of vpn-0b8e4d9c1a2f3e501 is up',
    remedy: 'AWS replaces a tunnel endpoint for maintenance without asking: bring the second tunnel up',
    link: 'https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-redundant-connection.html',
    silenced: false,
    ...over,
  };
}

export function vpcView(at: number, over: Partial<VpcView> = {}): VpcView {
  return {
    at,
    vpcId: VPC_ID,
    name: 'prod-syd',
    region: 'ap-southeast-2',
    accountId: '111122223333',
    sharedBy: null,
    state: 'up',
    summary: '',
    limits: { usageDegraded: 0.8, usageDown: 0.95, exhaustionMs: DAY, routesDegraded: 0.9 },
    parts: PARTS.map((name) => vpcPart(name, at)),
    cidrs: [],
    subnets: [],
    quotas: [],
    virtualGateways: [],
    transitGatewayAttachments: [],
    vpns: [],
    directConnectGateways: [],
    virtualInterfaces: [],
    lags: [],
    routeTables: [],
    sitePaths: [],
    siteWays: [],
    findings: [],
    calls: { made: 4211, throttled: 0 },
    ...over,
  };
}

/** All well: four subnets, a VPN and a virtual interface, one route table. */
export function quietVpc(at: number): VpcView {
  return vpcView(at, {
    summary: '4 subnets, fullest 42 %; both tunnels up; BGP up',
    cidrs: [{ cidr: '10.0.0.0/16', family: 4, allocated: 0.0156, used: 281, total: 1004, ipam: null }],
    subnets: [0, 1, 2, 3].map((index) =>
      subnet(at, index, [251, 251 - [106, 71, 60, 44][index]!], { own: index === 0 }),
    ),
    quotas: [{ id: 'eip', name: 'Elastic IP addresses', used: 3, total: 5, state: 'up' }],
    virtualGateways: [{ id: VGW, awsState: 'available', attachment: 'attached', asn: 64_512 }],
    vpns: [vpn(at, 'vpn-0b8e4d9c1a2f3e501', { name: 'akl-branch' })],
    virtualInterfaces: [virtualInterface(at, 'dxvif-fg2k5h9x', { name: 'syd-dc1' })],
    routeTables: [routeTable(at, 'rtb-07c1e5a9b3d2f4a61', { main: true, subnets: ['subnet-0f3a91c27be400000'] })],
    sitePaths: [
      sitePath('syd-dc1', '10.20.0.0/16', 'direct-connect', 'up', 'dxvif-fg2k5h9x: BGP IPv4 up'),
      sitePath('akl-branch', '10.60.0.0/16', 'vpn', 'up', 'vpn-0b8e4d9c1a2f3e501: both tunnels up'),
    ],
  });
}

export function sitePath(
  site: string,
  destination: string,
  link: SitePathView['link'],
  state: State,
  text: string,
  over: Partial<SitePathView> = {},
): SitePathView {
  const target = link === 'transit-gateway' ? TGW : VGW;
  return {
    site,
    destination,
    targetName: null,
    routeTableId: 'rtb-07c1e5a9b3d2f4a61',
    route: route(destination, target),
    link,
    why: 'longest prefix',
    state,
    text,
    since: null,
    ...over,
  };
}

/** What the console's incident looks like from the control plane. `cut` is when BGP fell. */
export function troubledVpc(at: number, cut = at - 12 * MINUTE - 6 * SECOND): VpcView {
  const fall = { state: 'down', since: cut } as const;
  return vpcView(at, {
    state: 'down',
    summary: '6 subnets, fullest 97 %; 1 of 4 tunnels down; 2 of 5 BGP peers down; 2 findings',
    parts: PARTS.map((name) => (name === 'ipam' ? vpcPart(name, at, { status: 'off', at: null }) : vpcPart(name, at))),
    cidrs: [
      { cidr: '10.0.0.0/16', family: 4, allocated: 0.0234, used: 886, total: 1506, ipam: null },
      { cidr: '100.64.0.0/20', family: 4, allocated: 0.25, used: 402, total: 1019, ipam: null },
      { cidr: '2406:da1c:7a1:2b00::/56', family: 6, allocated: null, used: null, total: null, ipam: null },
    ],
    subnets: [
      subnet(at, 0, [251, 21], {
        name: 'app-a',
        own: true,
        ipv6Cidrs: ['2406:da1c:7a1:2b00::/64'],
        use: addressUse(at, 251, 21, {
          perHour: { hour: 2.3, day: 1.1 },
          exhaustedInMs: 9 * HOUR + 8 * MINUTE,
          trend: 'full in 9 h at this rate',
          reasons: because('92 % used (limit 80 %); full in 9 h (limit 24 h)'),
        }),
      }),
      subnet(at, 1, [251, 120], {
        name: 'app-b',
        use: addressUse(at, 251, 120, {
          perHour: { hour: 0.4, day: 0.2 },
          exhaustedInMs: 12 * DAY,
          trend: 'full in 12 d at this rate',
        }),
      }),
      subnet(at, 2, [251, 143], { name: 'app-c' }),
      subnet(at, 3, [59, 2], {
        name: 'endpoints-a',
        cidr: '10.0.200.0/26',
        use: addressUse(at, 59, 2, { reasons: because('97 % used (limit 95 %)') }),
      }),
      subnet(at, 4, [251, 97], {
        name: 'data-a',
        use: addressUse(at, 251, 97, { perHour: { hour: null, day: null }, trend: 'measured for 12 min' }),
      }),
      subnet(at, 5, [1019, 617], { name: null, cidr: '100.64.0.0/22' }),
      subnet(at, 6, [1, 1], { name: 'v6-only', cidr: '', ipv6Cidrs: ['2406:da1c:7a1:2b01::/64'], use: null }),
    ],
    quotas: [
      { id: 'eip', name: 'Elastic IP addresses', used: 5, total: 5, state: 'down' },
      { id: 'ipv4pool-ec2-012345', name: 'public IPv4 pool ipv4pool-ec2-012345', used: 14, total: 64, state: 'up' },
    ],
    virtualGateways: [{ id: VGW, awsState: 'available', attachment: 'attached', asn: 64_512 }],
    transitGatewayAttachments: [
      { id: 'tgw-attach-0a9b8c7d6e5f40312', transitGatewayId: TGW, resourceType: 'vpc', awsState: 'available' },
    ],
    vpns: [
      vpn(at, 'vpn-0b8e4d9c1a2f3e501', {
        name: 'akl-branch',
        state: 'degraded',
        since: at - 87 * MINUTE,
        reasons: because('one of two tunnels is up: no redundancy'),
        tunnels: [
          tunnel(at, '203.0.113.8', { changedAt: at - 87 * MINUTE, changes: 2 }),
          tunnel(at, '203.0.113.9', {
            status: 'DOWN',
            state: 'down',
            message: 'IPSEC IS DOWN',
            acceptedRoutes: 0,
            changedAt: at - 87 * MINUTE,
            changes: 1,
          }),
        ],
      }),
      vpn(at, 'vpn-0d1c2b3a4f5e6d702', {
        name: 'per-dc3',
        gateway: { kind: 'tgw', id: TGW },
        tunnels: [tunnel(at, '198.51.100.17'), tunnel(at, '198.51.100.18')],
      }),
    ],
    directConnectGateways: [
      {
        id: '7d2f41c9-5a1b-4e0f-9c33-2b6a8e71d0f4',
        ownedBy: '444455556666',
        associationState: 'associated',
        via: { kind: 'vgw', id: VGW },
        allowedPrefixes: ['10.0.0.0/16', '100.64.0.0/20'],
      },
    ],
    virtualInterfaces: [
      virtualInterface(at, 'dxvif-fg2k5h9x', {
        name: 'mel-dc2',
        location: 'NEXTDCM1',
        awsState: 'down',
        peers: [
          peer(at, 'dxpeer-fg2k5h9x', 4, {
            status: 'down',
            ...fall,
            device: 'NDM1-1a7c5d2k8f3',
            prefixesAccepted: 0,
            prefixesAdvertised: 2,
          }),
          peer(at, 'dxpeer-fgb7x2q1', 6, {
            status: 'down',
            ...fall,
            device: 'NDM1-1a7c5d2k8f3',
            prefixesAccepted: 0,
            prefixesAdvertised: 1,
          }),
        ],
        ...fall,
        reasons: because('no BGP session is up'),
      }),
      virtualInterface(at, 'dxvif-fgsyd001', {
        name: 'syd-dc1',
        lagId: 'dxlag-fg0aa11b',
        vlan: 412,
        peers: [
          peer(at, 'dxpeer-fgsyd0v4', 4, { prefixesAccepted: 94, prefixesAdvertised: 2 }),
          peer(at, 'dxpeer-fgsyd0v6', 6, { prefixesAccepted: 12, prefixesAdvertised: 1 }),
        ],
        state: 'degraded',
        since: at - 3 * HOUR,
        reasons: because('94 of 100 prefixes accepted on IPv4: at 101 the session goes idle'),
      }),
      virtualInterface(at, 'dxvif-fgtransit', {
        name: 'core-transit',
        type: 'transit',
        via: { kind: 'dxgw', id: '7d2f41c9-5a1b-4e0f-9c33-2b6a8e71d0f4' },
        mtu: 1500,
        jumbo: false,
        vlan: 700,
        peers: [peer(at, 'dxpeer-fgtrans4', 4)],
      }),
    ],
    lags: [
      lag(at, 'dxlag-fg0aa11b', 2, ['available', 'down', 'available'], {
        name: 'syd-lag',
        state: 'degraded',
        since: at - 5 * HOUR,
        reasons: because('2 of 3 links up, 2 needed: one more loss takes all of it down'),
      }),
    ],
    routeTables: [
      routeTable(at, 'rtb-07c1e5a9b3d2f4a61', {
        name: 'app',
        main: true,
        subnets: ['subnet-0f3a91c27be400000', 'subnet-0f3a91c27be400001', 'subnet-0f3a91c27be400002'],
        propagated: 62,
        statics: 3,
        blackholes: ['10.99.0.0/16'],
        routes: [
          route('10.0.0.0/16', 'local', 'local'),
          route('100.64.0.0/20', 'local', 'local'),
          route('0.0.0.0/0', 'nat-0123456789abcdef0', 'static'),
          route('10.99.0.0/16', 'pcx-0a1b2c3d4e5f6a7b8', 'static', 'blackhole'),
          route('10.70.0.0/16', TGW, 'static'),
          route('10.20.0.0/16', VGW),
          route('10.60.0.0/16', VGW),
          route('pl-6fa54006', 'vpce-0f1e2d3c4b5a69788', 'prefix-list'),
        ],
        state: 'degraded',
        since: at - 2 * DAY,
        reasons: because('1 route is a blackhole: 10.99.0.0/16'),
      }),
      routeTable(at, 'rtb-0b6d7e8f9a0b1c2d3', {
        name: 'data',
        subnets: ['subnet-0f3a91c27be400004'],
        propagated: 97,
        state: 'degraded',
        since: at - 40 * MINUTE,
        reasons: because('97 of 100 propagated routes: what comes beyond is not installed'),
      }),
      routeTable(at, 'rtb-0e9f8a7b6c5d4e3f2', { name: 'endpoints', propagating: [], propagated: 0, statics: 0 }),
    ],
    sitePaths: [
      sitePath('mel-dc2', '10.40.0.0/16', 'unknown', 'down', 'no route: packets leave by 0.0.0.0/0', {
        route: route('0.0.0.0/0', 'nat-0123456789abcdef0', 'static'),
        link: 'internet',
        why: 'only the default route is left',
        since: cut + 1600,
      }),
      sitePath('syd-dc1', '10.20.0.0/16', 'direct-connect', 'degraded', 'dxvif-fgsyd001: 94 of 100 prefixes', {
        why: 'Direct Connect before VPN',
        since: at - 3 * HOUR,
      }),
      sitePath('akl-branch', '10.60.0.0/16', 'vpn', 'degraded', 'vpn-0b8e4d9c1a2f3e501: one of two tunnels', {
        since: at - 87 * MINUTE,
      }),
      sitePath('per-dc3', '10.70.0.0/16', 'transit-gateway', 'up', 'vpn-0d1c2b3a4f5e6d702: both tunnels up', {
        route: route('10.70.0.0/16', TGW, 'static'),
        why: 'static',
      }),
      sitePath('mel-dc2', '10.40.0.53', 'unknown', 'down', 'no route of the VPC covers it', {
        targetName: 'mel-dns',
        route: null,
        why: 'no route',
      }),
    ],
    siteWays: [
      { site: 'mel-dc2', link: 'internet', since: cut + 1600, was: 'direct-connect' },
      { site: 'syd-dc1', link: 'direct-connect', since: null, was: null },
      { site: 'akl-branch', link: 'vpn', since: null, was: null },
      { site: 'per-dc3', link: 'transit-gateway', since: null, was: null },
    ],
    findings: [
      finding('R07'),
      finding('R03', {
        title: 'Minimum links equal to members that are up',
        severity: 'error',
        subject: 'dxlag-fg0aa11b',
        text: 'dxlag-fg0aa11b needs 2 links and has 2',
        remedy: 'Lower the minimum links to 1, or order the third link back: the next loss takes the whole LAG down',
        link: 'https://docs.aws.amazon.com/directconnect/latest/UserGuide/lags.html',
      }),
      finding('R11', {
        title: 'No BFD seen',
        severity: 'info',
        subject: 'dxvif-fgsyd001',
        text: 'A dead path is noticed only when BGP’s hold timer of 90 s ends',
        remedy: 'Switch BFD on at your router: AWS’s side waits for it with 300 ms × 3',
        link: 'https://docs.aws.amazon.com/directconnect/latest/UserGuide/directlink.html',
      }),
      finding('R05', {
        title: 'Same prefix over VPN and Direct Connect',
        subject: '10.60.0.0/16',
        text: '10.60.0.0/16 comes over vpn-0b8e4d9c1a2f3e501 and dxvif-fgsyd001',
        remedy: 'Wanted as a backup; then nothing is to do but to know that the path MTU is 1500 on both',
        link: 'https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html',
        silenced: true,
      }),
    ],
    calls: { made: 18_204, throttled: 3 },
  });
}

export function lag(
  at: number,
  id: string,
  minimumLinks: number,
  links: readonly string[],
  over: Partial<LagView> = {},
): LagView {
  return {
    id,
    name: null,
    awsState: 'available',
    location: 'EqSY3',
    device: 'EqSY3-2f8kq1zx0p9',
    minimumLinks,
    connections: links.map((awsState, index) => ({ id: `dxcon-fg00000${index}`, awsState })),
    state: 'up',
    since: at - 30 * DAY,
    reasons: [],
    ...over,
  };
}

const statement = (sid: string, ...Action: readonly string[]): string =>
  JSON.stringify({ Sid: sid, Effect: 'Allow', Action, Resource: '*' });

/** Half of the permissions are missing: Direct Connect never answered, routes did once. */
export function halfSeenVpc(at: number): VpcView {
  const quiet = quietVpc(at);
  const denied = (action: string, sid: string, since: number) => ({
    code: 'denied',
    text: `the role may not call ${action} (UnauthorizedOperation: You are not authorized to perform this operation)`,
    remedy: `add to the role's policy: ${statement(sid, action)}`,
    since,
  });
  return {
    ...quiet,
    state: 'unknown',
    summary: '4 subnets, fullest 42 %; Direct Connect and routes are not seen',
    parts: [
      vpcPart('subnets', at),
      vpcPart('ipam', at, { status: 'off', at: null }),
      vpcPart('addresses', at, { status: 'waiting', at: null }),
      vpcPart('tunnels', at, {
        status: 'failing',
        at: at - 3 * MINUTE,
        problem: {
          code: 'throttled',
          text: 'AWS asks for fewer calls of ec2:DescribeVpnConnections (RequestLimitExceeded)',
          remedy: 'nothing to do: it is tried again later; if it lasts, have the account’s quota raised',
          since: at - 2 * MINUTE,
        },
      }),
      vpcPart('direct-connect', at, {
        status: 'failing',
        at: null,
        problem: denied('directconnect:DescribeVirtualInterfaces', 'DirectConnectState', at - 9 * DAY),
      }),
      vpcPart('routes', at, {
        status: 'stale',
        at: at - 26 * HOUR,
        problem: denied('ec2:DescribeRouteTables', 'RouteState', at - 26 * HOUR + 5 * MINUTE),
      }),
    ],
    quotas: [],
    virtualInterfaces: [],
    sitePaths: quiet.sitePaths.map((path) => ({ ...path, state: 'unknown', text: 'Direct Connect is not seen' })),
  };
}

/** Shared by RAM: the account sees the subnets it was given and little else. */
export function sharedVpc(at: number): VpcView {
  return vpcView(at, {
    name: null,
    sharedBy: '999988887777',
    summary: '2 subnets, fullest 15 %; the rest belongs to account 999988887777',
    subnets: [0, 1].map((index) => subnet(at, index, [251, 213], { sharedBy: '999988887777', own: index === 0 })),
    cidrs: [{ cidr: '10.0.0.0/16', family: 4, allocated: 0.0078, used: 76, total: 502, ipam: null }],
  });
}

/** `count` subnets, each fifth of them nearly full. */
export function largeVpc(at: number, count = 300): VpcView {
  const subnets = Array.from({ length: count }, (_, index) =>
    subnet(at, index, [251, index % 5 === 0 ? 40 - (index % 35) : 100 + (index % 97)], {
      name: `workload-${String(index).padStart(3, '0')}`,
      cidr: `10.${index >> 8}.${index & 255}.0/24`,
    }),
  );
  return vpcView(at, {
    state: 'degraded',
    summary: `${count} subnets, fullest 98 %`,
    subnets,
    cidrs: [{ cidr: '10.0.0.0/8', family: 4, allocated: 0.0046, used: 40_000, total: 75_300, ipam: null }],
    routeTables: Array.from({ length: 20 }, (_, index) =>
      routeTable(at, `rtb-0000000000000${String(index).padStart(4, '0')}`, {
        main: index === 0,
        propagated: index * 5,
      }),
    ),
    vpns: Array.from({ length: 10 }, (_, index) =>
      vpn(at, `vpn-0000000000000${String(index).padStart(4, '0')}`, {
        tunnels: [tunnel(at, `203.0.113.${index * 2}`), tunnel(at, `203.0.113.${index * 2 + 1}`)],
      }),
    ),
  });
}

export const STRANGE_NAMES: readonly string[] = [
  '<script>alert(1)</script>',
  'x'.repeat(200),
  'הרשת של ירושלים',
  '"quoted" & \'so\' <b>',
];

/** AWS states nobody has heard of, and names of all kinds. */
export function strangeVpc(at: number): VpcView {
  const [script = '', long = '', rtl = '', quoted = ''] = STRANGE_NAMES;
  const unknown = { state: 'unknown', since: at - HOUR } as const;
  return vpcView(at, {
    name: rtl,
    state: 'unknown',
    summary: `VPC ${script} and ${rtl}`,
    subnets: STRANGE_NAMES.map((name, index) =>
      subnet(at, index, [251, 100], { name, availabilityZone: null, availabilityZoneId: null }),
    ),
    virtualGateways: [{ id: VGW, awsState: 'quantum', attachment: 'entangled', asn: null }],
    vpns: [
      vpn(at, 'vpn-0b8e4d9c1a2f3e501', {
        name: script,
        awsState: 'hibernating',
        gateway: { kind: 'unknown', id: null },
        customerGatewayId: null,
        tunnels: [
          tunnel(at, '203.0.113.8', {
            status: 'REKEYING_SOON',
            state: 'unknown',
            message: long,
            acceptedRoutes: null,
            changedAt: null,
          }),
        ],
        ...unknown,
        reasons: because(`AWS says REKEYING_SOON ${quoted}`),
      }),
      vpn(at, 'vpn-0b8e4d9c1a2f3e502', {
        name: long,
        tunnels: [],
        ...unknown,
        reasons: because('AWS tells of no tunnel'),
      }),
    ],
    directConnectGateways: [
      {
        id: 'dxgw-strange',
        ownedBy: null,
        associationState: 'updating-softly',
        via: { kind: 'unknown', id: null },
        allowedPrefixes: [],
      },
    ],
    virtualInterfaces: [
      virtualInterface(at, 'dxvif-strange0', {
        name: rtl,
        type: 'holographic',
        awsState: 'levitating',
        via: { kind: 'unknown', id: null },
        connectionId: null,
        location: null,
        vlan: null,
        mtu: null,
        jumbo: null,
        siteLink: null,
        peers: [
          {
            ...peer(at, 'x', 4),
            id: null,
            family: null,
            status: 'flapping',
            peerState: null,
            device: null,
            asn: null,
            ...unknown,
          },
        ],
        ...unknown,
        reasons: because(long),
      }),
    ],
    lags: [
      lag(at, 'dxlag-strange0', 0, ['vanishing'], {
        name: quoted,
        awsState: 'merging',
        location: null,
        device: null,
        ...unknown,
      }),
    ],
    routeTables: [
      routeTable(at, 'rtb-strange', {
        name: script,
        propagatedLimit: 0,
        staticLimit: 0,
        routes: [
          route('pl-6fa54006', null, 'advertised', 'filtered'),
          route('10.1.0.0/16', 'zzz-unknown', 'static', 'pondering'),
        ],
        ...unknown,
      }),
    ],
    sitePaths: [sitePath(script, '10.1.0.0/16', 'unknown', 'unknown', long, { targetName: rtl, why: quoted })],
    findings: [
      finding('R99', { title: script, subject: rtl, text: long, remedy: quoted, link: 'javascript:alert(1)' }),
    ],
    parts: PARTS.map((name) =>
      vpcPart(name, at, {
        status: 'stale',
        problem: { code: 'odd', text: script, remedy: `${quoted} {not json`, since: at - HOUR },
      }),
    ),
  });
}
