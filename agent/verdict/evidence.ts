/**
 * What other rooms know that bears on the verdict: this host's own limits, the TCP flows of a site, the state of
 * tunnels and BGP peers. Everything is optional: what is absent is "not checked", never "healthy".
 */
import type { LinkKind, Milliseconds } from '../measure/target.ts';
import type { State } from './snapshot.ts';

/** This host's own limits over the last minute. */
export interface HostEvidence {
  /** Share of time the hypervisor gave to others, 0 to 1. */
  readonly stealRatio?: number | null;
  /** Packets queued or dropped by ENA for exceeding an allowance, by the driver's counter name. */
  readonly allowanceExceeded?: readonly { readonly name: string; readonly packets: number }[];
  /** Packets the interface or its queues dropped, when that is more than usual. */
  readonly drops?: number | null;
  /** Share of time in which every task waited for memory, 0 to 1 (PSI). */
  readonly memoryStalledRatio?: number | null;
  /** How full the table of tracked connections is, 0 to 1. A full one drops what is new: every probe. */
  readonly conntrackUsedRatio?: number | null;
  /** Wall time since when the host has been short of something. */
  readonly since?: number | null;
}

/** The TCP connections of this host to a site, as the kernel counts them. */
export interface TcpEvidence {
  /** Flows that moved data in the last interval. */
  readonly flowsMovingData: number;
  /** They moved data with no more retransmits and timeouts than usual. */
  readonly healthy: boolean;
  /** Median smoothed RTT of those flows. */
  readonly rttMs?: Milliseconds | null;
  readonly retransmitRatio?: number | null;
  /** What is usual for this site, from before. */
  readonly baselineRttMs?: Milliseconds | null;
  readonly baselineRetransmitRatio?: number | null;
  /** Retransmission timeouts in the last minute; null where the kernel cannot tell. */
  readonly timeouts?: number | null;
}

/** The state of one link of the chain as its own source tells it: a BGP peer, a tunnel, an attachment. */
export interface LinkEvidence {
  /** "Direct Connect dxvif-fg2k5h". */
  readonly name: string;
  readonly state: State;
  /** "BGP peer 169.254.96.1 is down". */
  readonly text: string;
  /** Wall time the state began. */
  readonly since: number | null;
  /** What to do about it, when the source knows. */
  readonly next?: string;
  /** Where the fault is while it is down, when that is not the link itself: "the route tables of this VPC". */
  readonly faultAt?: string;
}

/** Over what the VPC's routes lead to a site, and what that was before. */
export interface WayEvidence {
  readonly link: LinkKind;
  /** Wall time it changed; null while it has not changed since anybody looked. */
  readonly since: number | null;
  readonly was: LinkKind | null;
}

export interface SiteEvidence {
  readonly tcp?: TcpEvidence;
  readonly link?: LinkEvidence;
  readonly way?: WayEvidence;
}

export interface Evidence {
  /** The agent cannot keep up; text says how it shows. Losses of that time are not the network's. */
  readonly overload?: string | null;
  readonly host?: HostEvidence;
  readonly vpc?: LinkEvidence;
  readonly edge?: LinkEvidence;
  /** By site name. */
  readonly sites?: Readonly<Record<string, SiteEvidence>>;
}
