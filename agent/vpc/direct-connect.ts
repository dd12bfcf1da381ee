/**
 * Direct Connect as it reaches one VPC: which virtual interfaces do, and how their BGP peers and LAGs stand.
 *
 * A private virtual interface ends at the VPC's virtual private gateway, or at a Direct Connect gateway that is
 * associated with it; a transit one ends at a Direct Connect gateway associated with the transit gateway. An account
 * that owns neither the Direct Connect gateway nor the interface sees the association and nothing behind it.
 */
import type {
  AwsBgpPeer,
  AwsConnection,
  AwsDirectConnectGatewayAssociation,
  AwsDirectConnectGatewayAttachment,
  AwsLag,
  AwsVirtualInterface,
} from '../aws/vpc-shapes.ts';
import { counted } from '../measure/units.ts';
import type { Reason, State } from '../verdict/snapshot.ts';
import type { VirtualInterfaceView } from '../verdict/vpc-view.ts';

export interface Reaching {
  readonly interface: AwsVirtualInterface;
  readonly via: VirtualInterfaceView['via'];
}

/** Associations that are gone. */
const isLive = ({ associationState }: AwsDirectConnectGatewayAssociation): boolean =>
  associationState !== 'disassociated';

/** The virtual interfaces that reach the VPC, as far as this account sees. */
export function reaching(
  interfaces: readonly AwsVirtualInterface[],
  associations: readonly AwsDirectConnectGatewayAssociation[],
  attachments: readonly AwsDirectConnectGatewayAttachment[],
  gatewayIds: ReadonlySet<string>,
): Reaching[] {
  const through = new Set(associations.filter(isLive).map(({ directConnectGatewayId }) => directConnectGatewayId));
  const found: Reaching[] = [];
  for (const each of interfaces) {
    if (each.virtualInterfaceState === 'deleted' || each.virtualInterfaceType === 'public') continue;
    const { virtualGatewayId: vgw, directConnectGatewayId: dxgw } = each;
    if (vgw !== null && gatewayIds.has(vgw)) found.push({ interface: each, via: { kind: 'vgw', id: vgw } });
    else if (dxgw !== null && through.has(dxgw)) found.push({ interface: each, via: { kind: 'dxgw', id: dxgw } });
  }
  const known = new Set(found.map(({ interface: { virtualInterfaceId } }) => virtualInterfaceId));
  for (const { directConnectGatewayId: dxgw, virtualInterfaceId: id, ...attachment } of attachments) {
    if (dxgw === null || id === null || known.has(id) || !through.has(dxgw)) continue;
    if (attachment.attachmentState === 'detached') continue;
    known.add(id);
    found.push({
      interface: unseen(id, dxgw, attachment.virtualInterfaceOwnerAccount),
      via: { kind: 'dxgw', id: dxgw },
    });
  }
  return found;
}

/** An interface of another account: only that it is attached is told. */
function unseen(id: string, dxgw: string, owner: string | null): AwsVirtualInterface {
  return {
    virtualInterfaceId: id,
    virtualInterfaceName: null,
    virtualInterfaceType: null,
    virtualInterfaceState: null,
    connectionId: null,
    location: null,
    ownerAccount: owner,
    vlan: null,
    mtu: null,
    jumboFrameCapable: null,
    virtualGatewayId: null,
    directConnectGatewayId: dxgw,
    siteLinkEnabled: null,
    bgpPeers: [],
  };
}

/** A peer that is being made or taken away carries nothing yet, or no more. */
const isInUse = ({ bgpPeerState }: AwsBgpPeer): boolean => bgpPeerState === null || bgpPeerState === 'available';

export function peerState(peer: AwsBgpPeer): State {
  if (!isInUse(peer)) return 'unknown';
  return peer.bgpStatus === 'up' ? 'up' : peer.bgpStatus === 'down' ? 'down' : 'unknown';
}

export function familyOfPeer({ addressFamily }: AwsBgpPeer): 4 | 6 | null {
  return addressFamily === 'ipv4' ? 4 : addressFamily === 'ipv6' ? 6 : null;
}

/** "IPv4", or nothing where AWS does not tell the family. */
export const familyName = (family: 4 | 6 | null): string => (family === null ? '' : ` IPv${family}`);

export function interfaceState(one: AwsVirtualInterface): State {
  const { virtualInterfaceState: told, bgpPeers } = one;
  if (told === 'down') return 'down';
  // AWS's failover test ("testing") takes BGP down on purpose: the peers tell.
  if (told !== 'available' && told !== 'testing') return 'unknown';
  const states = bgpPeers.filter(isInUse).map(peerState);
  const has = (wanted: State): boolean => states.includes(wanted);
  if (has('down')) return has('up') ? 'degraded' : has('unknown') ? 'unknown' : 'down';
  return has('up') ? 'up' : 'unknown';
}

export function interfaceReasons(one: AwsVirtualInterface, accountId: string | null): Reason[] {
  const { virtualInterfaceState: told, ownerAccount } = one;
  if (told === null) {
    const whose = ownerAccount === null || ownerAccount === accountId ? 'another account' : `account ${ownerAccount}`;
    return [{ code: 'not-told', text: `it belongs to ${whose}, which alone sees its state` }];
  }
  const reasons: Reason[] = [];
  if (told === 'testing') reasons.push({ code: 'testing', text: 'a failover test of AWS is running' });
  else if (told !== 'available') reasons.push({ code: 'aws-state', text: `AWS calls it ${told}` });
  for (const peer of one.bgpPeers) {
    const state = peerState(peer);
    const name = `BGP${familyName(familyOfPeer(peer))}`;
    if (state === 'down') reasons.push({ code: 'bgp-down', text: `${name} is down` });
    else if (state === 'unknown') {
      const status = isInUse(peer) ? peer.bgpStatus : peer.bgpPeerState;
      reasons.push({ code: 'bgp-unknown', text: `${name}: AWS calls it ${status ?? 'nothing'}` });
    }
  }
  if (one.bgpPeers.length === 0 && told === 'available') reasons.push({ code: 'no-peer', text: 'it has no BGP peer' });
  return reasons;
}

/** The LAG a virtual interface hangs on: its own id stands where a connection's would, or the connection is a member. */
export function lagIdOf({ connectionId }: AwsVirtualInterface, connections: readonly AwsConnection[]): string | null {
  if (connectionId === null) return null;
  if (connectionId.startsWith('dxlag-')) return connectionId;
  return connections.find((connection) => connection.connectionId === connectionId)?.lagId ?? null;
}

/** A LAG with fewer connections up than its minimum is taken down as a whole. */
export function lagState({ lagState: told, minimumLinks, connections }: AwsLag): State {
  if (told === 'down') return 'down';
  if (told !== 'available') return 'unknown';
  const up = connections.filter(({ connectionState }) => connectionState === 'available').length;
  const down = connections.filter(({ connectionState }) => connectionState === 'down').length;
  if (down > 0 && (up === 0 || up < (minimumLinks ?? 0))) return 'down';
  if (down > 0) return 'degraded';
  return up > 0 ? 'up' : 'unknown';
}

export function lagReasons({ lagState: told, minimumLinks, connections }: AwsLag): Reason[] {
  const reasons: Reason[] = [];
  if (told !== 'available') reasons.push({ code: 'aws-state', text: `AWS calls it ${told ?? 'nothing'}` });
  const up = connections.filter(({ connectionState }) => connectionState === 'available').length;
  if (up < connections.length) {
    const least = minimumLinks === null || minimumLinks === 0 ? '' : `, ${minimumLinks} must be`;
    reasons.push({ code: 'links', text: `${up} of ${counted(connections.length, 'connection')} up${least}` });
  }
  return reasons;
}
