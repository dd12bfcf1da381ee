/** Rows, events and directories for the tests of history, and a clock that they turn by hand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { History } from '../../agent/history/history.ts';
import type { SeriesRow } from '../../agent/measure/statistics.ts';
import type { CanaryEvent } from '../../agent/verdict/snapshot.ts';

/** A whole minute, hour and day, so that steps begin with the tests. */
export const NOON = Date.UTC(2026, 5, 1, 12);
export const MIB = 1_048_576;

export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'vpc-canary-history-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/**
 * The row of one second from the RTTs of its replies, quantiles by nearest rank. Those above 1 s are timed in user
 * space, within 0.4 ms.
 */
export function secondRow(at: number, rtts: readonly number[], lost = 0, local = 0): SeriesRow {
  const sorted = [...rtts].sort((a, b) => a - b);
  const quantile = (q: number): number => sorted[Math.max(0, Math.ceil(q * sorted.length - 1e-9) - 1)]!;
  const counts = new Map<number, number>();
  for (const rtt of sorted) counts.set(rtt, (counts.get(rtt) ?? 0) + 1);
  const slow = rtts.filter((rtt) => rtt > 1000).length;
  const timing = rtts.length === 0 ? null : slow === 0 ? 'kernel' : slow === rtts.length ? 'user' : 'mixed';
  const timed = { timing, errorBarMs: timing === null ? null : slow > 0 ? 0.4 : 0.05 } as const;
  return {
    at,
    sent: rtts.length + lost,
    received: rtts.length,
    local,
    rtt:
      rtts.length === 0
        ? null
        : {
            min: quantile(0),
            p5: quantile(0.05),
            p25: quantile(0.25),
            p50: quantile(0.5),
            p75: quantile(0.75),
            p95: quantile(0.95),
            p99: quantile(0.99),
            max: quantile(1),
            mean: rtts.reduce((sum, rtt) => sum + rtt, 0) / rtts.length,
          },
    jitter: null,
    ...timed,
    histogram: [...counts],
  };
}

export function event(id: number, at: number, more: Partial<CanaryEvent> = {}): CanaryEvent {
  return {
    id,
    at,
    kind: 'target',
    layer: 'data-plane',
    subject: 'mel-core',
    site: 'mel-dc2',
    from: 'up',
    to: 'down',
    lastedMs: 1_000,
    text: `mel-core is unreachable (${id})`,
    reasons: [{ code: 'loss', text: 'no reply' }],
    ...more,
  };
}

/** A history whose clock stands where the test puts it. */
export class Rig {
  now = NOON;
  history: History;
  readonly #directory: string | null;
  readonly #maxBytes: number;

  constructor(directory: string | null, maxBytes = 64 * MIB) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
    this.history = this.#open();
  }

  /** Closes and opens again, as a restart of the agent does. */
  restart(): void {
    this.history.close();
    this.history = this.#open();
  }

  /** Opens again without closing, as after kill -9; only for histories whose file nobody holds. */
  #open(): History {
    return new History({ directory: this.#directory, maxBytes: this.#maxBytes, now: () => this.now });
  }

  /** One second passes: its row is written, then the agent's tick. */
  second(target: string, rtts: readonly number[], lost = 0): void {
    this.history.writeRows(target, [secondRow(this.now, rtts, lost)]);
    this.now += 1_000;
    this.history.tick();
  }
}
