/**
 * The only way this page makes HTML: a tagged template that escapes whatever is put into it.
 *
 * Names, reasons and addresses come from configuration, DNS answers and the far end's error texts, so none of
 * them is trusted. A value is escaped unless it is itself `Html`, and `Html` is made only by the tag and by
 * `join`, so there is no call to look for in a review but this file's `new Markup`. Escaping is for element
 * content and quoted attribute values; templates therefore always quote their attributes.
 */

class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

/** A piece of finished HTML. */
export type Html = Markup;
/** What a template may hold: `null`, `undefined` and `false` draw nothing, lists are drawn one after the other. */
export type Value = Html | string | number | null | undefined | false | readonly Value[];

const SPECIAL = /[&<>"']/;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeText(text: string): string {
  return SPECIAL.test(text) ? text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '') : text;
}

function draw(value: Value): string {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'string') return escapeText(value);
  if (typeof value === 'number') return String(value);
  if (value instanceof Markup) return value.text;
  let text = '';
  for (const one of value) text += draw(one);
  return text;
}

/** Line breaks and indentation of the template's own text become one character; nothing given in is touched. */
const squeezed = new WeakMap<TemplateStringsArray, readonly string[]>();
function squeeze(strings: TemplateStringsArray): readonly string[] {
  let pieces = squeezed.get(strings);
  if (pieces === undefined) {
    pieces = strings.map((piece) => piece.replace(/\s*\n\s*/g, '\n'));
    squeezed.set(strings, pieces);
  }
  return pieces;
}

export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  const pieces = squeeze(strings);
  let text = pieces[0] ?? '';
  for (let index = 0; index < values.length; index += 1) text += draw(values[index]) + (pieces[index + 1] ?? '');
  return new Markup(text);
}

export const nothing: Html = new Markup('');

/** Pieces with a separator between them. */
export function join(pieces: readonly Value[], separator: Value): Html {
  return new Markup(pieces.map(draw).join(draw(separator)));
}
