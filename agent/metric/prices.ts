/**
 * What CloudWatch costs: list prices, in one place, with their date. They are Amazon's for us-east-1 without the free
 * tier and without anybody's discount; other regions cost up to twice as much. Who publishes in another region or
 * negotiated a price reads the numbers of series and requests and multiplies by their own.
 *
 * Sources: https://aws.amazon.com/cloudwatch/pricing/, https://aws.amazon.com/ec2/pricing/on-demand/,
 * https://aws.amazon.com/ebs/pricing/, https://aws.amazon.com/privatelink/pricing/
 */

export interface Tier {
  /** Things of this tier, counted from the end of the one before; null for the last. */
  readonly size: number | null;
  readonly usd: number;
}

export const PRICES = {
  asOf: '2026-11-21',
  region: 'us-east-1',
  source: 'https://aws.amazon.com/cloudwatch/pricing/',
  /** Custom metrics, each a month; all series of an account in one region count together. */
  metricMonth: [
    { size: 10_000, usd: 0.3 },
    { size: 240_000, usd: 0.1 },
    { size: 750_000, usd: 0.05 },
    { size: null, usd: 0.02 },
  ],
  /** One PutMetricData: $0.01 per 1,000. */
  request: 0.01 / 1000,
  /** Alarms, each a month and metric. An anomaly alarm is billed as three: the metric and both edges of its band. */
  alarmMonth: { metric: 0.1, anomaly: 0.3, composite: 0.5 },
  dashboardMonth: 3,
  /** What canary.yaml makes: Linux on demand, a gp3 GiB each month, an interface endpoint in one zone. */
  instanceHour: { 't4g.nano': 0.0042, 't3.nano': 0.0052 },
  volumeMonth: 0.08,
  endpointHour: 0.01,
} as const satisfies {
  readonly metricMonth: readonly Tier[];
  readonly [price: string]: unknown;
};

/** Price of `count` things, the first ones at the price of the first tier. */
export function tiered(count: number, tiers: readonly Tier[]): number {
  let left = count;
  let usd = 0;
  for (const tier of tiers) {
    const here = tier.size === null ? left : Math.min(left, tier.size);
    usd += here * tier.usd;
    left -= here;
  }
  return usd;
}
