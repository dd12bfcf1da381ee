/**
 * The snapshot: what the agent knows, once a second, immutable. The page, `/prtg`, `/healthz`, `/metrics`,
 * `/api/v1/state`, `status` and the log all render this and nothing else, so they can never disagree.
 *
 * JSON-serialisable as it stands: times are ms since the epoch (wall clock), durations are ms,
 * ratios 0 to 1, and what is not known is null, never 0.
 */

import type { AllowanceTotal } from '../measure/host-view.ts';
import type { Detail } from '../measure/singleton.ts';
import type { Statistics } from '../measure/statistics.ts';
import type { LinkKind, Milliseconds, ProbeKind, Thresholds } from '../measure/target.ts';
import type { FlowsView } from './flows-view.ts';
import type { Reason, State } from './state.ts';
import type { VpcView } from './vpc-view.ts';

export type { Reason, State } from './state.ts';

export interface TargetView {
  readonly name: string;
  readonly site: string;
  readonly kind: ProbeKind;
  /** What is probed, as configured: "10.20.0.1", "erp.corp.example:443". */
  readonly label: string;
  /** Address in use; null before the name was resolved. */
  readonly address: string | null;
  readonly everyMs: Milliseconds;
  readonly timeoutMs: Milliseconds;
  readonly size: number | null;
  readonly thresholds: Thresholds;
  readonly state: State;
  /** Wall time the state began. */
  readonly since: number;
  readonly reasons: readonly Reason[];
  /** Samples ending now: the last 1 s, 10 s, 60 s, and the state window of the thresholds. */
  readonly last1s: Statistics;
  readonly last10s: Statistics;
  readonly last60s: Statistics;
  readonly window: Statistics;
  /** Median RTT of the last minute in which there was a reply ("was 11.2 ms"); null if never. */
  readonly lastKnownRttMs: Milliseconds | null;
  readonly lastReplyAt: number | null;
  readonly replyTtl: number | null;
  /** The running outage, from its first lost probe; null when probes are answered. */
  readonly outage: { readonly began: number; readonly lost: number } | null;
  readonly totals: {
    readonly sent: number;
    readonly received: number;
    readonly lost: number;
    readonly errors: number;
    readonly local: number;
    readonly duplicates: number;
    readonly late: number;
    readonly reordered: number;
    readonly corrupt: number;
    /** Seconds in state down since the agent began. */
    readonly downSeconds: number;
  };
  /** Cumulative RTT histogram since the agent began, for `/metrics`: upper bounds in seconds and counts ≤ bound. */
  readonly rttHistogram: {
    readonly bounds: readonly number[];
    readonly counts: readonly number[];
    readonly sum: number;
    readonly count: number;
  };
  /** Latest detail of HTTP, DNS and TCP probes. */
  readonly detail: Detail | null;
}

export interface SiteView {
  readonly name: string;
  readonly critical: boolean;
  readonly link: LinkKind | null;
  readonly cidrs: readonly string[];
  readonly state: State;
  readonly since: number;
  readonly reasons: readonly Reason[];
  /** Best (lowest) median RTT of its targets over the last minute; null without replies. */
  readonly bestRttMs: Milliseconds | null;
  /** Names of its targets in configured order. */
  readonly targets: readonly string[];
}

/** Something that changed, when, what, why, and how long what ended had lasted. */
export interface CanaryEvent {
  /** Unique and ascending over the life of the history. */
  readonly id: number;
  /** Wall time of the change itself (the first lost probe, not its discovery), to 0.1 s. */
  readonly at: number;
  readonly kind: 'target' | 'site' | 'agent' | 'config' | 'host' | 'flow' | 'vpc' | 'aws';
  /** Lane of the time line. */
  readonly layer: 'data-plane' | 'bgp-tunnels' | 'routes' | 'aws-agent';
  /** Name of the target, site or thing. */
  readonly subject: string;
  readonly site: string | null;
  /** For state changes; null for other events. */
  readonly from: State | null;
  readonly to: State | null;
  /** How long `from` had lasted, ms. */
  readonly lastedMs: Milliseconds | null;
  /** Headline in words: "mel-dc2 is unreachable". */
  readonly text: string;
  readonly reasons: readonly Reason[];
}

/** One link of the fault chain: host → VPC → AWS edge → link → site. */
export interface ChainLink {
  readonly name: string;
  /** `unchecked`: nothing measures it; drawn dashed like unknown. */
  readonly state: State | 'unchecked';
  readonly text: string;
}

/** The agent's answer: what is wrong, where, on what evidence. Same words everywhere. */
export interface Verdict {
  readonly state: State;
  /** Subject and plain verb, without time: "mel-dc2 is unreachable". At most 90 characters with `sinceText`. */
  readonly headline: string;
  /** What follows the "since" in the whole sentence, with its own punctuation: " (limit 2 %)"; may be empty. */
  readonly tail: string;
  /** Wall time since when; null when nothing has been judged yet. */
  readonly since: number | null;
  /** "Down · critical site"; null when all is well. */
  readonly label: string | null;
  /** "Direct Connect link, provider or site side" (with "likely" if inferred); null when all is well. */
  readonly faultAt: string | null;
  readonly evidence: readonly { readonly at: number | null; readonly text: string }[];
  /** What was measured and is healthy; null when nothing can be said. */
  readonly notAtFault: string | null;
  /** What nothing measures; null when all is checked. */
  readonly notChecked: string | null;
  readonly next: string | null;
  readonly chain: readonly ChainLink[];
  /** Further troubles, one line each; `subject` is a site or target name. */
  readonly others: readonly {
    readonly state: State;
    readonly subject: string;
    readonly site: string | null;
    readonly text: string;
  }[];
}

/** A condition of the agent itself that an operator should know of. */
export interface Notice {
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'error';
  /** What is wrong, with its effect. */
  readonly text: string;
  /** What to do about it: a command, a key to change. */
  readonly remedy: string | null;
  readonly since: number;
}

/** How it stands with events to EventBridge. */
export interface EventsView {
  readonly bus: string;
  readonly region: string;
  /** Taken since the agent began, and when the last one was; null if none was. */
  readonly accepted: number;
  readonly lastAcceptedAt: number | null;
  /** Events that wait, and where. */
  readonly waiting: number;
  readonly mode: 'disk' | 'memory';
  readonly error: { readonly text: string; readonly remedy: string; readonly since: number } | null;
}

/** How it stands with publishing to CloudWatch. */
export interface PublishView {
  readonly namespace: string;
  readonly region: string;
  /** Value of the dimension VpcId. */
  readonly vpc: string;
  readonly periodMs: Milliseconds;
  /** Series of the latest period; those beyond `maxSeries` are folded into `Other`. */
  readonly series: number;
  readonly folded: number;
  /** Of the VPC: subnets, tunnels, BGP peers and route tables folded likewise. */
  readonly foldedThings?: number;
  /** Wall time at which CloudWatch last accepted something; null if never. */
  readonly lastAcceptedAt: number | null;
  /** From the end of the latest accepted fresh period to its acceptance; null before the first. */
  readonly deliveryMs: Milliseconds | null;
  readonly spool: {
    /** `memory` when the disk takes nothing. */
    readonly mode: 'disk' | 'memory';
    /** Batches that wait, and the time of the oldest. */
    readonly waiting: number;
    readonly oldest: number | null;
    readonly bytes: number;
    readonly maxBytes: number;
    /** Batches lost to the size cap, to age, to damage on disk. */
    readonly dropped: number;
    readonly expired: number;
    readonly damaged: number;
    readonly writeErrors: number;
  };
  /** What keeps data from being accepted now. */
  readonly error: { readonly text: string; readonly remedy: string; readonly since: number } | null;
  /** Series that CloudWatch refuses, by name, and why. */
  readonly refused: readonly { readonly series: string; readonly text: string }[];
}

export interface AgentView {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly hostname: string;
  /** Name shown in the page's head: VPC name, else host name. */
  readonly title: string;
  readonly vpcId: string | null;
  readonly availabilityZone: string | null;
  readonly icmp: {
    /** `raw` two raw sockets; `ping` unprivileged ping socket; `none` neither may be opened. */
    readonly mode: 'raw' | 'ping' | 'none' | 'unused';
    readonly timing: 'kernel' | 'user' | null;
    readonly text: string;
  };
  readonly overload: {
    readonly receiveOverflows: number;
    readonly lateSends: number;
    readonly noBuffers: number;
    /** True while it lasts. */
    readonly now: boolean;
  };
  readonly clock: {
    /** Steps of CLOCK_REALTIME against CLOCK_MONOTONIC since start, and the last one in ms. */
    readonly steps: number;
    readonly lastStepMs: Milliseconds | null;
    readonly suspensions: number;
  };
  readonly config: {
    readonly sources: readonly string[];
    readonly loadedAt: number;
    /** The last reload was good. */
    readonly ok: boolean;
    /** Problems of a refused reload, one line each. */
    readonly problems: readonly string[];
    readonly reloads: number;
  };
  readonly history: {
    /** `disk`, `memory` (no writable state directory) or `off`. */
    readonly mode: 'disk' | 'memory' | 'off';
    readonly path: string | null;
    readonly bytes: number | null;
    readonly maxBytes: number | null;
    /** Wall time of the oldest row; null when empty. */
    readonly oldest: number | null;
    readonly writeErrors: number;
    readonly text: string | null;
  };
  /** null when nothing is published. */
  readonly publish: PublishView | null;
  /** Events to EventBridge; absent when none are sent. */
  readonly events?: EventsView;
  /** ENA's allowances of this instance; absent or empty with other network cards. */
  readonly allowances?: readonly AllowanceTotal[];
  readonly usage: {
    readonly rssBytes: number;
    readonly anonymousBytes: number | null;
    /** Share of one core over the last minute, 0 to 1 (may exceed 1). */
    readonly cpu: number | null;
    /** Largest stall of the event loop in the last minute, ms. */
    readonly loopDelayMs: Milliseconds | null;
  };
  /** Effective capabilities by name, e.g. ["CAP_NET_RAW"]. */
  readonly capabilities: readonly string[];
  readonly notices: readonly Notice[];
}

/** CloudWatch's words. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface AlarmView {
  /** As in the alarm's name in CloudWatch: "mel-core PacketLoss", "site mel-dc2". */
  readonly name: string;
  /** null: of the agent itself. */
  readonly site: string | null;
  readonly state: AlarmState;
  /** Wall time of the minute that made the state. */
  readonly since: number;
  /** The condition, in words. */
  readonly text: string;
}

/** The alarms this host judges for itself, as of the last minute that ended. */
export interface AlarmsView {
  readonly counts: Readonly<Record<AlarmState, number>>;
  /** Those in ALARM, sites first. */
  readonly active: readonly AlarmView[];
}

export interface Snapshot {
  readonly schema: 1;
  /** Counts up by one per snapshot. */
  readonly sequence: number;
  readonly at: number;
  readonly verdict: Verdict;
  readonly sites: readonly SiteView[];
  readonly targets: readonly TargetView[];
  /** Counts of targets by state. */
  readonly counts: Readonly<Record<State, number>>;
  /** Latest events, newest first, at most 50; history has the rest. */
  readonly events: readonly CanaryEvent[];
  readonly agent: AgentView;
  /** The TCP connections of this host, as of a few seconds ago; null or absent when they are not read. */
  readonly flows?: FlowsView | null;
  readonly alarms?: AlarmsView;
  /** The VPC as AWS's control plane tells it; null or absent when it is not asked. */
  readonly vpc?: VpcView | null;
}
