/**
 * The alarms of `alarm-conditions.ts` judged on the box, once a minute, whether or not anything is published: while
 * CloudWatch cannot be reached it cannot tell, and off EC2 there may be none. The words are CloudWatch's.
 *
 * One thing differs. CloudWatch learns the band of round-trip times from two weeks; here it is the median and the
 * median deviation of the last hour, so a change that lasts becomes the usual within half an hour.
 */
import type { Milliseconds } from '../measure/target.ts';
import {
  ALARM_PERIOD_MS,
  HEARTBEAT,
  LOSS,
  type MOfN,
  RETRANSMISSIONS,
  RTT,
  VPC_WORST,
  type WorstCondition,
  worstConditions,
} from './alarm-conditions.ts';
import type { AgentView, AlarmState, AlarmsView, AlarmView, Snapshot, TargetView } from './snapshot.ts';
import type { VpcPartName, VpcView } from './vpc-view.ts';
import { countedSubnets, isTold } from './vpc-words.ts';

/** Minutes of round-trip times that the band is made from, and the fewest that make one. */
const BAND = { most: 60, fewest: 30 };
/** Median absolute deviation → standard deviation, for values that are spread normally. */
const TO_DEVIATION = 1.4826;
/** A band is never narrower than this part of the median: below, a difference is nobody's trouble. */
const LEAST_BAND = 0.1;

/** Longest time between two acceptances when all is well: a minute, and how far delivery within it may move. */
const DELIVERY_MS = 90_000;

/** What of a snapshot is judged. */
export type Judged = Pick<Snapshot, 'at' | 'targets' | 'flows' | 'vpc'> & {
  readonly agent: Pick<AgentView, 'publish'>;
};

/** A data point: at fault, not at fault, or nothing known. */
type Point = boolean | null;

interface Track {
  readonly points: Point[];
  /** p99 of the minutes before, oldest first. */
  readonly usual: number[];
  /** Counts of a group as of the last minute. */
  before: { readonly again: number; readonly bytes: number } | null;
  state: AlarmState;
  since: number;
}

interface Subject {
  readonly name: string;
  readonly site: string | null;
  /** Name of the alarm that stands over it; null: it speaks for itself. */
  readonly under: string | null;
  readonly of: MOfN;
  /** Takes the minute that ended. */
  readonly point: (track: Track) => Point;
  readonly text: string;
}

const NONE: AlarmsView = { counts: { OK: 0, ALARM: 0, INSUFFICIENT_DATA: 0 }, active: [] };

export class LocalAlarms {
  #tracks = new Map<string, Track>();
  #dueMono: Milliseconds | null = null;
  #view: AlarmsView = NONE;

  /** The alarms as of the last minute that ended; asked with every snapshot, judged once a minute. */
  observe(seen: Judged, nowMono: Milliseconds): AlarmsView {
    this.#dueMono ??= nowMono + ALARM_PERIOD_MS;
    if (nowMono >= this.#dueMono) {
      this.#dueMono = nowMono + ALARM_PERIOD_MS;
      this.#view = this.#judge(seen);
    }
    return this.#view;
  }

  #judge(seen: Judged): AlarmsView {
    const before = this.#tracks;
    this.#tracks = new Map();
    const track = (name: string): Track => {
      const known = before.get(name) ?? {
        points: [],
        usual: [],
        before: null,
        state: 'INSUFFICIENT_DATA',
        since: seen.at,
      };
      this.#tracks.set(name, known);
      return known;
    };
    const turn = (of: Track, state: AlarmState): void => {
      if (of.state !== state) of.since = seen.at;
      of.state = state;
    };
    const alarms: AlarmView[] = [];
    const found = subjects(seen);
    for (const { name, site, of, point, text } of found) {
      const its = track(name);
      its.points.push(point(its));
      if (its.points.length > of.periods) its.points.shift();
      turn(its, stateOf(its.points, of.datapoints));
      alarms.push({ name, site, state: its.state, since: its.since, text });
    }
    const over = Map.groupBy(
      found.filter(({ under }) => under !== null),
      ({ under }) => under ?? '',
    );
    const composites = [...over].map(([name, parts]): AlarmView => {
      const children = alarms.filter((alarm) => parts.some((part) => part.name === alarm.name));
      const its = track(name);
      const bad = children.filter(({ state }) => state === 'ALARM').length;
      const unknown = children.every(({ state }) => state === 'INSUFFICIENT_DATA');
      turn(its, bad > 0 ? 'ALARM' : unknown ? 'INSUFFICIENT_DATA' : 'OK');
      return {
        name,
        site: parts[0]?.site ?? null,
        state: its.state,
        since: its.since,
        text: `${bad} of its ${children.length} alarms`,
      };
    });
    const all = [...composites, ...alarms];
    const count = (wanted: AlarmState): number => all.filter(({ state }) => state === wanted).length;
    return {
      counts: { OK: count('OK'), ALARM: count('ALARM'), INSUFFICIENT_DATA: count('INSUFFICIENT_DATA') },
      active: all.filter(({ state }) => state === 'ALARM'),
    };
  }
}

function stateOf(points: readonly Point[], datapoints: number): AlarmState {
  if (points.every((point) => point === null)) return 'INSUFFICIENT_DATA';
  return points.filter((point) => point === true).length >= datapoints ? 'ALARM' : 'OK';
}

/** Everything there is an alarm for. */
function subjects({ at, targets, flows, vpc, agent: { publish } }: Judged): Subject[] {
  const groups = (flows?.groups ?? []).flatMap(({ site, total }) => (site === null ? [] : [{ site, total }]));
  return [
    ...(publish === null ? [] : [heartbeat(at, publish.lastAcceptedAt)]),
    ...targets.flatMap((target) => [loss(target), roundTrip(target)]),
    ...groups.map(
      ({ site, total }): Subject => ({
        name: `${site} Retransmissions`,
        site,
        under: `site ${site}`,
        of: RETRANSMISSIONS,
        point: (track) => sentAgain(track, { again: total.retransmissions, bytes: total.bytesOut + total.bytesIn }),
        text: `${RETRANSMISSIONS.percent} % of segments or more sent again, ${words(RETRANSMISSIONS)}`,
      }),
    ),
    ...(vpc ? vpcSubjects(vpc, at) : []),
  ];
}

/** Of the VPC: those of the template, route headroom and exhaustion whether or not they are published. */
function vpcSubjects(vpc: VpcView, at: number): Subject[] {
  const { usageDegraded, exhaustionMs, routesDegraded } = vpc.limits;
  const limit = Math.min(USUAL_ROUTES, ...vpc.routeTables.map(({ propagatedLimit }) => propagatedLimit));
  const propagatedRoutes = Math.floor(limit * routesDegraded);
  return worstConditions({ usageDegraded, exhaustionMs, propagatedRoutes }).map(
    ({ metric, worst, comparison, threshold, text }): Subject => ({
      name: metric,
      site: null,
      under: 'vpc',
      of: VPC_WORST,
      point: () => {
        const values = isTold(vpc, PARTS[metric], at) ? valuesOf(vpc, metric) : [];
        if (values.length === 0) return null;
        return breaches(worst === 'MAX' ? Math.max(...values) : Math.min(...values), comparison, threshold);
      },
      text: `${text}, ${words(VPC_WORST)}`,
    }),
  );
}

/** Propagated routes a table takes where no table says. */
const USUAL_ROUTES = 100;

const PARTS: Readonly<Record<WorstCondition['metric'], VpcPartName>> = {
  SubnetIpUsage: 'subnets',
  SubnetTimeToExhaustion: 'subnets',
  TunnelState: 'tunnels',
  BgpPeerState: 'direct-connect',
  PropagatedRoutes: 'routes',
};

/** As they are published; what is not known is left out. */
function valuesOf(vpc: VpcView, metric: WorstCondition['metric']): number[] {
  const up = (things: readonly { readonly state: string }[]): number[] =>
    things.filter(({ state }) => state !== 'unknown').map(({ state }) => (state === 'up' ? 1 : 0));
  switch (metric) {
    case 'SubnetIpUsage':
      return countedSubnets(vpc).map(({ use }) => use.ratio * 100);
    case 'SubnetTimeToExhaustion':
      return countedSubnets(vpc).flatMap(({ use }) => (use.exhaustedInMs === null ? [] : [use.exhaustedInMs / 1000]));
    case 'TunnelState':
      return up(vpc.vpns.flatMap(({ tunnels }) => tunnels));
    case 'BgpPeerState':
      return up(vpc.virtualInterfaces.flatMap(({ peers }) => peers));
    case 'PropagatedRoutes':
      return vpc.routeTables.map(({ propagated }) => propagated);
  }
}

function breaches(value: number, comparison: WorstCondition['comparison'], threshold: number): boolean {
  switch (comparison) {
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
    case 'LessThanThreshold':
      return value < threshold;
  }
}

/** CloudWatch hears nothing from here, so its own alarm is on, or it does not know. */
function heartbeat(at: number, lastAcceptedAt: number | null): Subject {
  return {
    name: 'Heartbeat',
    site: null,
    under: null,
    of: HEARTBEAT,
    point: () => lastAcceptedAt === null || at - lastAcceptedAt > DELIVERY_MS,
    text: `CloudWatch accepts nothing from here, ${words(HEARTBEAT)}`,
  };
}

function loss({ name, site, last60s, thresholds: { lossDegraded } }: TargetView): Subject {
  return {
    name: `${name} PacketLoss`,
    site,
    under: `site ${site}`,
    of: LOSS,
    point: () => (last60s.lossRatio === null ? null : last60s.lossRatio >= lossDegraded),
    text: `${Number((lossDegraded * 100).toFixed(3))} % or more lost, ${words(LOSS)}`,
  };
}

function roundTrip({ name, site, last60s }: TargetView): Subject {
  return {
    name: `${name} RoundTripTime`,
    site,
    under: `site ${site}`,
    of: RTT,
    point: (track) => aboveUsual(track.usual, last60s.rtt?.p99 ?? null),
    text: `slower than usual, ${words(RTT)}`,
  };
}

const words = ({ datapoints, periods }: MOfN): string => `in ${datapoints} of ${periods} minutes`;

/** Whether a p99 is above the band of those before; then it is one of those before. */
function aboveUsual(usual: number[], p99: number | null): Point {
  if (p99 === null) return null;
  const limit = usual.length < BAND.fewest ? null : bandOf(usual);
  usual.push(p99);
  if (usual.length > BAND.most) usual.shift();
  return limit === null ? null : p99 > limit;
}

function bandOf(values: readonly number[]): number {
  const middle = median(values);
  const deviation = TO_DEVIATION * median(values.map((value) => Math.abs(value - middle)));
  return middle + Math.max(RTT.deviations * deviation, LEAST_BAND * middle);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

/** A minute of a group's counters; a counter that went back began anew, and that minute is not known. */
function sentAgain(track: Track, now: { readonly again: number; readonly bytes: number }): Point {
  const { before } = track;
  track.before = now;
  if (before === null || now.again < before.again || now.bytes < before.bytes) return null;
  const again = now.again - before.again;
  const { fewest, percent, segmentBytes } = RETRANSMISSIONS;
  if (again < fewest) return false;
  return (100 * again) / (again + (now.bytes - before.bytes) / segmentBytes) >= percent;
}
