/** Rows of history for chart tests. */
import type { SeriesRow } from '../../agent/measure/statistics.ts';

const TIMED = { timing: 'kernel', errorBarMs: 0.05 } as const;

/** `received` of `sent` replies around `p50`, quantiles at multiples of `spread`. */
export function fakeRow(at: number, sent: number, received: number, p50 = 10, spread = 1): SeriesRow {
  const rtt = {
    min: p50 - 2 * spread,
    p5: p50 - spread,
    p25: p50 - spread / 2,
    p50,
    p75: p50 + spread / 2,
    p95: p50 + spread,
    p99: p50 + 2 * spread,
    max: p50 + 3 * spread,
    mean: p50,
  };
  const timed = received === 0 ? ({ timing: null, errorBarMs: null } as const) : TIMED;
  return { at, sent, received, local: 0, rtt: received === 0 ? null : rtt, jitter: null, ...timed, histogram: [] };
}
