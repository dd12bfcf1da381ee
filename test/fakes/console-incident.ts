/**
 * The incident of the design's pictures: a site cut off, a branch that loses packets, a site that filters pings. Its
 * words about BGP and Direct Connect no detector finds yet; they are here so that the page can be looked at with them.
 */
import type { StateSpan } from '../../agent/verdict/past.ts';
import type { CanaryEvent, SiteView, State } from '../../agent/verdict/snapshot.ts';
import {
  DAY,
  fakeSnapshot,
  fakeTarget,
  HEALTHY,
  HOUR,
  healthySites,
  MINUTE,
  NOW,
  type Scene,
  sceneOf,
} from './console-parts.ts';
import { troubledVpc } from './vpc.ts';

export const CUT = Date.parse('2026-11-21T03:02:17.400Z');
const KM_FAILOVER = [Date.parse('2026-11-16T03:14:22Z'), Date.parse('2026-11-16T22:26:22Z')] as const;
const OFF = [Date.parse('2026-11-11T09:00:00Z'), Date.parse('2026-11-11T14:20:00Z')] as const;

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
    { events: [...events].reverse(), vpc: troubledVpc(NOW, CUT - 1200) },
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
