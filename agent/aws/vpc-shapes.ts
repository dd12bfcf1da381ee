/**
 * What EC2 and Direct Connect tell of a VPC, as the doors in this room hand it on: only the fields somebody uses,
 * so that secrets (`PreSharedKey`, `CustomerGatewayConfiguration`, `authKey`) end here. Names are AWS's in camel
 * case; what an answer does not hold is null; enum values are strings, because AWS adds new ones.
 *
 * Sources: EC2 API Reference (DescribeSubnets, DescribeVpcs, DescribeVpnConnections, DescribeVpnGateways,
 * DescribeRouteTables, DescribeTransitGatewayAttachments, DescribeAddresses, DescribePublicIpv4Pools,
 * DescribeAccountAttributes, GetIpamResourceCidrs), Direct Connect API Reference (DescribeVirtualInterfaces,
 * DescribeDirectConnectGatewayAssociations, DescribeDirectConnectGatewayAttachments, DescribeConnections,
 * DescribeLags), CloudWatch namespace AWS/DX.
 */

export interface AwsVpc {
  readonly vpcId: string;
  readonly name: string | null;
  readonly ownerId: string | null;
  readonly ipv4Cidrs: readonly string[];
  readonly ipv6Cidrs: readonly string[];
}

export interface AwsSubnet {
  readonly subnetId: string;
  readonly name: string | null;
  readonly vpcId: string | null;
  readonly ownerId: string | null;
  readonly cidr: string | null;
  readonly ipv6Cidrs: readonly string[];
  readonly availabilityZone: string | null;
  readonly availabilityZoneId: string | null;
  readonly state: string | null;
  readonly availableIpAddressCount: number | null;
}

export interface AwsTunnelTelemetry {
  readonly outsideIpAddress: string | null;
  readonly status: string | null;
  readonly statusMessage: string | null;
  readonly acceptedRouteCount: number | null;
  /** ms since the epoch */
  readonly lastStatusChange: number | null;
}

export interface AwsVpnConnection {
  readonly vpnConnectionId: string;
  readonly name: string | null;
  readonly state: string | null;
  readonly vpnGatewayId: string | null;
  readonly transitGatewayId: string | null;
  readonly coreNetworkArn: string | null;
  readonly customerGatewayId: string | null;
  readonly staticRoutesOnly: boolean | null;
  readonly telemetry: readonly AwsTunnelTelemetry[];
}

export interface AwsVpnGateway {
  readonly vpnGatewayId: string;
  readonly state: string | null;
  readonly amazonSideAsn: number | null;
  readonly attachments: readonly { readonly vpcId: string | null; readonly state: string | null }[];
}

export interface AwsRoute {
  /** IPv4 or IPv6 CIDR, or the id of a prefix list. */
  readonly destination: string;
  /** The first of gateway, transit gateway, NAT gateway, interface, peering … that is named. */
  readonly target: string | null;
  readonly origin: string | null;
  readonly state: string | null;
}

export interface AwsRouteTable {
  readonly routeTableId: string;
  readonly name: string | null;
  readonly associations: readonly {
    readonly main: boolean;
    readonly subnetId: string | null;
    readonly gatewayId: string | null;
  }[];
  readonly propagatingGatewayIds: readonly string[];
  readonly routes: readonly AwsRoute[];
}

export interface AwsTransitGatewayAttachment {
  readonly transitGatewayAttachmentId: string;
  readonly transitGatewayId: string | null;
  readonly resourceType: string | null;
  readonly resourceId: string | null;
  readonly state: string | null;
}

/** Of IPAM. */
export interface AwsIpamCidr {
  readonly resourceId: string | null;
  readonly resourceType: string | null;
  readonly cidr: string | null;
  /** 0 to 1 */
  readonly ipUsage: number | null;
  readonly complianceStatus: string | null;
  readonly overlapStatus: string | null;
  readonly managementState: string | null;
}

export interface AwsElasticIps {
  readonly used: number;
  /** Account attribute vpc-max-elastic-ips; null when it is not told. */
  readonly limit: number | null;
}

export interface AwsPublicPool {
  readonly poolId: string;
  readonly totalAddressCount: number | null;
  readonly totalAvailableAddressCount: number | null;
}

export interface AwsBgpPeer {
  readonly bgpPeerId: string | null;
  readonly addressFamily: string | null;
  readonly bgpPeerState: string | null;
  readonly bgpStatus: string | null;
  readonly asn: number | null;
  readonly awsDevice: string | null;
  readonly awsLogicalDeviceId: string | null;
}

export interface AwsVirtualInterface {
  readonly virtualInterfaceId: string;
  readonly virtualInterfaceName: string | null;
  readonly virtualInterfaceType: string | null;
  readonly virtualInterfaceState: string | null;
  readonly connectionId: string | null;
  readonly location: string | null;
  readonly ownerAccount: string | null;
  readonly vlan: number | null;
  readonly mtu: number | null;
  readonly jumboFrameCapable: boolean | null;
  readonly virtualGatewayId: string | null;
  readonly directConnectGatewayId: string | null;
  readonly siteLinkEnabled: boolean | null;
  readonly bgpPeers: readonly AwsBgpPeer[];
}

export interface AwsDirectConnectGatewayAssociation {
  readonly directConnectGatewayId: string;
  readonly directConnectGatewayOwnerAccount: string | null;
  readonly associationState: string | null;
  readonly associatedGatewayId: string | null;
  readonly associatedGatewayType: string | null;
  readonly allowedPrefixes: readonly string[];
}

export interface AwsDirectConnectGatewayAttachment {
  readonly directConnectGatewayId: string | null;
  readonly virtualInterfaceId: string | null;
  readonly virtualInterfaceOwnerAccount: string | null;
  readonly attachmentState: string | null;
  readonly attachmentType: string | null;
}

export interface AwsConnection {
  readonly connectionId: string;
  readonly connectionState: string | null;
  readonly location: string | null;
  readonly lagId: string | null;
  readonly awsDevice: string | null;
  readonly awsLogicalDeviceId: string | null;
}

export interface AwsLag {
  readonly lagId: string;
  readonly lagName: string | null;
  readonly lagState: string | null;
  readonly location: string | null;
  readonly minimumLinks: number | null;
  readonly numberOfConnections: number | null;
  readonly awsDevice: string | null;
  readonly awsLogicalDeviceId: string | null;
  readonly connections: readonly { readonly connectionId: string; readonly connectionState: string | null }[];
}

/** Latest values of AWS/DX for one virtual interface and address family (5-minute metrics of the connection's owner). */
export interface AwsVirtualInterfaceMetrics {
  readonly virtualInterfaceId: string;
  /** 4 or 6 */
  readonly family: 4 | 6;
  readonly bgpStatus: number | null;
  readonly prefixesAccepted: number | null;
  readonly prefixesAdvertised: number | null;
  /** ms since the epoch, of the values */
  readonly at: number | null;
}
