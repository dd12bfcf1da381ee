/** Reads the HTML our own templates make, for tests: their text, and whether their tags close. */

const VOID = new Set(['meta', 'wbr', 'link', 'input', 'br', 'col', 'hr']);
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/** Text without tags, entities resolved. */
export function textOf(markup: { toString(): string }): string {
  return String(markup)
    .replace(/<[^>]*>/g, '')
    .replace(/&(amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** What is wrong with the nesting of tags; empty when nothing is. */
export function unbalanced(markup: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [tag, slash, name = '', attributes = ''] of markup.matchAll(
    /<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*)>/gi,
  )) {
    if (VOID.has(name) || attributes.endsWith('/')) continue;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) wrong.push(tag);
  }
  return [...wrong, ...open.map((name) => `<${name}> stays open`)];
}

/** Values of an attribute, in order. */
export function attributes(markup: string, name: string): string[] {
  return [...markup.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map(([, value]) => textOf(value ?? ''));
}

/** Names of all attributes there are. */
export function attributeNames(markup: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, inside = ''] of markup.matchAll(/<[a-z][a-z0-9]*((?:"[^"]*"|[^">])*)>/gi)) {
    for (const [, name = ''] of inside.matchAll(/\s([^\s=/"]+)(?:="[^"]*")?/g)) names.add(name);
  }
  return names;
}
