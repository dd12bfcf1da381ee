/**
 * The small interface through which this room asks AWS: one method a call of AWS, pages already joined, secrets
 * already gone. The clients of `aws/` fill it; a test hands in its own.
 */
import type { AwsFailure } from '../aws/errors.ts';
import type {
  AwsConnection,
  AwsDirectConnectGatewayAssociation,
  AwsDirectConnectGatewayAttachment,
  AwsElasticIps,
  AwsIpamCidr,
  AwsLag,
  AwsPublicPool,
  AwsRouteTable,
  AwsSubnet,
  AwsTransitGatewayAttachment,
  AwsVirtualInterface,
  AwsVirtualInterfaceMetrics,
  AwsVpc,
  AwsVpnConnection,
  AwsVpnGateway,
} from '../aws/vpc-shapes.ts';

/** An answer, or why there is none: the failure's remedy names the IAM statement where a permission is missing. */
export type Told<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: AwsFailure };

/** EC2, each call for one VPC or gateway. */
export interface Ec2Door {
  vpc(vpcId: string, signal: AbortSignal): Promise<Told<AwsVpc | null>>;
  subnets(vpcId: string, signal: AbortSignal): Promise<Told<readonly AwsSubnet[]>>;
  routeTables(vpcId: string, signal: AbortSignal): Promise<Told<readonly AwsRouteTable[]>>;
  /** Attached to the VPC. */
  vpnGateways(vpcId: string, signal: AbortSignal): Promise<Told<readonly AwsVpnGateway[]>>;
  /** That end at any of the gateways (virtual private or transit); deleted ones left out. */
  vpnConnections(gatewayIds: readonly string[], signal: AbortSignal): Promise<Told<readonly AwsVpnConnection[]>>;
  /** Attachments of the VPC; with transit gateways known, also what else hangs on them, as far as this account sees. */
  transitGatewayAttachments(vpcId: string, signal: AbortSignal): Promise<Told<readonly AwsTransitGatewayAttachment[]>>;
  /** The account's default scopes are found first; an account without IPAM gives an empty list. */
  ipamCidrs(vpcId: string, signal: AbortSignal): Promise<Told<readonly AwsIpamCidr[]>>;
  elasticIps(signal: AbortSignal): Promise<Told<AwsElasticIps>>;
  publicPools(signal: AbortSignal): Promise<Told<readonly AwsPublicPool[]>>;
}

export interface DirectConnectDoor {
  virtualInterfaces(signal: AbortSignal): Promise<Told<readonly AwsVirtualInterface[]>>;
  /** Of a virtual private or transit gateway. */
  gatewayAssociations(
    gatewayId: string,
    signal: AbortSignal,
  ): Promise<Told<readonly AwsDirectConnectGatewayAssociation[]>>;
  /** Of a Direct Connect gateway; only its owner sees them. */
  gatewayAttachments(
    directConnectGatewayId: string,
    signal: AbortSignal,
  ): Promise<Told<readonly AwsDirectConnectGatewayAttachment[]>>;
  connections(signal: AbortSignal): Promise<Told<readonly AwsConnection[]>>;
  lags(signal: AbortSignal): Promise<Told<readonly AwsLag[]>>;
  /** From CloudWatch, namespace AWS/DX; empty where this account does not own the connection. */
  metrics(
    interfaces: readonly AwsVirtualInterface[],
    signal: AbortSignal,
  ): Promise<Told<readonly AwsVirtualInterfaceMetrics[]>>;
}
