/**
 * Text laid out in a terminal's width: columns, and lines broken where they may be. Widths are in code points, near
 * enough to what a terminal shows.
 */

/**
 * Names and reasons may come from afar (a DNS answer, an HTTP status): no control character and nothing that turns
 * the direction of writing around reaches the terminal. Isolates pass; the verdict sets names in them.
 */
const clean = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e]/gu, '·');

/** Least width of a last column; narrower ones stand on lines of their own. */
const MIN_LAST = 36;

/** Lines for each row, of equal columns but the last, which is wrapped: at 3 a.m. nothing may be cut off. */
export function table(raw: readonly (readonly string[])[], width: number): string[][] {
  const rows = raw.map((row) => row.map(clean));
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => length(row[i] ?? ''))));
  const before = widths.slice(0, -1).reduce((sum, column) => sum + column + 2, 0);
  const below = width - before < MIN_LAST;
  return rows.map((row) => {
    const cells = row.slice(0, -1).map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - length(cell) + 2));
    const start = cells.join('');
    const last = row.at(-1) ?? '';
    if (!below) return indented(start, last, width).map((line) => line.trimEnd());
    return [start.trimEnd(), ...(last === '' ? [] : indented(' '.repeat(6), last, width))];
  });
}

export const length = (text: string): number => [...text].length;

/** Single spaces, but not those before a unit: "12 min 5 s" may break only after "min". */
const BREAK = /(?<=\S) (?=\S)(?!(?:%|ms|s|min|h|d)(?:\W|$))/;

/** Lines of at most this width; a word that is longer is broken where the line ends. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of clean(text)
    .split(BREAK)
    .flatMap((word) => pieces(word, width))) {
    if (line === '') line = word;
    else if (length(line) + 1 + length(word) <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

function pieces(word: string, width: number): string[] {
  const characters = [...word];
  const count = Math.max(1, Math.ceil(characters.length / width));
  return Array.from({ length: count }, (_, i) => characters.slice(i * width, (i + 1) * width).join(''));
}

/** The text after its start, further lines below its beginning. */
export function indented(start: string, text: string, width: number, indent = length(start)): string[] {
  return wrap(text, width - indent).map((line, i) => (i === 0 ? start : ' '.repeat(indent)) + line);
}
