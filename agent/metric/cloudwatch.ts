/**
 * The data of one publish period, as CloudWatch takes them: the series that are planned (series.ts, which also counts
 * what they cost and what alarms may watch), with the values of the period.
 *
 * Round-trip times go as values with counts, so that percentiles and trimmed means work in alarms; a datum of loss
 * goes out every period in which anything was sent, also when nothing answers. What is not known has no datum: never
 * a 0 in its place.
 */
import { fewerPairs, type ValueCount } from '../measure/histogram.ts';
import type { Milliseconds } from '../measure/target.ts';
import type { TargetPeriod } from '../verdict/observer.ts';
import type { Dimension } from './catalog-row.ts';
import { addGroups, type GroupPeriod } from './group-period.ts';
import { type CloudWatchMetricName, type MetricSet, planSeries, type Series } from './series.ts';
import { type MeasuredThing, NO_PERIOD, thingsOf, VPC_KINDS, type VpcPeriod, worstOf } from './vpc-period.ts';

/** Most values in a datum (PutMetricData). */
const MOST_VALUES = 150;
/** Digits kept of a value: 0.05 %, far inside the 1 % of the histogram, and half the bytes. */
const DIGITS = 4;
/** From here on every digit is kept: these are counts and bytes. */
const WHOLE_FROM = 1e4;

export interface Datum extends Series {
  readonly values: readonly ValueCount[];
}

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
  /** Of the sites that have prefixes. */
  readonly groups: readonly GroupPeriod[];
  /** The VPC as AWS's control plane tells it; absent: it is not asked. */
  readonly things?: VpcPeriod;
  readonly agent: AgentPeriod;
  readonly set: MetricSet;
  readonly maxSeries: number;
}

export interface PeriodData {
  readonly data: readonly Datum[];
  /** Targets that are told as Other. */
  readonly folded: number;
  /** Subnets, tunnels, BGP peers and route tables that are told as Other. */
  readonly foldedThings: number;
}

export function cloudWatchData({ targets, groups, things = NO_PERIOD, agent, ...plan }: PeriodInput): PeriodData {
  const named = targets.map((period) => ({ name: period.target, site: period.site, period }));
  const { series, own, folded, ownGroups, ownThings } = planSeries({
    ...plan,
    targets: named,
    groups: groups.map(({ name }) => name),
    things: thingsOf(things),
  });
  const ofTargets = inTurn([...own.map(({ period }) => [period]), folded.map(({ period }) => period)]);
  const rest = groups.filter(({ name }) => !ownGroups.includes(name));
  const ofGroups = inTurn([...groups.filter(({ name }) => ownGroups.includes(name)), ...addGroups(rest)]);
  const ofThings = VPC_KINDS.map((kind) => {
    const [first, rest] = [things[kind].slice(0, ownThings[kind]), things[kind].slice(ownThings[kind])];
    return [kind, inTurn<readonly MeasuredThing[]>([...first.map((thing) => [thing]), rest])] as const;
  });
  const foldedThings = VPC_KINDS.reduce((count, kind) => count + things[kind].length - ownThings[kind], 0);
  const data: Datum[] = [];
  for (const one of series) {
    const has = (key: Dimension): boolean => one.dimensions.some(([name]) => name === key);
    const ofThing = ofThings.find(([kind]) => has(kind))?.[1];
    const values = has('Target')
      ? targetValues(one.name, ofTargets(one))
      : has('Group')
        ? groupValues(one.name, ofGroups(one))
        : ofThing !== undefined
          ? known(worstOf(one.name, ofThing(one) ?? []))
          : known(agentValue(one.name, agent));
    const clean = tidy(values);
    if (clean.length > 0) data.push({ ...one, values: clean });
  }
  return { data, folded: folded.length, foldedThings };
}

/** A plan lists its things in the order they were given, all series of each together: a new thing when a name comes again. */
function inTurn<T>(things: readonly T[]): (series: Series) => T | undefined {
  const seen = new Set<string>();
  let at = 0;
  return ({ name }) => {
    if (seen.has(name)) {
      seen.clear();
      at += 1;
    }
    seen.add(name);
    return things[at];
  };
}

/** Finite, rounded, ascending, each value once. */
function tidy(values: readonly ValueCount[]): readonly ValueCount[] {
  const counts = new Map<number, number>();
  for (const [value, count] of values) {
    if (!Number.isFinite(value) || !(count > 0)) continue;
    const rounded = value >= WHOLE_FROM ? value : Number(value.toPrecision(DIGITS));
    counts.set(rounded, (counts.get(rounded) ?? 0) + count);
  }
  const pairs = [...counts].sort(([a], [b]) => a - b);
  return fewerPairs(pairs, MOST_VALUES);
}

const known = (...values: readonly (number | null)[]): ValueCount[] =>
  values.flatMap((value) => (value === null ? [] : [[value, 1] as const]));

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function worst(numbers: readonly (number | null)[]): number | null {
  const some = numbers.filter((number) => number !== null);
  return some.length === 0 ? null : Math.max(...some);
}

/** Of one target, or of several as one: times together, loss over all packets, else the worst. */
function targetValues(name: CloudWatchMetricName, targets: readonly TargetPeriod[] = []): readonly ValueCount[] {
  switch (name) {
    case 'RoundTripTime':
      return targets.flatMap(({ rtts }) => rtts);
    case 'PacketLoss': {
      const sent = sum(targets.map(({ statistics }) => statistics.sent));
      const lost = sum(targets.map(({ statistics }) => statistics.lost + statistics.errors));
      return known(sent === 0 ? null : (100 * lost) / sent);
    }
    case 'Jitter':
      return known(worst(targets.map(({ statistics }) => statistics.interarrivalJitter)));
    case 'HealthIndicator':
      return known(worst(targets.map(({ state }) => (state === 'unknown' ? null : state === 'up' ? 0 : 1))));
    case 'OutageTime':
      return known(worst(targets.map(({ downMs }) => Math.round(downMs / 100) / 10)));
    default:
      return [];
  }
}

function groupValues(name: CloudWatchMetricName, group: GroupPeriod | undefined): readonly ValueCount[] {
  if (group === undefined) return [];
  switch (name) {
    case 'DataTransferred':
      return known(group.bytes);
    case 'Retransmissions':
      return known(group.retransmissions);
    case 'Timeouts':
      return known(group.timeouts);
    case 'FlowRoundTripTime':
      return known(...group.rttsMs);
    default:
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
    default:
      return null;
  }
}
