/**
 * Which group an address falls in: longest-prefix match over tens of thousands of prefixes.
 *
 * Prefixes nest or are apart, never overlap by halves, so the address space falls into disjoint intervals,
 * each with one answer. They are kept as sorted starts in a Uint32Array (four words an IPv6 start) and found
 * by binary search: no allocation a lookup, and 10,000 prefixes cost a few hundred KiB.
 */
import { formatPrefix, type Prefix, parsePrefix } from '../measure/address.ts';

export interface GroupPrefix {
  readonly prefix: string;
  /** Index of the group. */
  readonly group: number;
}

export type GroupProblem =
  | { readonly kind: 'not-a-prefix'; readonly prefix: string; readonly group: number }
  | { readonly kind: 'equal-prefixes'; readonly prefix: string; readonly groups: readonly [number, number] };

/** No group holds the address. */
export const NO_GROUP = -1;

interface Intervals {
  readonly words: 1 | 4;
  /** Sorted interval starts, `words` 32-bit words each. */
  readonly starts: Uint32Array;
  /** Group of the interval that begins there, or NO_GROUP. */
  readonly groups: Int32Array;
}

export class GroupTable {
  readonly #v4: Intervals;
  readonly #v6: Intervals;

  constructor(v4: Intervals, v6: Intervals) {
    this.#v4 = v4;
    this.#v6 = v6;
  }

  /** Group of the address at `offset` of `bytes` (network order), or NO_GROUP. */
  lookup(bytes: Uint8Array, family: 4 | 6, offset = 0): number {
    const table = family === 4 ? this.#v4 : this.#v6;
    let low = 0;
    let high = table.groups.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (startIsAtMost(table, middle, bytes, offset)) low = middle;
      else high = middle - 1;
    }
    return table.groups[low] ?? NO_GROUP;
  }
}

function wordAt(bytes: Uint8Array, offset: number): number {
  return (
    (((bytes[offset] ?? 0) << 24) |
      ((bytes[offset + 1] ?? 0) << 16) |
      ((bytes[offset + 2] ?? 0) << 8) |
      (bytes[offset + 3] ?? 0)) >>>
    0
  );
}

function startIsAtMost(table: Intervals, index: number, bytes: Uint8Array, offset: number): boolean {
  for (let word = 0; word < table.words; word++) {
    const start = table.starts[index * table.words + word] ?? 0;
    const wanted = wordAt(bytes, offset + word * 4);
    if (start !== wanted) return start < wanted;
  }
  return true;
}

/** Builds the table. The longest prefix wins; the same prefix in two groups is a problem, and so is a bad one. */
export function buildGroups(prefixes: readonly GroupPrefix[]): { table: GroupTable; problems: GroupProblem[] } {
  const problems: GroupProblem[] = [];
  const byFamily: Record<4 | 6, Map<string, { prefix: Prefix; group: number }>> = { 4: new Map(), 6: new Map() };
  for (const { prefix: text, group } of prefixes) {
    const prefix = parsePrefix(text);
    if (prefix === null) {
      problems.push({ kind: 'not-a-prefix', prefix: text, group });
      continue;
    }
    const known = byFamily[prefix.family].get(formatPrefix(prefix));
    if (known === undefined) byFamily[prefix.family].set(formatPrefix(prefix), { prefix, group });
    else if (known.group !== group) {
      problems.push({ kind: 'equal-prefixes', prefix: formatPrefix(prefix), groups: [known.group, group] });
    }
  }
  return {
    table: new GroupTable(intervals([...byFamily[4].values()], 1), intervals([...byFamily[6].values()], 4)),
    problems,
  };
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** First address after the prefix; null when the prefix ends with the address space. */
function after(prefix: Prefix): Uint8Array | null {
  const next = prefix.bytes.slice();
  let carry = 1 << ((8 - (prefix.length % 8)) % 8);
  for (let i = Math.ceil(prefix.length / 8) - 1; i >= 0 && carry > 0; i--) {
    const sum = (next[i] ?? 0) + carry;
    next[i] = sum & 0xff;
    carry = sum >> 8;
  }
  return carry > 0 || prefix.length === 0 ? null : next;
}

function intervals(entries: { prefix: Prefix; group: number }[], words: 1 | 4): Intervals {
  entries.sort((a, b) => compareBytes(a.prefix.bytes, b.prefix.bytes) || a.prefix.length - b.prefix.length);
  const starts: Uint8Array[] = [];
  const groups: number[] = [];
  const begin = (start: Uint8Array, group: number): void => {
    const last = starts.at(-1);
    if (last !== undefined && compareBytes(last, start) === 0) groups[groups.length - 1] = group;
    else {
      starts.push(start);
      groups.push(group);
    }
  };
  const open: { group: number; end: Uint8Array | null }[] = [];
  const closeUntil = (start: Uint8Array | null): void => {
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      if (top.end === null || (start !== null && compareBytes(top.end, start) > 0)) return;
      open.pop();
      begin(top.end, open.at(-1)?.group ?? NO_GROUP);
    }
  };
  begin(new Uint8Array(words * 4), NO_GROUP);
  for (const { prefix, group } of entries) {
    closeUntil(prefix.bytes);
    begin(prefix.bytes, group);
    open.push({ group, end: after(prefix) });
  }
  closeUntil(null);
  const packed = new Uint32Array(starts.length * words);
  for (const [index, start] of starts.entries()) {
    for (let word = 0; word < words; word++) packed[index * words + word] = wordAt(start, word * 4);
  }
  return { words, starts: packed, groups: Int32Array.from(groups) };
}
