/** The latest answer of every call to AWS, with when it came; null: none yet, or not asked for. */
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

export interface Answers {
  readonly vpc: AwsVpc | null;
  readonly subnets: readonly AwsSubnet[];
  readonly ipam: readonly AwsIpamCidr[];
  readonly elasticIps: AwsElasticIps;
  readonly publicPools: readonly AwsPublicPool[];
  readonly gateways: readonly AwsVpnGateway[];
  readonly attachments: readonly AwsTransitGatewayAttachment[];
  readonly vpns: readonly AwsVpnConnection[];
  readonly routeTables: readonly AwsRouteTable[];
  readonly interfaces: readonly AwsVirtualInterface[];
  readonly associations: readonly AwsDirectConnectGatewayAssociation[];
  readonly dxAttachments: readonly AwsDirectConnectGatewayAttachment[];
  readonly connections: readonly AwsConnection[];
  readonly lags: readonly AwsLag[];
  readonly metrics: readonly AwsVirtualInterfaceMetrics[];
}

export type Question = keyof Answers;

/** The latest whole answers. */
export type Known = { readonly [Q in Question]?: { readonly value: Answers[Q]; readonly at: number } };

/**
 * Virtual private and transit gateways of the VPC. Its own routes name them too, which helps a role that may read
 * route tables and not gateways.
 */
export function gatewayIds({ gateways, attachments, routeTables }: Known, vpcId: string): string[] {
  const ids = new Set<string>();
  for (const { vpnGatewayId, attachments: its } of gateways?.value ?? []) {
    if (its.some((one) => one.vpcId === vpcId && one.state !== 'detached')) ids.add(vpnGatewayId);
  }
  for (const { transitGatewayId, resourceType } of attachments?.value ?? []) {
    if (transitGatewayId !== null && resourceType === 'vpc') ids.add(transitGatewayId);
  }
  for (const { propagatingGatewayIds, routes } of routeTables?.value ?? []) {
    for (const id of [...propagatingGatewayIds, ...routes.map(({ target }) => target ?? '')]) {
      if (/^(vgw|tgw)-/.test(id)) ids.add(id);
    }
  }
  return [...ids].sort();
}
