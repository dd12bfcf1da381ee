import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AgentPeriod, cloudWatchData, type Datum } from '../../agent/metric/cloudwatch.ts';
import type { GroupPeriod } from '../../agent/metric/group-period.ts';
import { type MetricSet, planSeries } from '../../agent/metric/series.ts';
import type { TargetPeriod } from '../../agent/verdict/observer.ts';
import { statistics } from '../fakes/small-snapshot.ts';

const AGENT: AgentPeriod = { memoryBytes: 70_123_456, cpu: 0.0125, overloads: 2, publishLagMs: 90_500, spoolDepth: 3 };

function period(target: string, over: Partial<TargetPeriod> = {}): TargetPeriod {
  const rtts = [
    [4.21049, 58],
    [9.5, 2],
  ] as const;
  return { target, site: 'syd', state: 'up', downMs: 0, statistics: statistics(), rtts, ...over };
}

const silent = (target: string): TargetPeriod =>
  period(target, { state: 'down', downMs: 59_940, statistics: statistics({ p50: null }), rtts: [] });

function render(
  targets: readonly TargetPeriod[],
  set: MetricSet = 'essential',
  maxSeries = 100,
  groups: readonly GroupPeriod[] = [],
) {
  return cloudWatchData({ vpc: 'vpc-1', targets, groups, agent: AGENT, set, maxSeries });
}

const text = ({ name, unit, dimensions, values }: Datum): string =>
  `${name} ${unit} ${dimensions.map(([key, value]) => `${key}=${value}`).join(' ')}: ${values.map(([value, count]) => `${value}×${count}`).join(' ')}`;

test('the essential rows of a target that answers and one that does not', () => {
  assert.deepEqual(render([period('a'), silent('b')]).data.map(text), [
    'Heartbeat Count VpcId=vpc-1: 1×1',
    'RoundTripTime Milliseconds VpcId=vpc-1 Site=syd Target=a: 4.21×58 9.5×2',
    'PacketLoss Percent VpcId=vpc-1 Site=syd Target=a: 0×1',
    'HealthIndicator None VpcId=vpc-1 Site=syd Target=a: 0×1',
    'PacketLoss Percent VpcId=vpc-1 Site=syd Target=b: 100×1',
    'HealthIndicator None VpcId=vpc-1 Site=syd Target=b: 1×1',
  ]);
});

test('all rows, and those of a list', () => {
  const full = render([silent('b')], 'full').data.map(text);
  assert.ok(full.includes('OutageTime Seconds VpcId=vpc-1 Site=syd Target=b: 59.9×1'));
  assert.ok(full.includes('AgentMemory Bytes VpcId=vpc-1: 70123456×1'));
  assert.ok(full.includes('AgentCpu Percent VpcId=vpc-1: 1.25×1'));
  assert.ok(full.includes('ProbeOverload Count VpcId=vpc-1: 2×1'));
  assert.ok(full.includes('PublishLag Seconds VpcId=vpc-1: 90.5×1'));
  assert.ok(full.includes('SpoolDepth Count VpcId=vpc-1: 3×1'));
  assert.deepEqual(
    render([period('a')], ['Heartbeat', 'Jitter']).data.map(({ name }) => name),
    ['Heartbeat', 'Jitter'],
  );
});

test('what is not known has no datum', () => {
  const nothing = statistics({ p50: null, sent: 0, lost: 0, lossRatio: null });
  const { data } = render([period('a', { state: 'unknown', statistics: nothing, rtts: [] })]);
  assert.deepEqual(
    data.map(({ name }) => name),
    ['Heartbeat'],
  );
  const bad = render([period('a', { rtts: [[Number.NaN, 3]] })]);
  assert.ok(!bad.data.some(({ name }) => name === 'RoundTripTime'));
});

test('beyond maxSeries the rest is told together, and how many they are', () => {
  const targets = [period('a'), period('b'), silent('c'), period('d'), silent('e')];
  const { data, folded } = render(targets, 'essential', 10);
  assert.equal(folded, 3);
  assert.ok(data.length <= 10);
  const other = data.filter(({ dimensions }) => dimensions.some(([, value]) => value === 'Other')).map(text);
  assert.deepEqual(other, [
    'RoundTripTime Milliseconds VpcId=vpc-1 Site=Other Target=Other: 4.21×58 9.5×2',
    'PacketLoss Percent VpcId=vpc-1 Site=Other Target=Other: 66.67×1',
    'HealthIndicator None VpcId=vpc-1 Site=Other Target=Other: 1×1',
  ]);
  assert.equal(render(targets, 'essential', 16).folded, 0, 'exactly what fits is not folded');
  assert.equal(render(targets, 'essential', 15).folded, 2);
});

const group = (name: string, over: Partial<GroupPeriod> = {}): GroupPeriod => {
  return { name, bytes: 123_456_789, retransmissions: 7, timeouts: 1, rttsMs: [4, 9], ...over };
};

test('groups of connections, folded like targets', () => {
  const groups = [group('syd', { timeouts: null }), group('mel'), group('bne', { bytes: 1 })];
  const all = render([period('a')], 'full', 100, groups).data.map(text);
  assert.ok(all.includes('DataTransferred Bytes VpcId=vpc-1 Group=syd: 123456789×1'));
  assert.ok(all.includes('FlowRoundTripTime Milliseconds VpcId=vpc-1 Group=mel: 4×1 9×1'));
  assert.ok(!all.some((line) => line.startsWith('Timeouts Count VpcId=vpc-1 Group=syd')));
  const few = render([period('a')], 'essential', 10, groups)
    .data.map(text)
    .slice(4);
  assert.deepEqual(few, [
    'DataTransferred Bytes VpcId=vpc-1 Group=syd: 123456789×1',
    'Retransmissions Count VpcId=vpc-1 Group=syd: 7×1',
    'DataTransferred Bytes VpcId=vpc-1 Group=Other: 123456790×1',
    'Retransmissions Count VpcId=vpc-1 Group=Other: 14×1',
    'Timeouts Count VpcId=vpc-1 Group=Other: 2×1',
  ]);
});

test('what is published is what was planned and paid for, whatever fits', () => {
  const targets = [period('a'), silent('b'), period('c'), period('d')];
  const groups = [group('syd'), group('mel')];
  for (let maxSeries = 1; maxSeries < 40; maxSeries += 1) {
    for (const set of ['essential', 'full', ['PacketLoss', 'Timeouts']] as const) {
      const named = targets.map(({ target: name, site }) => ({ name, site }));
      const plan = planSeries({ vpc: 'vpc-1', targets: named, groups: ['syd', 'mel'], set, maxSeries });
      const planned = new Set(plan.series.map(({ name, dimensions }) => JSON.stringify([name, dimensions])));
      const { data, folded } = render(targets, set, maxSeries, groups);
      for (const { name, dimensions } of data) assert.ok(planned.has(JSON.stringify([name, dimensions])));
      assert.equal(folded, plan.folded.length);
      const silentRtt = data.find(({ name, dimensions }) => name === 'RoundTripTime' && dimensions[2]?.[1] === 'b');
      assert.equal(silentRtt, undefined, 'values stand under their own target');
    }
  }
});

test('values are at most 150, unique, with the counts of the sample', () => {
  const rtts = Array.from({ length: 400 }, (_, i) => [1 + i / 1e5, 2] as const);
  const wide = Array.from({ length: 400 }, (_, i) => [1.02 ** i, 1] as const);
  for (const values of [rtts, wide]) {
    const datum = render([period('a', { rtts: values })]).data.find(({ name }) => name === 'RoundTripTime');
    assert.ok(datum !== undefined && datum.values.length <= 150);
    const numbers = datum.values.map(([value]) => value);
    assert.equal(new Set(numbers).size, numbers.length);
    const count = datum.values.reduce((sum, [, n]) => sum + n, 0);
    assert.equal(
      count,
      values.reduce((sum, [, n]) => sum + n, 0),
    );
  }
});

test('names that CloudWatch does not take are written so that it does', () => {
  const { data } = render([period('中 core'), period(':x', { site: ' ' }), period('y'.repeat(2000))]);
  const names = data.filter(({ name }) => name === 'PacketLoss').map(({ dimensions }) => dimensions);
  assert.equal(names[0]?.[2]?.[1], '\\u4e2d core');
  assert.deepEqual(names[1]?.slice(1), [
    ['Site', '_'],
    ['Target', '_:x'],
  ]);
  assert.equal(names[2]?.[2]?.[1].length, 1024);
});
