/**
 * The rows of the catalogue for one publish period, as CloudWatch takes them.
 *
 * Round-trip times go as values with counts, so that percentiles and trimmed means work in alarms; a datum of loss
 * goes out every period in which anything was sent, also when nothing answers. What is not known has no datum: never
 * a 0 in its place. Every series costs money, so targets beyond `maxSeries` are folded into one named Other.
 */
import { fewerPairs, type ValueCount } from '../measure/histogram.ts';
import type { Milliseconds } from '../measure/target.ts';
import type { TargetPeriod } from '../verdict/observer.ts';
import { CATALOG, type CloudWatchMetricName, type CloudWatchUnit, type Dimension, type MetricRow } from './catalog.ts';

/** Most values in a datum (PutMetricData). */
const MOST_VALUES = 150;
/** Longest value of a dimension (PutMetricData, Dimension.Value). */
const LONGEST_DIMENSION = 1024;
/** Digits kept of a value: 0.05 %, far inside the 1 % of the histogram, and half the bytes. */
const DIGITS = 4;
/** Dimension value of what is folded. */
export const OTHER = 'Other';

export interface Datum {
  readonly name: CloudWatchMetricName;
  readonly unit: CloudWatchUnit;
  readonly dimensions: readonly (readonly [Dimension, string])[];
  readonly values: readonly ValueCount[];
}

export type MetricSet = 'essential' | 'full' | readonly CloudWatchMetricName[];

/** The agent itself over the period. */
export interface AgentPeriod {
  readonly memoryBytes: number;
  /** Share of one core; null when unknown. */
  readonly cpu: number | null;
  /** Times the agent did not keep up, within the period. */
  readonly overloads: number;
  readonly publishLagMs: Milliseconds;
  readonly spoolDepth: number;
}

export interface PeriodInput {
  /** Value of the dimension VpcId. */
  readonly vpc: string;
  readonly targets: readonly TargetPeriod[];
  readonly agent: AgentPeriod;
  readonly set: MetricSet;
  readonly maxSeries: number;
}

export interface PeriodData {
  readonly data: readonly Datum[];
  /** Targets that are told as Other. */
  readonly folded: number;
}

/** Rows that a set publishes. */
export function rowsOf(set: MetricSet): (MetricRow & { readonly name: CloudWatchMetricName })[] {
  const rows: readonly MetricRow[] = CATALOG;
  return rows.filter((row): row is MetricRow & { name: CloudWatchMetricName } => {
    if (row.cloudWatch === null) return false;
    if (set === 'full') return true;
    if (set === 'essential') return row.cloudWatch.essential;
    return (set as readonly string[]).includes(row.name);
  });
}

export function cloudWatchData({ vpc, targets, agent, set, maxSeries }: PeriodInput): PeriodData {
  const rows = rowsOf(set);
  const perTarget = rows.filter((row) => row.cloudWatch?.dimensions.includes('Target'));
  const own = rows.filter((row) => !perTarget.includes(row));
  const fits = perTarget.length === 0 ? targets.length : Math.floor((maxSeries - own.length) / perTarget.length);
  // one place goes to Other when not all fit
  const kept = targets.length <= fits ? targets.length : Math.max(0, fits - 1);
  const folded = targets.slice(kept);
  const data: Datum[] = [];
  const add = (row: (typeof rows)[number], dimensions: Datum['dimensions'], values: readonly ValueCount[]): void => {
    const clean = tidy(values);
    if (row.cloudWatch !== null && clean.length > 0)
      data.push({ name: row.name, unit: row.cloudWatch.unit, dimensions, values: clean });
  };
  for (const target of targets.slice(0, kept)) {
    const dimensions = [dimension('VpcId', vpc), dimension('Site', target.site), dimension('Target', target.target)];
    for (const row of perTarget) add(row, dimensions, targetValues(row.name, [target]));
  }
  if (folded.length > 0) {
    const dimensions = [dimension('VpcId', vpc), dimension('Site', OTHER), dimension('Target', OTHER)];
    for (const row of perTarget) add(row, dimensions, targetValues(row.name, folded));
  }
  for (const row of own) add(row, [dimension('VpcId', vpc)], one(agentValue(row.name, agent)));
  return { data, folded: folded.length };
}

/** CloudWatch takes ASCII without control characters, not empty, not beginning with a colon. */
function dimension(name: Dimension, value: string): readonly [Dimension, string] {
  const plain = value
    .replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .slice(0, LONGEST_DIMENSION)
    .trim()
    .replace(/^:/, '_:');
  return [name, plain === '' ? '_' : plain];
}

/** Finite, rounded, ascending, each value once. */
function tidy(values: readonly ValueCount[]): ValueCount[] {
  const counts = new Map<number, number>();
  for (const [value, count] of values) {
    if (!Number.isFinite(value) || !(count > 0)) continue;
    const rounded = Number(value.toPrecision(value >= 1e4 ? 15 : DIGITS));
    counts.set(rounded, (counts.get(rounded) ?? 0) + count);
  }
  const pairs = [...counts].sort(([a], [b]) => a - b);
  return fewerPairs(pairs, MOST_VALUES) as ValueCount[];
}

const one = (value: number | null): ValueCount[] => (value === null ? [] : [[value, 1]]);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function worst(numbers: readonly (number | null)[]): number | null {
  const known = numbers.filter((number) => number !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** Of one target, or of several as one: times together, loss over all packets, else the worst. */
function targetValues(name: CloudWatchMetricName, targets: readonly TargetPeriod[]): readonly ValueCount[] {
  switch (name) {
    case 'RoundTripTime':
      return targets.flatMap(({ rtts }) => rtts);
    case 'PacketLoss': {
      const sent = sum(targets.map(({ statistics }) => statistics.sent));
      const lost = sum(targets.map(({ statistics }) => statistics.lost + statistics.errors));
      return one(sent === 0 ? null : (100 * lost) / sent);
    }
    case 'Jitter':
      return one(worst(targets.map(({ statistics }) => statistics.interarrivalJitter)));
    case 'HealthIndicator':
      return one(worst(targets.map(({ state }) => (state === 'unknown' ? null : state === 'up' ? 0 : 1))));
    case 'OutageTime':
      return one(worst(targets.map(({ downMs }) => Math.round(downMs / 100) / 10)));
    case 'Heartbeat':
    case 'AgentMemory':
    case 'AgentCpu':
    case 'ProbeOverload':
    case 'PublishLag':
    case 'SpoolDepth':
      return [];
  }
}

function agentValue(name: CloudWatchMetricName, agent: AgentPeriod): number | null {
  switch (name) {
    case 'Heartbeat':
      return 1;
    case 'AgentMemory':
      return agent.memoryBytes;
    case 'AgentCpu':
      return agent.cpu === null ? null : agent.cpu * 100;
    case 'ProbeOverload':
      return agent.overloads;
    case 'PublishLag':
      return agent.publishLagMs / 1000;
    case 'SpoolDepth':
      return agent.spoolDepth;
    case 'RoundTripTime':
    case 'PacketLoss':
    case 'Jitter':
    case 'HealthIndicator':
    case 'OutageTime':
      return null;
  }
}
