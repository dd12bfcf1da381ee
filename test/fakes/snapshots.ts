/**
 * Snapshots as the real Observer makes them, for tests of what renders them: page, `/prtg`, `/healthz`, `/metrics`,
 * `status`. Each is a story told by simulated probes (`observed-network.ts`); the words, states and numbers are the
 * agent's own. Made on first use and kept, the same in every run.
 */
import type { Site, Target } from '../../agent/measure/target.ts';
import type { Evidence } from '../../agent/verdict/evidence.ts';
import type { AgentView, Snapshot } from '../../agent/verdict/snapshot.ts';
import { always, during, LOST, ObservedNetwork, type Path, path } from './observed-network.ts';
import { dns, http, icmp, site, tcp } from './planned-targets.ts';

/** When the stories end: 2026-11-21 03:14:22.4 UTC. */
export const NOW = Date.UTC(2026, 10, 21, 3, 14, 22, 400);
const MINUTES = 60_000;

export const FIVE_SITES: readonly Site[] = [
  site('mel-dc2', { cidrs: ['10.40.0.0/16'], critical: true, expect: { link: 'direct-connect', mtu: 8500 } }),
  site('akl-branch', { cidrs: ['10.60.0.0/16'], expect: { link: 'vpn', mtu: 1446 } }),
  site('per-dc3', { cidrs: ['10.70.0.0/16'], expect: { link: 'transit-gateway', mtu: null } }),
  site('syd-dc1', { cidrs: ['10.20.0.0/16'], critical: true, expect: { link: 'direct-connect', mtu: 8500 } }),
  site('reference', { expect: { link: 'local', mtu: 9001 } }),
];

/** The 13 targets at those sites with healthy paths. */
export function thirteen(): (readonly [Target, Path])[] {
  return [
    [icmp('mel-core', 'mel-dc2', '10.40.0.1'), path(11.2)],
    [icmp('mel-fw', 'mel-dc2', '10.40.0.254'), path(11.4)],
    [tcp('payroll', 'mel-dc2', '10.40.8.20', 443), path(12.9)],
    [dns('mel-dns', 'mel-dc2', '10.40.0.53', 'corp.example'), path(12)],
    [icmp('akl-gw', 'akl-branch', '10.60.0.1'), path(27.8, { spread: 0.2 })],
    [tcp('akl-pos', 'akl-branch', '10.60.12.9', 8443), path(28.1, { spread: 0.1 })],
    [icmp('per-core', 'per-dc3', '10.70.0.1'), path(46)],
    [icmp('syd-core', 'syd-dc1', '10.20.0.1'), path(1.82)],
    [tcp('erp', 'syd-dc1', '10.20.3.4', 443), path(2.1)],
    [http('intranet', 'syd-dc1', 'https://intranet.corp.example/health', { everyMs: 5000, timeoutMs: 5000 }), path(14)],
    [dns('syd-dns', 'syd-dc1', '10.20.0.53', 'corp.example', { everyMs: 5000 }), path(2.4)],
    [icmp('az-b-peer', 'reference', '10.10.2.10'), path(0.61)],
    [icmp('az-c-peer', 'reference', '10.10.3.10'), path(0.74)],
  ];
}

/** The healthy thirteen with other paths for some, by name. */
export function thirteenWith(paths: Readonly<Record<string, Path>>): (readonly [Target, Path])[] {
  return thirteen().map(([target, healthy]) => [target, paths[target.name] ?? healthy] as const);
}

export function agentView(over: Partial<AgentView> = {}): AgentView {
  return {
    version: '0.1.0',
    pid: 4711,
    startedAt: NOW - 20 * MINUTES,
    hostname: 'canary-syd',
    title: 'prod-syd',
    vpcId: 'vpc-0a1b2c3d4e5f67890',
    availabilityZone: 'ap-southeast-2a',
    icmp: { mode: 'raw', timing: 'kernel', text: 'two raw sockets, kernel time stamps, ±5 µs' },
    overload: { receiveOverflows: 0, lateSends: 0, noBuffers: 0, now: false },
    publish: null,
    clock: { steps: 0, lastStepMs: null, suspensions: 0 },
    config: {
      sources: ['/etc/vpc-canary/config.yaml'],
      loadedAt: NOW - 20 * MINUTES,
      ok: true,
      problems: [],
      reloads: 0,
    },
    history: {
      mode: 'disk',
      path: '/var/lib/vpc-canary/history.db',
      bytes: 8_400_000,
      maxBytes: 67_108_864,
      oldest: NOW - 14 * 1440 * MINUTES,
      writeErrors: 0,
      text: null,
    },
    usage: { rssBytes: 68_000_000, anonymousBytes: 27_000_000, cpu: 0.003, loopDelayMs: 4.2 },
    capabilities: ['CAP_NET_RAW'],
    notices: [],
    ...over,
  };
}

interface Story {
  readonly sites?: readonly Site[];
  readonly targets: readonly (readonly [Target, Path])[];
  /** Default 13 minutes. */
  readonly runMs?: number;
  readonly evidence?: Evidence;
  readonly agent?: Partial<AgentView>;
}

/** Runs a story to {@link NOW} and returns its last snapshot. */
export function tell({ sites = FIVE_SITES, targets, runMs = 13 * MINUTES, evidence, agent }: Story): Snapshot {
  const network = new ObservedNetwork(NOW - runMs, 7);
  if (evidence !== undefined) network.observer.setEvidence(evidence);
  network.probe(sites, targets);
  const { snapshot } = network.run(runMs);
  return { ...snapshot, sequence: Math.floor(runMs / 1000), agent: agentView({ startedAt: NOW - runMs, ...agent }) };
}

function once(make: () => Snapshot): () => Snapshot {
  let made: Snapshot | null = null;
  return () => (made ??= make());
}

/** All 13 targets at 5 sites answer. */
export const allUp = once(() => tell({ targets: thirteen() }));

/** mel-dc2, a critical site, does not answer since 03:02:17; everything else does. */
export const melDown = once(() => {
  const cut = (healthy: Path): Path => during(healthy, 13 * MINUTES - 725_000, always(LOST));
  return tell({
    targets: thirteen().map(
      ([target, healthy]) => [target, target.site === 'mel-dc2' ? cut(healthy) : healthy] as const,
    ),
  });
});

/** The same outage, and what the host, BGP and TCP say of it. */
export const melDownExplained = once(() => {
  const cut = (healthy: Path): Path => during(healthy, 13 * MINUTES - 725_000, always(LOST));
  return tell({
    targets: thirteen().map(
      ([target, healthy]) => [target, target.site === 'mel-dc2' ? cut(healthy) : healthy] as const,
    ),
    evidence: {
      host: { stealRatio: 0, allowanceExceeded: [] },
      sites: {
        'mel-dc2': {
          link: {
            name: 'Direct Connect dxvif-fg2k5h',
            state: 'down',
            text: 'BGP peer 169.254.96.1 on dxvif-fg2k5h went down',
            since: NOW - 725_000 - 1200,
          },
          tcp: { flowsMovingData: 0, healthy: false, timeouts: 38 },
        },
      },
    },
  });
});

/** akl-branch loses about 3 %, over its limit of 2 %. */
export const aklLossy = once(() =>
  tell({
    targets: thirteenWith({
      'akl-gw': during(path(27.8, { spread: 0.2 }), 2 * MINUTES, path(29, { spread: 0.3, loss: 0.033 })),
      'akl-pos': during(path(28.1), 2 * MINUTES, path(29, { spread: 0.3, loss: 0.033 })),
    }),
  }),
);

/** per-dc3 answers no ping, but the kernel sees 14 healthy TCP flows to it. */
export const perFiltered = once(() =>
  tell({
    targets: thirteenWith({ 'per-core': during(path(46), 4 * MINUTES, always(LOST)) }),
    evidence: {
      sites: { 'per-dc3': { tcp: { flowsMovingData: 14, healthy: true, rttMs: 46, retransmitRatio: 0.0004 } } },
    },
  }),
);

/** erp refuses connections; the other 3 targets at syd-dc1 answer. */
export const erpRefuses = once(() =>
  tell({
    targets: thirteenWith({
      erp: during(
        path(2.1),
        5 * MINUTES,
        always({ kind: 'error', code: 'refused', text: 'connection refused', from: null, mtu: null }),
      ),
    }),
  }),
);

/** All troubles of the pictures at once: a site down, one lossy, one filtered. */
export const manyTroubles = once(() => {
  const cut = (healthy: Path): Path => during(healthy, 13 * MINUTES - 725_000, always(LOST));
  const paths: Record<string, Path> = {
    'akl-gw': during(path(27.8, { spread: 0.2 }), 2 * MINUTES, path(29, { spread: 0.3, loss: 0.05 })),
    'per-core': during(path(46), 4 * MINUTES, always(LOST)),
  };
  return tell({
    targets: thirteenWith(paths).map(([target, own]) => [target, target.site === 'mel-dc2' ? cut(own) : own] as const),
    evidence: { sites: { 'per-dc3': { tcp: { flowsMovingData: 14, healthy: true, rttMs: 46 } } } },
  });
});

/** Two seconds after the start: nothing has been judged. */
export const measuring = once(() => tell({ targets: thirteen(), runMs: 2000 }));

/** No target at all. */
export const nothingConfigured = once(() => tell({ sites: [], targets: [], runMs: 2000 }));

/** This host has no route to anything. */
export const noRoute = once(() =>
  tell({
    targets: thirteen().map(
      ([target, healthy]) =>
        [
          target,
          during(healthy, 9 * MINUTES, always({ kind: 'local', code: 'no-route', text: 'network is unreachable' })),
        ] as const,
    ),
  }),
);

/** The agent cannot keep up; its losses are its own. */
export const overload = once(() =>
  tell({
    targets: thirteen().map(
      ([target, healthy]) => [target, during(healthy, 10 * MINUTES, path(30, { loss: 0.2 }))] as const,
    ),
    evidence: { overload: 'sends were late by more than half an interval 412 times in the last minute' },
    agent: {
      overload: { receiveOverflows: 0, lateSends: 412, noBuffers: 3, now: true },
      notices: [
        {
          code: 'overload',
          severity: 'warning',
          text: "This agent cannot keep up: what it loses is its own loss, not the network's.",
          remedy: 'Probe fewer targets or less often (`every`), or give the instance more CPU.',
          since: NOW - 3 * MINUTES,
        },
      ],
    },
  }),
);

/** Names that try to break what shows them: markup, quotes, 200 characters, right-to-left, emoji, control characters. */
export const hostileNames = once(() => {
  const long = 'a-very-long-name-'.repeat(12).slice(0, 200);
  const sites = [
    site('<script>alert("site")</script>', { critical: true }),
    site(long, { expect: { link: 'vpn', mtu: null } }),
    site('מרכז נתונים'),
    site('🐤🏢 & "quotes" \'single\''),
  ];
  return tell({
    sites,
    targets: [
      [icmp('<img src=x onerror=alert(1)>', sites[0]!.name, '192.0.2.1'), during(path(9), 8 * MINUTES, always(LOST))],
      [tcp('"><svg/onload=alert(2)>', sites[0]!.name, '192.0.2.2', 443), during(path(9), 8 * MINUTES, always(LOST))],
      [icmp(`${long.slice(0, 190)}-target`, long, '2001:db8::1'), path(20, { loss: 0.1 })],
      [http('javascript:alert(3)', long, 'https://intranet.corp.example/?a="b"&c=<d>'), path(25)],
      [icmp('שרת ראשי \u202eabc', 'מרכז נתונים', '192.0.2.4'), during(path(3), 9 * MINUTES, always(LOST))],
      [icmp('🐤'.repeat(50), sites[3]!.name, '192.0.2.5'), path(5)],
    ],
  });
});

/** `count` targets at `count` ÷ 10 sites: most well, every 40th lossy or slow, one site down. */
export function many(count: number, runMs = 90_000): Snapshot {
  const siteCount = Math.max(1, Math.floor(count / 10));
  const sites = Array.from({ length: siteCount }, (_, index) =>
    site(`site-${String(index).padStart(3, '0')}`, {
      cidrs: [`10.${index % 250}.0.0/16`],
      critical: index % 10 === 0,
      expect: {
        link: (['direct-connect', 'vpn', 'transit-gateway', 'internet'] as const)[index % 4] ?? null,
        mtu: null,
      },
    }),
  );
  const targets = Array.from({ length: count }, (_, index): readonly [Target, Path] => {
    const at = index % siteCount;
    const healthy = path(1 + (index % 97));
    const own =
      at === 7 ? during(healthy, runMs - 20_000, always(LOST)) : index % 40 === 3 ? path(30, { loss: 0.15 }) : healthy;
    return [
      icmp(
        `target-${String(index).padStart(4, '0')}`,
        `site-${String(at).padStart(3, '0')}`,
        `10.${at % 250}.${Math.floor(index / 250)}.${1 + (index % 250)}`,
      ),
      own,
    ];
  });
  return tell({ sites, targets, runMs });
}

export const twoHundred = once(() => many(200));
export const oneThousand = once(() => many(1000, 40_000));
