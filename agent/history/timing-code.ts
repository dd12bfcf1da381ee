/**
 * How the round trips of a row were timed and within what, in one byte: no number of the past is better than this says.
 *
 *   bits 7, 6  1 by kernel stamps, 2 by the user-space clock, 3 both; 0 nothing is known, or nothing came back
 *   bits 5–0   the widest error bar, in steps of √2 around that of kernel stamps; rounded up, so that it stays a bound
 */
import type { Statistics } from '../measure/statistics.ts';

type HowTimed = Pick<Statistics, 'timing' | 'errorBarMs'>;

const BY = [null, 'kernel', 'user', 'mixed'] as const;
const SHIFT = 6;
const WIDEST = 63;
/** The bar in the middle of the scale, which reaches from 0.2 µs to 10 minutes, ms. */
const MIDDLE_MS = 0.05;
const MIDDLE = 16;
const STEPS_PER_OCTAVE = 2;
/** What floating point may make of a bar that lies on the scale. */
const SLACK = 1e-9;
const NS_PER_MS = 1e6;

export function timingCode({ timing, errorBarMs }: HowTimed): number {
  if (timing === null || errorBarMs === null) return 0;
  const step = Math.ceil(MIDDLE + STEPS_PER_OCTAVE * Math.log2(errorBarMs / MIDDLE_MS) - SLACK);
  return (BY.indexOf(timing) << SHIFT) | Math.min(WIDEST, Math.max(0, step));
}

export function timingOf(code: number): HowTimed {
  const timing = BY[code >> SHIFT] ?? null;
  if (timing === null) return { timing, errorBarMs: null };
  const bar = MIDDLE_MS * 2 ** (((code & WIDEST) - MIDDLE) / STEPS_PER_OCTAVE);
  return { timing, errorBarMs: Math.ceil(bar * NS_PER_MS - SLACK) / NS_PER_MS };
}

/** Of two rows together. */
export function joinTimings(a: number, b: number): number {
  return (((a | b) >> SHIFT) << SHIFT) | Math.max(a & WIDEST, b & WIDEST);
}
