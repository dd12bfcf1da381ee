/**
 * The alarms on the box against those of the template: the template is evaluated here as CloudWatch does it, on the
 * data that would be published, and the agent's own judgement of the same minutes must be the same.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planAlarms } from '../../agent/metric/alarms.ts';
import { alarmTemplate } from '../../agent/metric/cloudformation.ts';
import { cloudWatchData, type Datum } from '../../agent/metric/cloudwatch.ts';
import { groupPeriods } from '../../agent/metric/group-period.ts';
import { CLOUDWATCH_METRICS } from '../../agent/metric/series.ts';
import { vpcPeriod } from '../../agent/metric/vpc-period.ts';
import type { FlowsView } from '../../agent/verdict/flows-view.ts';
import { type Judged, LocalAlarms } from '../../agent/verdict/local-alarms.ts';
import type { VpcView } from '../../agent/verdict/vpc-view.ts';
import { seeded } from '../fakes/random.ts';
import { statistics } from '../fakes/small-snapshot.ts';
import { allUp } from '../fakes/snapshots.ts';
import { quietVpc, troubledVpc, tunnel, vpn } from '../fakes/vpc.ts';

interface Properties {
  readonly AlarmName: { readonly 'Fn::Sub': string };
  readonly AlarmRule?: { readonly 'Fn::Sub': string };
  readonly MetricName?: string;
  readonly Metrics?: readonly {
    readonly Id: string;
    readonly Expression?: string | { readonly 'Fn::Sub': string };
    readonly MetricStat?: { readonly Metric: { readonly MetricName: string } };
  }[];
  readonly ThresholdMetricId?: string;
  readonly ComparisonOperator: string;
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
}

const [EXAMPLE] = allUp().targets;
assert.ok(EXAMPLE !== undefined);
const TARGET = { ...EXAMPLE, name: 'erp', site: 'dc' };
const AGENT = { memoryBytes: 7e7, cpu: 0.01, overloads: 0, publishLagMs: 0, spoolDepth: 0 };

const plan = planAlarms({
  vpc: 'vpc-1',
  targets: [TARGET],
  groups: ['dc'],
  set: [...CLOUDWATCH_METRICS],
  maxSeries: 100,
  periodMs: 60_000,
  site: null,
  vpcLimits: { usageDegraded: 0.8, exhaustionMs: 86_400_000, propagatedRoutes: 90 },
});
const options = { vpc: 'vpc-1', namespace: 'VpcCanary', topic: null, maintenanceAlarm: null };
const { Resources } = alarmTemplate(plan.alarms, options) as {
  readonly Resources: Readonly<Record<string, { readonly Properties: Properties }>>;
};

/** The value of a minute that an alarm looks at; null without data. */
function pointOf({ MetricName, Metrics = [] }: Properties, data: readonly Datum[]): number | null {
  const of = (name: string | undefined): number | null =>
    data.find((datum) => datum.name === name)?.values[0]?.[0] ?? null;
  if (MetricName !== undefined) return of(MetricName);
  const expression = Metrics.find(({ Expression }) => Expression !== undefined)?.Expression ?? '';
  if (typeof expression !== 'string') return insights(expression['Fn::Sub'], data);
  const known = Metrics.filter(({ MetricStat }) => MetricStat !== undefined);
  const values = known.map(({ MetricStat }) => of(MetricStat?.Metric.MetricName));
  if (values.some((value) => value === null)) return null;
  // the one function that is used of CloudWatch's metric math
  const script = `const IF = (yes, a, b) => (yes ? a : b); return ${expression};`;
  return Number(new Function(...known.map(({ Id }) => Id), script)(...values));
}

/** As Metrics Insights answers: the extreme of all series that match. */
function insights(query: string, data: readonly Datum[]): number | null {
  const [, extreme, metric, dimensions] =
    /^SELECT (MAX|MIN)\((\w+)\) FROM SCHEMA\("\$\{Namespace\}", ([\w, ]+)\) WHERE VpcId = '\$\{VpcId\}'$/.exec(query) ??
    [];
  assert.ok(dimensions !== undefined, query);
  const found = data.filter(({ name }) => name === metric);
  for (const { dimensions: its } of found) assert.equal(its.map(([key]) => key).join(', '), dimensions);
  const values = found.flatMap(({ values: of }) => of.map(([value]) => value));
  return values.length === 0 ? null : extreme === 'MAX' ? Math.max(...values) : Math.min(...values);
}

const COMPARE: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, limit) => value >= limit,
  LessThanThreshold: (value, limit) => value < limit,
  LessThanOrEqualToThreshold: (value, limit) => value <= limit,
};

interface Minute {
  readonly sent: number;
  readonly lost: number;
  readonly again: number;
  readonly bytes: number;
}

function flowsOf(again: number, bytes: number): FlowsView {
  const counts = { opened: 0, closed: 0, failedConnects: 0, resets: 0, segmentsOut: 0, timeouts: 0, bytesIn: 0 };
  const total = { ...counts, bytesOut: bytes, retransmissions: again };
  const group = {
    name: 'dc',
    site: 'dc',
    category: null,
    open: 0,
    window: total,
    total,
    rttP50Ms: null,
    rttP99Ms: null,
  };
  return { since: 0, groups: [group] } as unknown as FlowsView;
}

/** A VPC whose subnets fill, tunnels flap, sessions drop and tables grow at random. */
function vpcOf(at: number, bad: boolean, random: () => number): VpcView {
  const quiet = quietVpc(at);
  const falls = (): boolean => bad && random() < 0.6;
  const state = (): 'up' | 'down' | 'unknown' => (falls() ? 'down' : random() < 0.1 ? 'unknown' : 'up');
  return {
    ...quiet,
    subnets: quiet.subnets.map((one) => ({
      ...one,
      use: one.use && {
        ...one.use,
        ratio: falls() ? 0.8 + random() / 5 : random() * 0.79,
        exhaustedInMs: random() < 0.5 ? null : (falls() ? 12 : 48) * 3_600_000,
      },
    })),
    vpns: [vpn(at, 'vpn-1', { tunnels: [tunnel(at, 'a', { state: state() }), tunnel(at, 'b', { state: state() })] })],
    virtualInterfaces: quiet.virtualInterfaces.map((one) => ({
      ...one,
      peers: one.peers.map((peer) => ({ ...peer, state: state() })),
    })),
    routeTables: quiet.routeTables.map((one) => ({ ...one, propagated: falls() ? 93 : 12 })),
  };
}

test('random minutes: the box and the template are of one mind', () => {
  const random = seeded(17);
  const local = new LocalAlarms();
  const points = new Map<string, boolean[]>();
  let flows = flowsOf(0, 0);
  let [again, bytes] = [0, 0];
  local.observe({ at: 0, targets: [TARGET], flows, agent: { publish: null } } as Judged, 0);
  // the first minute has no counters before it
  local.observe({ at: 60_000, targets: [], flows, agent: { publish: null } } as Judged, 60_000);
  const seen = { alarms: 0, quiet: 0 };
  for (let i = 2; i < 600; i += 1) {
    const bad = Math.floor(i / 10) % 2 === 0;
    const minute: Minute = {
      sent: 60 + Math.floor(random() * 3),
      lost: bad ? Math.floor(random() * 4) : Math.floor(random() * 1.5),
      again: Math.floor(random() * (bad ? 40 : 12)),
      bytes: Math.floor(random() * 4e6),
    };
    const sample = statistics({ ...minute, received: minute.sent - minute.lost, lossRatio: minute.lost / minute.sent });
    again += minute.again;
    bytes += minute.bytes;
    const now = flowsOf(again, bytes);
    const vpc = vpcOf(i * 60_000, bad, random);
    const { data } = cloudWatchData({
      vpc: 'vpc-1',
      targets: [{ target: 'erp', site: 'dc', state: 'up', downMs: 0, statistics: sample, rtts: [] }],
      groups: groupPeriods(flows, now),
      things: vpcPeriod(vpc, i * 60_000),
      agent: AGENT,
      set: 'full',
      maxSeries: 100,
    });
    flows = now;
    const targets = [{ ...TARGET, last60s: sample }];
    const judged = { at: i * 60_000, targets, flows: now, vpc, agent: { publish: null } };
    const { active } = local.observe(judged as Judged, i * 60_000);

    const inAlarm = new Set<string>();
    for (const [id, { Properties: its }] of Object.entries(Resources)) {
      if (its.AlarmRule !== undefined || its.ThresholdMetricId !== undefined) continue;
      const value = pointOf(its, data);
      // what runs no more or is not known has no data; a target and its group always have some
      assert.ok(value !== null || id.startsWith('Vpc'), id);
      const breaches = value === null ? false : COMPARE[its.ComparisonOperator]?.(value, its.Threshold);
      assert.ok(breaches !== undefined, its.ComparisonOperator);
      const its5 = [...(points.get(id) ?? []), breaches].slice(-its.EvaluationPeriods);
      points.set(id, its5);
      if (its5.filter(Boolean).length >= its.DatapointsToAlarm) inAlarm.add(id);
    }
    for (const [id, { Properties: its }] of Object.entries(Resources)) {
      const rule = its.AlarmRule?.['Fn::Sub'] ?? '';
      if ([...rule.matchAll(/\$\{(\w+)\}/g)].some(([, child = '']) => inAlarm.has(child))) inAlarm.add(id);
    }
    const byName = (id: string): string =>
      (Resources[id]?.Properties.AlarmName['Fn::Sub'] ?? '').split('{VpcId} ')[1] ?? '';
    assert.deepEqual(
      active.map(({ name }) => name).sort(),
      [...inAlarm].map(byName).sort(),
      `minute ${i}: ${JSON.stringify(minute)}`,
    );
    seen[inAlarm.size > 0 ? 'alarms' : 'quiet'] += 1;
  }
  assert.ok(seen.alarms > 50 && seen.quiet > 50, JSON.stringify(seen));
});

test('every alarm of the template is judged on the box, under the same name, and no other', () => {
  const local = new LocalAlarms();
  const publish = { lastAcceptedAt: null };
  const seen = (at: number): Judged =>
    ({ at, targets: [TARGET], flows: flowsOf(0, 0), vpc: troubledVpc(at), agent: { publish } }) as unknown as Judged;
  local.observe(seen(0), 0);
  const { counts } = local.observe(seen(60_000), 60_000);
  // the alarm of maintenance is nothing that is judged
  assert.equal(counts.OK + counts.ALARM + counts.INSUFFICIENT_DATA, Object.keys(Resources).length - 1);
});
