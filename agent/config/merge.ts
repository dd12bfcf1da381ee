/**
 * One tree over another: maps deep, `targets` by name, all other lists as a whole.
 *
 * A target that names another kind of probe than the one below replaces it whole, for the keys of one kind mean
 * nothing to another. A map or list written as a key alone (`http:` with everything under it commented out) says
 * nothing and changes nothing; a single value left out is a slip, and is told as one.
 */
import { kindsOf } from './navigate.ts';
import { type Entry, type ListNode, type MapNode, type Node, textAt } from './tree.ts';

function isBlank(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

export function mergeMaps(lower: MapNode, upper: MapNode): MapNode {
  const entries = new Map(lower.entries);
  for (const [key, entry] of upper.entries) {
    const below = entries.get(key);
    if (below === undefined) entries.set(key, entry);
    else if (!isBlank(entry.node) || below.node.kind === 'scalar') entries.set(key, mergeEntry(key, below, entry));
  }
  return { kind: 'map', origin: upper.origin, entries };
}

function mergeEntry(key: string, lower: Entry, upper: Entry): Entry {
  const { node } = upper;
  if (lower.node.kind === 'map' && node.kind === 'map') {
    return { node: mergeMaps(lower.node, node), keyOrigin: upper.keyOrigin };
  }
  if (key === 'targets' && lower.node.kind === 'list' && node.kind === 'list') {
    return { node: mergeTargets(lower.node, node), keyOrigin: upper.keyOrigin };
  }
  return upper;
}

function mergeTargets(lower: ListNode, upper: ListNode): ListNode {
  const items = [...lower.items];
  const position = new Map(items.map((item, index) => [textAt(item, 'name'), index]));
  for (const item of upper.items) {
    const name = textAt(item, 'name');
    const at = name === undefined ? undefined : position.get(name);
    if (at === undefined) items.push(item);
    else items[at] = mergeTarget(items[at] ?? item, item);
  }
  return { kind: 'list', origin: upper.origin, items };
}

function mergeTarget(lower: Node, upper: Node): Node {
  if (lower.kind !== 'map' || upper.kind !== 'map') return upper;
  const [kind] = kindsOf(upper);
  return kind === undefined || kindsOf(lower).includes(kind) ? mergeMaps(lower, upper) : upper;
}
