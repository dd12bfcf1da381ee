/**
 * Availability: up ÷ measured time, and nothing weighted.
 *
 * What answers is up, so degraded counts as up: a slow link is a state, not an absence. What nobody measured
 * (agent off, host asleep) and what could not be judged (`unknown`) is neither: it leaves the fraction on both
 * sides, so switching the agent off never makes a site look better or worse.
 */
import type { StateSpan } from './past.ts';

export interface Availability {
  /** Time per state over the spans, ms. */
  readonly upMs: number;
  readonly degradedMs: number;
  readonly downMs: number;
  readonly unknownMs: number;
  readonly unmeasuredMs: number;
  /** (up + degraded) ÷ (up + degraded + down), 0 to 1; null when nothing of that was measured. */
  readonly ratio: number | null;
}

export function availability(spans: readonly StateSpan[]): Availability {
  const ms = { up: 0, degraded: 0, down: 0, unknown: 0, unmeasured: 0 };
  for (const span of spans) ms[span.state] += Math.max(0, span.to - span.from);
  const answered = ms.up + ms.degraded;
  const measured = answered + ms.down;
  return {
    upMs: ms.up,
    degradedMs: ms.degraded,
    downMs: ms.down,
    unknownMs: ms.unknown,
    unmeasuredMs: ms.unmeasured,
    ratio: measured > 0 ? answered / measured : null,
  };
}
