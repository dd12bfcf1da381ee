/**
 * When something is worth an alarm: the conditions that CloudWatch's alarms are made from (metric/alarms.ts) and that
 * the agent judges by itself (local-alarms.ts), because CloudWatch cannot tell while it cannot be reached.
 *
 * M of N data points: one bad minute is weather, and an alarm that waits for consecutive ones misses a link that is
 * bad every other minute.
 */

export interface MOfN {
  /** M: data points at fault. */
  readonly datapoints: number;
  /** N: data points looked at. */
  readonly periods: number;
}

/** Length of a data point that alarms look at: CloudWatch's standard period, and the cheapest alarm. */
export const ALARM_PERIOD_MS = 60_000;

/** No Heartbeat for this long: the agent, its instance or its way to CloudWatch is gone. */
export const HEARTBEAT: MOfN = { datapoints: 3, periods: 3 };

/** PacketLoss at and above the target's own limit (thresholds.loss.degraded). */
export const LOSS: MOfN = { datapoints: 3, periods: 5 };

/**
 * RoundTripTime p99 above the band of what is usual. Four deviations, twice CloudWatch's default: the round trip of a
 * private line scarcely moves, so two would alarm at tenths of a millisecond.
 */
export const RTT: MOfN & { readonly deviations: number } = { datapoints: 5, periods: 10, deviations: 4 };

/**
 * TCP segments sent again to a site, in percent of the full segments (of 1460 bytes) that its traffic would fill:
 * bytes are what is published, and a share means the same at night and at noon. Below a handful it means nothing.
 */
export const RETRANSMISSIONS: MOfN & {
  readonly percent: number;
  readonly fewest: number;
  readonly segmentBytes: number;
} = { datapoints: 3, periods: 5, percent: 1, fewest: 10, segmentBytes: 1460 };
