/**
 * Rows poured together: what a minute, or a column of a chart, is made of.
 *
 * Counts add, least and greatest stay exact, the mean is weighted by replies, quantiles come from the added
 * bins (nearest rank, kept between the exact least and greatest). Jitter is RFC 3550's running estimate, itself
 * a mean: its mean over the parts, weighted by replies, is taken.
 */
import { binOf, binValue } from '../measure/rtt-bins.ts';
import type { SeriesRow } from '../measure/statistics.ts';
import type { Bins } from './bins.ts';
import { type StoredRow, TICKS_PER_MS } from './row-code.ts';
import { joinTimings, timingCode, timingOf } from './timing-code.ts';

export class Pool {
  at = 0;
  readonly bins: Bins;
  #sent = 0;
  #received = 0;
  #local = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;
  #sum = 0;
  #jitterSum = 0;
  #jitterWeight = 0;
  #timing = 0;
  #rows = 0;

  constructor(bins: Bins) {
    this.bins = bins;
  }

  get empty(): boolean {
    return this.#rows === 0;
  }

  /** Empties the pool for the step that begins at `at`. */
  begin(at: number): void {
    this.at = at;
    this.#sent = this.#received = this.#local = this.#rows = this.#timing = 0;
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = this.#sum = this.#jitterSum = this.#jitterWeight = 0;
    this.bins.clear();
  }

  /** Adds a row; its bins the caller adds to `bins`. `jitter` stands in for the row's own. */
  add(row: StoredRow, jitter = row.jitter): void {
    this.#rows += 1;
    this.#sent += row.sent;
    this.#received += row.received;
    this.#local += row.local;
    if (row.received > 0) {
      if (row.min < this.#min) this.#min = row.min;
      if (row.max > this.#max) this.#max = row.max;
      this.#sum += row.mean * row.received;
      this.#timing = joinTimings(this.#timing, row.timing);
    }
    if (jitter >= 0) {
      const weight = Math.max(1, row.received);
      this.#jitterSum += jitter * weight;
      this.#jitterWeight += weight;
    }
  }

  toStored(): StoredRow {
    const replies = this.#received > 0;
    return {
      at: this.at,
      sent: this.#sent,
      received: this.#received,
      local: this.#local,
      min: replies ? this.#min : 0,
      max: replies ? this.#max : 0,
      mean: replies ? Math.round(this.#sum / this.#received) : 0,
      jitter: this.#jitterWeight > 0 ? Math.round(this.#jitterSum / this.#jitterWeight) : -1,
      timing: this.#timing,
    };
  }

  toSeries(): SeriesRow {
    const row = this.toStored();
    const histogram: [number, number][] = [];
    this.bins.each((bin, count) => {
      histogram.push([binValue(bin), count]);
    });
    return {
      at: row.at,
      sent: row.sent,
      received: row.received,
      local: row.local,
      rtt: row.received > 0 ? rttOf(row, histogram) : null,
      jitter: row.jitter >= 0 ? row.jitter / TICKS_PER_MS : null,
      ...timingOf(row.timing),
      histogram,
    };
  }
}

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

function rttOf(row: StoredRow, histogram: readonly (readonly [number, number])[]): NonNullable<SeriesRow['rtt']> {
  const min = row.min / TICKS_PER_MS;
  const max = row.max / TICKS_PER_MS;
  const total = histogram.reduce((sum, [, count]) => sum + count, 0);
  const values = quantiles(histogram, total, min, max);
  const [p5 = min, p25 = min, p50 = min, p75 = min, p95 = min, p99 = min] = values;
  return { min, p5, p25, p50, p75, p95, p99, max, mean: row.mean / TICKS_PER_MS };
}

/** Nearest rank: the value that at least a share q of the replies does not exceed. */
function quantiles(
  histogram: readonly (readonly [number, number])[],
  total: number,
  min: number,
  max: number,
): number[] {
  const values: number[] = [];
  let i = 0;
  let below = histogram[0]?.[1] ?? 0;
  for (const q of QUANTILES) {
    const rank = Math.max(1, Math.ceil(q * total - 1e-9));
    while (below < rank && i + 1 < histogram.length) {
      i += 1;
      below += histogram[i]?.[1] ?? 0;
    }
    const value = histogram[i]?.[0] ?? min;
    values.push(Math.min(max, Math.max(min, value)));
  }
  return values;
}

/**
 * A row as its writer gave it, in ticks, its histogram poured into `bins`. One or two replies are known exactly from
 * least and greatest, whatever grid the writer's histogram has.
 */
export function storedOf(row: SeriesRow, bins: Bins): StoredRow {
  const ticks = (ms: number): number => Math.max(0, Math.round(ms * TICKS_PER_MS));
  const rtt = row.received > 0 ? row.rtt : null;
  const min = rtt ? ticks(rtt.min) : 0;
  const max = rtt ? Math.max(min, ticks(rtt.max)) : 0;
  if (rtt && row.received <= 2) {
    bins.add(binOf(rtt.min), 1);
    if (row.received === 2) bins.add(binOf(rtt.max), 1);
  } else if (rtt && row.histogram.length > 0) {
    for (const [value, count] of row.histogram) if (count > 0) bins.add(binOf(value), count);
  } else if (rtt) pourQuantiles(rtt, row.received, bins);
  return {
    at: row.at,
    sent: row.sent,
    received: rtt ? row.received : 0,
    local: row.local,
    min,
    max,
    mean: rtt ? Math.min(max, Math.max(min, ticks(rtt.mean))) : 0,
    jitter: row.jitter === null ? -1 : ticks(row.jitter),
    timing: rtt ? timingCode(row) : 0,
  };
}

/** A row without a histogram: every reply counts at the nearest quantile that is known. */
function pourQuantiles(rtt: NonNullable<SeriesRow['rtt']>, received: number, bins: Bins): void {
  const known: readonly (readonly [number, number])[] = [
    [0.025, rtt.p5],
    [0.15, rtt.p25],
    [0.375, rtt.p50],
    [0.625, rtt.p50],
    [0.85, rtt.p75],
    [0.97, rtt.p95],
    [1, rtt.p99],
  ];
  for (let i = 0; i < received; i += 1) {
    const q = (i + 0.5) / received;
    const value = i === 0 ? rtt.min : i === received - 1 ? rtt.max : known.find(([upTo]) => q <= upTo)?.[1];
    bins.add(binOf(value ?? rtt.max), 1);
  }
}
