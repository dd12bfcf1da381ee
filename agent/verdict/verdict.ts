/**
 * The agent's answer: what is wrong, where, on what evidence. The first trouble makes the headline, the others a line
 * each; when this host or this agent is at fault itself, that is said before anything about the network.
 */
import type { Milliseconds } from '../measure/target.ts';
import { counted, formatDuration } from '../measure/units.ts';
import { firstVerdict } from './cause.ts';
import { faultChain, hostShortages } from './chain.ts';
import type { Evidence } from './evidence.ts';
import { faultAt, nextStep, notAtFault, notChecked, tcpWords } from './fault.ts';
import { shownName } from './names.ts';
import { sinceText } from './sentence.ts';
import type { SiteTrack } from './site-track.ts';
import type { State, Verdict } from './snapshot.ts';
import { rankTroubles, type Trouble, troubleOf } from './trouble.ts';

const MOST_EVIDENCE = 3;
const NOTHING = {
  label: null,
  faultAt: null,
  evidence: [],
  notAtFault: null,
  notChecked: null,
  next: null,
  others: [],
};

/** @param now wall time of the snapshot */
export function buildVerdict(sites: readonly SiteTrack[], evidence: Evidence, now: Milliseconds): Verdict {
  const probed = sites.filter(({ tracks }) => tracks.length > 0);
  if (probed.length === 0) return nothingConfigured();
  const troubles = rankTroubles(probed.map(troubleOf).filter((trouble) => trouble !== null));
  const own = ownFault(probed, troubles, evidence);
  if (own !== null) return { ...own, others: troubles.map((trouble) => otherLine(trouble, now)) };
  const [first, ...rest] = troubles;
  if (first === undefined) return healthy(probed, evidence);
  const verdict: Verdict = {
    state: first.state,
    headline: `${first.subject} ${first.predicate.verb}`,
    tail: first.predicate.tail,
    since: first.since,
    label: labelOf(first),
    faultAt: faultAt(first, probed, evidence),
    evidence: evidenceOf(first, evidence),
    notAtFault: notAtFault(first, probed, evidence),
    notChecked: notChecked(first, probed, evidence),
    next: nextStep(first, evidence),
    chain: faultChain(probed, first.site, evidence),
    others: rest.map((trouble) => otherLine(trouble, now)),
  };
  const everywhere = blockedEverywhere(probed, first);
  return everywhere === null ? verdict : { ...verdict, ...everywhere };
}

const STATE_WORDS: Readonly<Record<State, string>> = {
  up: 'Up',
  degraded: 'Degraded',
  down: 'Down',
  unknown: 'Unknown',
};

function labelOf({ state, site, tracks }: Trouble): string {
  if (site.condition.state === state)
    return site.site.critical ? `${STATE_WORDS[state]} · critical site` : STATE_WORDS[state];
  return `${STATE_WORDS[state]} · ${tracks.length} of ${counted(site.tracks.length, 'target')} at ${shownName(site.site.name, 30)}`;
}

function nothingConfigured(): Verdict {
  return {
    ...NOTHING,
    state: 'unknown',
    headline: 'Nothing is probed',
    tail: ': the configuration names no target',
    since: null,
    next: 'Add targets to the configuration: see `vpc-canary config schema` or the README',
    chain: [],
  };
}

function healthy(sites: readonly SiteTrack[], evidence: Evidence): Verdict {
  const tracks = sites.flatMap((site) => site.tracks);
  const measuring = tracks.filter(({ machine }) => machine.phase === 'measuring');
  const measured = tracks.length - measuring.length;
  if (measured === 0) {
    const due = measuring.flatMap(
      ({
        condition: {
          causes: [cause],
        },
      }) => (cause?.code === 'measuring' && cause.dueMs !== null ? [cause.dueMs] : []),
    );
    const tail = due.length === 0 ? '' : `, ${firstVerdict(Math.max(...due))}`;
    return {
      ...NOTHING,
      state: 'unknown',
      headline: 'Measuring',
      tail,
      since: null,
      chain: faultChain(sites, null, evidence),
    };
  }
  const answering = sites.filter((site) => site.condition.state === 'up');
  return {
    ...NOTHING,
    state: 'up',
    headline: allAnswer(measured, answering, tracks.length > measured),
    tail:
      measuring.length === 0
        ? ''
        : `; ${counted(measuring.length, 'more target')} ${measuring.length === 1 ? 'is' : 'are'} being measured`,
    since: Math.max(...answering.map(({ since }) => since)),
    chain: faultChain(sites, null, evidence),
  };
}

function allAnswer(targets: number, sites: readonly SiteTrack[], isPart: boolean): string {
  const only = sites.length === 1 ? sites[0] : undefined;
  const where = only === undefined ? `at ${counted(sites.length, 'site')}` : `at ${shownName(only.site.name, 30)}`;
  if (targets === 1) return `${isPart ? 'One' : 'The only'} target ${where} answers`;
  return `${isPart ? '' : 'All '}${counted(targets, 'target')} ${where} answer`;
}

/** This host is short of something, or the agent cannot keep up, while no site is well: no verdict on the network. */
function ownFault(sites: readonly SiteTrack[], troubles: readonly Trouble[], evidence: Evidence): Verdict | null {
  const network = troubles.filter(({ state }) => state !== 'unknown');
  if (network.length === 0) return null;
  const oldest = Math.min(...network.map(({ since }) => since));
  const base = {
    ...NOTHING,
    state: 'unknown' as const,
    label: 'No verdict',
    faultAt: 'this host',
    chain: faultChain(sites, null, evidence),
  };
  const overload = evidence.overload ?? null;
  if (overload !== null) {
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
  if (short.length === 0 || sites.some((site) => site.condition.state === 'up')) return null;
  return {
    ...base,
    headline: 'The fault is this instance',
    tail: `: ${short.join(', ')}. No verdict on the network`,
    since: evidence.host?.since ?? oldest,
    evidence: short.map((text) => ({ at: evidence.host?.since ?? null, text })),
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
function blockedEverywhere(sites: readonly SiteTrack[], first: Trouble): Partial<Verdict> | null {
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

function evidenceOf(trouble: Trouble, evidence: Evidence): Verdict['evidence'] {
  const found: { at: number | null; text: string }[] = [];
  const link = evidence.sites?.[trouble.site.site.name]?.link;
  if (link !== undefined && link.state !== 'up' && link.state !== 'unknown') {
    const before = link.since === null ? 0 : trouble.since - link.since;
    const lead = before > 0 && before < 600_000 ? `, ${formatDuration(before)} before the first trouble` : '';
    found.push({ at: link.since, text: `${link.text}${lead}` });
  }
  found.push({ at: trouble.since, text: onset(trouble) });
  const tcp = tcpWords(evidence, trouble.site);
  if (tcp !== null && trouble.cause.code !== 'filtered')
    found.push({ at: null, text: `${tcp.charAt(0).toUpperCase()}${tcp.slice(1)}` });
  for (const text of particulars(trouble)) found.push({ at: null, text });
  const time = (at: number | null): number => at ?? Number.POSITIVE_INFINITY;
  return found.sort((a, b) => (time(a.at) === time(b.at) ? 0 : time(a.at) - time(b.at))).slice(0, MOST_EVIDENCE);
}

/** How it began: "All 4 targets stopped answering within 0.9 s". */
function onset({ tracks, state, site, cause }: Trouble): string {
  const since = tracks.map((track) => track.since);
  const first = tracks.find((track) => track.since === Math.min(...since));
  if (first === undefined) return '';
  const name = shownName(first.target.name, 30);
  if (state === 'down' && tracks.length > 1) {
    const all = tracks.length === 2 ? 'Both targets' : `All ${tracks.length} targets`;
    const who = tracks.length === site.tracks.length ? all : `${tracks.length} targets`;
    return `${who} stopped answering within ${formatDuration(Math.max(...since) - Math.min(...since))}`;
  }
  if (state === 'down')
    return `First unanswered probe of ${name}; ${counted(first.machine.outage?.lost ?? 0, 'probe')} unanswered since`;
  switch (cause.code) {
    case 'recovering':
      return `First answer of ${name} after ${formatDuration(cause.outageMs)}`;
    case 'loss':
      return `First lost probe of ${name}`;
    case 'rtt':
    case 'jitter':
      return `${name} went over its limit`;
    case 'filtered':
      return `First unanswered ping of ${name}`;
    case 'local':
      return `First probe of ${name} that could not be sent or judged`;
    case 'retransmission':
      return `${counted(cause.flows, 'flow')} of this host to ${shownName(site.site.name, 30)} retransmit more than usual`;
    case 'no-reply':
    case 'error':
    case 'measuring':
    case 'silent':
    case 'overload':
    case 'resolver':
      return `Began at ${name}`;
  }
}

/** What the sentence does not say already: each target's own numbers when there are few, routers that answered. */
function particulars({ tracks, cause, site }: Trouble): string[] {
  if (cause.code === 'error' && cause.from !== null) return [`${cause.from} answers for it: ${cause.text}`];
  if (tracks.length < 2 || tracks.length > 4)
    return site.reasons.length > 1 ? site.reasons.map(({ text }) => text) : [];
  if (cause.code !== 'loss' && cause.code !== 'rtt' && cause.code !== 'jitter') return [];
  return tracks.map((track) => `${shownName(track.target.name, 30)} ${track.reasons[0]?.text ?? ''}`);
}

function otherLine(trouble: Trouble, now: Milliseconds): Verdict['others'][number] {
  const { state, since, subject, predicate, site } = trouble;
  const time = sinceText({ ...NOTHING, state, since, headline: '', tail: predicate.tail, chain: [] }, now);
  return {
    state,
    subject: trouble.target?.target.name ?? site.site.name,
    site: site.site.name,
    text: `${trouble.target === null && subject !== site.site.name ? `${subject} ` : ''}${predicate.verb}${time}${predicate.tail}`,
  };
}
