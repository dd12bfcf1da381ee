/**
 * Which tier answers a question about a stretch of time, and where its columns begin.
 *
 * Because every tier holds the same samples in bins, a coarse one gives the same column as a fine one for less
 * reading: so the coarsest whose step is not wider than a column is taken, and a coarser one where that does not
 * reach back far enough.
 *
 * Columns begin at multiples of their width, so a chart whose range moves on keeps its columns. Where that would
 * take one column more than asked, the incomplete first one is left out. One column means the whole stretch as
 * one sample: it begins where the stretch does.
 */
import type { Milliseconds } from '../measure/target.ts';
import { MINUTES, SECONDS, TIERS, type Tier } from './tiers.ts';

export interface Grid {
  readonly tier: Tier;
  /** Start of column 0. */
  readonly origin: number;
  readonly stepMs: Milliseconds;
  readonly columns: number;
}

/** `oldest`: start of each tier's oldest row by tier number, null where there is none. */
export function gridFor(from: number, to: number, columns: number, oldest: readonly (number | null)[]): Grid {
  const most = Math.max(1, Math.floor(columns));
  const tier = tierFor(from, (to - from) / most, oldest);
  if (most === 1) {
    const origin = Math.floor(from / tier.stepMs) * tier.stepMs;
    return { tier, origin, stepMs: Math.ceil((to - origin) / tier.stepMs) * tier.stepMs, columns: 1 };
  }
  const stepMs = Math.max(1, Math.ceil((to - from) / most / tier.stepMs)) * tier.stepMs;
  const last = Math.ceil(to / stepMs);
  const first = last - Math.floor(from / stepMs) > most ? Math.ceil(from / stepMs) : Math.floor(from / stepMs);
  return { tier, origin: first * stepMs, stepMs, columns: last - first };
}

function tierFor(from: number, columnMs: Milliseconds, oldest: readonly (number | null)[]): Tier {
  let tier = SECONDS;
  for (const candidate of TIERS) if (candidate.stepMs <= columnMs) tier = candidate;
  const starts = oldest.filter((start) => start !== null);
  const reachable = Math.max(from, Math.min(...starts));
  // A row of minutes may begin up to a minute before the seconds it was poured from.
  const covers = (t: Tier): boolean => (oldest[t.number] ?? Number.POSITIVE_INFINITY) < reachable + MINUTES.stepMs;
  return TIERS.find((t) => t.number >= tier.number && covers(t)) ?? tier;
}
