/** When this host or this agent is at fault itself: then nothing is said about the network. */
import { faultChain, hostShortages, shortageExplains } from './chain.ts';
import type { Evidence } from './evidence.ts';
import type { SiteTrack } from './site-track.ts';
import type { Verdict } from './snapshot.ts';
import type { Trouble } from './trouble.ts';

/** A trouble that began longer before than this was not made by what this host is short of. */
const CAUSE_WITHIN_MS = 60_000;

/**
 * This host is short of something, or the agent cannot keep up. That explains troubles only when nothing is well and
 * they began with it: an outage that is older, or that leaves other sites well, is the network's all the same.
 */
export function ownFault(
  sites: readonly SiteTrack[],
  troubles: readonly Trouble[],
  evidence: Evidence,
  overloadSince: number | null,
): Verdict | null {
  const network = troubles.filter(({ state }) => state !== 'unknown');
  if (network.length === 0 || sites.some((site) => site.condition.state === 'up')) return null;
  const oldest = Math.min(...network.map(({ since }) => since));
  const explains = (since: number | null): boolean => since === null || oldest >= since - CAUSE_WITHIN_MS;
  const base = {
    notAtFault: null,
    notChecked: null,
    others: [],
    state: 'unknown' as const,
    label: 'No verdict',
    faultAt: 'this host',
    chain: faultChain(sites, null, evidence),
  };
  const overload = evidence.overload ?? null;
  if (overload !== null && explains(overloadSince)) {
    return {
      ...base,
      headline: 'This agent is overloaded',
      tail: ": own loss, not the network's. No verdict on the network",
      since: oldest,
      evidence: [{ at: null, text: overload }],
      next: 'Probe fewer targets or less often, or give this instance more CPU',
    };
  }
  const short = hostShortages(evidence.host);
  const since = evidence.host?.since ?? null;
  const lost = network.flatMap(({ tracks }) => tracks).reduce((sum, track) => sum + track.lastMinute.lost, 0);
  const isDown = network.some(({ state }) => state === 'down');
  if (short.length === 0 || !explains(since) || !shortageExplains(evidence.host, lost, isDown)) return null;
  return {
    ...base,
    headline: 'The fault is this instance',
    tail: `: ${short.join(', ')}. No verdict on the network`,
    since: since ?? oldest,
    evidence: short.map((text) => ({ at: since, text })),
    next: 'Give this instance more CPU credits or a larger size, then look again',
  };
}

const HOST_VERBS: Readonly<Record<string, string>> = {
  'no-route': 'has no route to any target',
  denied: 'forbids its own probes',
  'no-address': 'has lost its source address',
  'interface-down': 'has no interface that is up',
  'no-privilege': 'may not send probes',
  unresolved: 'resolves no name',
};

/** When no site can be measured for one and the same local reason, the subject is this host. */
export function blockedEverywhere(sites: readonly SiteTrack[], first: Trouble): Partial<Verdict> | null {
  const { cause } = first;
  if (cause.code !== 'local' || sites.length < 2) return null;
  const tracks = sites.flatMap((site) => site.tracks);
  const isSame = tracks.every(
    ({
      condition: {
        causes: [own],
      },
    }) => own?.code === 'local' && own.local === cause.local,
  );
  if (!isSame) return null;
  return {
    headline: `This host ${HOST_VERBS[cause.local] ?? 'cannot measure anything'}`,
    tail: '. No verdict on the network',
    label: 'Unknown',
    others: [],
  };
}
