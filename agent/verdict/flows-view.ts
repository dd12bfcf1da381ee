/**
 * What is known of this host's TCP connections, as plain data: the page, `/api/v1/flows`, `/prtg?view=flows`,
 * `/metrics` and `flows` render this and nothing else. Counts are exact sums; what the kernel does not tell is null.
 */
import type { Milliseconds } from '../measure/target.ts';

/** Counts over a stretch of time. */
export interface FlowCounts {
  /** Connections whose handshake was complete for the first time. */
  readonly opened: number;
  readonly closed: number;
  /** Connects of this host that were refused or timed out. */
  readonly failedConnects: number;
  /** Established connections that ended without an orderly FIN: reset by either side, or given up; null before kernel 4.19. */
  readonly resets: number | null;
  /** Payload bytes sent, retransmissions not counted again. */
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** Segments sent, retransmissions included. */
  readonly segmentsOut: number;
  readonly retransmissions: number;
  /** Retransmission timeouts; null on kernels that do not count them per connection (before 6.7). */
  readonly timeouts: number | null;
}

/** NFM's categories, as far as the groups tell; null: not known. */
export type FlowCategory = 'on-premises' | 'intra-az' | 'inter-az' | 'inter-vpc' | 'aws-service' | 'internet' | 'local';

export interface GroupView {
  readonly name: string;
  /** Site the group stands for, or null. */
  readonly site: string | null;
  readonly category: FlowCategory | null;
  readonly open: number;
  readonly window: FlowCounts;
  readonly total: FlowCounts;
  /** Quantiles of smoothed RTTs of its flows that moved data in the window. */
  readonly rttP50Ms: Milliseconds | null;
  readonly rttP99Ms: Milliseconds | null;
}

export interface FlowView {
  readonly local: string;
  readonly remote: string;
  readonly servicePort: number;
  readonly direction: 'client' | 'server';
  readonly group: string;
  readonly site: string | null;
  readonly category: FlowCategory | null;
  readonly open: number;
  readonly window: FlowCounts;
  readonly total: FlowCounts;
  readonly rttP50Ms: Milliseconds | null;
  readonly rttP99Ms: Milliseconds | null;
  /** The kernel's own minimum (`tcpi_min_rtt`). */
  readonly minRttMs: Milliseconds | null;
  /** `tcpi_delivery_rate`, bytes a second, the latest. */
  readonly deliveryRate: number | null;
}

/** Which flows are asked for; null: all. */
export interface FlowChoice {
  /** Name of a group, or of a site. */
  readonly group: string | null;
  readonly port: number | null;
  readonly direction: 'client' | 'server' | null;
}

export const ALL_FLOWS: FlowChoice = { group: null, port: null, direction: null };

/** What flows are ranked by. `loss` is NFM's rank: retransmissions + 2·timeouts + 4·(failed connects + resets). */
export type FlowMetric = 'loss' | 'retransmissions' | 'timeouts' | 'rtt' | 'bytes' | 'opened';

/**
 * All connections, the ones left out included, against the kernel's own counters (Tcp RetransSegs, TcpExt TCPTimeouts,
 * Tcp ActiveOpens + PassiveOpens) since the reader began, both as of the last dump. What no connection can hold stays
 * a difference: SYN-ACKs sent again and their timeouts (there is no connection yet), the last timeout of a connection
 * that is given up, and what happened to a connection between its last look and a lost announcement.
 */
export interface Coverage {
  /** Wall time of the comparison; null before the second dump. */
  readonly at: number | null;
  readonly retransmissions: { readonly flows: number; readonly kernel: number | null };
  readonly timeouts: { readonly flows: number | null; readonly kernel: number | null };
  /** Failed connects and connects under way included, as the kernel counts them. */
  readonly opened: { readonly flows: number; readonly kernel: number | null };
}

/** Where the retransmission timeouts of each connection come from. */
export interface TimeoutsView {
  /** `tcp_info`: the kernel tells them (6.7); `bpf`: a program in the kernel counts them; null: they are not known. */
  readonly source: 'tcp_info' | 'bpf' | null;
  /** Why they are not counted, or not as was asked, with the remedy; no full stop. */
  readonly reason: string | null;
  /** Open connections that are older than the count: their flow's timeouts are null, sums hold those of all others. */
  readonly unknown: number;
}

export interface FlowsView {
  readonly at: number;
  /** Begin of the window, wall time: at most ten minutes back. */
  readonly windowFrom: number;
  /** Wall time the reader began to count. */
  readonly since: number;
  /** Why nothing is read, with the remedy; null when all is well. */
  readonly problem: string | null;
  readonly total: FlowCounts;
  readonly window: FlowCounts;
  readonly open: number;
  /** Part of the total and of a group that belongs to no flow: the kernel forgets the ports of a socket closed by reset. */
  readonly unattributed: FlowCounts;
  readonly groups: readonly GroupView[];
  /** The first flows by each metric; a flow may be in several. */
  readonly top: Readonly<Record<FlowMetric, readonly FlowView[]>>;
  readonly coverage: Coverage;
  readonly timeouts: TimeoutsView;
  /** What of the configuration could not be taken (a file of prefixes that is broken, prefixes given twice). */
  readonly warnings: readonly string[];
  readonly reader: {
    readonly sockets: number;
    readonly flows: number;
    /** Flows that lost their row, or got none, because the table was full. */
    readonly evicted: number;
    /** Announcements of ended connections lost since the start; null when the kernel does not tell. */
    readonly eventsLost: number | null;
    readonly dumps: number;
    /** CPU time of the last dump. */
    readonly dumpMs: number | null;
    readonly dumpEveryMs: number;
  };
}
