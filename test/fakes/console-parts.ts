/** What scenes for the console are made of: targets, sites, an agent, a snapshot, and sources to serve it from. */

import type { StateSpan } from '../../agent/verdict/past.ts';
import type {
  AgentView,
  CanaryEvent,
  Notice,
  SiteView,
  Snapshot,
  State,
  TargetView,
  Verdict,
} from '../../agent/verdict/snapshot.ts';
import type { Sources } from '../../agent/web/sources.ts';
import { flowsView, select } from './flows.ts';
import { type Episode, type FakeTarget, fakeHistory } from './history.ts';
import { fakeStatistics } from './statistics.ts';

export const NOW = Date.parse('2026-11-21T03:14:22Z');
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface TargetWords {
  readonly name: string;
  readonly site: string;
  readonly kind?: TargetView['kind'];
  readonly label: string;
  readonly state?: State;
  readonly since?: number;
  readonly reason?: string;
  readonly rttMs?: number | null;
  readonly wasMs?: number;
  readonly p95Ms?: number;
  readonly loss?: number | null;
  readonly everyMs?: number;
  readonly timing?: 'kernel' | 'user';
}

const THRESHOLDS = {
  lossDegraded: 0.02,
  lossDown: 1,
  rttDegradedMs: 150,
  jitterDegradedMs: null,
  windowMs: 10_000,
  clearMs: 30_000,
};

export function fakeTarget(words: TargetWords): TargetView {
  const { rttMs = 11.2, loss = rttMs === null ? 1 : 0, state = 'up', timing = 'kernel' } = words;
  const sample = fakeStatistics({ p50: rttMs, p95: words.p95Ms ?? (rttMs ?? 0) * 1.3, loss, timing });
  return {
    name: words.name,
    site: words.site,
    kind: words.kind ?? 'icmp',
    label: words.label,
    address: /^[\d.]+$/.test(words.label) ? words.label : null,
    everyMs: words.everyMs ?? 1000,
    timeoutMs: 1000,
    size: words.kind === undefined || words.kind === 'icmp' ? 56 : null,
    thresholds: THRESHOLDS,
    state,
    since: words.since ?? NOW - 7 * HOUR,
    reasons: words.reason === undefined ? [] : [{ code: 'fake', text: words.reason }],
    last1s: sample,
    last10s: sample,
    last60s: sample,
    window: sample,
    lastKnownRttMs: words.wasMs ?? rttMs,
    lastReplyAt: NOW,
    replyTtl: 58,
    outage: state === 'down' ? { began: words.since ?? NOW, lost: 725 } : null,
    totals: {
      sent: 25_320,
      received: 24_595,
      lost: 725,
      errors: 0,
      local: 0,
      duplicates: 0,
      late: 1,
      reordered: 0,
      corrupt: 0,
      downSeconds: 725,
    },
    rttHistogram: { bounds: [], counts: [], sum: 0, count: 0 },
    detail: null,
  };
}

export const fakeSite = (
  name: string,
  link: SiteView['link'],
  critical: boolean,
  targets: readonly TargetView[],
  more: Partial<SiteView> = {},
): SiteView => {
  const own = targets.filter((target) => target.site === name);
  const best = own.reduce<number | null>((least, target) => {
    const p50 = target.last60s.rtt?.p50 ?? null;
    return p50 === null ? least : least === null ? p50 : Math.min(least, p50);
  }, null);
  return {
    name,
    critical,
    link,
    cidrs: ['10.40.0.0/16'],
    state: 'up',
    since: NOW - 7 * HOUR,
    reasons: [],
    bestRttMs: best,
    targets: own.map((target) => target.name),
    ...more,
  };
};

export function fakeAgent(more: Partial<AgentView> = {}): AgentView {
  return {
    version: '0.1.0',
    pid: 4711,
    startedAt: NOW - 9 * DAY,
    hostname: 'ip-10-0-3-17',
    title: 'prod-syd',
    vpcId: 'vpc-0a1b2c3d4e5f67890',
    availabilityZone: 'ap-southeast-2a',
    icmp: { mode: 'raw', timing: 'kernel', text: 'raw sockets, kernel stamps at both ends' },
    overload: { receiveOverflows: 0, lateSends: 0, noBuffers: 0, now: false },
    publish: null,
    clock: { steps: 0, lastStepMs: null, suspensions: 0 },
    config: {
      sources: ['/etc/vpc-canary/config.yaml'],
      loadedAt: NOW - 9 * DAY,
      ok: true,
      problems: [],
      reloads: 0,
    },
    history: {
      mode: 'disk',
      path: '/var/lib/vpc-canary/history.db',
      bytes: 21_300_000,
      maxBytes: 67_108_864,
      oldest: NOW - 14 * DAY,
      writeErrors: 0,
      text: null,
    },
    usage: { rssBytes: 71_300_000, anonymousBytes: 29_100_000, cpu: 0.0042, loopDelayMs: 6 },
    capabilities: ['CAP_NET_RAW'],
    notices: [],
    ...more,
  };
}

const QUIET: Verdict = {
  state: 'up',
  headline: '',
  tail: '',
  since: NOW - 7 * HOUR - 2 * MINUTE,
  label: null,
  faultAt: null,
  evidence: [],
  notAtFault: null,
  notChecked: null,
  next: null,
  chain: [],
  others: [],
};

export function fakeSnapshot(
  targets: readonly TargetView[],
  sites: readonly SiteView[],
  verdict: Partial<Verdict>,
  more: Partial<Snapshot> = {},
): Snapshot {
  const counts = { up: 0, degraded: 0, down: 0, unknown: 0 };
  for (const target of targets) counts[target.state] += 1;
  return {
    schema: 1,
    sequence: 4711,
    at: NOW,
    verdict: { ...QUIET, ...verdict },
    sites,
    targets,
    counts,
    events: [],
    agent: fakeAgent(),
    flows: flowsView(NOW),
    ...more,
  };
}

export interface Scene {
  readonly snapshot: Snapshot;
  readonly sources: Sources;
  /** Puts another snapshot in place, as the next second does. */
  next(snapshot: Snapshot): void;
}

export function sceneOf(
  snapshot: Snapshot,
  past: {
    readonly episodes?: readonly Episode[];
    readonly spans?: Readonly<Record<string, readonly StateSpan[]>>;
    readonly events?: readonly CanaryEvent[];
    readonly oldest?: number | null;
  } = {},
): Scene {
  let current = snapshot;
  const listeners = new Set<(snapshot: Snapshot) => void>();
  const targets: FakeTarget[] = snapshot.targets.map((target) => ({
    name: target.name,
    baseMs: target.last60s.rtt?.p50 ?? target.lastKnownRttMs ?? 11,
    everyMs: target.everyMs,
    spread: target.site === 'akl-branch' ? 0.15 : 0.06,
  }));
  const history = fakeHistory({ now: snapshot.at, targets, episodes: [], ...past });
  return {
    snapshot,
    next(next) {
      current = next;
      for (const listener of listeners) listener(next);
    },
    sources: {
      snapshot: () => current,
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      flows: (choice) => select(current.flows, choice),
      history,
      effectiveConfig: () => [
        { path: 'sites.mel-dc2.critical', value: true, source: '/etc/vpc-canary/config.yaml' },
        { path: 'targets[0].icmp', value: '10.40.0.1', source: '/etc/vpc-canary/config.yaml' },
        { path: 'thresholds.loss.degraded', value: '2%', source: 'default' },
        { path: 'http.listen', value: '127.0.0.1:8080', source: 'environment VPC_CANARY_HTTP_LISTEN' },
      ],
    },
  };
}

export const notice = (code: string, severity: Notice['severity'], text: string, remedy: string | null): Notice => ({
  code,
  severity,
  text,
  remedy,
  since: NOW - 90_000,
});

export const HEALTHY: readonly TargetWords[] = [
  { name: 'mel-core', site: 'mel-dc2', label: '10.40.0.1', rttMs: 11.2 },
  { name: 'mel-fw', site: 'mel-dc2', label: '10.40.0.254', rttMs: 11.4 },
  { name: 'payroll', site: 'mel-dc2', kind: 'tcp', label: 'payroll.corp.example:443', rttMs: 12.9, everyMs: 5000 },
  { name: 'mel-dns', site: 'mel-dc2', kind: 'dns', label: 'corp.example A @10.40.0.53', rttMs: 12, everyMs: 5000 },
  { name: 'akl-gw', site: 'akl-branch', label: '10.60.0.1', rttMs: 27.8, p95Ms: 41 },
  { name: 'akl-pos', site: 'akl-branch', kind: 'tcp', label: '10.60.12.9:8443', rttMs: 28.1, p95Ms: 33 },
  { name: 'per-core', site: 'per-dc3', label: '10.70.0.1', rttMs: 46 },
  { name: 'syd-core', site: 'syd-dc1', label: '10.20.0.1', rttMs: 1.82 },
  { name: 'erp', site: 'syd-dc1', kind: 'tcp', label: 'erp.corp.example:443', rttMs: 2.05, everyMs: 5000 },
  {
    name: 'intranet',
    site: 'syd-dc1',
    kind: 'http',
    label: 'https://intranet.corp.example/health',
    rttMs: 14.2,
    everyMs: 10_000,
  },
  { name: 'syd-dns', site: 'syd-dc1', kind: 'dns', label: 'corp.example A @10.20.0.53', rttMs: 2.31, everyMs: 5000 },
  { name: 'az-b-peer', site: 'reference', label: '10.0.19.4', rttMs: 0.61 },
  { name: 'gateway', site: 'reference', label: '10.0.3.1', rttMs: 0.093 },
];

export function healthySites(targets: readonly TargetView[]): readonly SiteView[] {
  return [
    fakeSite('mel-dc2', 'direct-connect', true, targets),
    fakeSite('akl-branch', 'vpn', false, targets, { cidrs: ['10.60.0.0/16'] }),
    fakeSite('per-dc3', 'transit-gateway', false, targets, { cidrs: ['10.70.0.0/16'] }),
    fakeSite('syd-dc1', 'direct-connect', true, targets, { cidrs: ['10.20.0.0/16'] }),
    fakeSite('reference', 'local', false, targets, { cidrs: [] }),
  ];
}
