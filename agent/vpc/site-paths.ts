/**
 * Which way the VPC's routes send each site's traffic, and how that way stands in the control plane.
 *
 * A route to a virtual private gateway does not say whether Direct Connect or VPN carries it. The gateway prefers
 * Direct Connect's BGP, then static VPN routes, then VPN's BGP (VPC User Guide, "Route priority"), so while a
 * virtual interface that ends there has BGP up it is taken for the carrier. What this account cannot see, the
 * interfaces of a Direct Connect gateway of another one, stays unknown.
 */
import type { AwsRouteTable } from '../aws/vpc-shapes.ts';
import { parsePrefix } from '../measure/address.ts';
import { covers } from '../measure/prefix.ts';
import type { Milliseconds } from '../measure/target.ts';
import { counted, formatTime } from '../measure/units.ts';
import type { LinkEvidence } from '../verdict/evidence.ts';
import type { State } from '../verdict/snapshot.ts';
import type {
  BgpPeerView,
  DirectConnectGatewayView,
  SitePathView,
  TransitGatewayAttachmentView,
  VirtualInterfaceView,
  VpnView,
} from '../verdict/vpc-view.ts';
import { candidates, choose, listed, routeView, tableOf } from './routes.ts';

/** What may carry traffic, as the view has it. */
export interface Carriers {
  readonly vpns: readonly VpnView[];
  readonly interfaces: readonly VirtualInterfaceView[];
  readonly gateways: readonly DirectConnectGatewayView[];
  readonly attachments: readonly TransitGatewayAttachmentView[];
  /** All of Direct Connect that this account sees is among these: what is not there does not carry anything. */
  readonly isDirectConnectTold: boolean;
}

/** A site as the routes see it. */
export interface SitePlace {
  readonly name: string;
  readonly cidrs: readonly string[];
  readonly targets: readonly { readonly name: string; readonly address: string }[];
}

/** What no route table decides: the host itself and its link. */
const OFF_TABLE = ['127.0.0.0/8', '169.254.0.0/16', '::1/128', 'fe80::/10'].flatMap((text) => parsePrefix(text) ?? []);
/** Targets of one site whose ways are looked up; further ones stand in the same prefixes. */
const MOST_TARGETS = 50;

/** The control plane's word on one way. */
export interface Way {
  readonly link: SitePathView['link'];
  readonly why: string | null;
  readonly state: State;
  readonly text: string;
  readonly since: number | null;
  /** What carries it, for the verdict: "Direct Connect dxvif-1". */
  readonly name: string;
}

export function sitePaths(
  sites: readonly SitePlace[],
  tables: readonly AwsRouteTable[],
  ownSubnetId: string | null,
  carriers: Carriers,
  now: Milliseconds,
): { readonly path: SitePathView; readonly way: Way }[] {
  const table = tableOf(ownSubnetId, tables);
  if (table === null) return [];
  const routes = candidates(table.routes);
  const cached = new Map<string, Way>();
  const pathOf = (site: string, destination: string, targetName: string | null) => {
    const prefix = parsePrefix(destination);
    if (prefix === null || OFF_TABLE.some((own) => covers(own, prefix))) return [];
    const { route, why, split } = choose(prefix, routes);
    const key = `${route?.target} ${route?.state} ${prefix.family}`;
    const way = cached.get(key) ?? wayOf(route?.target ?? null, route?.state ?? null, prefix.family, carriers, now);
    cached.set(key, way);
    const inside =
      split.length === 0 ? '' : `; ${listed(split.map((one) => `${one.destination} → ${one.target}`))} inside it`;
    const path: SitePathView = {
      site,
      destination,
      targetName,
      routeTableId: table.routeTableId,
      route: route === null ? null : routeView(route),
      link: route === null ? 'unknown' : way.link,
      why: `${why}${way.why === null || route === null ? '' : `; ${way.why}`}${inside}`,
      state: route === null && split.length > 0 ? 'unknown' : way.state,
      text: way.text,
      since: way.since,
    };
    return [{ path, way }];
  };
  return sites.flatMap((site) => [
    ...site.cidrs.flatMap((cidr) => pathOf(site.name, cidr, null)),
    ...site.targets.slice(0, MOST_TARGETS).flatMap(({ name, address }) => pathOf(site.name, address, name)),
  ]);
}

const nothing = (link: Way['link'], state: State, text: string, name: string): Way => ({
  link,
  why: null,
  state,
  text,
  since: null,
  name,
});

function wayOf(
  target: string | null,
  awsState: string | null,
  family: 4 | 6,
  carriers: Carriers,
  now: Milliseconds,
): Way {
  if (target === null) return nothing('unknown', 'down', 'no route', 'no route');
  if (awsState === 'blackhole')
    return nothing('unknown', 'down', `${target} is gone: the route is a blackhole`, target);
  if (target === 'local') return nothing('local', 'up', 'within the VPC', 'this VPC');
  const kind = target.slice(0, target.indexOf('-'));
  switch (kind) {
    case 'vgw':
      return ofGateway(target, family, carriers, now);
    case 'tgw':
      return ofTransitGateway(target, family, carriers, now);
    case 'pcx':
      return nothing('peering', 'unknown', 'AWS tells no state of a peering connection here', target);
    case 'igw':
    case 'eigw':
    case 'nat':
      return nothing('internet', 'unknown', 'AWS tells no state of the way over the Internet', target);
    default:
      return nothing('unknown', 'unknown', `${target}: what lies behind it AWS does not tell`, target);
  }
}

function ofGateway(id: string, family: 4 | 6, carriers: Carriers, now: Milliseconds): Way {
  const vpns = carriers.vpns.filter(({ gateway }) => gateway.id === id);
  const dx = interfacesOf(id, carriers);
  const peers = peersOf(dx, family);
  const unseen = carriers.gateways.some(
    ({ via, associationState }) => via.id === id && associationState === 'associated',
  );
  const hasDirectConnect = dx.length > 0 || unseen;
  const direct = ofPeers(peers, dx, now);
  if (!carriers.isDirectConnectTold && direct.state !== 'up' && direct.state !== 'degraded')
    return nothing('unknown', 'unknown', `${id}: AWS does not tell whether Direct Connect ends at it`, id);
  if (!hasDirectConnect && vpns.length === 0)
    return nothing('unknown', 'unknown', `${id}: AWS names nothing that ends at it`, id);
  if (!hasDirectConnect) return { ...ofVpns(vpns), why: null };
  if (vpns.length === 0) return { ...direct, why: null };
  if (direct.state === 'up' || direct.state === 'degraded') return { ...direct, why: 'Direct Connect before VPN' };
  if (direct.state === 'unknown')
    return { ...direct, why: 'Direct Connect before VPN, if its BGP is up: AWS does not tell this account' };
  return { ...ofVpns(vpns), why: `Direct Connect has no BGP up (${direct.text}), so VPN` };
}

function ofTransitGateway(id: string, family: 4 | 6, carriers: Carriers, now: Milliseconds): Way {
  const attachment = carriers.attachments.find(
    ({ transitGatewayId, resourceType }) => transitGatewayId === id && resourceType === 'vpc',
  );
  const link = 'transit-gateway';
  if (attachment !== undefined && attachment.awsState !== 'available') {
    const text = `the attachment ${attachment.id} is ${attachment.awsState}`;
    return nothing(link, attachment.awsState.startsWith('modifying') ? 'unknown' : 'down', text, id);
  }
  const dx = interfacesOf(id, carriers);
  const ways = [
    ...(dx.length > 0 ? [ofPeers(peersOf(dx, family), dx, now)] : []),
    ...carriers.vpns.filter(({ gateway }) => gateway.id === id).map((vpn) => ofVpns([vpn])),
  ];
  const known = ways.filter(({ state }) => state !== 'unknown');
  const [first] = known;
  if (first === undefined)
    return nothing(
      link,
      'unknown',
      `${id}: what it sends traffic to AWS does not tell this account`,
      `Transit Gateway ${id}`,
    );
  // Which of them the transit gateway takes for a prefix its own route tables say: only all or none tells something.
  const name = `Transit Gateway ${id}`;
  const text = known.map((way) => way.text).join('; ');
  if (known.length === ways.length && known.every(({ state }) => state === 'down'))
    return { ...first, link, why: null, name, text, since: latest(known) };
  const states = new Set(known.map(({ state }) => state));
  const state = states.has('down') || states.has('degraded') ? 'degraded' : 'up';
  return { link, why: null, state, text, since: latest(known), name };
}

const latest = (ways: readonly { readonly since: number | null }[]): number | null =>
  ways.reduce<number | null>((max, { since }) => (since === null ? max : Math.max(max ?? 0, since)), null);

function interfacesOf(gatewayId: string, { interfaces, gateways }: Carriers): VirtualInterfaceView[] {
  const through = new Set(gateways.filter(({ via }) => via.id === gatewayId).map(({ id }) => id));
  return interfaces.filter(({ via: { kind, id } }) =>
    kind === 'vgw' ? id === gatewayId : kind === 'dxgw' && id !== null && through.has(id),
  );
}

interface Carrying {
  readonly interface: VirtualInterfaceView;
  readonly peer: BgpPeerView;
}

const peersOf = (interfaces: readonly VirtualInterfaceView[], family: 4 | 6): Carrying[] =>
  interfaces.flatMap((one) =>
    one.peers
      .filter((peer) => peer.family === family || peer.family === null)
      .map((peer) => ({ interface: one, peer })),
  );

function ofPeers(peers: readonly Carrying[], interfaces: readonly VirtualInterfaceView[], now: Milliseconds): Way {
  const link = 'direct-connect' as const;
  const ids = interfaces.map(({ id }) => id);
  const name = ids.length === 0 ? 'Direct Connect' : `Direct Connect ${listed(ids)}`;
  const isDown = ({ interface: one, peer }: Carrying): boolean => peer.state === 'down' || one.awsState === 'down';
  const down = peers.filter(isDown);
  const up = peers.filter((one) => !isDown(one) && one.peer.state === 'up');
  const tell = ({ interface: { id }, peer }: Carrying): string =>
    `${id}: BGP${peer.family === null ? '' : ` IPv${peer.family}`} down since ${formatTime(peer.since, now, 'second')}`;
  if (up.length === 0 && down.length === 0) {
    const text =
      ids.length === 0 ? 'its virtual interfaces belong to another account' : `${listed(ids)}: AWS tells no BGP state`;
    return { link, why: null, state: 'unknown', text, since: null, name };
  }
  if (down.length === 0) {
    const text = `${listed(up.map(({ interface: { id } }) => id))}: BGP up`;
    return { link, why: null, state: 'up', text, since: latest(up.map(({ peer }) => peer)), name };
  }
  const text = listed(down.map(tell));
  const since = latest(down.map(({ peer }) => peer));
  return { link, why: null, state: up.length === 0 ? 'down' : 'degraded', text, since, name };
}

function ofVpns(vpns: readonly VpnView[]): Way {
  const link = 'vpn' as const;
  const name = `VPN ${listed(vpns.map(({ id }) => id))}`;
  const tunnels = vpns.flatMap((vpn) => vpn.tunnels.map((tunnel) => ({ vpn, tunnel })));
  const up = tunnels.filter(({ tunnel }) => tunnel.state === 'up');
  const down = tunnels.filter(({ tunnel }) => tunnel.state === 'down');
  const since = latest(down.map(({ vpn, tunnel }) => ({ since: tunnel.changedAt ?? vpn.since })));
  const text = listed(vpns.map((vpn) => `${vpn.id}: ${tunnelCount(vpn)}`));
  if (up.length === 0 && down.length > 0 && down.length === tunnels.length)
    return { link, why: null, state: 'down', text, since, name };
  if (up.length === 0) return { link, why: null, state: 'unknown', text, since: null, name };
  if (down.length > 0) return { link, why: null, state: 'degraded', text, since, name };
  return { link, why: null, state: 'up', text, since: latest(up.map(({ vpn }) => vpn)), name };
}

function tunnelCount({ tunnels }: VpnView): string {
  const up = tunnels.filter(({ state }) => state === 'up').length;
  if (up > 0) return `${up} of ${counted(tunnels.length, 'tunnel')} up`;
  return tunnels.every(({ state }) => state === 'down') && tunnels.length > 0
    ? 'no tunnel is up'
    : 'its tunnels are not told';
}

/** What the control plane says of the way to a site: the worst of its paths that something is known of. */
export function linkEvidence(ways: readonly { readonly path: SitePathView; readonly way: Way }[]): LinkEvidence | null {
  const rank: Readonly<Record<State, number>> = { down: 0, degraded: 1, up: 2, unknown: 3 };
  const [worst] = ways
    .filter(({ path }) => path.link !== 'local' && path.state !== 'unknown')
    .sort((a, b) => rank[a.path.state] - rank[b.path.state]);
  if (worst === undefined) return null;
  const { way, path } = worst;
  const told = { name: way.name, state: path.state, text: path.text, since: path.since };
  const isRouted = path.route !== null && path.route.awsState !== 'blackhole';
  if (isRouted || path.state !== 'down') return told;
  const table = `route table ${path.routeTableId}`;
  const next = path.route === null ? 'Add a route to' : 'Mend or remove the route to';
  return {
    ...told,
    name: `Route table ${path.routeTableId}`,
    text: path.route === null ? `No route to ${path.destination} in ${path.routeTableId}` : path.text,
    faultAt: `the ${table} of this VPC`,
    next: `${next} ${path.destination} in ${path.routeTableId}, or enable propagation of the gateway it lies behind`,
  };
}
