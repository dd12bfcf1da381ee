import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOG, catalogTable } from '../../agent/metric/catalog.ts';
import type { MetricRow } from '../../agent/metric/catalog-row.ts';

const rows: readonly MetricRow[] = CATALOG;

test('names are unique on each side, and every row has a side', () => {
  const names = rows.map((row) => row.name);
  assert.equal(new Set(names).size, names.length);
  const prometheus = rows.flatMap((row) => (row.prometheus ? [row.prometheus.name] : []));
  assert.equal(new Set(prometheus).size, prometheus.length);
  assert.deepEqual(
    rows.filter((row) => row.cloudWatch === null && row.prometheus === null),
    [],
  );
});

test('the rows of the design are there, with their units and sets', () => {
  const cloudWatch = rows.flatMap((row) =>
    row.cloudWatch ? [`${row.name} ${row.cloudWatch.unit} ${row.cloudWatch.essential ? 'E' : '-'}`] : [],
  );
  assert.deepEqual(cloudWatch, [
    'RoundTripTime Milliseconds E',
    'PacketLoss Percent E',
    'Jitter Milliseconds -',
    'HealthIndicator None E',
    'OutageTime Seconds -',
    'DataTransferred Bytes E',
    'Retransmissions Count E',
    'Timeouts Count E',
    'FlowRoundTripTime Milliseconds -',
    'SubnetIpUsage Percent E',
    'SubnetTimeToExhaustion Seconds -',
    'TunnelState None E',
    'TunnelAcceptedRoutes Count -',
    'BgpPeerState None E',
    'PropagatedRoutes Count -',
    'AllowanceExceeded Count -',
    'Heartbeat Count E',
    'AgentMemory Bytes -',
    'AgentCpu Percent -',
    'ProbeOverload Count -',
    'PublishLag Seconds -',
    'SpoolDepth Count -',
  ]);
});

test('Prometheus names carry the prefix, base units and _total for counters alone', () => {
  for (const { prometheus, help } of rows) {
    if (prometheus === null) continue;
    assert.match(prometheus.name, /^vpc_canary_[a-z]+(_[a-z]+)*$/);
    assert.doesNotMatch(prometheus.name, /milli|percent|_ms\b/);
    assert.equal(prometheus.name.endsWith('_total'), prometheus.type === 'counter', prometheus.name);
    // OpenMetrics escapes quotes in help, text 0.0.4 does not; without any, one renderer serves both.
    assert.doesNotMatch(help, /["\\\n]/, prometheus.name);
  }
});

test('the table has a line for every row', () => {
  assert.equal(catalogTable().split('\n').length, rows.length + 2);
});
