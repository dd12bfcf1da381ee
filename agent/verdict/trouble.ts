/**
 * What is wrong, one trouble per site, and which of them is told first.
 *
 * The subject is the site when its targets suffer alike, the target when it suffers alone: then the sentence says
 * that the others answer, which is the most useful half of it.
 */
import { type Cause, type Predicate, predicateOf } from './cause.ts';
import { shownName } from './names.ts';
import { type CauseGroup, groupCauses } from './site-condition.ts';
import type { SiteTrack } from './site-track.ts';
import type { State } from './snapshot.ts';
import type { TargetTrack } from './target-track.ts';

export interface Trouble {
  readonly state: Exclude<State, 'up'>;
  readonly site: SiteTrack;
  /** Name of the site, of the one target, or "2 of 4 targets at mel-dc2". */
  readonly subject: string;
  /** Set when one of several targets suffers alone. */
  readonly target: TargetTrack | null;
  /** The targets it is about. */
  readonly tracks: readonly TargetTrack[];
  readonly cause: Cause;
  readonly predicate: Predicate;
  /** Wall time. */
  readonly since: number;
}

/** A sentence has 90 characters; " since 21 Nov 03:02:17.4, 23 h 59 min" takes up to 38 of them. */
const HEADLINE = 52;
const FEWEST_NAME = 12;

const RANK: Readonly<Record<State, number>> = { down: 0, degraded: 1, unknown: 2, up: 3 };

/** The trouble of a site; null when it is up or only begins to be measured. */
export function troubleOf(site: SiteTrack): Trouble | null {
  const state = site.condition.state;
  const groups = groupCauses(site.tracks).filter(({ cause }) => cause.code !== 'measuring');
  const worst = groups[0];
  if (state === 'degraded' && worst === undefined && site.tcpTrouble !== null)
    return ofTcp(site, site.tcpTrouble.cause);
  if (state === 'up' || worst === undefined) return fromUnknownOnes(site, groups);
  const { name } = site.site;
  const all = site.tracks.length;
  if (state === 'down' || worst.tracks.length === all) {
    const predicate = groups.length === 1 ? predicateOf(worst.cause, true) : { verb: 'is unreachable', tail: '' };
    const tracks = state === 'down' ? site.tracks : worst.tracks;
    return finish({
      state,
      site,
      subject: name,
      target: null,
      tracks,
      cause: worst.cause,
      predicate,
      since: site.since,
    });
  }
  return partial(site, worst, state);
}

/** Every target is fine, and yet the connections of this host suffer. */
function ofTcp(site: SiteTrack, cause: Cause): Trouble {
  const { name } = site.site;
  const predicate = predicateOf(cause, true);
  const { tracks, since } = site;
  return finish({ state: 'degraded', site, subject: name, target: null, tracks, cause, predicate, since });
}

/** Some of a site's targets suffer. */
function partial(site: SiteTrack, worst: CauseGroup, state: Exclude<State, 'up'>): Trouble {
  const rest = site.tracks.filter((track) => !worst.tracks.includes(track));
  const since = Math.min(...worst.tracks.map((track) => track.since));
  const { cause, tracks } = worst;
  const alone = tracks.length === 1 ? (tracks[0] ?? null) : null;
  const own = predicateOf(cause, false);
  const { verb, tail } = alone === null ? plural(own) : own;
  return finish({
    state: worst.state === 'up' ? state : worst.state,
    site,
    subject:
      alone?.target.name ?? `${tracks.length} of ${site.tracks.length} targets at ${shownName(site.site.name, 24)}`,
    target: alone,
    tracks,
    cause,
    predicate: {
      verb,
      tail: isAnswering(rest, since)
        ? `${tail}; ${othersAnswer(rest, site, alone !== null)}${notTheNetwork(worst)}`
        : tail,
    },
    since,
  });
}

/** True when all of these have answered after the trouble began, and still do. */
function isAnswering(rest: readonly TargetTrack[], since: number): boolean {
  return rest.every(
    (track) =>
      (track.condition.state === 'up' || track.condition.state === 'degraded') &&
      track.machine.lossRun === null &&
      (track.lastReplyAt ?? 0) >= since,
  );
}

/** A site that is up may still hold targets nobody can measure: they are told, last of all. */
function fromUnknownOnes(site: SiteTrack, groups: readonly CauseGroup[]): Trouble | null {
  const unknown = groups.find((group) => group.state === 'unknown');
  return unknown === undefined ? null : partial(site, unknown, 'unknown');
}

function othersAnswer(rest: readonly TargetTrack[], site: SiteTrack, isNamed: boolean): string {
  const answer = rest.length === 1 ? 'answers' : 'answer';
  if (!isNamed) return `the other ${rest.length === 1 ? 'one' : rest.length} ${answer}`;
  const where = shownName(site.site.name, 30);
  return `the other ${rest.length === 1 ? 'target' : `${rest.length} targets`} at ${where} ${answer}`;
}

/** What the others' answers prove about this one. */
function notTheNetwork({ cause, tracks }: CauseGroup): string {
  if (tracks.length > 1) return '';
  switch (cause.code) {
    case 'no-reply':
    case 'error':
      return ': its host or service, not the network';
    case 'loss':
    case 'rtt':
    case 'jitter':
    case 'recovering':
    case 'measuring':
    case 'local':
    case 'silent':
    case 'filtered':
    case 'overload':
    case 'retransmission':
    case 'resolver':
      return '';
  }
}

const PLURALS: Readonly<Record<string, string>> = {
  is: 'are',
  does: 'do',
  has: 'have',
  loses: 'lose',
  answers: 'answer',
  refuses: 'refuse',
  resets: 'reset',
  gets: 'get',
  fails: 'fail',
};

function plural({ verb, tail }: Predicate): Predicate {
  const [first = '', ...rest] = verb.split(' ');
  return { verb: [PLURALS[first] ?? first, ...rest].join(' '), tail };
}

/** Shortens the subject so that headline and since keep within 90 characters. */
function finish(trouble: Trouble): Trouble {
  const most = Math.max(FEWEST_NAME, HEADLINE - trouble.predicate.verb.length - 1);
  return { ...trouble, subject: shownName(trouble.subject, most) };
}

/** Critical sites first (unless only unknown), down before degraded before unknown, older before younger. */
export function rankTroubles(troubles: readonly Trouble[]): Trouble[] {
  const isCritical = ({ state, site }: Trouble): boolean => site.site.critical && state !== 'unknown';
  return [...troubles].sort(
    (a, b) =>
      Number(isCritical(b)) - Number(isCritical(a)) ||
      RANK[a.state] - RANK[b.state] ||
      a.since - b.since ||
      a.site.site.name.localeCompare(b.site.site.name, 'en'),
  );
}
