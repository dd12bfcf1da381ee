/** What connects the VPC as it is shown: gateways, VPN connections, Direct Connect. */
import type { AwsBgpPeer, AwsVirtualInterface, AwsVpnConnection } from '../aws/vpc-shapes.ts';
import { formatRatio } from '../measure/units.ts';
import type { Reason, State } from '../verdict/snapshot.ts';
import type {
  BgpPeerView,
  DirectConnectGatewayView,
  LagView,
  TransitGatewayAttachmentView,
  TunnelView,
  VirtualGatewayView,
  VirtualInterfaceView,
  VpnView,
} from '../verdict/vpc-view.ts';
import type { Known } from './answers.ts';
import { flapText, plainEvent, type Scribe } from './changes.ts';
import {
  familyName,
  familyOfPeer,
  interfaceReasons,
  interfaceState,
  lagIdOf,
  lagReasons,
  lagState,
  peerState,
  type Reaching,
  reaching,
} from './direct-connect.ts';
import type { VpcMemory } from './memory.ts';
import type { VpcLimits, VpcPlace } from './settings.ts';
import { routingOf, tunnelState, tunnelWords, vpnReasons, vpnState } from './tunnels.ts';
import { levelOf } from './usage.ts';

/** AWS's names of a state, by what they mean for traffic. */
const stateOf = (told: string | null, good: string, bad: RegExp): State =>
  told === good ? 'up' : bad.test(told ?? '') ? 'down' : 'unknown';

export function virtualGateways({ gateways }: Known, scribe: Scribe, place: VpcPlace): VirtualGatewayView[] {
  return (gateways?.value ?? []).flatMap(({ vpnGatewayId: id, state, amazonSideAsn, attachments }) => {
    const attachment = attachments.find(({ vpcId }) => vpcId === place.vpcId)?.state ?? null;
    if (attachment === null) return [];
    const judged = stateOf(attachment, 'attached', /^detach/);
    scribe.note(
      `vgw ${id}`,
      attachment,
      judged,
      gateways?.at ?? 0,
      ({ said }) => ({ layer: 'routes', subject: id, text: `${id} is ${attachment} (was ${said})` }),
      [id],
    );
    return [{ id, awsState: state ?? 'unknown', attachment, asn: amazonSideAsn }];
  });
}

export function attachmentViews({ attachments }: Known, scribe: Scribe): TransitGatewayAttachmentView[] {
  return (attachments?.value ?? []).flatMap(
    ({ transitGatewayAttachmentId: id, transitGatewayId, resourceType, state }) => {
      if (transitGatewayId === null) return [];
      const awsState = state ?? 'unknown';
      const judged = stateOf(state, 'available', /^(fail|reject|delet|rollingBack)/);
      scribe.note(
        `attachment ${id}`,
        awsState,
        judged,
        attachments?.at ?? 0,
        ({ said }) => ({
          layer: 'routes',
          subject: id,
          text: `${id} at ${transitGatewayId} is ${awsState} (was ${said})`,
        }),
        [transitGatewayId],
      );
      return [{ id, transitGatewayId, resourceType: resourceType ?? 'unknown', awsState }];
    },
  );
}

export function vpnViews({ vpns }: Known, memory: VpcMemory, scribe: Scribe, now: number): VpnView[] {
  return (vpns?.value ?? []).map((vpn): VpnView => {
    const { vpnConnectionId: id } = vpn;
    const at = vpns?.at ?? now;
    const tunnels = vpn.telemetry.map((_, index) => tunnelView(vpn, index, memory, scribe, at, now));
    const awsState = vpn.state ?? 'unknown';
    const state = vpnState(awsState, tunnels);
    const changed = Math.max(0, ...tunnels.map(({ changedAt }) => changedAt ?? 0));
    const since = scribe.note(`vpn ${id}`, awsState, state, changed === 0 ? at : changed, ({ said }) =>
      said === awsState
        ? null
        : { layer: 'bgp-tunnels', subject: vpn.name ?? id, text: `${id} is ${awsState} (was ${said})` },
    );
    return {
      id,
      name: vpn.name,
      awsState,
      gateway: gatewayOf(vpn),
      customerGatewayId: vpn.customerGatewayId,
      routing: routingOf(vpn),
      tunnels,
      state,
      since,
      reasons: vpnReasons(state, awsState, routingOf(vpn), vpn.telemetry),
    };
  });
}

function gatewayOf({ vpnGatewayId, transitGatewayId, coreNetworkArn }: AwsVpnConnection): VpnView['gateway'] {
  if (vpnGatewayId !== null) return { kind: 'vgw', id: vpnGatewayId };
  if (transitGatewayId !== null) return { kind: 'tgw', id: transitGatewayId };
  return coreNetworkArn !== null ? { kind: 'core-network', id: coreNetworkArn } : { kind: 'unknown', id: null };
}

function tunnelView(
  vpn: AwsVpnConnection,
  index: number,
  memory: VpcMemory,
  scribe: Scribe,
  at: number,
  now: number,
): TunnelView {
  const told = vpn.telemetry[index];
  const address = told?.outsideIpAddress ?? `tunnel ${index + 1}`;
  const key = `tunnel ${vpn.vpnConnectionId}/${address}`;
  const status = told?.status ?? 'unknown';
  const state = tunnelState(told?.status ?? null);
  // AWS's clock may be ahead of ours: nothing has changed in the future.
  const changedAt = told?.lastStatusChange == null ? null : Math.min(told.lastStatusChange, now);
  const label = vpn.name ?? vpn.vpnConnectionId;
  const gateway = gatewayOf(vpn).id;
  const gateways = gateway === null ? [] : [gateway];
  let changed = false;
  scribe.note(
    key,
    status,
    state,
    changedAt ?? at,
    () => {
      changed = true;
      const words = told === undefined ? 'is not told any more' : tunnelWords(told, routingOf(vpn));
      const again = state === 'up' ? `${words} again` : words;
      const others = vpn.telemetry.filter((one) => one !== told && tunnelState(one.status) === 'up').length;
      const effect = state !== 'down' ? '' : others > 0 ? ': no redundancy' : ': no tunnel is up';
      return { layer: 'bgp-tunnels', subject: label, text: `Tunnel ${address} of ${label} ${again}${effect}` };
    },
    gateways,
  );
  const mark = memory.marks.get(key);
  const lastStatusChange = told?.lastStatusChange ?? null;
  if (lastStatusChange !== null) memory.marks.set(key, lastStatusChange);
  const hasFlapped = !changed && mark !== undefined && lastStatusChange !== null && lastStatusChange > mark;
  if (hasFlapped && changedAt !== null) {
    const text = flapText(label, address, changedAt, now);
    scribe.flap(plainEvent(changedAt, { layer: 'bgp-tunnels', subject: label, text }), gateways);
  }
  const changes = (memory.changes.get(key) ?? 0) + (changed ? 1 : hasFlapped ? 2 : 0);
  memory.changes.set(key, changes);
  return {
    outsideAddress: address,
    status,
    state,
    message: told?.statusMessage || null,
    acceptedRoutes: told?.acceptedRouteCount ?? null,
    changedAt,
    changes,
  };
}

export function directConnectGateways(
  { associations }: Known,
  scribe: Scribe,
  place: VpcPlace,
): DirectConnectGatewayView[] {
  return (associations?.value ?? []).map((one): DirectConnectGatewayView => {
    const { directConnectGatewayId: id, directConnectGatewayOwnerAccount: owner, associatedGatewayId: gateway } = one;
    const associationState = one.associationState ?? 'unknown';
    const judged = stateOf(one.associationState, 'associated', /^disassociat/);
    scribe.note(
      `dxgw ${id}`,
      associationState,
      judged,
      associations?.at ?? 0,
      ({ said }) => ({
        layer: 'bgp-tunnels',
        subject: id,
        text: `${id} is ${associationState} with ${gateway ?? 'this VPC'} (was ${said})`,
      }),
      gateway === null ? [] : [gateway],
    );
    const kind = gateway?.startsWith('vgw-') ? 'vgw' : gateway?.startsWith('tgw-') ? 'tgw' : 'unknown';
    return {
      id,
      ownedBy: owner !== null && owner !== place.accountId ? owner : null,
      associationState,
      via: { kind, id: gateway },
      allowedPrefixes: one.allowedPrefixes,
    };
  });
}

export function interfaceViews(
  known: Known,
  scribe: Scribe,
  gateways: ReadonlySet<string>,
  limits: VpcLimits,
  place: VpcPlace,
): VirtualInterfaceView[] {
  const associations = known.associations?.value ?? [];
  const found = reaching(known.interfaces?.value ?? [], associations, known.dxAttachments?.value ?? [], gateways);
  return found.map((one) => interfaceView(one, known, scribe, limits, place));
}

function interfaceView(
  { interface: told, via }: Reaching,
  known: Known,
  scribe: Scribe,
  limits: VpcLimits,
  place: VpcPlace,
): VirtualInterfaceView {
  const { virtualInterfaceId: id, virtualInterfaceName: name } = told;
  const at = known.interfaces?.at ?? known.dxAttachments?.at ?? 0;
  const ends =
    via.kind === 'vgw'
      ? [via.id]
      : (known.associations?.value ?? [])
          .filter(({ directConnectGatewayId }) => directConnectGatewayId === via.id)
          .map(({ associatedGatewayId }) => associatedGatewayId);
  const gateways = ends.filter((gateway) => gateway !== null);
  const label = name ?? id;
  const reasons = interfaceReasons(told, place.accountId);
  const peers = told.bgpPeers.map((peer) => peerView(peer, told, known, scribe, limits, at, label, gateways, reasons));
  const awsState = told.virtualInterfaceState ?? 'unknown';
  const byPeers = interfaceState(told);
  const state = byPeers === 'up' && reasons.some(({ code }) => code === 'prefixes') ? 'degraded' : byPeers;
  const since = scribe.note(
    `vif ${id}`,
    awsState,
    state,
    at,
    ({ said }) =>
      said === awsState
        ? null
        : { layer: 'bgp-tunnels', subject: label, text: `${label} is ${awsState} (was ${said})`, reasons },
    gateways,
  );
  return {
    id,
    name,
    type: told.virtualInterfaceType ?? 'unknown',
    awsState,
    via,
    connectionId: told.connectionId,
    lagId: lagIdOf(told, known.connections?.value ?? []),
    location: told.location,
    vlan: told.vlan,
    mtu: told.mtu,
    jumbo: told.jumboFrameCapable,
    siteLink: told.siteLinkEnabled,
    peers,
    state,
    since,
    reasons,
  };
}

function peerView(
  peer: AwsBgpPeer,
  { virtualInterfaceId: id, bgpPeers }: AwsVirtualInterface,
  known: Known,
  scribe: Scribe,
  limits: VpcLimits,
  at: number,
  label: string,
  gateways: readonly string[],
  reasons: Reason[],
): BgpPeerView {
  const family = familyOfPeer(peer);
  const state = peerState(peer);
  const status = peer.bgpStatus ?? 'unknown';
  const name = `BGP${familyName(family)} of ${label}`;
  const since = scribe.note(
    `peer ${id}/${peer.bgpPeerId ?? family ?? bgpPeers.indexOf(peer)}`,
    `${status} ${peer.bgpPeerState ?? ''}`,
    state,
    at,
    ({ state: before }) => {
      const words = state === 'down' ? 'is down' : state === 'up' ? 'is up again' : `: AWS calls it ${status}`;
      const text =
        before === 'unknown' && state === 'up' ? `${name} is up` : `${name}${words.startsWith(':') ? '' : ' '}${words}`;
      return before === state ? null : { layer: 'bgp-tunnels', subject: label, text };
    },
    gateways,
  );
  const metrics = known.metrics?.value.find((one) => one.virtualInterfaceId === id && one.family === family);
  const accepted = metrics?.prefixesAccepted ?? null;
  if (accepted !== null) {
    const key = `prefixes ${id}/${family}`;
    const level = levelOf(
      accepted / limits.prefixes,
      scribe.before(key),
      limits.routesDegraded,
      Number.POSITIVE_INFINITY,
    );
    const text = `${accepted} of ${limits.prefixes}${familyName(family)} prefixes accepted (limit ${formatRatio(limits.routesDegraded)}); above ${limits.prefixes} BGP goes idle`;
    if (level !== 'up') reasons.push({ code: 'prefixes', text });
    const now =
      level === 'up' ? `${accepted} of ${limits.prefixes}${familyName(family)} prefixes accepted: room again` : text;
    scribe.note(
      key,
      '',
      level,
      known.metrics?.at ?? at,
      () => ({ layer: 'routes', subject: label, text: `${label}: ${now}` }),
      gateways,
    );
  }
  return {
    id: peer.bgpPeerId,
    family,
    status,
    peerState: peer.bgpPeerState,
    state,
    since,
    device: peer.awsLogicalDeviceId ?? peer.awsDevice,
    asn: peer.asn,
    prefixesAccepted: accepted,
    prefixesAdvertised: metrics?.prefixesAdvertised ?? null,
    prefixLimit: limits.prefixes,
  };
}

/** LAGs that virtual interfaces of this VPC hang on. */
export function lagViews(known: Known, scribe: Scribe, interfaces: readonly VirtualInterfaceView[]): LagView[] {
  const wanted = new Set(interfaces.map(({ lagId }) => lagId));
  return (known.lags?.value ?? [])
    .filter(({ lagId }) => wanted.has(lagId))
    .map((lag): LagView => {
      const { lagId: id, lagName: name } = lag;
      const state = lagState(lag);
      const reasons = lagReasons(lag);
      const awsState = lag.lagState ?? 'unknown';
      const up = lag.connections.filter(({ connectionState }) => connectionState === 'available').length;
      const since = scribe.note(
        `lag ${id}`,
        `${awsState} ${up}/${lag.connections.length}`,
        state,
        known.lags?.at ?? 0,
        () => ({
          layer: 'bgp-tunnels',
          subject: name ?? id,
          reasons,
          text: `${name ?? id}: ${reasons.length === 0 ? `all ${lag.connections.length} connections are up` : reasons.map(({ text }) => text).join('; ')}`,
        }),
      );
      return {
        id,
        name,
        awsState,
        location: lag.location,
        device: lag.awsLogicalDeviceId ?? lag.awsDevice,
        minimumLinks: lag.minimumLinks ?? 0,
        connections: lag.connections.map(({ connectionId, connectionState }) => ({
          id: connectionId,
          awsState: connectionState ?? 'unknown',
        })),
        state,
        since,
        reasons,
      };
    });
}
