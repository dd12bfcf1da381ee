/**
 * What is known of the VPC itself, as plain data: the page, `/api/v1/vpc`, `/prtg?view=vpc`, `/metrics`, CloudWatch
 * and `status --vpc` render this and nothing else.
 *
 * Everything comes from AWS's control plane by polling, so each part says when it was last told. What AWS does not
 * say is null; a state that AWS gives a name we do not know stands here under AWS's name.
 */
import type { Milliseconds } from '../measure/target.ts';
import type { Reason, State } from './state.ts';

/** Parts that are polled apart, each with permissions of its own. */
export type VpcPartName = 'subnets' | 'ipam' | 'addresses' | 'tunnels' | 'direct-connect' | 'routes';

/** How it stands with one part. */
export interface VpcPart {
  readonly name: VpcPartName;
  /** `off`: not asked for; `waiting`: no answer yet; `stale`: the last answer is older than three polls. */
  readonly status: 'ok' | 'waiting' | 'stale' | 'failing' | 'off';
  /** Wall time of the last whole answer; null if never. What is shown is of then. */
  readonly at: number | null;
  readonly everyMs: Milliseconds;
  /** Why the latest poll gave nothing, the remedy (the IAM statement that grants it), and since when. */
  readonly problem: {
    readonly code: string;
    readonly text: string;
    readonly remedy: string;
    readonly since: number;
  } | null;
}

/** IPv4 addresses used, and where that leads. */
export interface AddressUse {
  readonly total: number;
  readonly used: number;
  readonly free: number;
  /** used ÷ total, 0 to 1 */
  readonly ratio: number;
  /** Addresses an hour, robust slope over the last hour and the last day; null while there is too little past. */
  readonly perHour: { readonly hour: number | null; readonly day: number | null };
  /** Time until none is free, the sooner of both slopes; null: not at this rate, or not known yet. */
  readonly exhaustedInMs: Milliseconds | null;
  /** In words: "full in 9 h at this rate", "not at this rate", "measured for 12 min". */
  readonly trend: string;
  readonly state: State;
  readonly since: number;
  readonly reasons: readonly Reason[];
}

export interface SubnetView {
  readonly id: string;
  /** Name tag; null without one. */
  readonly name: string | null;
  readonly cidr: string;
  readonly ipv6Cidrs: readonly string[];
  readonly availabilityZone: string | null;
  readonly availabilityZoneId: string | null;
  /** This agent stands in it. */
  readonly own: boolean;
  /** Account that owns it, when that is another one (shared by RAM); else null. */
  readonly sharedBy: string | null;
  /** null where AWS tells no count: a subnet of IPv6 alone (2^64 addresses), one of another account. */
  readonly use: AddressUse | null;
  /** From IPAM, where it exists: "compliant", "noncompliant", "ignored", "unmanaged" and "overlapping", "nonoverlapping", "ignored". */
  readonly ipam: { readonly compliance: string | null; readonly overlap: string | null } | null;
}

/** A CIDR of the VPC: how much of it subnets take. */
export interface VpcCidrView {
  readonly cidr: string;
  readonly family: 4 | 6;
  /** Share of the CIDR that lies in subnets, 0 to 1; null for IPv6. */
  readonly allocated: number | null;
  /** Addresses in use in its subnets; null for IPv6. */
  readonly used: number | null;
  readonly total: number | null;
  readonly ipam: { readonly compliance: string | null; readonly overlap: string | null } | null;
}

/** Something of the account that has a quota: Elastic IPs, a public IPv4 pool. */
export interface QuotaView {
  readonly id: string;
  /** "Elastic IP addresses", "public IPv4 pool ipv4pool-ec2-…" */
  readonly name: string;
  readonly used: number;
  readonly total: number;
  readonly state: State;
}

export interface TunnelView {
  readonly outsideAddress: string;
  /** As AWS has it: UP or DOWN, or a name we do not know. */
  readonly status: string;
  /** up, down; unknown for another status. */
  readonly state: State;
  /** "3 BGP ROUTES", "IPSEC IS DOWN" */
  readonly message: string | null;
  readonly acceptedRoutes: number | null;
  /** Wall time of the last change of IKE, IPsec or BGP. */
  readonly changedAt: number | null;
  /** Changes seen since the agent began, those between two polls included. */
  readonly changes: number;
}

export interface VpnView {
  readonly id: string;
  readonly name: string | null;
  /** AWS's: pending, available, deleting, deleted. */
  readonly awsState: string;
  /** What it ends at: a virtual private gateway, a transit gateway, a Cloud WAN core network. */
  readonly gateway: { readonly kind: 'vgw' | 'tgw' | 'core-network' | 'unknown'; readonly id: string | null };
  readonly customerGatewayId: string | null;
  readonly routing: 'static' | 'bgp';
  readonly tunnels: readonly TunnelView[];
  /** up: both tunnels; degraded: no redundancy; down: none. */
  readonly state: State;
  readonly since: number;
  readonly reasons: readonly Reason[];
}

export interface BgpPeerView {
  readonly id: string | null;
  readonly family: 4 | 6 | null;
  /** AWS's bgpStatus: up, down, unknown, or a name we do not know. */
  readonly status: string;
  /** AWS's bgpPeerState: verifying, pending, available, deleting, deleted. */
  readonly peerState: string | null;
  readonly state: State;
  readonly since: number;
  /** AWS's logical device the session ends at. */
  readonly device: string | null;
  readonly asn: number | null;
  /** From AWS/DX metrics, where this account owns the connection; null elsewhere. */
  readonly prefixesAccepted: number | null;
  readonly prefixesAdvertised: number | null;
  /** Most prefixes the session may carry; above it goes idle. */
  readonly prefixLimit: number;
}

export interface VirtualInterfaceView {
  readonly id: string;
  readonly name: string | null;
  readonly type: 'private' | 'public' | 'transit' | string;
  /** AWS's virtualInterfaceState. */
  readonly awsState: string;
  /** How it reaches this VPC. */
  readonly via: { readonly kind: 'vgw' | 'dxgw' | 'unknown'; readonly id: string | null };
  readonly connectionId: string | null;
  readonly lagId: string | null;
  readonly location: string | null;
  readonly vlan: number | null;
  readonly mtu: number | null;
  readonly jumbo: boolean | null;
  readonly siteLink: boolean | null;
  readonly peers: readonly BgpPeerView[];
  readonly state: State;
  readonly since: number;
  readonly reasons: readonly Reason[];
}

export interface LagView {
  readonly id: string;
  readonly name: string | null;
  readonly awsState: string;
  readonly location: string | null;
  readonly device: string | null;
  readonly minimumLinks: number;
  readonly connections: readonly { readonly id: string; readonly awsState: string }[];
  readonly state: State;
  readonly since: number;
  readonly reasons: readonly Reason[];
}

/** How a Direct Connect gateway reaches this VPC. */
export interface DirectConnectGatewayView {
  readonly id: string;
  /** Account that owns it, when another one's; else null. */
  readonly ownedBy: string | null;
  readonly associationState: string;
  readonly via: { readonly kind: 'vgw' | 'tgw' | 'unknown'; readonly id: string | null };
  readonly allowedPrefixes: readonly string[];
}

export interface TransitGatewayAttachmentView {
  readonly id: string;
  readonly transitGatewayId: string;
  readonly resourceType: string;
  readonly awsState: string;
}

export interface VirtualGatewayView {
  readonly id: string;
  readonly awsState: string;
  /** Of its attachment to this VPC. */
  readonly attachment: string;
  readonly asn: number | null;
}

export type RouteOrigin = 'local' | 'static' | 'propagated' | 'advertised' | 'prefix-list';

export interface RouteView {
  /** CIDR, or the id of a prefix list. */
  readonly destination: string;
  /** "vgw-…", "tgw-…", "igw-…", "local"; null when AWS names none. */
  readonly target: string | null;
  readonly origin: RouteOrigin;
  /** AWS's: active, blackhole, filtered. */
  readonly awsState: string;
}

export interface RouteTableView {
  readonly id: string;
  readonly name: string | null;
  readonly main: boolean;
  readonly subnets: readonly string[];
  /** Gateways that propagate into it. */
  readonly propagating: readonly string[];
  readonly propagated: number;
  readonly propagatedLimit: number;
  readonly statics: number;
  readonly staticLimit: number;
  readonly blackholes: readonly string[];
  /** The first hundred in the order of AWS, local first. */
  readonly routes: readonly RouteView[];
  readonly state: State;
  readonly since: number;
  readonly reasons: readonly Reason[];
}

/** Where this VPC's routes send a prefix of a site, or a target's address. */
export interface SitePathView {
  readonly site: string;
  /** A CIDR of the site, or the address of a target. */
  readonly destination: string;
  /** Target name when it is of one target. */
  readonly targetName: string | null;
  /** Table of this agent's own subnet. */
  readonly routeTableId: string;
  /** The route that wins; null: none, packets go nowhere. */
  readonly route: RouteView | null;
  /** What the winning gateway makes of it, as far as AWS tells. */
  readonly link: 'direct-connect' | 'vpn' | 'transit-gateway' | 'peering' | 'internet' | 'local' | 'unknown';
  /** Why this one: "longest prefix", "Direct Connect before VPN". */
  readonly why: string;
  /** Control-plane state of that way: worst of the tunnels or BGP peers that carry it; unknown when AWS does not tell. */
  readonly state: State;
  /** "vpn-1: no tunnel is up", "dxvif-2: BGP IPv4 down since 03:02:14" */
  readonly text: string;
  readonly since: number | null;
}

/** Over what a site's traffic runs as a whole, and since when: a failover shows here. */
export interface SiteWayView {
  readonly site: string;
  readonly link: SitePathView['link'];
  /** Wall time it changed to that; null while it has not changed since anybody looked. */
  readonly since: number | null;
  /** What it was before; null while it has not changed. */
  readonly was: SitePathView['link'] | null;
}

/** A rule that found something. */
export interface FindingView {
  /** "R07" */
  readonly id: string;
  readonly title: string;
  readonly severity: 'info' | 'warning' | 'error';
  /** What it is about: an id of AWS, a site. */
  readonly subject: string;
  /** What is so, in words. */
  readonly text: string;
  /** Why that matters, and what to do. */
  readonly remedy: string;
  /** AWS's page. */
  readonly link: string;
  /** Silenced by configuration: shown apart, counted nowhere. */
  readonly silenced: boolean;
}

export interface VpcView {
  readonly at: number;
  readonly vpcId: string;
  readonly name: string | null;
  readonly region: string;
  readonly accountId: string | null;
  /** Account that owns the VPC when this one only shares it (RAM); else null. */
  readonly sharedBy: string | null;
  /** The worst of what follows; unknown while nothing is known. */
  readonly state: State;
  /** "4 subnets, fullest 91 %; 1 of 4 tunnels down", one line for PRTG, status and the log. */
  readonly summary: string;
  /** Limits in force, for who draws them or alarms on them; ratios 0 to 1. */
  readonly limits: {
    readonly usageDegraded: number;
    readonly usageDown: number;
    readonly exhaustionMs: Milliseconds;
    /** Share of a route table's propagated routes, and of a BGP session's prefixes, from which on little room is left. */
    readonly routesDegraded: number;
  };
  readonly parts: readonly VpcPart[];
  readonly cidrs: readonly VpcCidrView[];
  readonly subnets: readonly SubnetView[];
  readonly quotas: readonly QuotaView[];
  readonly virtualGateways: readonly VirtualGatewayView[];
  readonly transitGatewayAttachments: readonly TransitGatewayAttachmentView[];
  readonly vpns: readonly VpnView[];
  readonly directConnectGateways: readonly DirectConnectGatewayView[];
  readonly virtualInterfaces: readonly VirtualInterfaceView[];
  readonly lags: readonly LagView[];
  readonly routeTables: readonly RouteTableView[];
  readonly sitePaths: readonly SitePathView[];
  readonly siteWays: readonly SiteWayView[];
  readonly findings: readonly FindingView[];
  /** Calls to AWS since the agent began, and those refused for too many. */
  readonly calls: { readonly made: number; readonly throttled: number };
}
