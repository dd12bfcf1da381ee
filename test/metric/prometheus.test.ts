import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { CATALOG } from '../../agent/metric/catalog.ts';
import { chooseExposition, renderPrometheus } from '../../agent/metric/prometheus.ts';
import { flowsView } from '../fakes/flows.ts';
import { AT, agent, incident, site, snapshot, target } from '../fakes/small-snapshot.ts';
import { troubledVpc } from '../fakes/vpc.ts';

function promtool(text: string) {
  return spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
}
const HAS_PROMTOOL = spawnSync('promtool', ['--version']).status === 0;

/** Undoes the escapes of a label's value. */
const plain = (text: string): string => text.replace(/\\([\s\S])/g, (_, c: string) => (c === 'n' ? '\n' : c));

/** Reads an exposition back: sample → value, by name and labels. */
function parse(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const match = /^([a-z_]+)(?:\{([\s\S]*)\})? (\S+)$/.exec(line);
    assert.ok(match, `not a sample: ${line}`);
    const labels = [...(match[2] ?? '').matchAll(/([a-z_]+)="((?:\\[\s\S]|[^"\\])*)"(?:,|$)/g)];
    assert.equal(labels.map(([all]) => all).join(''), match[2] ?? '', `labels of ${line}`);
    const key = `${match[1]} ${labels.map(([, name, value]) => `${name}=${plain(value ?? '')}`).join(' ')}`.trim();
    assert.ok(!samples.has(key), `twice: ${key}`);
    samples.set(key, Number(match[3] === '+Inf' ? 'Infinity' : match[3]));
  }
  return samples;
}

test('promtool finds nothing wrong', (t) => {
  if (!HAS_PROMTOOL) return t.skip('needs promtool (Debian: prometheus)');
  const { status, stdout, stderr } = promtool(renderPrometheus(incident(), 'text'));
  assert.equal(stdout + stderr, '');
  assert.equal(status, 0);
});

test('promtool takes labels of any text', (t) => {
  if (!HAS_PROMTOOL) return t.skip('needs promtool (Debian: prometheus)');
  const name = 'a "quoted" \\ back\\n\n<script> ünï 😀 {x="y"}';
  const view = target(name, 's');
  const { status, stderr } = promtool(renderPrometheus(snapshot([[site('s', [view]), [view]]]), 'text'));
  assert.equal(stderr, '');
  assert.equal(status, 0);
});

test('values are in base units, totals and states as the snapshot has them', () => {
  const samples = parse(renderPrometheus(incident(), 'text'));
  const of = 'site=syd-dc1 target=syd-core kind=icmp';
  assert.equal(samples.get(`vpc_canary_packets_sent_total ${of}`), 3600);
  assert.equal(samples.get(`vpc_canary_packets_lost_total ${of}`), 8);
  assert.equal(samples.get(`vpc_canary_packets_refused_total ${of}`), 2);
  assert.equal(samples.get(`vpc_canary_packets_unsent_total ${of}`), 1);
  assert.equal(samples.get(`vpc_canary_outage_time_seconds_total ${of}`), 6.1);
  assert.equal(samples.get(`vpc_canary_interarrival_jitter_seconds ${of}`), 0.00005);
  assert.equal(samples.get(`vpc_canary_round_trip_time_seconds_bucket ${of} le=0.005`), 3500);
  assert.equal(samples.get(`vpc_canary_round_trip_time_seconds_bucket ${of} le=+Inf`), 3590);
  assert.equal(samples.get(`vpc_canary_round_trip_time_seconds_count ${of}`), 3590);
  assert.equal(samples.get('vpc_canary_target_state site=mel-dc2 target=mel-core kind=icmp state=down'), 1);
  assert.equal(samples.get('vpc_canary_target_state site=mel-dc2 target=mel-core kind=icmp state=up'), 0);
  assert.equal(samples.get('vpc_canary_site_state site=mel-dc2 critical=true state=down'), 1);
  assert.equal(samples.get('vpc_canary_verdict_state state=down'), 1);
  assert.equal(samples.get('vpc_canary_config_last_reload_successful'), 1);
  assert.equal(samples.get('vpc_canary_agent_memory_bytes'), 61_000_000);
  assert.equal(samples.get('vpc_canary_probe_overload_total reason=late_send'), 2);
  assert.equal(samples.get('vpc_canary_build_info version=0.1.0 icmp_mode=raw timing=kernel'), 1);
});

test('what is unknown has no sample, never 0', () => {
  const view = target('t', 's', { state: 'unknown', p50: null, replyTtl: null });
  const quiet = { ...view, window: { ...view.window, sent: 0, lossRatio: null } };
  const usage = { rssBytes: 1, anonymousBytes: null, cpu: null, loopDelayMs: null };
  const text = renderPrometheus(snapshot([[site('s', [quiet]), [quiet]]], { agent: agent({ usage }) }), 'text');
  for (const absent of [
    'vpc_canary_packet_loss_ratio',
    'vpc_canary_health_indicator',
    'vpc_canary_reply_ttl',
    'vpc_canary_interarrival_jitter_seconds',
    'vpc_canary_agent_cpu_ratio',
    'vpc_canary_http_phase_seconds',
  ]) {
    assert.doesNotMatch(text, new RegExp(absent), `${absent} has neither a sample nor a head`);
  }
  assert.doesNotMatch(text, /NaN|null|undefined/);
});

test('ENA’s allowances are counters; other network cards have none', () => {
  const allowances = [{ name: 'pps', exceeded: 1204 }];
  const samples = parse(renderPrometheus({ ...incident(), agent: agent({ allowances }) }, 'text'));
  assert.equal(samples.get('vpc_canary_allowance_exceeded_total allowance=pps'), 1204);
  assert.doesNotMatch(renderPrometheus(incident(), 'text'), /allowance_exceeded/);
});

test('HTTP phases and the certificate, when there are any', () => {
  const phases = { resolveMs: 2, connectMs: 10, tlsMs: null, firstByteMs: 30, wholeMs: 42.5 };
  const view = target('t', 's', { kind: 'http', detail: { http: { phases, status: 200, certificateDaysLeft: 30 } } });
  const samples = parse(renderPrometheus(snapshot([[site('s', [view]), [view]]]), 'text'));
  const of = 'site=s target=t kind=http';
  assert.equal(samples.get(`vpc_canary_http_phase_seconds ${of} phase=whole`), 0.0425);
  assert.equal(samples.has(`vpc_canary_http_phase_seconds ${of} phase=tls`), false);
  assert.equal(samples.get(`vpc_canary_http_status_code ${of}`), 200);
  assert.equal(samples.get(`vpc_canary_certificate_remaining_seconds ${of}`), 2_592_000);
});

test('OpenMetrics: families without _total and _info, the same samples, EOF at the end', () => {
  const open = renderPrometheus(incident(), 'openmetrics');
  assert.match(open, /\n# EOF\n$/);
  assert.match(open, /\n# TYPE vpc_canary_packets_sent counter\nvpc_canary_packets_sent_total\{/);
  assert.match(open, /\n# TYPE vpc_canary_build info\nvpc_canary_build_info\{/);
  assert.deepEqual([...parse(open)], [...parse(renderPrometheus(incident(), 'text'))]);
});

test('each family has its HELP and TYPE once, before all its samples', () => {
  const seen = new Set<string>();
  let family = '';
  for (const line of renderPrometheus({ ...incident(), flows: flowsView(AT), vpc: troubledVpc(AT) }, 'text')
    .trimEnd()
    .split('\n')) {
    const head = /^# HELP (\S+) \S/.exec(line);
    if (head?.[1] !== undefined) {
      assert.ok(!seen.has(head[1]), `${head[1]} twice`);
      seen.add((family = head[1]));
    } else if (line.startsWith('# TYPE'))
      assert.match(line, new RegExp(`^# TYPE ${family} (gauge|counter|histogram)$`));
    else assert.match(line, new RegExp(`^${family}(_bucket|_sum|_count)?[ {]`));
  }
  const named = CATALOG.flatMap((row) => (row.prometheus ? [row.prometheus.name] : []));
  const conditional = ['vpc_canary_http_phase_seconds', 'vpc_canary_http_status_code'];
  const publishing = ['vpc_canary_publish_lag_seconds', 'vpc_canary_spool_depth'];
  assert.deepEqual(
    named.filter((name) => !seen.has(name)),
    [...conditional, 'vpc_canary_certificate_remaining_seconds', 'vpc_canary_allowance_exceeded_total', ...publishing],
  );
});

test('labels survive the way out and back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const view = target(text, 's');
      const samples = parse(renderPrometheus(snapshot([[site('s', [view]), [view]]]), 'openmetrics'));
      assert.equal(samples.get(`vpc_canary_packets_sent_total site=s target=${text} kind=icmp`), 3600);
    }),
  );
});

test('OpenMetrics only by name, in our version, and not weighted below text', () => {
  const prometheus3 =
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.2,*/*;q=0.1';
  assert.equal(chooseExposition(prometheus3), 'openmetrics');
  assert.equal(chooseExposition('application/openmetrics-text; version=1.0.0'), 'openmetrics');
  assert.equal(chooseExposition('application/openmetrics-text; version=2.0.0'), 'text');
  assert.equal(chooseExposition('application/openmetrics-text;q=0.1, text/plain;q=0.9'), 'text');
  assert.equal(chooseExposition('application/openmetrics-text;q=0'), 'text');
  assert.equal(chooseExposition('application/openmetrics-text;q=x'), 'text');
  assert.equal(chooseExposition('*/*'), 'text');
  assert.equal(chooseExposition(undefined), 'text');
});
