/**
 * The bins RTTs are counted in for history: geometric, so that every value is known to 1 % whatever its size.
 *
 * Bin i holds values around `FINEST × 1.02^i`; its value lies at most √1.02 − 1 = 0.995 % from anything in it (the
 * idea of DDSketch: Masson et al., VLDB 2019). Since the bins never move, merging rows is adding
 * counts, and a quantile over fourteen days is as exact as one over a second: that is why quantiles of the
 * past are always taken from bins and never averaged.
 */

/** Smallest RTT told apart, ms: 0.1 µs. */
const FINEST_MS = 0.0001;
const GROWTH = 1.02;
const PER_LOG = 1 / Math.log(GROWTH);
/** Highest bin: 1.2 million ms, longer than any timeout. */
export const HIGHEST_BIN = 1_173;

/** Bin of a value in ms; values off either end fall in the end bins. */
export function binOf(ms: number): number {
  if (!(ms > FINEST_MS)) return 0;
  return Math.min(HIGHEST_BIN, Math.round(Math.log(ms / FINEST_MS) * PER_LOG));
}

/** Five digits are ample for 1 % bins and keep the numbers short where rows leave as JSON. */
const VALUES = Float64Array.from({ length: HIGHEST_BIN + 1 }, (_, bin) =>
  Number((FINEST_MS * GROWTH ** bin).toPrecision(5)),
);

/** The value that stands for a bin, ms. */
export function binValue(bin: number): number {
  return VALUES[bin] ?? Number.NaN;
}
