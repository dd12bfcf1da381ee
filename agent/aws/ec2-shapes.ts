/**
 * EC2's answers in the shapes of vpc-shapes.ts. Fields are copied by name, so nothing else of an answer gets further:
 * a VPN connection comes with its `CustomerGatewayConfiguration` and every tunnel's `PreSharedKey`.
 */
import type {
  IpamResourceCidr,
  PublicIpv4Pool,
  Route,
  RouteTable,
  Subnet,
  Tag,
  TransitGatewayAttachment,
  VgwTelemetry,
  Vpc,
  VpnConnection,
  VpnGateway,
} from '@aws-sdk/client-ec2';
import type {
  AwsIpamCidr,
  AwsPublicPool,
  AwsRoute,
  AwsRouteTable,
  AwsSubnet,
  AwsTransitGatewayAttachment,
  AwsTunnelTelemetry,
  AwsVpc,
  AwsVpnConnection,
  AwsVpnGateway,
} from './vpc-shapes.ts';

const nameOf = (tags: readonly Tag[] | undefined): string | null =>
  tags?.find(({ Key }) => Key === 'Name')?.Value || null;

const present = <T>(values: readonly (T | undefined)[]): T[] => values.filter((value) => value !== undefined);

export function vpcOf(vpc: Vpc): AwsVpc {
  const { CidrBlockAssociationSet: four, Ipv6CidrBlockAssociationSet: six = [] } = vpc;
  const ofAssociations = four
    ?.filter(({ CidrBlockState }) => inUse(CidrBlockState?.State))
    .map(({ CidrBlock }) => CidrBlock);
  return {
    vpcId: vpc.VpcId ?? '',
    name: nameOf(vpc.Tags),
    ownerId: vpc.OwnerId ?? null,
    ipv4Cidrs: present(ofAssociations ?? [vpc.CidrBlock]),
    ipv6Cidrs: present(
      six
        .filter(({ Ipv6CidrBlockState }) => inUse(Ipv6CidrBlockState?.State))
        .map(({ Ipv6CidrBlock }) => Ipv6CidrBlock),
    ),
  };
}

/** A block that was taken away stays in the answer for a while. */
const inUse = (state: string | undefined): boolean => !/^(disassociat|fail)/.test(state ?? '');

export function subnetOf(subnet: Subnet): AwsSubnet {
  const { Ipv6CidrBlockAssociationSet: six = [] } = subnet;
  return {
    subnetId: subnet.SubnetId ?? '',
    name: nameOf(subnet.Tags),
    vpcId: subnet.VpcId ?? null,
    ownerId: subnet.OwnerId ?? null,
    cidr: subnet.CidrBlock ?? null,
    ipv6Cidrs: present(
      six
        .filter(({ Ipv6CidrBlockState }) => inUse(Ipv6CidrBlockState?.State))
        .map(({ Ipv6CidrBlock }) => Ipv6CidrBlock),
    ),
    availabilityZone: subnet.AvailabilityZone ?? null,
    availabilityZoneId: subnet.AvailabilityZoneId ?? null,
    state: subnet.State ?? null,
    availableIpAddressCount: subnet.AvailableIpAddressCount ?? null,
  };
}

export function routeTableOf(table: RouteTable): AwsRouteTable {
  const { Associations = [], PropagatingVgws = [], Routes = [] } = table;
  return {
    routeTableId: table.RouteTableId ?? '',
    name: nameOf(table.Tags),
    associations: Associations.filter(({ AssociationState }) => inUse(AssociationState?.State)).map(
      ({ Main, SubnetId, GatewayId }) => ({
        main: Main ?? false,
        subnetId: SubnetId ?? null,
        gatewayId: GatewayId ?? null,
      }),
    ),
    propagatingGatewayIds: present(PropagatingVgws.map(({ GatewayId }) => GatewayId)),
    routes: Routes.map(routeOf),
  };
}

function routeOf(route: Route): AwsRoute {
  const { DestinationCidrBlock: four, DestinationIpv6CidrBlock: six, DestinationPrefixListId: list } = route;
  return {
    destination: four ?? six ?? list ?? '',
    target:
      route.GatewayId ??
      route.TransitGatewayId ??
      route.NatGatewayId ??
      route.VpcPeeringConnectionId ??
      route.NetworkInterfaceId ??
      route.InstanceId ??
      route.EgressOnlyInternetGatewayId ??
      route.LocalGatewayId ??
      route.CarrierGatewayId ??
      route.CoreNetworkArn ??
      route.OdbNetworkArn ??
      null,
    origin: route.Origin ?? null,
    state: route.State ?? null,
  };
}

export function vpnGatewayOf(gateway: VpnGateway): AwsVpnGateway {
  const { VpcAttachments = [] } = gateway;
  return {
    vpnGatewayId: gateway.VpnGatewayId ?? '',
    state: gateway.State ?? null,
    amazonSideAsn: gateway.AmazonSideAsn ?? null,
    attachments: VpcAttachments.map(({ VpcId, State }) => ({ vpcId: VpcId ?? null, state: State ?? null })),
  };
}

export function vpnConnectionOf(connection: VpnConnection): AwsVpnConnection {
  const { VgwTelemetry = [] } = connection;
  return {
    vpnConnectionId: connection.VpnConnectionId ?? '',
    name: nameOf(connection.Tags),
    state: connection.State ?? null,
    vpnGatewayId: connection.VpnGatewayId ?? null,
    transitGatewayId: connection.TransitGatewayId ?? null,
    coreNetworkArn: connection.CoreNetworkArn ?? null,
    customerGatewayId: connection.CustomerGatewayId ?? null,
    staticRoutesOnly: connection.Options?.StaticRoutesOnly ?? null,
    telemetry: VgwTelemetry.map(telemetryOf),
  };
}

function telemetryOf(tunnel: VgwTelemetry): AwsTunnelTelemetry {
  const changed = tunnel.LastStatusChange?.getTime() ?? Number.NaN;
  return {
    outsideIpAddress: tunnel.OutsideIpAddress ?? null,
    status: tunnel.Status ?? null,
    statusMessage: tunnel.StatusMessage || null,
    acceptedRouteCount: tunnel.AcceptedRouteCount ?? null,
    lastStatusChange: Number.isNaN(changed) ? null : changed,
  };
}

export function attachmentOf(attachment: TransitGatewayAttachment): AwsTransitGatewayAttachment {
  return {
    transitGatewayAttachmentId: attachment.TransitGatewayAttachmentId ?? '',
    transitGatewayId: attachment.TransitGatewayId ?? null,
    resourceType: attachment.ResourceType ?? null,
    resourceId: attachment.ResourceId ?? null,
    state: attachment.State ?? null,
  };
}

export function ipamCidrOf(cidr: IpamResourceCidr): AwsIpamCidr {
  return {
    resourceId: cidr.ResourceId ?? null,
    resourceType: cidr.ResourceType ?? null,
    cidr: cidr.ResourceCidr ?? null,
    ipUsage: cidr.IpUsage ?? null,
    complianceStatus: cidr.ComplianceStatus ?? null,
    overlapStatus: cidr.OverlapStatus ?? null,
    managementState: cidr.ManagementState ?? null,
  };
}

export function publicPoolOf(pool: PublicIpv4Pool): AwsPublicPool {
  return {
    poolId: pool.PoolId ?? '',
    totalAddressCount: pool.TotalAddressCount ?? null,
    totalAvailableAddressCount: pool.TotalAvailableAddressCount ?? null,
  };
}
