/**
 * The effective configuration for people: every value, where it came from, and nothing secret.
 *
 * As text it is YAML again, with the source of each value as a comment, so it can be read back to the same effect.
 */
import { stringify } from 'yaml';
import { isSecret } from './findings.ts';
import { formatOrigin, withoutUser } from './problem.ts';
import { isReference } from './secrets.ts';
import { formatPath, type ListNode, type MapNode, type Node, type Path, plain } from './tree.ts';

export interface EffectiveValue {
  /** "targets[erp].every" */
  readonly path: string;
  readonly value: unknown;
  /** "/etc/vpc-canary/config.yaml:12:9", "environment VPC_CANARY_TITLE", "default". */
  readonly source: string;
}

const HIDDEN = '[not shown]';

/** Lists of plain values are one value; lists of maps are walked. */
function isLeaf(node: Node): boolean {
  if (node.kind === 'scalar') return true;
  if (node.kind === 'list') return node.items.every((item) => item.kind === 'scalar');
  return node.entries.size === 0;
}

function shown(node: Node, path: Path): unknown {
  if (node.kind !== 'scalar') return node.kind === 'list' ? node.items.map((item) => shown(item, path)) : {};
  const open = !isSecret(path) || path.at(-1) === 'user' || isReference(String(node.value));
  if (!open) return HIDDEN;
  return typeof node.value === 'string' ? withoutUser(node.value) : node.value;
}

/** One row a value. */
export function effectiveValues(tree: MapNode): EffectiveValue[] {
  const rows: EffectiveValue[] = [];
  const visit = (node: Node, path: Path): void => {
    if (isLeaf(node)) {
      rows.push({ path: formatPath(tree, path), value: shown(node, path), source: formatOrigin(node.origin) });
    } else if (node.kind === 'map') {
      for (const [key, entry] of node.entries) visit(entry.node, [...path, key]);
    } else if (node.kind === 'list') {
      for (const [index, item] of node.items.entries()) visit(item, [...path, index]);
    }
  };
  for (const [key, entry] of tree.entries) visit(entry.node, [key]);
  return rows;
}

/** The tree as plain data, secrets left out. */
export function effectiveObject(node: Node, path: Path = []): unknown {
  if (isLeaf(node)) return shown(node, path);
  if (node.kind === 'list') return node.items.map((item, index) => effectiveObject(item, [...path, index]));
  const entries = node.kind === 'map' ? [...node.entries] : [];
  return Object.fromEntries(entries.map(([key, entry]) => [key, effectiveObject(entry.node, [...path, key])]));
}

const COMMENT_COLUMN = 48;

/** YAML with the source of each value beside it. */
export function effectiveYaml(tree: MapNode): string {
  const lines: string[] = [];
  writeMap(tree, [], '', '', lines);
  return `${lines.join('\n')}\n`;
}

/** @param first what stands before the first key: the indentation, or "- " at the item of a list */
function writeMap(map: MapNode, path: Path, indent: string, first: string, lines: string[]): void {
  let lead = first === '' ? indent : first;
  for (const [key, { node }] of map.entries) {
    const below = [...path, key];
    const name = inline(key);
    if (isLeaf(node)) lines.push(withComment(`${lead}${name}: ${inline(shown(node, below))}`, node));
    else {
      lines.push(`${lead}${name}:`);
      if (node.kind === 'map') writeMap(node, below, `${indent}  `, '', lines);
      if (node.kind === 'list') writeList(node, below, `${indent}  `, lines);
    }
    lead = indent;
  }
}

function writeList(list: ListNode, path: Path, indent: string, lines: string[]): void {
  list.items.forEach((item, index) => {
    const below = [...path, index];
    if (item.kind === 'map' && item.entries.size > 0) writeMap(item, below, `${indent}  `, `${indent}- `, lines);
    else lines.push(withComment(`${indent}- ${inline(plain(item))}`, item));
  });
}

/** A value on one line, as YAML. */
function inline(value: unknown): string {
  const options = { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0, blockQuote: false } as const;
  return stringify(value, options).trimEnd();
}

function withComment(text: string, node: Node): string {
  return `${text.padEnd(COMMENT_COLUMN)} # ${formatOrigin(node.origin)}`;
}
