/**
 * Snapshots and pasts as the console meets them: the incident of the design's pictures, all well, degraded, not
 * measurable, starting, nothing configured, two hundred targets, hostile names. Words of verdicts that no detector
 * finds yet (BGP, Direct Connect) are here so that the page can be looked at with them.
 */
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
import { type Episode, type FakeTarget, fakeHistory } from './history.ts';
import { fakeStatistics } from './statistics.ts';

export const NOW = Date.parse('2026-11-21T03:14:22Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
export const CUT = Date.parse('2026-11-21T03:02:17.400Z');
const KM_FAILOVER = [Date.parse('2026-11-16T03:14:22Z'), Date.parse('2026-11-16T22:26:22Z')] as const;
const OFF = [Date.parse('2026-11-11T09:00:00Z'), Date.parse('2026-11-11T14:20:00Z')] as const;

interface TargetWords {
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

const site = (
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
    ...more,
  };
}

const event = (id: number, at: number, more: Partial<CanaryEvent>): CanaryEvent => ({
  id,
  at,
  kind: 'site',
  layer: 'data-plane',
  subject: 'mel-dc2',
  site: 'mel-dc2',
  from: null,
  to: null,
  lastedMs: null,
  text: '',
  reasons: [],
  ...more,
});

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

const HEALTHY: readonly TargetWords[] = [
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

function healthySites(targets: readonly TargetView[]): readonly SiteView[] {
  return [
    site('mel-dc2', 'direct-connect', true, targets),
    site('akl-branch', 'vpn', false, targets, { cidrs: ['10.60.0.0/16'] }),
    site('per-dc3', 'transit-gateway', false, targets, { cidrs: ['10.70.0.0/16'] }),
    site('syd-dc1', 'direct-connect', true, targets, { cidrs: ['10.20.0.0/16'] }),
    site('reference', 'local', false, targets, { cidrs: [] }),
  ];
}

/** All 13 targets at 5 sites answer. */
export function allUp(): Scene {
  const targets = HEALTHY.map(fakeTarget);
  return sceneOf(
    fakeSnapshot(targets, healthySites(targets), {
      headline: 'All 13 targets at 5 sites answer',
      chain: [
        { name: 'This host', state: 'up', text: 'CPU steal 0 %, ENA drops 0' },
        { name: 'VPC / AZ', state: 'up', text: 'az-b-peer 0.61 ms' },
        { name: 'AWS edge', state: 'unchecked', text: 'nothing measures it' },
        { name: '5 sites', state: 'up', text: 'all answer' },
      ],
    }),
  );
}

/** The incident of the pictures: mel-dc2 is cut off, akl-branch loses packets, per-dc3 filters pings. */
export function incident(): Scene {
  const targets = HEALTHY.map((words) => {
    if (words.site === 'mel-dc2') {
      const reason = { icmp: 'no reply, 725 sent', tcp: 'connect timed out', dns: 'no answer', http: 'timed out' };
      return fakeTarget({
        ...words,
        state: 'down',
        since: CUT,
        rttMs: null,
        ...(words.rttMs != null && { wasMs: words.rttMs }),
        reason: reason[words.kind ?? 'icmp'],
      });
    }
    if (words.name === 'akl-gw') {
      return fakeTarget({
        ...words,
        state: 'degraded',
        since: NOW - 87 * MINUTE,
        loss: 0.031,
        reason: 'loss over 2 %',
      });
    }
    if (words.name === 'per-core') {
      return fakeTarget({
        ...words,
        state: 'unknown',
        since: NOW - 199 * MINUTE,
        rttMs: null,
        loss: null,
        reason: 'ICMP filtered or rate-limited; 14 TCP flows healthy, RTT 46 ms',
      });
    }
    return fakeTarget(words);
  });
  const reason = (text: string): readonly { code: string; text: string }[] => [{ code: 'fake', text }];
  const sites = healthySites(targets).map((one): SiteView => {
    switch (one.name) {
      case 'mel-dc2':
        return { ...one, state: 'down', since: CUT, reasons: reason('no reply from 4 of 4 targets') };
      case 'akl-branch':
        return {
          ...one,
          state: 'degraded',
          since: NOW - 87 * MINUTE,
          reasons: reason('one of two tunnels down: no redundancy'),
        };
      case 'per-dc3':
        return {
          ...one,
          state: 'unknown',
          since: NOW - 199 * MINUTE,
          reasons: reason('ICMP filtered? TCP flows to it move data'),
        };
      default:
        return one;
    }
  });
  const events = incidentEvents();
  const snapshot = fakeSnapshot(
    targets,
    sites,
    {
      state: 'down',
      headline: 'mel-dc2 is unreachable',
      since: CUT,
      label: 'Down · critical site',
      faultAt: 'Direct Connect link, provider or site side.',
      evidence: [
        { at: CUT - 1200, text: 'BGP peer 169.254.96.1 on dxvif-fg2k5h went down, 1.2 s before the first lost packet' },
        { at: null, text: 'All 4 targets stopped within 0.9 s; TCP flows to 10.40.0.0/16 stalled (38 timeouts)' },
        { at: null, text: 'No backup: no VPN route for 10.40.0.0/16 in rtb-07c1' },
      ],
      notAtFault:
        'This instance (CPU steal 0 %, no ENA drops), this VPC and the AWS side (reference targets 0.6 ms, 0 % loss) are healthy.',
      next: 'Ask the provider about circuit dxcon-fh81; state a VPN backup for 10.40.0.0/16.',
      chain: [
        { name: 'This host', state: 'up', text: 'CPU steal 0 %, ENA drops 0' },
        { name: 'VPC / AZ', state: 'up', text: 'az-b-peer 0.61 ms' },
        { name: 'AWS edge', state: 'up', text: 'syd-dc1 on same DX location up' },
        { name: 'Direct Connect', state: 'down', text: 'dxvif-fg2k5h: BGP down 12 min' },
        { name: 'mel-dc2', state: 'unknown', text: 'not visible behind the fault' },
      ],
      others: [
        {
          state: 'degraded',
          subject: 'akl-branch',
          site: 'akl-branch',
          text: 'akl-branch runs on one tunnel, 3.1 % loss, since 01:47',
        },
        {
          state: 'unknown',
          subject: 'per-dc3',
          site: 'per-dc3',
          text: 'per-dc3 not measurable by ICMP, its TCP is healthy',
        },
      ],
    },
    { events: [...events].reverse() },
  );
  return sceneOf(snapshot, incidentPast(events));
}

function incidentPast(events: readonly CanaryEvent[]): Parameters<typeof sceneOf>[1] {
  const mel = ['mel-core', 'mel-fw', 'payroll', 'mel-dns'];
  const old = Date.parse('2026-11-16T03:14:22Z');
  const down: readonly StateSpan[] = [
    { from: NOW - 14 * DAY, to: OFF[0], state: 'up' },
    { from: OFF[0], to: OFF[1], state: 'unmeasured' },
    { from: OFF[1], to: old, state: 'up' },
    { from: old, to: old + 4 * MINUTE, state: 'down' },
    { from: old + 4 * MINUTE, to: CUT, state: 'up' },
    { from: CUT, to: NOW, state: 'down' },
  ];
  const since = (at: number, state: State): readonly StateSpan[] => [
    { from: NOW - 14 * DAY, to: OFF[0], state: 'up' },
    { from: OFF[0], to: OFF[1], state: 'unmeasured' },
    { from: OFF[1], to: at, state: 'up' },
    { from: at, to: NOW, state },
  ];
  const short = NOW - 5 * HOUR;
  const syd: readonly StateSpan[] = [
    { from: NOW - 14 * DAY, to: OFF[0], state: 'up' },
    { from: OFF[0], to: OFF[1], state: 'unmeasured' },
    { from: OFF[1], to: short, state: 'up' },
    { from: short, to: short + 6000, state: 'down' },
    { from: short + 6000, to: NOW, state: 'up' },
  ];
  return {
    events,
    episodes: [
      { from: OFF[0], to: OFF[1], off: true },
      { targets: mel, from: KM_FAILOVER[0], to: KM_FAILOVER[1], plusMs: 12.9 },
      { targets: mel, from: old, to: old + 4 * MINUTE, loss: 1 },
      { targets: mel, from: CUT, to: NOW, loss: 1 },
      { targets: mel, from: Date.parse('2026-11-13T08:00:00Z'), to: Date.parse('2026-11-13T09:00:00Z'), loss: 0.04 },
      { targets: ['akl-gw'], from: NOW - 87 * MINUTE, to: NOW, loss: 0.031 },
      { targets: ['per-core'], from: NOW - 199 * MINUTE, to: NOW, off: true },
    ],
    spans: {
      ...Object.fromEntries(mel.map((name) => [`target ${name}`, down])),
      'site mel-dc2': down,
      'site akl-branch': since(NOW - 87 * MINUTE, 'degraded'),
      'target akl-gw': since(NOW - 87 * MINUTE, 'degraded'),
      'site per-dc3': since(NOW - 199 * MINUTE, 'unknown'),
      'target per-core': since(NOW - 199 * MINUTE, 'unknown'),
      'site syd-dc1': syd,
      'target syd-core': syd,
    },
  };
}

function incidentEvents(): readonly CanaryEvent[] {
  const old = Date.parse('2026-11-16T03:14:22Z');
  const change = { from: 'up', to: 'down' } as const;
  return [
    event(1, old, { ...change, kind: 'target', subject: 'mel-core', text: 'mel-core is unreachable' }),
    event(2, old + 4 * MINUTE, {
      kind: 'target',
      subject: 'mel-core',
      from: 'down',
      to: 'up',
      lastedMs: 4 * MINUTE,
      text: 'mel-core answers over VPN, +12.9 ms',
    }),
    event(3, KM_FAILOVER[1], { kind: 'target', subject: 'mel-core', text: 'mel-core back on Direct Connect' }),
    event(4, NOW - 87 * MINUTE, {
      subject: 'akl-branch',
      site: 'akl-branch',
      from: 'up',
      to: 'degraded',
      layer: 'bgp-tunnels',
      text: 'akl-branch runs on one tunnel',
    }),
    event(5, NOW - 17 * MINUTE, {
      kind: 'aws',
      layer: 'aws-agent',
      subject: 'dxcon-fh81',
      site: null,
      text: 'AWS announces maintenance of dxcon-fh81',
    }),
    event(6, CUT - 1200, {
      ...change,
      kind: 'vpc',
      layer: 'bgp-tunnels',
      subject: '169.254.96.1',
      text: 'BGP peer 169.254.96.1 on dxvif-fg2k5h went down',
    }),
    event(7, CUT, {
      ...change,
      lastedMs: 5 * DAY,
      text: 'mel-dc2 is unreachable',
      reasons: [{ code: 'all-lost', text: 'no reply from 4 of 4 targets' }],
    }),
    event(8, CUT, {
      ...change,
      kind: 'target',
      subject: 'mel-core',
      lastedMs: 5 * DAY,
      text: 'mel-core is unreachable',
    }),
    event(9, CUT + 400, {
      ...change,
      kind: 'vpc',
      layer: 'routes',
      subject: 'rtb-07c1',
      text: 'route 10.40.0.0/16 withdrawn from rtb-07c1',
    }),
    event(10, CUT + 31_000, {
      ...change,
      kind: 'aws',
      layer: 'aws-agent',
      subject: 'dxvif-fg2k5h',
      text: 'CloudWatch: ConnectionState of dxvif-fg2k5h is 0',
    }),
  ];
}

/** One degraded site, nothing down. */
export function degraded(): Scene {
  const targets = HEALTHY.map((words) =>
    words.name === 'akl-gw'
      ? fakeTarget({
          ...words,
          state: 'degraded',
          since: NOW - 87 * MINUTE,
          loss: 0.031,
          reason: 'loss 3.1 % (limit 2 %)',
        })
      : fakeTarget(words),
  );
  const sites = healthySites(targets).map(
    (one): SiteView =>
      one.name === 'akl-branch'
        ? {
            ...one,
            state: 'degraded',
            since: NOW - 87 * MINUTE,
            reasons: [{ code: 'some', text: '1 of 2 targets degraded' }],
          }
        : one,
  );
  return sceneOf(
    fakeSnapshot(targets, sites, {
      state: 'degraded',
      headline: 'akl-branch loses 3.1 %',
      tail: ' (limit 2 %)',
      since: NOW - 87 * MINUTE,
      label: 'Degraded · site',
      faultAt: 'likely the VPN or the site side.',
      evidence: [{ at: NOW - 87 * MINUTE, text: 'loss on akl-gw rose over 2 %' }],
      notChecked: 'AWS edge, tunnels.',
      next: 'Compare both tunnels of the VPN.',
      chain: [
        { name: 'This host', state: 'up', text: 'no local faults' },
        { name: 'VPC', state: 'up', text: 'gateway 0.09 ms' },
        { name: 'VPN', state: 'unchecked', text: 'nothing measures it' },
        { name: 'akl-branch', state: 'degraded', text: 'loss 3.1 %' },
      ],
    }),
    { episodes: [{ targets: ['akl-gw'], from: NOW - 87 * MINUTE, to: NOW, loss: 0.031 }] },
  );
}

/** No socket may be opened: nothing is known, and the page says what to do. */
export function noPrivilege(): Scene {
  const targets = HEALTHY.filter(({ kind }) => kind === undefined).map((words) =>
    fakeTarget({
      ...words,
      state: 'unknown',
      since: NOW - HOUR,
      rttMs: null,
      loss: null,
      reason: 'no ICMP socket may be opened',
    }),
  );
  const sites = healthySites(targets).map(
    (one): SiteView => ({
      ...one,
      state: 'unknown',
      since: NOW - HOUR,
      reasons: [{ code: 'no-privilege', text: 'no ICMP socket may be opened' }],
    }),
  );
  const agent = fakeAgent({
    startedAt: NOW - HOUR,
    icmp: { mode: 'none', timing: null, text: 'neither raw nor ping socket may be opened' },
    capabilities: [],
    notices: [
      notice(
        'no-privilege',
        'error',
        'ICMP cannot be measured: neither raw nor ping sockets may be opened.',
        'setcap cap_net_raw+ep /usr/bin/vpc-canary, or net.ipv4.ping_group_range="0 2147483647"',
      ),
    ],
  });
  return sceneOf(
    fakeSnapshot(
      targets,
      sites,
      {
        state: 'unknown',
        headline: 'Nothing can be measured: no ICMP socket may be opened',
        since: NOW - HOUR,
        label: 'Unknown · this host',
      },
      { agent },
    ),
    { oldest: NOW - HOUR, episodes: [{ from: NOW - 14 * DAY, to: NOW, off: true }] },
  );
}

export const notice = (code: string, severity: Notice['severity'], text: string, remedy: string | null): Notice => ({
  code,
  severity,
  text,
  remedy,
  since: NOW - 90_000,
});

/** Two seconds after the first start: nothing judged, no history. */
export function starting(): Scene {
  const targets = HEALTHY.slice(0, 2).map((words) =>
    fakeTarget({ ...words, state: 'unknown', since: NOW - 2000, rttMs: null, loss: null, reason: 'measuring' }),
  );
  const sites = [{ ...site('mel-dc2', 'direct-connect', true, targets), state: 'unknown' as const, since: NOW - 2000 }];
  return sceneOf(
    fakeSnapshot(
      targets,
      sites,
      { state: 'unknown', headline: 'Measuring', tail: ', first verdict in 8 s', since: null },
      { agent: fakeAgent({ startedAt: NOW - 2000 }) },
    ),
    { oldest: null },
  );
}

/** Run by hand without a configuration: the two loopback addresses. */
export function nothingConfigured(): Scene {
  const targets = [
    fakeTarget({ name: 'localhost-v4', site: 'this host', label: '127.0.0.1', rttMs: 0.021 }),
    fakeTarget({ name: 'localhost-v6', site: 'this host', label: '::1', rttMs: 0.019 }),
  ];
  return sceneOf(
    fakeSnapshot(
      targets,
      [site('this host', 'local', false, targets, { cidrs: [] })],
      { headline: 'Both targets at 1 site answer' },
      {
        agent: fakeAgent({
          vpcId: null,
          availabilityZone: null,
          title: 'laptop',
          notices: [
            notice(
              'no-targets',
              'info',
              'No target is configured: only this host itself is probed.',
              'Write sites and targets to /etc/vpc-canary/config.yaml:',
            ),
          ],
        }),
      },
    ),
    { oldest: NOW - 10 * MINUTE },
  );
}

/** `count` targets at twenty sites, one of which is down when `trouble`. */
export function many(count: number, trouble: boolean): Scene {
  const targets = Array.from({ length: count }, (_, index) => {
    const name = `site-${String(index % 20).padStart(2, '0')}`;
    const down = trouble && index % 20 === 3;
    return fakeTarget({
      name: `${name}-host-${String(index).padStart(4, '0')}`,
      site: name,
      label: `10.${index % 20}.${index >> 8}.${index & 255}`,
      rttMs: down ? null : 1 + (index % 37),
      wasMs: 1 + (index % 37),
      ...(down && { state: 'down', since: CUT, reason: 'no reply' }),
    });
  });
  const sites = Array.from({ length: 20 }, (_, index) => {
    const name = `site-${String(index).padStart(2, '0')}`;
    const down = trouble && index === 3;
    return site(
      name,
      'vpn',
      false,
      targets,
      down ? { state: 'down', since: CUT, reasons: [{ code: 'all', text: 'no reply' }] } : {},
    );
  });
  return sceneOf(
    fakeSnapshot(
      targets,
      sites,
      trouble
        ? { state: 'down', headline: 'site-03 is unreachable', since: CUT, label: 'Down · site' }
        : { headline: `All ${count} targets at 20 sites answer` },
    ),
  );
}

export const HOSTILE_NAMES: readonly string[] = [
  '<script>alert(1)</script>',
  `"quotes" & 'apostrophes' <b>`,
  'x'.repeat(200),
  'הנתב של ירושלים',
  '🦜 Zürich — 東京',
  'a/b?c=d#e%20f',
];

/** Names nobody should give. */
export function hostile(): Scene {
  const targets = HOSTILE_NAMES.map((name, index) =>
    fakeTarget({
      name,
      site: HOSTILE_NAMES[index % 3] ?? name,
      label: `</td><img src=x onerror=alert(1)> ${name}`,
      state: index % 2 === 0 ? 'degraded' : 'up',
      reason: `reason ${name}`,
    }),
  );
  const sites = HOSTILE_NAMES.slice(0, 3).map((name) =>
    site(name, 'internet', true, targets, {
      state: 'degraded',
      reasons: [{ code: 'fake', text: name }],
      cidrs: [name],
    }),
  );
  return sceneOf(
    fakeSnapshot(
      targets,
      sites,
      {
        state: 'degraded',
        headline: `${HOSTILE_NAMES[0]} loses 3.1 %`,
        label: HOSTILE_NAMES[1] ?? null,
        faultAt: HOSTILE_NAMES[2] ?? null,
        evidence: HOSTILE_NAMES.map((text) => ({ at: NOW, text })),
        chain: HOSTILE_NAMES.map((name) => ({ name, state: 'up', text: name })),
        others: HOSTILE_NAMES.map((subject) => ({ state: 'degraded', subject, site: null, text: subject })),
      },
      {
        agent: fakeAgent({
          title: HOSTILE_NAMES[1] ?? '',
          hostname: HOSTILE_NAMES[0] ?? '',
          notices: [notice('x', 'error', HOSTILE_NAMES[0] ?? '', HOSTILE_NAMES[1] ?? '')],
        }),
      },
    ),
  );
}
