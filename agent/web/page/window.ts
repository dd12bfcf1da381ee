/**
 * The one stretch of time a page shows: every bar, chart and list on it covers this and says so.
 *
 * Without a word in the address it is an hour while the youngest trouble is under half an hour old, else a day:
 * twelve minutes are a fifth of an hour's bar and nothing of a day's.
 */

import { formatAge, formatTime } from '../../measure/units.ts';
import type { Snapshot } from '../../verdict/snapshot.ts';
import { type PageQuery, RANGE_WORDS, RANGES, type RangeName } from './query.ts';

export interface Window {
  readonly from: number;
  readonly to: number;
  /** The named range; null for a fixed window. */
  readonly range: RangeName | null;
  /** "24 h", or for a fixed window how long it is. */
  readonly words: string;
  /** Its end is now and moves. */
  readonly live: boolean;
}

const YOUNG_TROUBLE_MS = 30 * 60_000;

export function windowOf(query: PageQuery, now: number, usual: RangeName): Window {
  if (query.from !== null && query.to !== null) {
    return { from: query.from, to: query.to, range: null, words: formatAge(query.to - query.from), live: false };
  }
  const range = query.range ?? usual;
  return { from: now - RANGES[range], to: now, range, words: RANGE_WORDS[range], live: true };
}

export function usualRange(snapshot: Snapshot): RangeName {
  const troubles = [...snapshot.sites, ...snapshot.targets].filter(
    (one) => one.state === 'down' || one.state === 'degraded',
  );
  const youngest = troubles.reduce((latest, one) => Math.max(latest, one.since), 0);
  return youngest > 0 && snapshot.at - youngest < YOUNG_TROUBLE_MS ? '1h' : '24h';
}

/** "last 24 h" or "16 Nov 03:00:00 to 04:00:00 UTC". */
export function windowWords(window: Window, now: number): string {
  return window.live
    ? `last ${window.words}`
    : `${formatTime(window.from, now, 'second')} to ${formatTime(window.to, now, 'second')} UTC`;
}
