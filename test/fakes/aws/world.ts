/**
 * What the account of a test holds, in the types of the SDK's own models and as AWS would tell it, secrets included.
 * Everything may be changed while a server answers from it: the next answer is of the changed world.
 *
 * Stories to begin with stand in vpc-stories.ts, what may happen to them in vpc-day.ts.
 */
import type {
  Connection,
  DirectConnectGatewayAssociation,
  DirectConnectGatewayAttachment,
  Lag,
  VirtualInterface,
} from '@aws-sdk/client-direct-connect';
import type {
  Address,
  Ipam,
  IpamResourceCidr,
  PublicIpv4Pool,
  RouteTable,
  Subnet,
  TransitGatewayAttachment,
  Vpc,
  VpnConnection,
  VpnGateway,
} from '@aws-sdk/client-ec2';

/** Latest value of AWS/DX for one interface and family. */
export interface InterfaceMetric {
  readonly connectionId: string;
  readonly virtualInterfaceId: string;
  readonly family: 'ipv4' | 'ipv6';
  status: number;
  accepted: number;
  advertised: number;
}

export interface World {
  vpcs: Vpc[];
  subnets: Subnet[];
  routeTables: RouteTable[];
  vpnGateways: VpnGateway[];
  vpnConnections: VpnConnection[];
  transitGatewayAttachments: TransitGatewayAttachment[];
  addresses: Address[];
  elasticIpLimit: number;
  publicPools: PublicIpv4Pool[];
  ipams: Ipam[];
  ipamCidrs: IpamResourceCidr[];
  virtualInterfaces: VirtualInterface[];
  associations: DirectConnectGatewayAssociation[];
  attachments: DirectConnectGatewayAttachment[];
  connections: Connection[];
  lags: Lag[];
  metrics: InterfaceMetric[];
}

export const ACCOUNT = '111122223333';
/** Of the network team: owns what is shared with ACCOUNT. */
export const OTHER_ACCOUNT = '444455556666';

/** What stands in AWS's answers and must be seen nowhere behind agent/aws. */
export const SECRETS = {
  preSharedKey: 'psk_PLANTED_0f3d9a',
  authKey: 'bgpmd5_PLANTED_77c1e2',
  gatewayConfiguration: 'cgwxml_PLANTED_5b8e40',
} as const;

export const emptyWorld = (): World => ({
  vpcs: [],
  subnets: [],
  routeTables: [],
  vpnGateways: [],
  vpnConnections: [],
  transitGatewayAttachments: [],
  addresses: [],
  elasticIpLimit: 5,
  publicPools: [],
  ipams: [],
  ipamCidrs: [],
  virtualInterfaces: [],
  associations: [],
  attachments: [],
  connections: [],
  lags: [],
  metrics: [],
});
