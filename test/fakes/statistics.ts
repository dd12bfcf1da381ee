/** Samples for fakes: as many fields as the contract has, from the few a test cares about. */
import type { Statistics } from '../../agent/measure/statistics.ts';

export interface FakeSample {
  readonly p50: number | null;
  readonly p95?: number;
  readonly loss?: number | null;
  readonly sent?: number;
  readonly timing?: Statistics['timing'];
}

export function fakeStatistics({ p50, p95, loss = 0, sent = 10, timing = 'kernel' }: FakeSample): Statistics {
  const received = loss === null ? 0 : Math.round(sent * (1 - loss));
  const high = p95 ?? (p50 ?? 0) * 1.3;
  return {
    fromMono: 0,
    toMono: 10_000,
    sent: loss === null ? 0 : sent,
    received,
    lost: loss === null ? 0 : sent - received,
    errors: 0,
    local: 0,
    duplicates: 0,
    late: 0,
    reordered: 0,
    corrupt: 0,
    lossRatio: loss,
    lossBurst: sent - received,
    rtt:
      p50 === null
        ? null
        : {
            min: p50 * 0.96,
            p5: p50 * 0.97,
            p25: p50 * 0.99,
            p50,
            p75: p50 * 1.05,
            p90: high * 0.95,
            p95: high,
            p99: high * 1.1,
            max: high * 1.3,
            mean: p50 * 1.02,
            stddev: p50 * 0.05,
          },
    interarrivalJitter: p50 === null ? null : p50 * 0.03,
    roundTripIpdv: p50 === null ? null : p50 * 0.02,
    timing: p50 === null ? null : timing,
    userTimed: timing === 'user' ? received : 0,
    errorBarMs: p50 === null ? null : timing === 'user' ? 0.9 : 0.004,
  };
}
