/**
 * Names in sentences. Operators may call a thing what they like: 200 characters, right-to-left, emoji. A sentence
 * must stay one line of bounded length and keep its own direction.
 */

/** Hebrew, Arabic, Syriac, Thaana, N'Ko and their presentation forms; Adlam and others beyond the BMP. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]|[\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
/** Control characters, line separators, and directional marks that could turn the sentence around. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;
const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';

/** The name as it may stand in a sentence, at most `most` characters long. */
export function shownName(name: string, most: number): string {
  const clean = name.replace(UNSAFE, ' ');
  const characters = Array.from(clean);
  const short = characters.length <= most ? clean : `${characters.slice(0, Math.max(1, most - 1)).join('')}…`;
  return RIGHT_TO_LEFT.test(short) ? `${FIRST_STRONG_ISOLATE}${short}${POP_ISOLATE}` : short;
}

/** "a", "a and b", "a, b and 3 more". */
export function listNames(names: readonly string[], most = 2): string {
  const shown = names.slice(0, most).map((name) => shownName(name, 30));
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${more} more`;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
