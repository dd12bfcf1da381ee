/** Scenes for the console: all well, not measurable, starting, nothing configured, two hundred targets, hostile names. */
import type { StateSpan } from '../../agent/verdict/past.ts';
import type { SiteView, Snapshot, TargetView } from '../../agent/verdict/snapshot.ts';
import { CUT } from './console-incident.ts';
import {
  DAY,
  fakeAgent,
  fakeSite,
  fakeSnapshot,
  fakeTarget,
  HEALTHY,
  HOUR,
  healthySites,
  MINUTE,
  NOW,
  notice,
  type Scene,
  sceneOf,
} from './console-parts.ts';

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

/** Two seconds after the first start: nothing judged, no history. */
export function starting(): Scene {
  const targets = HEALTHY.slice(0, 2).map((words) =>
    fakeTarget({ ...words, state: 'unknown', since: NOW - 2000, rttMs: null, loss: null, reason: 'measuring' }),
  );
  const sites = [
    { ...fakeSite('mel-dc2', 'direct-connect', true, targets), state: 'unknown' as const, since: NOW - 2000 },
  ];
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
      [fakeSite('this host', 'local', false, targets, { cidrs: [] })],
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
    return fakeSite(
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
    fakeSite(name, 'internet', true, targets, {
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

/**
 * A scene around a snapshot of the real observer (`snapshots.ts`): its own words and numbers, and a past that fits
 * them: up for 14 days until what is not up now began.
 */
export function sceneFrom(snapshot: Snapshot): Scene {
  const begin = snapshot.at - 14 * DAY;
  const spansOf = ({ state, since }: TargetView | SiteView): readonly StateSpan[] =>
    state === 'up'
      ? [{ from: begin, to: snapshot.at, state }]
      : [
          { from: begin, to: since, state: 'up' },
          { from: since, to: snapshot.at, state },
        ];
  const troubled = snapshot.targets.filter(({ state }) => state !== 'up');
  return sceneOf(snapshot, {
    events: snapshot.events.filter(({ from }) => from !== 'unknown'),
    episodes: troubled.map(({ name, since, last60s, state }) => ({
      targets: [name],
      from: since,
      to: snapshot.at,
      loss: state === 'down' ? 1 : (last60s.lossRatio ?? 1),
    })),
    spans: Object.fromEntries([
      ...snapshot.targets.map((target) => [`target ${target.name}`, spansOf(target)]),
      ...snapshot.sites.map((one) => [`site ${one.name}`, spansOf(one)]),
    ]),
  });
}
