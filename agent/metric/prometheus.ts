/**
 * `/metrics`: a snapshot as Prometheus text 0.0.4 or OpenMetrics 1.0.0.
 *
 * Written here instead of by prom-client because that keeps a registry of its own in memory (9 MB) which would have
 * to be filled from the snapshot every time anyway. The rules kept: HELP and TYPE before the samples, all samples of
 * a family together, base units, `\ " LF` escaped, LF after the last line; OpenMetrics names counter families
 * without `_total`, info families without `_info`, and ends with `# EOF`. What is unknown has no sample.
 */
import type { Snapshot, State, TargetView } from '../verdict/snapshot.ts';
import { CATALOG, type PrometheusMetricName } from './catalog.ts';
import type { MetricRow } from './catalog-row.ts';
import { label, type Sample, seconds } from './exposition.ts';
import { FLOW_SAMPLES } from './prometheus-flows.ts';
import { VPC_SAMPLES } from './prometheus-vpc.ts';

export type Exposition = 'text' | 'openmetrics';

export const EXPOSITION_TYPES: Readonly<Record<Exposition, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

type Samples = (snapshot: Snapshot, labelled: readonly LabelledTarget[]) => Sample[];
/** A target with its labels, which every one of its samples repeats. */
type LabelledTarget = readonly [target: TargetView, labels: string];

const STATES: readonly State[] = ['up', 'degraded', 'down', 'unknown'];

const targetLabels = (target: TargetView): string =>
  [label('site', target.site), label('target', target.name), label('kind', target.kind)].join(',');

/** One sample a target. */
const each =
  (value: (target: TargetView) => number | null): Samples =>
  (_, labelled) =>
    labelled.map(([target, labels]) => ['', labels, value(target)]);

/** One sample for the whole agent. */
const one =
  (value: (snapshot: Snapshot) => number | null): Samples =>
  (snapshot) => [['', '', value(snapshot)]];

/** One sample a state, 1 for the one that holds. */
const states = (labels: string, state: State): Sample[] =>
  STATES.map((name) => ['', `${labels}${labels === '' ? '' : ','}${label('state', name)}`, name === state ? 1 : 0]);

function histogram([target, labels]: LabelledTarget): Sample[] {
  const { bounds, counts, sum, count } = target.rttHistogram;
  return [
    ...bounds.map((bound, i): Sample => ['_bucket', `${labels},${label('le', canonical(bound))}`, counts[i] ?? null]),
    ['_bucket', `${labels},${label('le', '+Inf')}`, count],
    ['_sum', labels, sum],
    ['_count', labels, count],
  ];
}

/** "1.0" and not "1", as OpenMetrics has it, in both formats: else one series had two names. */
const canonical = (bound: number): string => (Number.isInteger(bound) ? bound.toFixed(1) : String(bound));

function httpPhases([target, labels]: LabelledTarget): Sample[] {
  const phases = target.detail?.http?.phases;
  if (phases === undefined) return [];
  const named: readonly (readonly [string, number | null])[] = [
    ['resolve', phases.resolveMs],
    ['connect', phases.connectMs],
    ['tls', phases.tlsMs],
    ['first_byte', phases.firstByteMs],
    ['whole', phases.wholeMs],
  ];
  return named.map(([phase, ms]) => ['', `${labels},${label('phase', phase)}`, seconds(ms)]);
}

const SAMPLES: Readonly<Record<PrometheusMetricName, Samples>> = {
  RoundTripTime: (_, labelled) => labelled.flatMap(histogram),
  PacketLoss: each((target) => target.window.lossRatio),
  Jitter: each((target) => seconds(target.last60s.interarrivalJitter)),
  HealthIndicator: each(({ state }) => (state === 'unknown' ? null : state === 'up' ? 0 : 1)),
  OutageTime: each((target) => target.totals.downSeconds),
  TargetState: (_, labelled) => labelled.flatMap(([target, labels]) => states(labels, target.state)),
  TargetInfo: (_, labelled) =>
    labelled.map(([target, labels]) => [
      '',
      `${labels},${label('probes', target.label)},${label('address', target.address ?? '')}`,
      1,
    ]),
  SiteState: (snapshot) =>
    snapshot.sites.flatMap((site) =>
      states(`${label('site', site.name)},${label('critical', String(site.critical))}`, site.state),
    ),
  VerdictState: (snapshot) => states('', snapshot.verdict.state),
  PacketsSent: each((target) => target.totals.sent),
  PacketsReceived: each((target) => target.totals.received),
  PacketsLost: each((target) => target.totals.lost),
  PacketsRefused: each((target) => target.totals.errors),
  PacketsUnsent: each((target) => target.totals.local),
  PacketsDuplicated: each((target) => target.totals.duplicates),
  PacketsLate: each((target) => target.totals.late),
  PacketsReordered: each((target) => target.totals.reordered),
  PacketsCorrupt: each((target) => target.totals.corrupt),
  ReplyTtl: each((target) => target.replyTtl),
  HttpPhase: (_, labelled) => labelled.flatMap(httpPhases),
  HttpStatus: each((target) => target.detail?.http?.status ?? null),
  CertificateRemaining: each((target) => {
    const days = target.detail?.http?.certificateDaysLeft ?? null;
    return days === null ? null : days * 86_400;
  }),
  ...FLOW_SAMPLES,
  ...VPC_SAMPLES,
  AllowanceExceeded: ({ agent }) =>
    (agent.allowances ?? []).map(({ name, exceeded }) => ['', label('allowance', name), exceeded]),
  Heartbeat: one((snapshot) => seconds(snapshot.at)),
  AgentMemory: one(({ agent }) => agent.usage.rssBytes),
  AgentCpu: one(({ agent }) => agent.usage.cpu),
  ProbeOverload: ({ agent }) => [
    ['', label('reason', 'receive_overflow'), agent.overload.receiveOverflows],
    ['', label('reason', 'late_send'), agent.overload.lateSends],
    ['', label('reason', 'no_buffers'), agent.overload.noBuffers],
  ],
  PublishLag: one(({ agent, at }) => agent.publish && seconds(Math.max(0, at - (agent.publish.spool.oldest ?? at)))),
  SpoolDepth: one(({ agent }) => agent.publish?.spool.waiting ?? null),
  EventLoopDelay: one(({ agent }) => seconds(agent.usage.loopDelayMs)),
  AgentStart: one(({ agent }) => seconds(agent.startedAt)),
  BuildInfo: ({ agent }) => [
    [
      '',
      [
        label('version', agent.version),
        label('icmp_mode', agent.icmp.mode),
        label('timing', agent.icmp.timing ?? ''),
      ].join(','),
      1,
    ],
  ],
  ConfigReloadSuccessful: one(({ agent }) => (agent.config.ok ? 1 : 0)),
  ConfigLoaded: one(({ agent }) => seconds(agent.config.loadedAt)),
  ConfigReloads: one(({ agent }) => agent.config.reloads),
  ClockSteps: one(({ agent }) => agent.clock.steps),
  Suspensions: one(({ agent }) => agent.clock.suspensions),
  HistorySize: one(({ agent }) => agent.history.bytes),
  HistoryWriteErrors: one(({ agent }) => agent.history.writeErrors),
  Notices: ({ agent }) =>
    (['info', 'warning', 'error'] as const).map((severity) => [
      '',
      label('severity', severity),
      agent.notices.filter((notice) => notice.severity === severity).length,
    ]),
};

interface Family {
  readonly name: string;
  readonly type: string;
}

/** How the format calls the family of a row. */
function family(prometheus: NonNullable<MetricRow['prometheus']>, format: Exposition): Family {
  if (format === 'text') return prometheus;
  if (prometheus.type === 'counter') return { name: prometheus.name.replace(/_total$/, ''), type: 'counter' };
  if (prometheus.name.endsWith('_info')) return { name: prometheus.name.replace(/_info$/, ''), type: 'info' };
  return prometheus;
}

const number = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? '+Inf' : value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);

/** The whole exposition. */
export function renderPrometheus(snapshot: Snapshot, format: Exposition): string {
  const labelled = snapshot.targets.map((target): LabelledTarget => [target, targetLabels(target)]);
  const lines: string[] = [];
  for (const row of CATALOG) {
    if (row.prometheus === null) continue;
    const samples = SAMPLES[row.name](snapshot, labelled).filter(([, , value]) => value !== null);
    if (samples.length === 0) continue;
    const { name, type } = family(row.prometheus, format);
    lines.push(`# HELP ${name} ${row.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`, `# TYPE ${name} ${type}`);
    for (const [suffix, labels, value] of samples) {
      if (value === null) continue;
      lines.push(`${row.prometheus.name}${suffix}${labels === '' ? '' : `{${labels}}`} ${number(value)}`);
    }
  }
  if (format === 'openmetrics') lines.push('# EOF');
  return `${lines.join('\n')}\n`;
}

/** Weight 0 to 1 of a media range in an Accept header (RFC 9110 12.4.2). */
function quality(parameters: readonly string[]): number {
  const q = parameters.find((parameter) => /^q=/i.test(parameter));
  const weight = q === undefined ? 1 : Number(q.slice(2));
  return Number.isFinite(weight) ? Math.min(1, Math.max(0, weight)) : 0;
}

/** OpenMetrics only if it is asked for by name, in a version we speak, and not less than text. */
export function chooseExposition(accept: string | undefined): Exposition {
  let openMetrics = 0;
  let text = 0;
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const version = parameters.find((parameter) => /^version=/i.test(parameter))?.slice('version='.length);
    if (/^application\/openmetrics-text$/i.test(type) && (version === undefined || version === '1.0.0')) {
      openMetrics = Math.max(openMetrics, quality(parameters));
    } else if (/^text\/plain$/i.test(type)) {
      text = Math.max(text, quality(parameters));
    }
  }
  return openMetrics > 0 && openMetrics >= text ? 'openmetrics' : 'text';
}
