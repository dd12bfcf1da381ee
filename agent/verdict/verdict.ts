/**
 * The agent's answer: what is wrong, where, on what evidence. The first trouble makes the headline, the others a line
 * each; when this host or this agent is at fault itself, that is said before anything about the network.
 */
import type { Milliseconds } from '../measure/target.ts';
import { counted } from '../measure/units.ts';
import { firstVerdict } from './cause.ts';
import { faultChain } from './chain.ts';
import type { Evidence } from './evidence.ts';
import { failovers } from './failover.ts';
import { faultAt, nextStep, notAtFault, notChecked } from './fault.ts';
import { shownName } from './names.ts';
import { blockedEverywhere, ownFault } from './own-fault.ts';
import { proofOf } from './proof.ts';
import { sinceText } from './sentence.ts';
import type { SiteTrack } from './site-track.ts';
import type { State, Verdict } from './snapshot.ts';
import { rankTroubles, type Trouble, troubleOf } from './trouble.ts';

/** What a verdict without trouble leaves empty. */
const NOTHING = {
  label: null,
  faultAt: null,
  evidence: [],
  notAtFault: null,
  notChecked: null,
  next: null,
  others: [],
};

/**
 * @param now wall time of the snapshot
 * @param overloadSince wall time since when the evidence tells of overload; null without it
 */
export function buildVerdict(
  sites: readonly SiteTrack[],
  evidence: Evidence,
  now: Milliseconds,
  overloadSince: number | null,
): Verdict {
  const probed = sites.filter(({ tracks }) => tracks.length > 0);
  if (probed.length === 0) return nothingConfigured();
  const troubles = rankTroubles(probed.map(troubleOf).filter((trouble) => trouble !== null));
  const own = ownFault(probed, troubles, evidence, overloadSince);
  if (own !== null) return { ...own, others: troubles.map((trouble) => otherLine(trouble, now)) };
  const [first, ...rest] = troubles;
  const fallen = failovers(probed, evidence, first?.site ?? null, now);
  if (first === undefined) return { ...healthy(probed, evidence), others: fallen };
  const verdict: Verdict = {
    state: first.state,
    headline: `${first.subject} ${first.predicate.verb}`,
    tail: first.predicate.tail,
    since: first.since,
    label: labelOf(first),
    faultAt: faultAt(first, probed, evidence),
    evidence: proofOf(first, evidence),
    notAtFault: notAtFault(first, probed, evidence),
    notChecked: notChecked(first, probed, evidence),
    next: nextStep(first, evidence),
    chain: faultChain(probed, first.site, evidence),
    others: [...rest.map((trouble) => otherLine(trouble, now)), ...fallen],
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
    since: answering.length === 0 ? null : Math.max(...answering.map(({ since }) => since)),
    chain: faultChain(sites, null, evidence),
  };
}

function allAnswer(targets: number, sites: readonly SiteTrack[], isPart: boolean): string {
  const only = sites.length === 1 ? sites[0] : undefined;
  const where = only === undefined ? `at ${counted(sites.length, 'site')}` : `at ${shownName(only.site.name, 30)}`;
  if (targets === 1) return `${isPart ? 'One' : 'The only'} target ${where} answers`;
  return `${isPart ? '' : 'All '}${counted(targets, 'target')} ${where} answer`;
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
