/** EC2 and Direct Connect as this room's doors see them: plain answers that a test changes, refuses or delays. */
import type { AwsFailure } from '../../agent/aws/errors.ts';
import type {
  AwsBgpPeer,
  AwsConnection,
  AwsDirectConnectGatewayAssociation,
  AwsDirectConnectGatewayAttachment,
  AwsElasticIps,
  AwsIpamCidr,
  AwsLag,
  AwsPublicPool,
  AwsRoute,
  AwsRouteTable,
  AwsSubnet,
  AwsTransitGatewayAttachment,
  AwsTunnelTelemetry,
  AwsVirtualInterface,
  AwsVirtualInterfaceMetrics,
  AwsVpc,
  AwsVpnConnection,
  AwsVpnGateway,
} from '../../agent/aws/vpc-shapes.ts';
import type { DirectConnectDoor, Ec2Door, Told } from '../../agent/vpc/doors.ts';

export const VPC = 'vpc-0a1b2c3d4e5f67890';
export const ACCOUNT = '111122223333';
export const NETWORK_ACCOUNT = '444455556666';
export const VGW = 'vgw-0123456789abcdef0';
export const TGW = 'tgw-0123456789abcdef0';
export const DXGW = '5f294f92-bafb-4011-916d-9b0bdeadbeef';
export const TABLE = 'rtb-0aaaaaaaaaaaaaaaa';
export const SUBNET = 'subnet-0aaaaaaaaaaaaaaaa';

/** A method of a door: "ec2 subnets", "directConnect lags". */
type Method = keyof Ec2Door | keyof DirectConnectDoor;

export class FakeDoors {
  vpcs: AwsVpc[] = [vpc()];
  subnets: AwsSubnet[] = [subnet()];
  routeTables: AwsRouteTable[] = [];
  gateways: AwsVpnGateway[] = [];
  attachments: AwsTransitGatewayAttachment[] = [];
  vpns: AwsVpnConnection[] = [];
  ipam: AwsIpamCidr[] = [];
  elasticIps: AwsElasticIps = { used: 1, limit: 5 };
  pools: AwsPublicPool[] = [];
  interfaces: AwsVirtualInterface[] = [];
  associations: AwsDirectConnectGatewayAssociation[] = [];
  dxAttachments: AwsDirectConnectGatewayAttachment[] = [];
  connections: AwsConnection[] = [];
  lags: AwsLag[] = [];
  metrics: AwsVirtualInterfaceMetrics[] = [];
  /** Calls so far, by method. */
  readonly calls = new Map<Method, number>();
  /** What a method answers in place of its answer. */
  readonly failures = new Map<Method, AwsFailure>();
  /** Methods that never answer. */
  readonly silent = new Set<Method>();
  /** Called before each answer; a failure it gives is the answer. */
  before: (method: Method) => AwsFailure | null = () => null;

  readonly ec2: Ec2Door = {
    vpc: (id) => this.#tell('vpc', () => this.vpcs.find(({ vpcId }) => vpcId === id) ?? null),
    subnets: () => this.#tell('subnets', () => this.subnets),
    routeTables: () => this.#tell('routeTables', () => this.routeTables),
    vpnGateways: () => this.#tell('vpnGateways', () => this.gateways),
    vpnConnections: (ids) =>
      this.#tell('vpnConnections', () =>
        this.vpns.filter((one) => ids.includes(one.vpnGatewayId ?? '') || ids.includes(one.transitGatewayId ?? '')),
      ),
    transitGatewayAttachments: () => this.#tell('transitGatewayAttachments', () => this.attachments),
    ipamCidrs: () => this.#tell('ipamCidrs', () => this.ipam),
    elasticIps: () => this.#tell('elasticIps', () => this.elasticIps),
    publicPools: () => this.#tell('publicPools', () => this.pools),
  };

  readonly directConnect: DirectConnectDoor = {
    virtualInterfaces: () => this.#tell('virtualInterfaces', () => this.interfaces),
    gatewayAssociations: (id) =>
      this.#tell('gatewayAssociations', () => this.associations.filter((one) => one.associatedGatewayId === id)),
    gatewayAttachments: (id) =>
      this.#tell('gatewayAttachments', () => this.dxAttachments.filter((one) => one.directConnectGatewayId === id)),
    connections: () => this.#tell('connections', () => this.connections),
    lags: () => this.#tell('lags', () => this.lags),
    metrics: () => this.#tell('metrics', () => this.metrics),
  };

  /** Sum of calls. */
  get made(): number {
    return [...this.calls.values()].reduce((sum, count) => sum + count, 0);
  }

  deny(method: Method): void {
    this.failures.set(method, {
      class: 'denied',
      code: 'UnauthorizedOperation',
      status: 403,
      text: `the role may not call ${method} (UnauthorizedOperation)`,
      remedy: `add to the role's policy: {"Effect":"Allow","Action":"${method}","Resource":"*"}`,
    });
  }

  async #tell<T>(method: Method, answer: () => T): Promise<Told<T>> {
    this.calls.set(method, (this.calls.get(method) ?? 0) + 1);
    if (this.silent.has(method)) return new Promise(() => undefined);
    await Promise.resolve();
    const failure = this.failures.get(method) ?? this.before(method);
    // A copy, as every answer of AWS is.
    return failure === null ? { ok: true, value: structuredClone(answer()) } : { ok: false, failure };
  }
}

export const throttled: AwsFailure = {
  class: 'throttled',
  code: 'RequestLimitExceeded',
  status: 503,
  text: 'AWS asks for fewer calls (RequestLimitExceeded)',
  remedy: 'nothing to do: it is tried again later',
};

export const unreachable: AwsFailure = {
  class: 'transient',
  code: 'ENOTFOUND',
  status: null,
  text: 'the name directconnect.ap-southeast-2.amazonaws.com cannot be resolved (ENOTFOUND)',
  remedy: 'check DNS, the region, and whether the VPC has an interface endpoint with private DNS',
};

export const vpc = (over: Partial<AwsVpc> = {}): AwsVpc => ({
  vpcId: VPC,
  name: 'payments',
  ownerId: ACCOUNT,
  ipv4Cidrs: ['10.0.0.0/16'],
  ipv6Cidrs: [],
  ...over,
});

export const subnet = (over: Partial<AwsSubnet> = {}): AwsSubnet => ({
  subnetId: SUBNET,
  name: 'private-a',
  vpcId: VPC,
  ownerId: ACCOUNT,
  cidr: '10.0.3.0/24',
  ipv6Cidrs: [],
  availabilityZone: 'ap-southeast-2a',
  availabilityZoneId: 'apse2-az1',
  state: 'available',
  availableIpAddressCount: 200,
  ...over,
});

export const route = (destination: string, target: string | null, over: Partial<AwsRoute> = {}): AwsRoute => ({
  destination,
  target,
  origin: 'CreateRoute',
  state: 'active',
  ...over,
});

export const local = (destination = '10.0.0.0/16'): AwsRoute =>
  route(destination, 'local', { origin: 'CreateRouteTable' });

export const propagated = (destination: string, target = VGW): AwsRoute =>
  route(destination, target, { origin: 'EnableVgwRoutePropagation' });

export const table = (routes: readonly AwsRoute[], over: Partial<AwsRouteTable> = {}): AwsRouteTable => ({
  routeTableId: TABLE,
  name: 'private',
  associations: [{ main: false, subnetId: SUBNET, gatewayId: null }],
  propagatingGatewayIds: [VGW],
  routes,
  ...over,
});

export const gateway = (over: Partial<AwsVpnGateway> = {}): AwsVpnGateway => ({
  vpnGatewayId: VGW,
  state: 'available',
  amazonSideAsn: 64_512,
  attachments: [{ vpcId: VPC, state: 'attached' }],
  ...over,
});

export const tunnel = (address: string, over: Partial<AwsTunnelTelemetry> = {}): AwsTunnelTelemetry => ({
  outsideIpAddress: address,
  status: 'UP',
  statusMessage: '3 BGP ROUTES',
  acceptedRouteCount: 3,
  lastStatusChange: Date.UTC(2025, 11, 1),
  ...over,
});

export const vpn = (id: string, over: Partial<AwsVpnConnection> = {}): AwsVpnConnection => ({
  vpnConnectionId: id,
  name: null,
  state: 'available',
  vpnGatewayId: VGW,
  transitGatewayId: null,
  coreNetworkArn: null,
  customerGatewayId: `cgw-${id.slice(4)}`,
  staticRoutesOnly: false,
  telemetry: [tunnel('203.0.113.8'), tunnel('203.0.113.9')],
  ...over,
});

export const association = (
  over: Partial<AwsDirectConnectGatewayAssociation> = {},
): AwsDirectConnectGatewayAssociation => ({
  directConnectGatewayId: DXGW,
  directConnectGatewayOwnerAccount: ACCOUNT,
  associationState: 'associated',
  associatedGatewayId: VGW,
  associatedGatewayType: 'virtualPrivateGateway',
  allowedPrefixes: ['10.0.0.0/16'],
  ...over,
});

export const peer = (addressFamily: 'ipv4' | 'ipv6', over: Partial<AwsBgpPeer> = {}): AwsBgpPeer => ({
  bgpPeerId: `dxpeer-${addressFamily}`,
  addressFamily,
  bgpPeerState: 'available',
  bgpStatus: 'up',
  asn: 65_001,
  awsDevice: 'EqSY3-abc123',
  awsLogicalDeviceId: 'EqSY3-abc123',
  ...over,
});

export const vif = (id: string, over: Partial<AwsVirtualInterface> = {}): AwsVirtualInterface => ({
  virtualInterfaceId: id,
  virtualInterfaceName: null,
  virtualInterfaceType: 'private',
  virtualInterfaceState: 'available',
  connectionId: 'dxcon-ffaaaaaa',
  location: 'EqSY3',
  ownerAccount: ACCOUNT,
  vlan: 101,
  mtu: 8500,
  jumboFrameCapable: true,
  virtualGatewayId: null,
  directConnectGatewayId: DXGW,
  siteLinkEnabled: false,
  bgpPeers: [peer('ipv4'), peer('ipv6')],
  ...over,
});

export const lag = (over: Partial<AwsLag> = {}): AwsLag => ({
  lagId: 'dxlag-ffcccccc',
  lagName: 'syd-lag',
  lagState: 'available',
  location: 'EqSY3',
  minimumLinks: 1,
  numberOfConnections: 2,
  awsDevice: 'EqSY3-abc123',
  awsLogicalDeviceId: 'EqSY3-abc123',
  connections: [
    { connectionId: 'dxcon-1', connectionState: 'available' },
    { connectionId: 'dxcon-2', connectionState: 'available' },
  ],
  ...over,
});
