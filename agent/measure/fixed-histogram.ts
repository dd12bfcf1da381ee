/**
 * Counts under fixed upper bounds, as Prometheus's classic histograms want them: exact, and the same bounds for
 * every target, so that `histogram_quantile` can sum over targets.
 */

/**
 * Upper bounds of round trips, seconds. Denser where a decision hangs on it: loopback and one zone (under 1 ms),
 * one region (1 to 5 ms), one continent (10 to 100 ms), the far side of the world (150 to 300 ms), broken (over 1 s).
 */
export const RTT_BOUNDS_SECONDS: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2,
  0.3, 0.5, 1, 2, 5, 10,
];

export class FixedHistogram {
  readonly #bounds: readonly number[];
  /** Values per bucket, not cumulative; the last one is for what exceeds all bounds. */
  readonly #counts: Uint32Array;
  #sum = 0;
  #count = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Uint32Array(bounds.length + 1);
  }

  get sum(): number {
    return this.#sum;
  }

  get count(): number {
    return this.#count;
  }

  add(value: number): void {
    let low = 0;
    let high = this.#bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= (this.#bounds[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    this.#counts[low] = (this.#counts[low] ?? 0) + 1;
    this.#sum += value;
    this.#count += 1;
  }

  /** How many values were at most each bound. What exceeds all bounds is in `count` only. */
  cumulative(): number[] {
    const counts = new Array<number>(this.#bounds.length);
    let seen = 0;
    for (let i = 0; i < counts.length; i += 1) {
      seen += this.#counts[i] ?? 0;
      counts[i] = seen;
    }
    return counts;
  }
}
