/**
 * The alarms for a configuration, as plain data; `cloudformation.ts` writes them as a template.
 *
 * Each target has an alarm on loss and one on round-trip time, each site one on TCP retransmissions: these notify
 * nobody. The composite of their site does,
 * so a site with twenty targets that goes away is one message, and maintenance silences it in one place. Only the
 * heartbeat speaks for itself: when it stops, nothing else can.
 *
 * What the VPC has (subnets, tunnels, BGP sessions, route tables) no configuration names, and it comes and goes. Those
 * alarms therefore ask Metrics Insights for the worst of the VPC's series: one alarm a metric, also for what is made
 * tomorrow. CloudWatch allows 200 such alarms an account and region, and prices them by the series they look at.
 *
 * Names of metrics come from the catalogue and dimension values from the plan of series, so an alarm cannot watch
 * what is not published: a target folded into `Other`, or a metric outside the set, has none.
 */
import type { Thresholds } from '../measure/target.ts';
import {
  ALARM_PERIOD_MS,
  HEARTBEAT,
  LOSS,
  type MOfN,
  RETRANSMISSIONS,
  RTT,
  VPC_WORST,
  type VpcAlarmLimits,
  type WorstCondition,
  worstConditions,
} from '../verdict/alarm-conditions.ts';
import { CATALOG, type Dimension } from './catalog.ts';
import {
  type CloudWatchMetricName,
  planSeries,
  publishedMetrics,
  type Series,
  type SeriesInput,
  type SeriesTarget,
} from './series.ts';

export interface AlarmTarget extends SeriesTarget {
  readonly thresholds: Thresholds;
}

interface AlarmBase {
  /** Unique in the template and the same for the same target whatever else is configured. */
  readonly id: string;
  /** What stands after "VpcCanary" and the VPC in the alarm's name. */
  readonly name: string;
  readonly description: string;
}

/** The worst of all series of a metric in the VPC, whichever there are. */
export interface WorstAlarm extends AlarmBase, Pick<WorstCondition, 'metric' | 'worst' | 'comparison' | 'threshold'> {
  readonly kind: 'worst';
  /** Of the metric, VpcId first: what the query takes its series from. */
  readonly schema: readonly Dimension[];
  readonly periodSeconds: number;
  readonly of: MOfN;
}

interface OverMetric extends AlarmBase {
  readonly metric: CloudWatchMetricName;
  readonly dimensions: readonly (readonly [Dimension, string])[];
  readonly periodSeconds: number;
  readonly of: MOfN;
}

/** A statistic against a fixed limit. */
export interface LimitAlarm extends OverMetric {
  readonly kind: 'limit';
  readonly statistic: 'Sum' | 'Maximum';
  readonly comparison: 'LessThanThreshold' | 'GreaterThanOrEqualToThreshold';
  readonly threshold: number;
  /** What a period without data counts as; CloudWatch's words. */
  readonly missing: 'breaching' | 'missing';
  /** Whether it sends messages itself. */
  readonly notifies: boolean;
}

/** A percentile against the band that CloudWatch learns of it. */
export interface BandAlarm extends OverMetric {
  readonly kind: 'band';
  readonly statistic: 'p99';
  readonly deviations: number;
}

/** Retransmissions as a share of the traffic, from two metrics with the same dimensions. */
export interface ShareAlarm extends OverMetric {
  readonly kind: 'share';
  /** Bytes of the traffic. */
  readonly bytes: CloudWatchMetricName;
  readonly expression: string;
  readonly threshold: number;
}

/** In alarm while any of its children is. */
export interface CompositeAlarm extends AlarmBase {
  readonly kind: 'composite';
  /** Ids. */
  readonly children: readonly string[];
  /** Sends messages, unless there is maintenance; a part of a larger site's alarm does not. */
  readonly notifies: boolean;
}

/** One that watches metrics. */
export type MetricAlarm = LimitAlarm | BandAlarm | ShareAlarm;
export type Alarm = MetricAlarm | WorstAlarm | CompositeAlarm;

export interface AlarmInput extends SeriesInput<AlarmTarget> {
  readonly periodMs: number;
  /** Make alarms of this site alone, without the heartbeat; null for all. */
  readonly site: string | null;
  /** Limits of the VPC's own alarms; null or absent: AWS is not asked about it. */
  readonly vpcLimits?: VpcAlarmLimits | null;
}

export interface AlarmPlan {
  readonly alarms: readonly Alarm[];
  /** Targets without alarms of their own, because they are published as `Other`. */
  readonly folded: readonly AlarmTarget[];
}

/** Most alarms a composite may name is 100, in a rule of 10,240 characters; a name has up to 255. */
const MOST_CHILDREN = 35;

export function planAlarms(input: AlarmInput): AlarmPlan {
  const { series, own, folded, ownGroups } = planSeries(input);
  const periodSeconds = Math.max(ALARM_PERIOD_MS, Math.ceil(input.periodMs / 60_000) * 60_000) / 1000;
  const byName = Map.groupBy(series, ({ name }) => name);
  // the plan lists the series of a metric in the order of what they are of
  const of: SeriesOf = (metric, index) => byName.get(metric)?.[index];
  const sites = new Set([...own.map(({ site }) => site), ...ownGroups]);
  const alarms: Alarm[] = input.site === null ? heartbeat(of('Heartbeat', 0), periodSeconds) : [];
  for (const site of sites) {
    if (input.site !== null && site !== input.site) continue;
    const children = [
      ...own.flatMap((target, index) => (target.site === site ? targetAlarms(target, index, of, periodSeconds) : [])),
      ...ownGroups.flatMap((group, index) => (group === site ? groupAlarms(group, index, of, periodSeconds) : [])),
    ];
    alarms.push(...children, ...siteAlarms(site, children));
  }
  if (input.site === null && input.vpcLimits) alarms.push(...vpcAlarms(input.vpcLimits, input.set, periodSeconds));
  return { alarms, folded };
}

/** The series of a metric that is of the target or group with this index in the plan. */
type SeriesOf = (metric: CloudWatchMetricName, index: number) => Series | undefined;

function heartbeat(beat: Series | undefined, periodSeconds: number): Alarm[] {
  if (beat === undefined) return [];
  return [
    {
      kind: 'limit',
      id: 'Heartbeat',
      name: beat.name,
      description: `No data from the agent for ${HEARTBEAT.periods} periods: the agent, its instance or its way to CloudWatch is gone.`,
      metric: beat.name,
      dimensions: beat.dimensions,
      periodSeconds,
      of: HEARTBEAT,
      statistic: 'Sum',
      comparison: 'LessThanThreshold',
      threshold: 1,
      missing: 'breaching',
      notifies: true,
    },
  ];
}

function targetAlarms(
  target: AlarmTarget,
  index: number,
  of: SeriesOf,
  periodSeconds: number,
): (LimitAlarm | BandAlarm)[] {
  const alarms: (LimitAlarm | BandAlarm)[] = [];
  const loss = of('PacketLoss', index);
  if (loss !== undefined) {
    const threshold = percent(target.thresholds.lossDegraded);
    alarms.push({
      ...about(target, loss, periodSeconds),
      kind: 'limit',
      description: `${target.name} at ${target.site}: ${threshold} % of packets or more lost, ${words(LOSS)}.`,
      of: LOSS,
      // the highest of what several instances in one VPC see
      statistic: 'Maximum',
      comparison: 'GreaterThanOrEqualToThreshold',
      threshold,
      missing: 'missing',
      notifies: false,
    });
  }
  const rtt = of('RoundTripTime', index);
  if (rtt !== undefined) {
    alarms.push({
      ...about(target, rtt, periodSeconds),
      kind: 'band',
      description: `${target.name} at ${target.site}: the slowest hundredth of round trips is slower than usual, ${words(RTT)}.`,
      of: RTT,
      statistic: 'p99',
      deviations: RTT.deviations,
    });
  }
  return alarms;
}

function about(target: AlarmTarget, { name, dimensions }: Series, periodSeconds: number) {
  return {
    id: `${name}${idPart(target.name)}`,
    name: `${plainName(target.name)} ${name}`,
    metric: name,
    dimensions,
    periodSeconds,
  };
}

/** Of the connections to a site. */
function groupAlarms(site: string, index: number, of: SeriesOf, periodSeconds: number): ShareAlarm[] {
  const [again, bytes] = [of('Retransmissions', index), of('DataTransferred', index)];
  if (again === undefined || bytes === undefined) return [];
  const { percent: threshold, fewest, segmentBytes } = RETRANSMISSIONS;
  return [
    {
      kind: 'share',
      id: `${again.name}${idPart(site)}`,
      name: `${plainName(site)} ${again.name}`,
      description: `TCP to ${site}: ${threshold} % of segments or more sent again, ${words(RETRANSMISSIONS)}.`,
      metric: again.name,
      bytes: bytes.name,
      dimensions: again.dimensions,
      periodSeconds,
      of: RETRANSMISSIONS,
      expression: `IF(again >= ${fewest}, 100 * again / (again + bytes / ${segmentBytes}), 0)`,
      threshold,
    },
  ];
}

/** The alarm of a site, over parts when it has more children than one composite may name. */
function siteAlarms(site: string, children: readonly MetricAlarm[]): CompositeAlarm[] {
  if (children.length === 0) return [];
  const id = `Site${idPart(site)}`;
  const ids = children.map((child) => child.id);
  const parts: CompositeAlarm[] = [];
  for (let at = 0; at < ids.length && ids.length > MOST_CHILDREN; at += MOST_CHILDREN) {
    const number = parts.length + 1;
    parts.push({
      kind: 'composite',
      id: `${id}Part${number}`,
      name: `site ${plainName(site)} part ${number}`,
      description: `Targets of ${site}, part ${number}; the alarm of the site stands over it.`,
      children: ids.slice(at, at + MOST_CHILDREN),
      notifies: false,
    });
  }
  const whole: CompositeAlarm = {
    kind: 'composite',
    id,
    name: `site ${plainName(site)}`,
    description: `Something at ${site} is lost or slow; the alarms of its targets tell what.`,
    children: parts.length > 0 ? parts.map((part) => part.id) : ids,
    notifies: true,
  };
  return [...parts, whole];
}

/** Of the VPC: an alarm for each metric that is published, and one over them that sends messages. */
function vpcAlarms(limits: VpcAlarmLimits, set: AlarmInput['set'], periodSeconds: number): Alarm[] {
  const published = publishedMetrics(set);
  const children = worstConditions(limits)
    .filter(({ metric }) => published.includes(metric))
    .map(
      ({ text, ...condition }): WorstAlarm => ({
        ...condition,
        kind: 'worst',
        id: `Vpc${condition.metric}`,
        name: condition.metric,
        description: `In this VPC ${text}, ${words(VPC_WORST)}. The page /vpc says which.`,
        schema: CATALOG.find(({ name }) => name === condition.metric)?.cloudWatch?.dimensions ?? [],
        periodSeconds,
        of: VPC_WORST,
      }),
    );
  if (children.length === 0) return [];
  const whole: CompositeAlarm = {
    kind: 'composite',
    id: 'Vpc',
    name: 'vpc',
    description: 'Addresses, tunnels, BGP or routes of the VPC are in trouble; its alarms tell what.',
    children: children.map(({ id }) => id),
    notifies: true,
  };
  return [...children, whole];
}

const words = ({ datapoints, periods }: MOfN): string => `in ${datapoints} of ${periods} periods`;

const percent = (ratio: number): number => Number((ratio * 100).toFixed(3));

/** Names whose words can be told apart by their capitals alone need no number to stay unique. */
const PLAIN = /^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/;

/** "syd-core" → "SydCore": letters and digits, which is all that a logical id may have. */
function idPart(name: string): string {
  const pascal = name
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('');
  return PLAIN.test(name) ? pascal : pascal.slice(0, 60) + fingerprint(name);
}

/** FNV-1a over UTF-16 units, 8 hex digits: tells alike names apart, for no purpose of security. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Most characters of a name in an alarm's name, which may have 255 with all around it. */
const LONGEST_NAME = 160;

/** A name that may stand between the quotes of a composite's rule, which knows no escape we could rely on. */
function plainName(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\]/g, '_');
  return plain.length <= LONGEST_NAME && plain === name
    ? plain
    : `${plain.slice(0, LONGEST_NAME)} ${fingerprint(name)}`;
}
