/** What an event says: "mel-core does not answer", "mel-dc2 answers again, was down 12 min 5 s". */
import { predicateOf } from './cause.ts';
import { shownName } from './names.ts';
import type { SiteTrack } from './site-track.ts';
import type { State } from './snapshot.ts';
import type { Condition } from './target-track.ts';
import { troubleOf } from './trouble.ts';

const NAME = 60;

export function targetChangeText(name: string, from: State, { state, causes }: Condition): string {
  const cause = causes[0];
  if (state === 'up' || cause === undefined) return upText(name, from);
  const { verb, tail } = predicateOf(cause, false);
  return `${shownName(name, NAME)} ${verb}${tail}`;
}

/** The site's own sentence, so that the event says what the verdict said. */
export function siteChangeText(site: SiteTrack, from: State): string {
  const trouble = site.condition.state === 'up' ? null : troubleOf(site);
  if (trouble !== null) return `${trouble.subject} ${trouble.predicate.verb}${trouble.predicate.tail}`;
  const { name } = site.site;
  if (site.tracks.length === 0) return `${shownName(name, NAME)} is no longer probed`;
  return site.condition.state === 'up' ? upText(name, from) : `${shownName(name, NAME)} is ${site.condition.state}`;
}

function upText(name: string, from: State): string {
  return `${shownName(name, NAME)} ${from === 'unknown' ? 'answers' : 'is well again'}`;
}
