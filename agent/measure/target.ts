/**
 * What is measured: targets and the sites they stand in (DESIGN vocabulary).
 *
 * These are plain data with every default filled in; where a value came from is `config/`'s business.
 * They live in this pure room because every room needs the words and none may import its neighbours.
 */

/** Milliseconds as a float; the unit of every duration and RTT inside the agent. */
export type Milliseconds = number;

export type ProbeKind = 'icmp' | 'tcp' | 'http' | 'dns';

/** How the operator expects a site to be reached; shown on the page and used in verdicts. */
export type LinkKind = 'direct-connect' | 'vpn' | 'transit-gateway' | 'peering' | 'internet' | 'local';

export interface Site {
  readonly name: string;
  /** Prefixes of the site, as written by the operator ("10.20.0.0/16"). */
  readonly cidrs: readonly string[];
  /** A critical site that is down turns `/healthz` to 503. */
  readonly critical: boolean;
  readonly expect: { readonly link: LinkKind | null; readonly mtu: number | null };
}

/** Limits of one target after defaults, site and target have been merged. Ratios are 0 to 1. */
export interface Thresholds {
  /** Loss ratio at and above which the target is degraded, when that is no chance (verdict/loss-judge.ts). */
  readonly lossDegraded: number;
  /** Loss ratio over `windowMs` (5 probes at least) at and above which the target is down, when that is no chance. */
  readonly lossDown: number;
  /** Median RTT over `windowMs` at and above which the target is degraded; null: no limit. */
  readonly rttDegradedMs: Milliseconds | null;
  /** RFC 3550 interarrival jitter over `windowMs` at and above which the target is degraded; null: no limit. */
  readonly jitterDegradedMs: Milliseconds | null;
  /** The sample over which states are judged. */
  readonly windowMs: Milliseconds;
  /** How long at least a target must be better than its limits before it is called better. */
  readonly clearMs: Milliseconds;
}

interface TargetBase {
  /** Unique among targets. */
  readonly name: string;
  /** Name of the site it stands in. */
  readonly site: string;
  readonly everyMs: Milliseconds;
  readonly timeoutMs: Milliseconds;
  /** 4 or 6 forces an address family for names; null takes what resolves, IPv4 first. */
  readonly family: 4 | 6 | null;
  readonly thresholds: Thresholds;
}

export interface IcmpTarget extends TargetBase {
  readonly kind: 'icmp';
  /** Address literal or host name. */
  readonly host: string;
  /** ICMP payload bytes (as ping -s): 56 makes an 84-byte IPv4 packet. At least 16 for our nonce. */
  readonly size: number;
  /** Do not fragment; oversize packets then come back as "fragmentation needed". */
  readonly df: boolean;
  /** DSCP code point 0 to 63. */
  readonly dscp: number;
  /** Time to live / hop limit of the probe, 1 to 255. */
  readonly ttl: number;
  /** Source address literal, or null for the kernel's choice. */
  readonly source: string | null;
  /** Interface to send from (SO_BINDTODEVICE), or null. */
  readonly interface: string | null;
}

export interface TcpTarget extends TargetBase {
  readonly kind: 'tcp';
  readonly host: string;
  readonly port: number;
  readonly source: string | null;
}

export interface HttpTarget extends TargetBase {
  readonly kind: 'http';
  readonly url: string;
  readonly method: 'GET' | 'HEAD';
  /** Accepted status codes. */
  readonly expectStatus: readonly number[];
  /** Text the body must contain, or null. */
  readonly expectBody: string | null;
  /** Accept any certificate (the days left are still shown). */
  readonly insecure: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

export type DnsRecordType = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SOA' | 'SRV' | 'TXT';

export interface DnsTarget extends TargetBase {
  readonly kind: 'dns';
  /** Address literal or host name of the server asked. */
  readonly server: string;
  readonly port: number;
  readonly query: string;
  readonly type: DnsRecordType;
  /** Every text here must be among the answers; null: any answer with rcode NOERROR will do. */
  readonly expect: readonly string[] | null;
  readonly transport: 'udp' | 'tcp';
}

export type Target = IcmpTarget | TcpTarget | HttpTarget | DnsTarget;

/** What a target probes, in the words of the page: "10.20.0.1", "erp.corp.example:443". */
export function targetLabel(target: Target): string {
  switch (target.kind) {
    case 'icmp':
      return target.host;
    case 'tcp':
      return target.host.includes(':') ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`;
    case 'http':
      return target.url;
    case 'dns':
      return `${target.query} ${target.type} @${target.server}`;
  }
}
