import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOUDWATCH_METRICS, planSeries } from '../../agent/metric/series.ts';

const targets = Array.from({ length: 40 }, (_, index) => ({ name: `t${index}`, site: 'dc' }));
const plan = (count: number, over: Partial<Parameters<typeof planSeries>[0]> = {}) =>
  planSeries({ vpc: 'vpc-1', targets: targets.slice(0, count), groups: [], set: 'essential', maxSeries: 100, ...over });

test('essential is each target times three and the heartbeat', () => {
  const { series, folded } = plan(2);
  assert.deepEqual(
    series.map(({ name, dimensions }) => `${name} ${dimensions.map(([key, value]) => `${key}=${value}`).join(' ')}`),
    [
      'Heartbeat VpcId=vpc-1',
      'RoundTripTime VpcId=vpc-1 Site=dc Target=t0',
      'PacketLoss VpcId=vpc-1 Site=dc Target=t0',
      'HealthIndicator VpcId=vpc-1 Site=dc Target=t0',
      'RoundTripTime VpcId=vpc-1 Site=dc Target=t1',
      'PacketLoss VpcId=vpc-1 Site=dc Target=t1',
      'HealthIndicator VpcId=vpc-1 Site=dc Target=t1',
    ],
  );
  assert.deepEqual(folded, []);
});

test('what does not fit is told as Other, never more than maxSeries', () => {
  assert.equal(plan(33).series.length, 100);
  assert.deepEqual(plan(33).folded, []);
  const { series, own, folded } = plan(34);
  assert.deepEqual([series.length, own.length, folded.length], [100, 32, 2]);
  assert.deepEqual(series.at(-1)?.dimensions, [
    ['VpcId', 'vpc-1'],
    ['Site', 'Other'],
    ['Target', 'Other'],
  ]);
});

test('groups come after targets and fold like them', () => {
  const groups = ['a', 'b', 'c'];
  const names = (count: number): string[] =>
    plan(count, { groups }).series.flatMap(({ name, dimensions }) =>
      name === 'Retransmissions' ? [dimensions[1]?.[1] ?? ''] : [],
    );
  assert.deepEqual(names(2), groups);
  assert.deepEqual(names(31), ['a', 'Other']);
  assert.deepEqual(names(33), []);
  for (const count of [2, 31, 32, 33, 40]) assert.ok(plan(count, { groups }).series.length <= 100);
});

test('a list names rows; full is all of them', () => {
  assert.deepEqual(
    plan(1, { set: ['Heartbeat', 'Jitter'] }).series.map(({ name }) => name),
    ['Heartbeat', 'Jitter'],
  );
  const things = {
    SubnetId: [{ SubnetId: 's' }],
    TunnelIpAddress: [{ VpnId: 'v', TunnelIpAddress: 't' }],
    BgpPeerId: [{ VirtualInterfaceId: 'i', BgpPeerId: 'p' }],
    RouteTableId: [{ RouteTableId: 'r' }],
    Allowance: [{ Allowance: 'pps' }],
  };
  assert.deepEqual(
    new Set(plan(1, { set: 'full', groups: ['a'], things }).series.map(({ name }) => name)),
    new Set(CLOUDWATCH_METRICS),
  );
});
