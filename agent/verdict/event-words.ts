/** What an event says: "mel-core does not answer", "mel-dc2 answers again, was down 12 min 5 s". */
import { type Cause, predicateOf } from './cause.ts';
import { shownName } from './names.ts';
import type { State } from './snapshot.ts';

const NAME = 60;

/** @param causes the first one made the state; empty when it is up */
export function changeText(name: string, from: State, to: State, causes: readonly Cause[], isSite: boolean): string {
  const subject = shownName(name, NAME);
  const cause = causes[0];
  if (to === 'up') return `${subject} ${from === 'unknown' ? 'answers' : 'is well again'}`;
  if (cause === undefined) return `${subject} is ${to}`;
  const { verb, tail } = predicateOf(cause, isSite);
  return `${subject} ${verb}${tail}`;
}
