/** Loss over several targets: the share of all their probes, so a target probed often weighs as often. */
import type { Statistics } from '../measure/statistics.ts';

/** RFC 6673 ratio, 0 to 1; null when nothing was sent. */
export function lossOf(samples: readonly Statistics[]): number | null {
  let sent = 0;
  let missing = 0;
  for (const sample of samples) {
    sent += sample.sent;
    missing += sample.lost + sample.errors;
  }
  return sent === 0 ? null : missing / sent;
}
