/**
 * YAML or JSON text → a tree with lines and columns, and every syntax error at once.
 *
 * The text is untrusted in one sense: it may be any file somebody pointed at. So its size, its depth and what its
 * aliases expand to are bounded, tags do nothing, and no key is special. Duplicate keys are found here and not by
 * the library, whose own check takes time quadratic in the size of a map.
 */
import {
  type Alias,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type YAMLError,
  type YAMLMap,
  type Document as YamlDocument,
} from 'yaml';
import { displayValue, type Problem, type ProblemCode } from './problem.ts';
import { type Entry, type MapNode, mapNode, type Node, type Origin } from './tree.ts';

/** Room for 10,000 targets with everything spelled out; parsing needs about 30 times this in memory for a moment. */
export const LARGEST_TEXT = 4 * 1024 * 1024;
/** 10,000 targets of 12 keys are 250,000 nodes; aliases count as often as they are used. */
const MOST_NODES = 500_000;
/** The schema is 6 deep; the parser's own stack ends somewhere above 1000. */
const DEEPEST = 64;

export interface Document {
  /** What the text says; null for an empty text, or where it could not be read at all. */
  readonly root: Node | null;
  readonly problems: readonly Problem[];
}

export interface Source {
  readonly tree: MapNode;
  readonly problems: readonly Problem[];
}

/** Anchored nodes already met; `null` while inside one, so that an alias to what contains it is seen. */
type Anchors = Map<string, { readonly node: Node; readonly size: number } | null>;

class Reader {
  readonly problems: Problem[] = [];
  #nodes = 0;
  #full = false;
  readonly #anchors: Anchors = new Map();
  readonly #lines: LineCounter;
  readonly #source: string;

  constructor(lines: LineCounter, source: string) {
    this.#lines = lines;
    this.#source = source;
  }

  origin(offset: number | undefined): Origin {
    if (offset === undefined) return { source: this.#source, line: 1, column: 1 };
    const { line, col } = this.#lines.linePos(offset);
    return { source: this.#source, line, column: col };
  }

  problem(code: ProblemCode, origin: Origin, text: string, fix: string, value: string | null = null): void {
    this.problems.push({ code, path: '', value, text, allowed: null, fix, origin });
  }

  /** Converts a node of the library's; counts what it makes. */
  read(from: unknown, depth: number): Node {
    const range = isNode(from) ? from.range : undefined;
    const origin = this.origin(range?.[0]);
    const empty: Node = { kind: 'scalar', origin, value: null };
    this.#count(1, origin);
    if (this.#full) return empty;
    if (depth > DEEPEST) {
      this.problem(
        'syntax',
        origin,
        `this is nested more than ${DEEPEST} deep`,
        'look for a stray bracket or indentation',
      );
      return empty;
    }
    if (isAlias(from)) return this.#alias(from, origin);
    const anchor = isNode(from) && 'anchor' in from ? from.anchor : undefined;
    if (anchor === undefined) return this.#content(from, origin, depth);
    const before = this.#nodes;
    this.#anchors.set(anchor, null);
    const node = this.#content(from, origin, depth);
    this.#anchors.set(anchor, { node, size: this.#nodes - before });
    return node;
  }

  #count(nodes: number, origin: Origin): void {
    this.#nodes += nodes;
    if (this.#nodes <= MOST_NODES || this.#full) return;
    this.#full = true;
    const text = `this configuration holds more than ${MOST_NODES.toLocaleString('en')} values, with aliases expanded`;
    this.problem('alias', origin, text, 'use fewer aliases (*name) inside what an anchor (&name) marks');
  }

  #alias(from: Alias, origin: Origin): Node {
    const empty: Node = { kind: 'scalar', origin, value: null };
    const anchored = this.#anchors.get(from.source);
    if (anchored === undefined) {
      const fix = 'write the anchor first, or put text that begins with * in quotes';
      this.problem('alias', origin, 'no anchor (&) stands before this alias (*)', fix);
      return empty;
    }
    if (anchored === null) {
      this.problem('alias', origin, 'this alias (*) stands inside its own anchor (&)', 'write the value out');
      return empty;
    }
    this.#count(anchored.size, origin);
    return anchored.node;
  }

  #content(from: unknown, origin: Origin, depth: number): Node {
    if (isSeq(from)) return { kind: 'list', origin, items: from.items.map((item) => this.read(item, depth + 1)) };
    if (isMap(from)) return this.#map(from, origin, depth);
    const value: unknown = isScalar(from) ? from.value : null;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return { kind: 'scalar', origin, value };
    }
    return { kind: 'scalar', origin, value: null };
  }

  #map(from: YAMLMap, origin: Origin, depth: number): MapNode {
    const entries = new Map<string, Entry>();
    const merged: Node[] = [];
    for (const { key, value } of from.items) {
      const keyOrigin = this.origin(isNode(key) ? key.range?.[0] : undefined);
      const name = isScalar(key) ? String(key.value ?? '') : null;
      const node = this.read(value, depth + 1);
      if (name === null) {
        this.problem('syntax', keyOrigin, 'a key must be text', 'write one word before the colon');
      } else if (name === '<<') {
        merged.push(...(node.kind === 'list' ? node.items : [node]));
      } else if (name === '__proto__') {
        this.problem('unknown-key', keyOrigin, 'the name __proto__ cannot be used', 'choose another name');
      } else if (entries.has(name)) {
        const first = entries.get(name)?.keyOrigin;
        const text = `the key ${displayValue(name)} stands here a second time, first on line ${first?.line}`;
        this.problem('duplicate', keyOrigin, text, 'keep one of them', displayValue(name));
      } else {
        entries.set(name, { node, keyOrigin });
      }
    }
    return mapNode([...entries, ...this.#mergedEntries(merged, entries, origin)], origin);
  }

  /** What `<<: *anchor` adds: the keys not written here, the first named map winning. */
  #mergedEntries(maps: readonly Node[], own: ReadonlyMap<string, Entry>, origin: Origin): [string, Entry][] {
    const added = new Map<string, Entry>();
    for (const map of maps) {
      if (map.kind !== 'map') {
        this.problem('syntax', origin, '<<: takes a map', 'write <<: *name with the name of an anchored map');
        continue;
      }
      for (const [key, entry] of map.entries) if (!own.has(key) && !added.has(key)) added.set(key, entry);
    }
    return [...added];
  }
}

const SYNTAX_FIXES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'indent this line as deep as its neighbours, with spaces, and close what was opened',
  MULTILINE_IMPLICIT_KEY: 'check the indentation of this line and the colon of the one before',
  MISSING_CHAR: 'close the quote or bracket, or add the missing colon',
  TAG_RESOLVE_FAILED: 'leave out the !tag',
  BLOCK_AS_IMPLICIT_KEY: 'put the value on its own line, or in quotes if it holds a colon',
};
const MOST_SYNTAX_ERRORS = 20;

/** The first error of each line: what follows on the same line is mostly its echo. */
function syntaxErrors(documents: readonly YamlDocument.Parsed[], lines: LineCounter): YAMLError[] {
  const byLine = new Map<number, YAMLError>();
  for (const error of documents.flatMap((document) => [...document.errors, ...document.warnings])) {
    const { line } = lines.linePos(error.pos[0]);
    if (!byLine.has(line)) byLine.set(line, error);
  }
  return [...byLine.values()].slice(0, MOST_SYNTAX_ERRORS);
}

function whatIsWrong(error: YAMLError): string {
  if (error.message.startsWith('Maximum call stack')) return 'this is nested too deep';
  // what stands after a colon quotes the text, which may be a password
  return error.message.split(/[:\n]/)[0]?.replace(/\.?\s*$/, '') ?? '';
}

function fixOf(error: YAMLError): string {
  return SYNTAX_FIXES[error.code] ?? 'correct the YAML here';
}

/** Reads YAML (JSON is a part of it). */
export function readYaml(text: string, source: string): Document {
  if (text.length > LARGEST_TEXT) {
    const said = `this is larger than ${LARGEST_TEXT / 1024 ** 2} MiB`;
    return unreadable(source, 'too-large', said, 'name the configuration, not some other file');
  }
  const lines = new LineCounter();
  const reader = new Reader(lines, source);
  try {
    const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: 'silent' } as const;
    const parsed = parseAllDocuments(text, options);
    const documents = Array.isArray(parsed) ? parsed : [];
    for (const error of syntaxErrors(documents, lines)) {
      reader.problem('syntax', reader.origin(error.pos[0]), `not YAML: ${whatIsWrong(error)}`, fixOf(error));
    }
    const [first, second] = documents;
    if (second !== undefined) {
      reader.problem('syntax', reader.origin(second.range[0]), 'a second document begins here', 'remove the line ---');
    }
    const none = reader.problems.length > 0 || first?.contents == null;
    const root = none ? null : reader.read(first.contents, 0);
    return { root, problems: reader.problems };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return unreadable(
      source,
      'syntax',
      'this is nested too deep to be read',
      'name the configuration, not some other file',
    );
  }
}

function unreadable(source: string, code: ProblemCode, text: string, fix: string): Document {
  const origin: Origin = { source, line: null, column: null };
  return { root: null, problems: [{ code, path: '', value: null, text, allowed: null, fix, origin }] };
}

/** Reads the text of a whole configuration, which must be a map; an empty text is an empty configuration. */
export function readSource(text: string, source: string): Source {
  const { root, problems } = readYaml(text, source);
  const empty = mapNode([], { source, line: null, column: null });
  if (root === null || (root.kind === 'scalar' && root.value === null)) return { tree: empty, problems };
  if (root.kind === 'map') return { tree: root, problems };
  const said = { path: '', value: null, allowed: null, text: 'this is not a map of keys' };
  const problem: Problem = {
    ...said,
    code: 'type',
    fix: 'write key: value lines, such as targets:',
    origin: root.origin,
  };
  return { tree: empty, problems: [...problems, problem] };
}
