/**
 * A histogram of positive values with at most 1 % relative error, whatever their range.
 *
 * Bucket i holds (γ^(i−1), γ^i]; a value is told as the point whose relative distance to both ends is α, so
 * γ = (1 + α) / (1 − α) (the DDSketch idea, Masson et al. 2019). α is a little under 1 % to leave room for
 * floating point. Counts stand in one typed array that covers only the buckets in use, so an empty histogram is
 * 100 bytes and a path whose RTTs span a factor of ten takes 1.5 KB. Sums per bucket keep the mean exact and let
 * a bucket with one value say exactly that value.
 */
import { rank } from './quantile.ts';

const ALPHA = 0.0099;
const GAMMA = (1 + ALPHA) / (1 - ALPHA);
const LOG_GAMMA = Math.log(GAMMA);
/** Smaller values count as this one: 0.1 µs when the unit is ms, below any clock's error. */
const LEAST = 1e-4;
/** Buckets the array grows by, so that neighbours do not each cost a copy. */
const GROWTH = 16;

const bucketOf = (value: number): number => Math.ceil(Math.log(Math.max(value, LEAST)) / LOG_GAMMA);
const middleOf = (bucket: number): number => (2 * GAMMA ** bucket) / (GAMMA + 1);

export type ValueCount = readonly [value: number, count: number];

export class Histogram {
  /** Number of the first bucket the arrays cover. */
  #first = 0;
  #counts = new Uint32Array(0);
  #sums = new Float64Array(0);
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  get count(): number {
    return this.#count;
  }

  /** Exact, as are `min` and `max`. */
  get sum(): number {
    return this.#sum;
  }

  /** null when empty. */
  get min(): number | null {
    return this.#count === 0 ? null : this.#min;
  }

  get max(): number | null {
    return this.#count === 0 ? null : this.#max;
  }

  add(value: number): void {
    const at = this.#cover(bucketOf(value));
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sums[at] = (this.#sums[at] ?? 0) + value;
    this.#count += 1;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  /** Adds all of `other`; the result is the histogram of both samples together. */
  merge(other: Histogram): void {
    if (other.#count === 0) return;
    for (const [index, count] of other.#counts.entries()) {
      if (count === 0) continue;
      const at = this.#cover(other.#first + index);
      this.#counts[at] = (this.#counts[at] ?? 0) + count;
      this.#sums[at] = (this.#sums[at] ?? 0) + (other.#sums[index] ?? 0);
    }
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  /** Nearest-rank quantile within 1 %; null when empty. */
  quantile(q: number): number | null {
    if (this.#count === 0) return null;
    const wanted = rank(q, this.#count);
    if (wanted === 0) return this.#min;
    if (wanted === this.#count - 1) return this.#max;
    let seen = 0;
    for (const [index, count] of this.#counts.entries()) {
      seen += count;
      if (seen > wanted) return Math.min(this.#max, Math.max(this.#min, middleOf(this.#first + index)));
    }
    return this.#max;
  }

  /**
   * Value/count pairs, ascending, for CloudWatch's `Values` and `Counts` (at most 150 values in a datum).
   * Counts and sum are those of the sample; each value is the mean of what it stands for.
   */
  pairs(limit: number): ValueCount[] {
    const pairs: [number, number][] = [];
    for (const [index, count] of this.#counts.entries()) {
      if (count > 0) pairs.push([(this.#sums[index] ?? 0) / count, count]);
    }
    return fewerPairs(pairs, limit);
  }

  /** Index of a bucket in the arrays, which grow to hold it. */
  #cover(bucket: number): number {
    const length = this.#counts.length;
    if (length === 0) this.#first = bucket - GROWTH / 2;
    const before = Math.max(0, this.#first - bucket);
    const after = Math.max(0, bucket - (this.#first + length) + 1);
    if (before + after > 0) this.#grow(before === 0 ? 0 : before + GROWTH / 2, after === 0 ? 0 : after + GROWTH / 2);
    return bucket - this.#first;
  }

  #grow(before: number, after: number): void {
    const counts = new Uint32Array(this.#counts.length + before + after);
    const sums = new Float64Array(counts.length);
    counts.set(this.#counts, before);
    sums.set(this.#sums, before);
    this.#counts = counts;
    this.#sums = sums;
    this.#first -= before;
  }
}

/** Ascending pairs, neighbours merged until there are at most `limit`; changes `pairs`. */
export function fewerPairs(pairs: [number, number][], limit: number): ValueCount[] {
  while (pairs.length > limit) mergeClosest(pairs);
  return pairs;
}

/**
 * Merges the two neighbours whose merging moves the distribution least: the growth of the squared error in
 * log space (Ward's criterion), so that far-off single values keep their own place.
 */
function mergeClosest(pairs: [number, number][]): void {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i + 1 < pairs.length; i += 1) {
    const [low, lowCount] = pairs[i] ?? [0, 0];
    const [high, highCount] = pairs[i + 1] ?? [0, 0];
    const cost = ((lowCount * highCount) / (lowCount + highCount)) * Math.log(high / low) ** 2;
    if (cost < least) {
      least = cost;
      best = i;
    }
  }
  const [low, lowCount] = pairs[best] ?? [0, 0];
  const [high, highCount] = pairs[best + 1] ?? [0, 0];
  const count = lowCount + highCount;
  pairs.splice(best, 2, [(low * lowCount + high * highCount) / count, count]);
}
