/**
 * Direct Connect's answers in the shapes of vpc-shapes.ts. Fields are copied by name, so nothing else of an answer
 * gets further: a virtual interface comes with the `authKey` of its BGP sessions, and with the router configuration
 * that holds it again.
 */
import type {
  BGPPeer,
  Connection,
  DirectConnectGatewayAssociation,
  DirectConnectGatewayAttachment,
  Lag,
  VirtualInterface,
} from '@aws-sdk/client-direct-connect';
import type {
  AwsBgpPeer,
  AwsConnection,
  AwsDirectConnectGatewayAssociation,
  AwsDirectConnectGatewayAttachment,
  AwsLag,
  AwsVirtualInterface,
} from './vpc-shapes.ts';

export function virtualInterfaceOf(one: VirtualInterface): AwsVirtualInterface {
  return {
    virtualInterfaceId: one.virtualInterfaceId ?? '',
    virtualInterfaceName: one.virtualInterfaceName || null,
    virtualInterfaceType: one.virtualInterfaceType ?? null,
    virtualInterfaceState: one.virtualInterfaceState ?? null,
    connectionId: one.connectionId || null,
    location: one.location || null,
    ownerAccount: one.ownerAccount || null,
    vlan: one.vlan ?? null,
    mtu: one.mtu ?? null,
    jumboFrameCapable: one.jumboFrameCapable ?? null,
    // AWS gives an empty string for a gateway that is none
    virtualGatewayId: one.virtualGatewayId || null,
    directConnectGatewayId: one.directConnectGatewayId || null,
    siteLinkEnabled: one.siteLinkEnabled ?? null,
    bgpPeers: (one.bgpPeers ?? []).map(bgpPeerOf),
  };
}

function bgpPeerOf(peer: BGPPeer): AwsBgpPeer {
  return {
    bgpPeerId: peer.bgpPeerId || null,
    addressFamily: peer.addressFamily ?? null,
    bgpPeerState: peer.bgpPeerState ?? null,
    bgpStatus: peer.bgpStatus ?? null,
    // the long one holds what the short one cannot
    asn: peer.asnLong ?? peer.asn ?? null,
    awsDevice: peer.awsDeviceV2 || null,
    awsLogicalDeviceId: peer.awsLogicalDeviceId || null,
  };
}

/** null without a Direct Connect gateway: a virtual private gateway whose association is gone. */
export function associationOf(one: DirectConnectGatewayAssociation): AwsDirectConnectGatewayAssociation | null {
  if (!one.directConnectGatewayId) return null;
  const { associatedGateway, allowedPrefixesToDirectConnectGateway: allowed = [] } = one;
  return {
    directConnectGatewayId: one.directConnectGatewayId,
    directConnectGatewayOwnerAccount: one.directConnectGatewayOwnerAccount || null,
    associationState: one.associationState ?? null,
    associatedGatewayId: associatedGateway?.id || one.virtualGatewayId || null,
    associatedGatewayType: associatedGateway?.type ?? null,
    allowedPrefixes: allowed.flatMap(({ cidr }) => cidr ?? []),
  };
}

export function attachmentOf(one: DirectConnectGatewayAttachment): AwsDirectConnectGatewayAttachment {
  return {
    directConnectGatewayId: one.directConnectGatewayId || null,
    virtualInterfaceId: one.virtualInterfaceId || null,
    virtualInterfaceOwnerAccount: one.virtualInterfaceOwnerAccount || null,
    attachmentState: one.attachmentState ?? null,
    attachmentType: one.attachmentType ?? null,
  };
}

export function connectionOf(one: Connection): AwsConnection {
  return {
    connectionId: one.connectionId ?? '',
    connectionState: one.connectionState ?? null,
    location: one.location || null,
    lagId: one.lagId || null,
    awsDevice: one.awsDeviceV2 || one.awsDevice || null,
    awsLogicalDeviceId: one.awsLogicalDeviceId || null,
  };
}

export function lagOf(one: Lag): AwsLag {
  return {
    lagId: one.lagId ?? '',
    lagName: one.lagName || null,
    lagState: one.lagState ?? null,
    location: one.location || null,
    minimumLinks: one.minimumLinks ?? null,
    numberOfConnections: one.numberOfConnections ?? null,
    awsDevice: one.awsDeviceV2 || one.awsDevice || null,
    awsLogicalDeviceId: one.awsLogicalDeviceId || null,
    connections: (one.connections ?? []).map(({ connectionId, connectionState }) => ({
      connectionId: connectionId ?? '',
      connectionState: connectionState ?? null,
    })),
  };
}
