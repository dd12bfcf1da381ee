/**
 * What was said of each thing last, and since when. The book is how a change is told from a first sight: a thing that
 * is seen for the first time makes no event, one that was known to an earlier life of the agent does.
 */
import type { Milliseconds } from '../measure/target.ts';
import type { State } from '../verdict/snapshot.ts';

export interface Entry {
  /** In AWS's or our words: what must be the same for nothing to have changed. */
  readonly said: string;
  readonly state: State;
  /** Wall time. */
  readonly since: number;
  /** What was said before; absent until it changed. */
  readonly was?: string;
}

export interface Noted {
  readonly since: number;
  /** What was said before, when that has changed just now; null when nothing changed and at first sight. */
  readonly before: Entry | null;
}

export class Book {
  readonly #entries: Map<string, Entry>;
  #seen = new Set<string>();

  constructor(entries: readonly (readonly [key: string, entry: Entry])[] = []) {
    this.#entries = new Map(entries);
  }

  /**
   * @param key kind and id: "vpn vpn-0a1b"
   * @param at wall time the change happened, as far as anybody tells; not before what was said last began
   */
  note(key: string, said: string, state: State, at: Milliseconds): Noted {
    this.#seen.add(key);
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.said === said && entry.state === state)
      return { since: entry.since, before: null };
    const since = Math.max(entry?.since ?? 0, at);
    const was = entry === undefined ? {} : { was: entry.said };
    this.#entries.set(key, { said, state, since, ...was });
    return { since, before: entry ?? null };
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  /** Forgets things of these kinds (the first word of the key) that were not noted since the last call. */
  sweep(kinds: ReadonlySet<string>): readonly (readonly [key: string, entry: Entry])[] {
    const isGone = (key: string): boolean => kinds.has(key.slice(0, key.indexOf(' '))) && !this.#seen.has(key);
    const gone = [...this.#entries].filter(([key]) => isGone(key));
    for (const [key] of gone) this.#entries.delete(key);
    this.#seen = new Set();
    return gone;
  }

  entries(): (readonly [key: string, entry: Entry])[] {
    return [...this.#entries];
  }
}
