/**
 * What publishing costs a month: series, requests, alarms, for one VPC and for many. CloudWatch's tiers count all
 * series of an account in a region together, so many VPCs cost less each than one.
 */
import type { Alarm } from './alarm-kinds.ts';
import { PRICES, tiered } from './prices.ts';
import type { CloudWatchMetricName, Series } from './series.ts';

/** Hours that Amazon counts a month as: 365 days in twelve months. */
export const HOURS = 730;
/** Most data in a PutMetricData. */
const MOST_DATA = 1000;

export interface CostInput {
  readonly series: readonly Series[];
  readonly alarms: readonly Alarm[];
  readonly periodMs: number;
  readonly vpcs: number;
}

export interface MetricCost {
  readonly name: CloudWatchMetricName;
  readonly series: number;
  readonly usd: number;
}

/** All a month, in US dollars. */
export interface Bill {
  readonly series: number;
  readonly seriesUsd: number;
  readonly requests: number;
  readonly requestsUsd: number;
  readonly alarms: number;
  readonly alarmsUsd: number;
  readonly usd: number;
}

export interface Cost {
  /** Of one VPC, at the price of the first tier. */
  readonly metrics: readonly MetricCost[];
  readonly perVpc: Bill;
  readonly vpcs: number;
  readonly fleet: Bill;
}

export function costOf({ series, alarms, periodMs, vpcs }: CostInput): Cost {
  const counts = new Map<CloudWatchMetricName, number>();
  for (const { name } of series) counts.set(name, (counts.get(name) ?? 0) + 1);
  const metrics = [...counts].map(([name, count]) => ({
    name,
    series: count,
    usd: cents(tiered(count, PRICES.metricMonth)),
  }));
  const requests = Math.ceil(series.length / MOST_DATA) * Math.round((HOURS * 3_600_000) / periodMs);
  const alarmsUsd = alarms.reduce((usd, alarm) => usd + priceOf(alarm, counts), 0) + maintenanceUsd(alarms);
  const count = alarms.length + (alarms.length > 0 ? 1 : 0);
  const of = (times: number): Bill => bill(series.length * times, requests * times, count * times, alarmsUsd * times);
  return { metrics, perVpc: of(1), vpcs, fleet: of(vpcs) };
}

function bill(series: number, requests: number, alarms: number, alarmsUsd: number): Bill {
  const seriesUsd = tiered(series, PRICES.metricMonth);
  const requestsUsd = requests * PRICES.request;
  return {
    series,
    seriesUsd: cents(seriesUsd),
    requests,
    requestsUsd: cents(requestsUsd),
    alarms,
    alarmsUsd: cents(alarmsUsd),
    usd: cents(seriesUsd + requestsUsd + alarmsUsd),
  };
}

/** @param counts series by metric: a query is priced by those it looks at */
function priceOf(alarm: Alarm, counts: ReadonlyMap<CloudWatchMetricName, number>): number {
  switch (alarm.kind) {
    case 'limit':
      return PRICES.alarmMonth.metric;
    case 'band':
      return PRICES.alarmMonth.anomaly;
    case 'share':
      return 2 * PRICES.alarmMonth.metric;
    case 'worst':
      return (counts.get(alarm.metric) ?? 0) * PRICES.alarmMonth.metric;
    case 'composite':
      return PRICES.alarmMonth.composite;
  }
}

/** The template adds the alarm that silences the others. */
const maintenanceUsd = (alarms: readonly Alarm[]): number => (alarms.length > 0 ? PRICES.alarmMonth.composite : 0);

const cents = (usd: number): number => Math.round(usd * 100) / 100;
