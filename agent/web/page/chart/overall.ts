/** Quantiles of a whole window, from the histograms of its rows. */
import type { SeriesRow } from '../../../measure/statistics.ts';

export interface Overall {
  readonly p50: number;
  readonly p95: number;
  readonly received: number;
}

/** Null when nothing came back. Rows without a histogram stand with their median for all their replies. */
export function overall(rows: readonly SeriesRow[]): Overall | null {
  const counts = new Map<number, number>();
  let received = 0;
  for (const row of rows) {
    if (row.rtt === null) continue;
    const pairs = row.histogram.length > 0 ? row.histogram : ([[row.rtt.p50, row.received]] as const);
    for (const [value, count] of pairs) {
      counts.set(value, (counts.get(value) ?? 0) + count);
      received += count;
    }
  }
  if (received === 0) return null;
  const sorted = [...counts].sort((a, b) => a[0] - b[0]);
  const at = (share: number): number => {
    let sum = 0;
    for (const [value, count] of sorted) if ((sum += count) >= share * received) return value;
    return sorted.at(-1)?.[0] ?? 0;
  };
  return { p50: at(0.5), p95: at(0.95), received };
}
