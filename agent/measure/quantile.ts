/**
 * Quantiles by nearest rank: the smallest value that at least q of the sample does not exceed. Always a value
 * that was measured, never one between two (RFC 2330 §11.3, the empirical distribution function's inverse).
 */

/** Position of quantile `q` (0 to 1) among `count` sorted values; `count` must be 1 or more. */
export function rank(q: number, count: number): number {
  // The epsilon keeps 0.95 × 20 = 19.000000000000004 from becoming the 20th.
  return Math.min(count - 1, Math.max(0, Math.ceil(q * count - 1e-9) - 1));
}

/** @param sorted ascending, not empty */
export function quantileOfSorted(sorted: Float64Array, q: number): number {
  return sorted[rank(q, sorted.length)] ?? Number.NaN;
}
