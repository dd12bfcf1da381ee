/**
 * The alarms for a configuration, as plain data; `cloudformation.ts` writes them as a template.
 *
 * Each target has an alarm on loss and one on round-trip time, each site one on TCP retransmissions: these notify
 * nobody. The composite of their site does,
 * so a site with twenty targets that goes away is one message, and maintenance silences it in one place. Only the
 * heartbeat speaks for itself: when it stops, nothing else can.
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
  type VpcAlarmLimits,
} from '../verdict/alarm-conditions.ts';
import type { Alarm, BandAlarm, CompositeAlarm, LimitAlarm, MetricAlarm, ShareAlarm } from './alarm-kinds.ts';
import { vpcAlarms } from './alarms-vpc.ts';
import { type CloudWatchMetricName, planSeries, type Series, type SeriesInput, type SeriesTarget } from './series.ts';

export interface AlarmTarget extends SeriesTarget {
  readonly thresholds: Thresholds;
}

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
