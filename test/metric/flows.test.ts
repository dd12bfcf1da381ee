/** The surfaces that monitoring reads: Prometheus and PRTG, with this host's connections. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { renderPrometheus } from '../../agent/metric/prometheus.ts';
import { renderPrtgFlows } from '../../agent/metric/prtg-flows.ts';
import { flowsView } from '../fakes/flows.ts';
import { AT, incident } from '../fakes/small-snapshot.ts';

const HAS_PROMTOOL = spawnSync('promtool', ['--version']).status === 0;
const validate = new Ajv({ allErrors: true, strictTypes: false }).compile(
  JSON.parse(readFileSync('test/metric/prtg.schema.json', 'utf8')),
);

test('promtool finds nothing wrong with flows, old kernel or new', (t) => {
  if (!HAS_PROMTOOL) return t.skip('needs promtool (Debian: prometheus)');
  for (const old of [false, true]) {
    const text = renderPrometheus({ ...incident(), flows: flowsView(AT, { old }) }, 'text');
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    assert.equal(stdout + stderr, '');
    assert.equal(status, 0);
  }
});

test('groups are counters in bytes and seconds; what the kernel does not tell has no sample', () => {
  const text = renderPrometheus({ ...incident(), flows: flowsView(AT) }, 'text');
  assert.match(
    text,
    /^vpc_canary_data_transferred_bytes_total\{group="mel-dc2",site="mel-dc2",direction="out"\} 120000000$/m,
  );
  assert.match(text, /^vpc_canary_timeouts_total\{group="internet",site=""\} 0$/m);
  assert.match(
    text,
    /^vpc_canary_flow_round_trip_time_seconds\{group="mel-dc2",site="mel-dc2",percentile="50"\} 0\.0112$/m,
  );
  assert.match(text, /^vpc_canary_flows_kernel_total\{counter="retransmissions"\} 2401$/m);
  const old = renderPrometheus({ ...incident(), flows: flowsView(AT, { old: true }) }, 'text');
  assert.doesNotMatch(old, /^vpc_canary_timeouts_total/m);
  assert.doesNotMatch(old, /^vpc_canary_connections_reset_total/m);
  assert.doesNotMatch(old, /^vpc_canary_flows_counted_total\{counter="timeouts"\}/m);
  assert.match(old, /^vpc_canary_flows_kernel_total\{counter="timeouts"\} 44$/m);
  assert.doesNotMatch(renderPrometheus(incident(), 'text'), /vpc_canary_flow|group=/);
});

test('PRTG: counts as differences, a place for each site, never more than 50 channels', () => {
  const [first] = flowsView(AT).groups;
  const many = Array.from({ length: 30 }, (_, i) => ({ ...first!, name: `s${i}`, site: `s${i}` }));
  for (const view of [flowsView(AT), flowsView(AT, { old: true }), flowsView(AT, { groups: many })]) {
    const answer = renderPrtgFlows(view);
    assert.ok(validate(JSON.parse(JSON.stringify(answer))), JSON.stringify(validate.errors));
    assert.ok('result' in answer.prtg);
    const names = answer.prtg.result.map(({ channel }) => channel);
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.length <= 50);
  }
  const answer = renderPrtgFlows(flowsView(AT));
  assert.ok('result' in answer.prtg);
  const of = (name: string) =>
    'result' in answer.prtg ? answer.prtg.result.find(({ channel }) => channel === name) : null;
  assert.deepEqual(of('Data out'), {
    channel: 'Data out',
    value: 120_000_000,
    unit: 'BytesBandwidth',
    mode: 'Difference',
    limitmode: 0,
  });
  assert.equal(of('Retransmitted')?.value, '2');
  assert.equal(of('mel-dc2 TCP RTT')?.value, '11.2');
  assert.match(answer.prtg.text, /^3 connections open; 2 % of segments retransmitted .* 2392 of the kernel's 2401 /);
  const old = renderPrtgFlows(flowsView(AT, { old: true }));
  assert.ok('result' in old.prtg && !old.prtg.result.some(({ channel }) => channel === 'Timeouts'));
});

test('PRTG: no reader, or one that cannot read, is the sensor’s own error', () => {
  assert.ok('error' in renderPrtgFlows(null).prtg);
  assert.match(renderPrtgFlows(flowsView(AT, { problem: 'modprobe tcp_diag' })).prtg.text, /modprobe/);
});
