/**
 * Snapshots written by hand, field by field, for tests of renderers that need odd shapes: 60 sites, a name full of
 * quotes, a target that never answered. Whole stories come from the real observer.
 */
import type { Statistics } from '../../agent/measure/statistics.ts';
import type { AgentView, SiteView, Snapshot, State, TargetView } from '../../agent/verdict/snapshot.ts';

/** 2026-03-01 03:14:22 UTC */
export const AT = Date.UTC(2026, 2, 1, 3, 14, 22);

export function statistics(over: Partial<Statistics> & { readonly p50?: number | null } = {}): Statistics {
  const { p50 = 4.21, ...rest } = over;
  return {
    fromMono: 0,
    toMono: 60_000,
    sent: 60,
    received: p50 === null ? 0 : 60,
    lost: p50 === null ? 60 : 0,
    errors: 0,
    local: 0,
    duplicates: 0,
    late: 0,
    reordered: 0,
    corrupt: 0,
    lossRatio: p50 === null ? 1 : 0,
    lossBurst: p50 === null ? 60 : 0,
    rtt:
      p50 === null
        ? null
        : {
            min: p50 * 0.9,
            p5: p50 * 0.92,
            p25: p50 * 0.97,
            p50,
            p75: p50 * 1.05,
            p90: p50 * 1.1,
            p95: p50 * 1.2,
            p99: p50 * 1.5,
            max: p50 * 2,
            mean: p50 * 1.01,
            stddev: p50 * 0.1,
          },
    interarrivalJitter: p50 === null ? null : 0.05,
    roundTripIpdv: p50 === null ? null : 0.04,
    timing: p50 === null ? null : 'kernel',
    userTimed: 0,
    errorBarMs: p50 === null ? null : 0.01,
    ...rest,
  };
}

export function target(name: string, site: string, over: Partial<TargetView> & { readonly p50?: number | null } = {}) {
  const { p50 = over.state === 'down' ? null : 4.21, ...rest } = over;
  const sample = statistics({ p50 });
  const view: TargetView = {
    name,
    site,
    kind: 'icmp',
    label: '10.20.0.1',
    address: '10.20.0.1',
    everyMs: 1000,
    timeoutMs: 1000,
    size: 56,
    thresholds: {
      lossDegraded: 0.02,
      lossDown: 1,
      rttDegradedMs: 150,
      jitterDegradedMs: null,
      windowMs: 10_000,
      clearMs: 30_000,
    },
    state: 'up',
    since: AT - 3_600_000,
    reasons: over.state === 'down' ? [{ code: 'no-reply', text: 'no reply to 10 probes' }] : [],
    last1s: sample,
    last10s: sample,
    last60s: sample,
    window: sample,
    lastKnownRttMs: 4.21,
    lastReplyAt: AT - 500,
    replyTtl: 61,
    outage: over.state === 'down' ? { began: AT - 725_000, lost: 725 } : null,
    totals: {
      sent: 3600,
      received: 3590,
      lost: 8,
      errors: 2,
      local: 1,
      duplicates: 3,
      late: 4,
      reordered: 5,
      corrupt: 6,
      downSeconds: 6.1,
    },
    rttHistogram: { bounds: [0.001, 0.005, 0.01], counts: [10, 3500, 3580], sum: 15.1, count: 3590 },
    detail: null,
    ...rest,
  };
  return view;
}

export function site(name: string, targets: readonly TargetView[], over: Partial<SiteView> = {}): SiteView {
  return {
    name,
    critical: false,
    link: 'direct-connect',
    cidrs: ['10.20.0.0/16'],
    state: 'up',
    since: AT - 3_600_000,
    reasons: [],
    bestRttMs: Math.min(...targets.map((view) => view.last60s.rtt?.p50 ?? Number.POSITIVE_INFINITY)),
    targets: targets.map((view) => view.name),
    ...over,
  };
}

export function agent(over: Partial<AgentView> = {}): AgentView {
  return {
    version: '0.1.0',
    pid: 4242,
    startedAt: AT - 7_200_000,
    hostname: 'ip-10-0-1-5',
    title: 'prod-syd',
    vpcId: 'vpc-0abc',
    availabilityZone: 'ap-southeast-2a',
    icmp: { mode: 'raw', timing: 'kernel', text: 'raw sockets, timed by the kernel' },
    overload: { receiveOverflows: 1, lateSends: 2, noBuffers: 3, now: false },
    publish: null,
    clock: { steps: 1, lastStepMs: 3200, suspensions: 0 },
    config: { sources: ['defaults'], loadedAt: AT - 7_200_000, ok: true, problems: [], reloads: 2 },
    history: {
      mode: 'disk',
      path: '/var/lib/vpc-canary/history.db',
      bytes: 1_048_576,
      maxBytes: 67_108_864,
      oldest: AT - 7_200_000,
      writeErrors: 0,
      text: null,
    },
    usage: { rssBytes: 61_000_000, anonymousBytes: 25_000_000, cpu: 0.004, loopDelayMs: 3.5 },
    capabilities: ['CAP_NET_RAW'],
    notices: [],
    ...over,
  };
}

/** A snapshot over these sites, each with its targets; counts are made to fit. */
export function snapshot(
  sites: readonly (readonly [SiteView, readonly TargetView[]])[],
  over: Partial<Snapshot> = {},
): Snapshot {
  const targets = sites.flatMap(([, views]) => views);
  const counts: Record<State, number> = { up: 0, degraded: 0, down: 0, unknown: 0 };
  for (const view of targets) counts[view.state] += 1;
  return {
    schema: 1,
    sequence: 17,
    at: AT,
    verdict: {
      state: 'up',
      headline: `All ${targets.length} targets answer`,
      tail: '',
      since: AT - 3_600_000,
      label: null,
      faultAt: null,
      evidence: [],
      notAtFault: null,
      notChecked: null,
      next: null,
      chain: [],
      others: [],
    },
    sites: sites.map(([view]) => view),
    targets,
    counts,
    events: [],
    agent: agent(),
    ...over,
  };
}

/** Two sites: mel-dc2, critical, is down; syd-dc1 is up with one degraded target. */
export function incident(): Snapshot {
  const mel = [target('mel-core', 'mel-dc2', { state: 'down' }), target('mel-dns', 'mel-dc2', { state: 'down' })];
  const syd = [
    target('syd-core', 'syd-dc1'),
    target('erp', 'syd-dc1', {
      kind: 'tcp',
      label: 'erp.corp.example:443',
      state: 'degraded',
      reasons: [{ code: 'loss', text: 'loses 3.1 % (limit 2 %)' }],
      last60s: statistics({ lossRatio: 0.031, lost: 2, received: 58 }),
    }),
  ];
  const began = AT - 725_000;
  return snapshot(
    [
      [
        site('mel-dc2', mel, {
          state: 'down',
          critical: true,
          since: began,
          bestRttMs: null,
          reasons: [{ code: 'all-down', text: 'no target answers' }],
        }),
        mel,
      ],
      [site('syd-dc1', syd), syd],
    ],
    {
      verdict: {
        state: 'down',
        headline: 'mel-dc2 is unreachable',
        tail: '',
        since: began,
        label: 'Down · critical site',
        faultAt: 'link or site',
        evidence: [],
        notAtFault: 'This host',
        notChecked: null,
        next: null,
        chain: [],
        others: [{ state: 'degraded', subject: 'erp', site: 'syd-dc1', text: 'erp loses 3.1 % (limit 2 %)' }],
      },
      events: [
        {
          id: 9,
          at: began,
          kind: 'site',
          layer: 'data-plane',
          subject: 'mel-dc2',
          site: 'mel-dc2',
          from: 'up',
          to: 'down',
          lastedMs: 3_600_000,
          text: 'mel-dc2 is unreachable',
          reasons: [],
        },
      ],
    },
  );
}
