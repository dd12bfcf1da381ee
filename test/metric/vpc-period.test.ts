/** The VPC's own series: which there are, which are told together, and their values. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cloudWatchData, type Datum } from '../../agent/metric/cloudwatch.ts';
import { type MetricSet, planSeries, type Series } from '../../agent/metric/series.ts';
import { allowancePeriod, NO_PERIOD, thingsOf, vpcPeriod } from '../../agent/metric/vpc-period.ts';
import type { VpcView } from '../../agent/verdict/vpc-view.ts';
import { AT } from '../fakes/small-snapshot.ts';
import { halfSeenVpc, largeVpc, quietVpc, strangeVpc, troubledVpc, vpcPart } from '../fakes/vpc.ts';

const AGENT = { memoryBytes: 1, cpu: null, overloads: 0, publishLagMs: 0, spoolDepth: 0 };
const dimensions = (series: Series): string => series.dimensions.map(([key, value]) => `${key}=${value}`).join(' ');
const line = (datum: Datum): string =>
  `${datum.name} ${dimensions(datum)}: ${datum.values.map(([value]) => value).join(' ')}`;

const publish = (vpc: VpcView | null, set: MetricSet = 'essential', maxSeries = 100, now = AT) =>
  cloudWatchData({ vpc: 'v', targets: [], groups: [], things: vpcPeriod(vpc, now), agent: AGENT, set, maxSeries });

test('the essential rows of a quiet VPC, every period', () => {
  assert.deepEqual(publish(quietVpc(AT)).data.map(line), [
    'Heartbeat VpcId=v: 1',
    'TunnelState VpcId=v VpnId=vpn-0b8e4d9c1a2f3e501 TunnelIpAddress=203.0.113.8: 1',
    'TunnelState VpcId=v VpnId=vpn-0b8e4d9c1a2f3e501 TunnelIpAddress=203.0.113.9: 1',
    'BgpPeerState VpcId=v VirtualInterfaceId=dxvif-fg2k5h9x BgpPeerId=dxpeer-fg2k5h9x: 1',
    'SubnetIpUsage VpcId=v SubnetId=subnet-0f3a91c27be400000: 42.23',
    'SubnetIpUsage VpcId=v SubnetId=subnet-0f3a91c27be400001: 28.29',
    'SubnetIpUsage VpcId=v SubnetId=subnet-0f3a91c27be400002: 23.9',
    'SubnetIpUsage VpcId=v SubnetId=subnet-0f3a91c27be400003: 17.53',
  ]);
});

test('the full set; what is down is 0, what is not known has no datum', () => {
  const full = publish(troubledVpc(AT), 'full').data.map(line);
  const has = (wanted: string): void => assert.ok(full.includes(wanted), wanted);
  has('TunnelState VpcId=v VpnId=vpn-0b8e4d9c1a2f3e501 TunnelIpAddress=203.0.113.9: 0');
  has('TunnelAcceptedRoutes VpcId=v VpnId=vpn-0b8e4d9c1a2f3e501 TunnelIpAddress=203.0.113.8: 3');
  has('SubnetTimeToExhaustion VpcId=v SubnetId=subnet-0f3a91c27be400000: 32880');
  has('PropagatedRoutes VpcId=v RouteTableId=rtb-0b6d7e8f9a0b1c2d3: 97');
  assert.ok(
    !full.some((one) => one.startsWith('SubnetTimeToExhaustion') && one.includes('00002:')),
    'not at this rate',
  );
  assert.ok(!full.some((one) => one.includes('00006:')), 'a subnet of IPv6 alone has no share');
  const strange = { ...strangeVpc(AT), parts: strangeVpc(AT).parts.map(({ name }) => vpcPart(name, AT)) };
  assert.ok(!publish(strange).data.some(({ name }) => name === 'TunnelState' || name === 'BgpPeerState'));
});

test('an answer older than three polls is published no more, nor what was never answered', () => {
  const names = (vpc: VpcView, now: number) => new Set(publish(vpc, 'full', 100, now).data.map(({ name }) => name));
  assert.ok(!names(halfSeenVpc(AT), AT).has('BgpPeerState'));
  assert.ok(!names(halfSeenVpc(AT), AT).has('PropagatedRoutes'));
  assert.ok(names(quietVpc(AT), AT + 159_000).has('TunnelState'));
  assert.ok(!names(quietVpc(AT), AT + 160_000).has('TunnelState'));
  assert.ok(names(quietVpc(AT), AT + 160_000).has('SubnetIpUsage'), 'these are asked every five minutes');
  assert.deepEqual(
    publish(null).data.map(({ name }) => name),
    ['Heartbeat'],
  );
});

test('ENA’s allowances: what was added in the period, each its own series, only in the full set', () => {
  const before = [{ name: 'pps', exceeded: 40 }];
  const now = [
    { name: 'pps', exceeded: 52 },
    { name: 'bw_in', exceeded: 7 },
  ];
  const things = { ...NO_PERIOD, Allowance: allowancePeriod(before, now) };
  const of = (set: MetricSet): string[] =>
    cloudWatchData({ vpc: 'v', targets: [], groups: [], things, agent: AGENT, set, maxSeries: 100 })
      .data.map(line)
      .filter((one) => one.startsWith('AllowanceExceeded'));
  assert.deepEqual(of('full'), [
    'AllowanceExceeded VpcId=v Allowance=pps: 12',
    'AllowanceExceeded VpcId=v Allowance=bw_in: 0',
  ]);
  assert.deepEqual(of('essential'), []);
  assert.equal(allowancePeriod(now, before)[0]?.values['AllowanceExceeded'], 0, 'an agent that began anew');
});

test('300 subnets and 20 tunnels fold to the worst of the rest, within maxSeries and stable', () => {
  const { data, foldedThings } = publish(largeVpc(AT));
  assert.ok(data.length <= 100, `${data.length}`);
  const tunnels = data.filter(({ name }) => name === 'TunnelState');
  assert.equal(tunnels.length, 20, 'fewer than a quarter of the series: all their own');
  const usage = data.filter(({ name }) => name === 'SubnetIpUsage').map(line);
  assert.equal(foldedThings, 300 - (usage.length - 1));
  const rest = largeVpc(AT).subnets.slice(usage.length - 1);
  const fullest = Math.max(...rest.map(({ use }) => (use?.ratio ?? 0) * 100));
  assert.equal(usage.at(-1), `SubnetIpUsage VpcId=v SubnetId=Other: ${Number(fullest.toPrecision(4))}`);
  const later = largeVpc(AT);
  const fuller = {
    ...later,
    subnets: later.subnets.map((one) => ({ ...one, use: one.use && { ...one.use, ratio: 1 } })),
  };
  assert.deepEqual(publish(fuller).data.map(dimensions), data.map(dimensions), 'series do not change places with use');
});

test('targets come before subnets, and the edge before targets; each keeps a place', () => {
  const targets = Array.from({ length: 40 }, (_, index) => ({ name: `t${index}`, site: 'dc' }));
  const things = thingsOf(vpcPeriod(largeVpc(AT), AT));
  const plan = planSeries({ vpc: 'v', targets, groups: ['a'], things, set: 'essential', maxSeries: 100 });
  assert.ok(plan.series.length <= 100);
  const count = (name: string): number => plan.series.filter((series) => series.name === name).length;
  assert.deepEqual([count('TunnelState'), count('PacketLoss'), count('SubnetIpUsage')], [20, 26, 1]);
  assert.equal(plan.series.at(-1)?.dimensions[1]?.[1], 'Other');
  const many = {
    ...things,
    TunnelIpAddress: Array.from({ length: 200 }, (_, i) => ({ VpnId: `v${i}`, TunnelIpAddress: `${i}` })),
  };
  const crowded = planSeries({ vpc: 'v', targets, groups: [], things: many, set: 'essential', maxSeries: 100 });
  assert.equal(crowded.series.filter(({ name }) => name === 'TunnelState').length, 25, 'a quarter, and no more');
  for (const maxSeries of [11, 12, 15, 20, 37, 60]) {
    const small = planSeries({ vpc: 'v', targets, groups: ['a'], things: many, set: 'full', maxSeries });
    assert.ok(small.series.length <= maxSeries, `${maxSeries}: ${small.series.length}`);
  }
});
