/**
 * The three resolutions history keeps, fine and short to coarse and long.
 *
 * Seconds are written by the agent; tens of seconds and minutes are poured together from them here, so that the
 * tiers can never disagree. Rows lie packed in chunks of one target: longer chunks compress better, shorter
 * ones are cheaper to hold open in memory and to give back when they are old.
 */
import type { Milliseconds } from '../measure/target.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface Tier {
  readonly number: number;
  readonly stepMs: Milliseconds;
  /** How long its rows are kept when there is room. */
  readonly keepMs: Milliseconds;
  /** Longest time one chunk spans. */
  readonly chunkMs: Milliseconds;
  /** With more targets than this the tier is left out: its reach would be minutes and it would cost the rest. */
  readonly mostTargets: number;
}

export const SECONDS: Tier = { number: 0, stepMs: SECOND, keepMs: HOUR, chunkMs: 15 * MINUTE, mostTargets: 1_000 };
export const TENS: Tier = { number: 1, stepMs: 10 * SECOND, keepMs: DAY, chunkMs: 2 * HOUR, mostTargets: 2_500 };
export const MINUTES: Tier = {
  number: 2,
  stepMs: MINUTE,
  keepMs: 14 * DAY,
  chunkMs: 6 * HOUR,
  mostTargets: Number.POSITIVE_INFINITY,
};
/** Finest first. */
export const TIERS: readonly Tier[] = [SECONDS, TENS, MINUTES];

/** Events, states and runs: small, and what is asked for months later. */
export const EVENTS_KEEP_MS = 90 * DAY;
