/** The key that was probably meant: the nearest in spelling, a known other word for it, or the same key elsewhere. */

/** What other tools call our keys. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  interval: 'every',
  period: 'every',
  frequency: 'every',
  deadline: 'timeout',
  bytes: 'size',
  packetSize: 'size',
  dontFragment: 'df',
  tos: 'dscp',
  hops: 'ttl',
  hopLimit: 'ttl',
  sourceAddress: 'source',
  iface: 'interface',
  ping: 'icmp',
  address: 'icmp',
  host: 'icmp',
  url: 'http',
  prefixes: 'cidrs',
  subnets: 'cidrs',
  latency: 'rtt',
  packetLoss: 'loss',
  cert: 'certificate',
  username: 'user',
  path: 'directory',
  dir: 'directory',
  maxSize: 'maxBytes',
};

/** Damerau-Levenshtein distance (adjacent swaps count one), without case. */
export function distance(left: string, right: string): number {
  const a = left.toLowerCase();
  const b = right.toLowerCase();
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The candidate nearest to a word, if it is near enough to be a slip: a third of its letters. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  if (word.length > 64) return null;
  let best: { readonly candidate: string; readonly cost: number } | null = null;
  for (const candidate of candidates) {
    const cost = distance(word, candidate);
    const limit = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    if (cost <= limit && (best === null || cost < best.cost)) best = { candidate, cost };
  }
  return best?.candidate ?? null;
}

/**
 * @param known keys allowed where the unknown one stands
 * @param elsewhere paths of all other keys
 * @returns what to do about it; null when nothing is like it
 */
export function suggestKey(
  key: string,
  known: readonly string[],
  elsewhere: readonly (readonly string[])[],
): string | null {
  const other = Object.hasOwn(OTHER_WORDS, key) ? OTHER_WORDS[key] : undefined;
  const near = other !== undefined && known.includes(other) ? other : nearest(key, known);
  if (near !== null) return `did you mean ${near}? Rename the key`;
  const home = elsewhere.find((path) => path.at(-1) === key || (other !== undefined && path.at(-1) === other));
  if (home !== undefined) return `did you mean ${home.join('.')}? Move it there`;
  return null;
}
