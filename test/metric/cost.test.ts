import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costOf } from '../../agent/metric/cost.ts';
import { PRICES, tiered } from '../../agent/metric/prices.ts';
import { planSeries } from '../../agent/metric/series.ts';

const targets = Array.from({ length: 20 }, (_, index) => ({ name: `t${index}`, site: 'dc' }));
const { series } = planSeries({ vpc: 'v', targets, groups: [], set: 'essential', maxSeries: 100 });

test('tiers: each thing at the price of the tier it falls in', () => {
  assert.equal(tiered(0, PRICES.metricMonth), 0);
  assert.equal(tiered(10_000, PRICES.metricMonth), 3000);
  assert.equal(tiered(10_001, PRICES.metricMonth).toFixed(2), '3000.10');
  assert.equal(
    Math.round(tiered(1_000_001, PRICES.metricMonth) * 100),
    Math.round((3000 + 24_000 + 37_500 + 0.02) * 100),
  );
});

test('one VPC with 20 targets: 61 series, a request a minute', () => {
  const { metrics, perVpc } = costOf({ series, alarms: [], periodMs: 60_000, vpcs: 1 });
  assert.deepEqual(
    metrics.map(({ name, series: count, usd }) => [name, count, usd]),
    [
      ['Heartbeat', 1, 0.3],
      ['RoundTripTime', 20, 6],
      ['PacketLoss', 20, 6],
      ['HealthIndicator', 20, 6],
    ],
  );
  assert.deepEqual(perVpc, {
    series: 61,
    seriesUsd: 18.3,
    requests: 43_800,
    requestsUsd: 0.44,
    alarms: 0,
    alarmsUsd: 0,
    usd: 18.74,
  });
});

test('a fleet reaches the cheaper tiers; ten-second periods cost six times the requests', () => {
  const { fleet } = costOf({ series, alarms: [], periodMs: 10_000, vpcs: 1000 });
  assert.equal(fleet.series, 61_000);
  assert.equal(fleet.seriesUsd, 3000 + 5100);
  assert.equal(fleet.requests, 262_800_000);
  assert.equal(fleet.requestsUsd, 2628);
});

test('alarms: a band that counts three times, a share that counts twice, a composite, and the one of maintenance', () => {
  const base = { id: 'a', name: 'a', description: '' };
  const over = { metric: 'PacketLoss', dimensions: [], periodSeconds: 60, of: { datapoints: 1, periods: 1 } } as const;
  const { perVpc } = costOf({
    series: [],
    periodMs: 60_000,
    vpcs: 1,
    alarms: [
      { ...base, ...over, kind: 'band', statistic: 'p99', deviations: 2 },
      { ...base, ...over, kind: 'share', bytes: 'DataTransferred', expression: '', threshold: 1 },
      { ...base, kind: 'composite', children: ['a'], notifies: true },
    ],
  });
  assert.deepEqual([perVpc.alarms, perVpc.alarmsUsd, perVpc.requests], [4, 1.5, 0]);
});
