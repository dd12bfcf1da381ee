/** Statistics over a sample (RFC 2330). Types only; `windows.ts` computes them. */
import type { Timing } from './singleton.ts';
import type { Milliseconds } from './target.ts';

/** Quantiles of the RTTs of a sample. */
export interface RttStatistics {
  readonly min: Milliseconds;
  readonly p5: Milliseconds;
  readonly p25: Milliseconds;
  readonly p50: Milliseconds;
  readonly p75: Milliseconds;
  readonly p90: Milliseconds;
  readonly p95: Milliseconds;
  readonly p99: Milliseconds;
  readonly max: Milliseconds;
  readonly mean: Milliseconds;
  readonly stddev: Milliseconds;
}

export interface Statistics {
  /** The sample's bounds on the monotonic clock. */
  readonly fromMono: Milliseconds;
  readonly toMono: Milliseconds;
  /** Probes that left this host and are finished: received + lost + errors. */
  readonly sent: number;
  readonly received: number;
  /** No answer within the timeout. */
  readonly lost: number;
  /** Answered by an error; part of loss. */
  readonly errors: number;
  /** Not sent or not judged for a local reason; in no other count. */
  readonly local: number;
  readonly duplicates: number;
  readonly late: number;
  readonly reordered: number;
  readonly corrupt: number;
  /** RFC 6673 round-trip loss ratio (lost + errors) / sent, 0 to 1; null when nothing was sent. */
  readonly lossRatio: number | null;
  /** Longest run of consecutive lost or refused probes (RFC 3357 loss period). */
  readonly lossBurst: number;
  /** null when nothing was received. */
  readonly rtt: RttStatistics | null;
  /** RFC 3550 §6.4.1 over RTTs; null with fewer than two replies. */
  readonly interarrivalJitter: Milliseconds | null;
  /** RFC 3393 variation of consecutive RTTs, median of |ΔRTT|; null with fewer than two replies. */
  readonly roundTripIpdv: Milliseconds | null;
  /** How the RTTs were timed; `mixed` when some samples lack a kernel stamp; null without RTTs. */
  readonly timing: Timing | 'mixed' | null;
  /** How many RTTs of the sample were timed by the user-space clock. */
  readonly userTimed: number;
  /** Largest timing error bar of the sample, ± ms; null without RTTs. */
  readonly errorBarMs: Milliseconds | null;
}

/**
 * What history keeps of one target over one step (1 s, 10 s, 60 s), and what charts are drawn from.
 * A step in which the agent measured nothing has no row: a gap is a gap.
 */
export interface SeriesRow {
  /** Start of the step, ms since the epoch, a multiple of the step. */
  readonly at: number;
  readonly sent: number;
  readonly received: number;
  readonly local: number;
  /** RTT quantiles in ms; null when nothing was received. */
  readonly rtt: {
    readonly min: number;
    readonly p5: number;
    readonly p25: number;
    readonly p50: number;
    readonly p75: number;
    readonly p95: number;
    readonly p99: number;
    readonly max: number;
    readonly mean: number;
  } | null;
  readonly jitter: number | null;
  /** As in {@link Statistics}; of what history kept, the bar is rounded up. */
  readonly timing: Statistics['timing'];
  readonly errorBarMs: Milliseconds | null;
  /** RTT histogram as [value in ms, count] pairs, ascending, for heat maps and merging; may be empty. */
  readonly histogram: readonly (readonly [number, number])[];
}
