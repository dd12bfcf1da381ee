/**
 * A configuration as a tree whose every node knows where it was written.
 *
 * Sources are merged as trees before anything is checked, so one check sees the whole, and each problem and each
 * effective value still points at its own file, line and column. Nodes are never changed once made; a YAML alias
 * may therefore stand in two places as the same node.
 */

export interface Origin {
  /** "/etc/vpc-canary/config.yaml", "environment VPC_CANARY_TITLE", "flag --listen", "default". */
  readonly source: string;
  readonly line: number | null;
  readonly column: number | null;
}

export type ScalarValue = string | number | boolean | null;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly origin: Origin;
  readonly value: ScalarValue;
}

export interface Entry {
  readonly node: Node;
  /** Where the key stands; an unknown key is reported there. */
  readonly keyOrigin: Origin;
}

export interface MapNode {
  readonly kind: 'map';
  readonly origin: Origin;
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface ListNode {
  readonly kind: 'list';
  readonly origin: Origin;
  readonly items: readonly Node[];
}

export type Node = ScalarNode | MapNode | ListNode;

/** Keys and list positions from the root. */
export type Path = readonly (string | number)[];

export const DEFAULT_ORIGIN: Origin = { source: 'default', line: null, column: null };

export function mapNode(entries: Iterable<readonly [string, Entry]>, origin: Origin): MapNode {
  return { kind: 'map', origin, entries: new Map(entries) };
}

/** A tree of plain data whose nodes all have one origin. */
export function nodeOf(value: unknown, origin: Origin): Node {
  if (Array.isArray(value)) return { kind: 'list', origin, items: value.map((item) => nodeOf(item, origin)) };
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([key, item]) => [key, { node: nodeOf(item, origin), keyOrigin: origin }] as const,
    );
    return mapNode(entries, origin);
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return { kind: 'scalar', origin, value };
  }
  return { kind: 'scalar', origin, value: null };
}

/** The plain data of a tree. Maps come without a prototype, so no key has a meaning of its own. */
export function plain(node: Node): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plain);
    case 'map': {
      const result: Record<string, unknown> = Object.create(null);
      for (const [key, entry] of node.entries) result[key] = plain(entry.node);
      return result;
    }
  }
}

export function childOf(node: Node | undefined, key: string | number): Node | undefined {
  if (node?.kind === 'map') return node.entries.get(String(key))?.node;
  if (node?.kind === 'list' && typeof key === 'number') return node.items[key];
  return undefined;
}

export function nodeAt(root: Node, path: Path): Node | undefined {
  return path.reduce<Node | undefined>(childOf, root);
}

/** Where a path was written, or, if it was not, where the nearest map or list above it was. */
export function originAt(root: Node, path: Path): Origin {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = nodeAt(root, path.slice(0, length));
    if (node !== undefined) return node.origin;
  }
  return DEFAULT_ORIGIN;
}

export function scalarAt(node: Node | undefined, key: string): ScalarValue | undefined {
  const child = childOf(node, key);
  return child?.kind === 'scalar' ? child.value : undefined;
}

/** The text of a scalar child, if it is text. */
export function textAt(node: Node | undefined, key: string): string | undefined {
  const value = scalarAt(node, key);
  return typeof value === 'string' ? value : undefined;
}

const PLAIN_KEY = /^[\p{L}\p{N}_-]+$/u;

/** "sites.syd-dc1.cidrs[0]", "targets[erp].every": list items by their name where they have one. */
export function formatPath(root: Node, path: Path): string {
  let text = '';
  let node: Node | undefined = root;
  for (const key of path) {
    const parent: Node | undefined = node;
    node = childOf(node, key);
    if (parent?.kind === 'list' || typeof key === 'number') text += `[${textAt(node, 'name') ?? key}]`;
    else if (!PLAIN_KEY.test(key)) text += `[${JSON.stringify(key)}]`;
    else text += text === '' ? key : `.${key}`;
  }
  return text;
}
