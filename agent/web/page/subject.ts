/**
 * The name inside a sentence becomes its link.
 *
 * Sentences carry names as `verdict/names.ts` shows them: cut with an ellipsis when long, isolated when
 * right-to-left. So the name is looked for in that shape, and put in front when the sentence has none.
 */
import { shownName } from '../../verdict/names.ts';
import { type Html, html } from './html.ts';

const ISOLATES = /[\u2068\u2069]/g;
/** A shorter beginning followed by an ellipsis could be any name's. */
const SHORTEST_CUT = 8;

/** Where the name stands in the sentence, as [start, end); null when it does not. */
export function nameIn(sentence: string, name: string): readonly [number, number] | null {
  const clean = shownName(name, Number.POSITIVE_INFINITY).replace(ISOLATES, '');
  const at = clean === '' ? -1 : sentence.indexOf(clean);
  if (at >= 0) return isolated(sentence, at, at + clean.length);
  const cut = sentence.indexOf('…');
  const beginning = sentence.slice(0, Math.max(0, cut)).replace(ISOLATES, '');
  if (beginning.length < SHORTEST_CUT || !clean.startsWith(beginning)) return null;
  return isolated(sentence, cut - beginning.length, cut + 1);
}

/** Isolating marks around the name go with it: `<bdi>` does their work. */
function isolated(sentence: string, start: number, end: number): readonly [number, number] {
  return [start - Number(sentence[start - 1] === '\u2068'), end + Number(sentence[end] === '\u2069')];
}

/** The sentence with its subject as a link; a sentence that begins with its verb gets the subject in front. */
export function linkedSentence(sentence: string, name: string, href: string): Html {
  const link = html`<a href="${href}"><bdi>${name}</bdi></a>`;
  const found = nameIn(sentence, name);
  if (found === null) return html`${link} ${sentence}`;
  if (found[0] > 0) return html`${link}: ${sentence}`;
  return html`${link}${sentence.slice(found[1])}`;
}
