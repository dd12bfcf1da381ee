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

/**
 * The VPC's alarms: the worst of its subnets, tunnels, BGP sessions, route tables. Their limits are the configuration's
 * (vpc.thresholds). AWS is asked once a minute or less often, so three of five minutes are one answer that lasts.
 */
export const VPC_WORST: MOfN = { datapoints: 3, periods: 5 };

/** Limits that the VPC's alarms are made from. */
export interface VpcAlarmLimits {
  /** Share of a subnet's addresses, 0 to 1. */
  readonly usageDegraded: number;
  readonly exhaustionMs: number;
  /** Propagated routes of a table. */
  readonly propagatedRoutes: number;
}

/** An alarm on the worst of many series, whose ids nobody knows beforehand. */
export interface WorstCondition {
  readonly metric: 'SubnetIpUsage' | 'SubnetTimeToExhaustion' | 'TunnelState' | 'BgpPeerState' | 'PropagatedRoutes';
  /** Which of them is the worst. */
  readonly worst: 'MAX' | 'MIN';
  readonly comparison: 'GreaterThanOrEqualToThreshold' | 'LessThanOrEqualToThreshold' | 'LessThanThreshold';
  readonly threshold: number;
  /** In words, for the description. */
  readonly text: string;
}

export function worstConditions({ usageDegraded, exhaustionMs, propagatedRoutes }: VpcAlarmLimits): WorstCondition[] {
  const percent = Number((usageDegraded * 100).toFixed(3));
  const hours = Number((exhaustionMs / 3_600_000).toFixed(2));
  return [
    {
      metric: 'SubnetIpUsage',
      worst: 'MAX',
      comparison: 'GreaterThanOrEqualToThreshold',
      threshold: percent,
      text: `a subnet has ${percent} % of its addresses in use, or more`,
    },
    {
      metric: 'SubnetTimeToExhaustion',
      worst: 'MIN',
      comparison: 'LessThanOrEqualToThreshold',
      threshold: Math.round(exhaustionMs / 1000),
      text: `a subnet will be full within ${hours} h at its present rate`,
    },
    {
      metric: 'TunnelState',
      worst: 'MIN',
      comparison: 'LessThanThreshold',
      threshold: 1,
      text: 'a VPN tunnel is down: its connection has no redundancy, or is down',
    },
    {
      metric: 'BgpPeerState',
      worst: 'MIN',
      comparison: 'LessThanThreshold',
      threshold: 1,
      text: 'a BGP session of Direct Connect is down',
    },
    {
      metric: 'PropagatedRoutes',
      worst: 'MAX',
      comparison: 'GreaterThanOrEqualToThreshold',
      threshold: propagatedRoutes,
      text: `a route table has ${propagatedRoutes} propagated routes or more: AWS installs no more than its limit`,
    },
  ];
}
