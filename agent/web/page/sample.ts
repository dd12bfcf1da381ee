/**
 * Which sample a row calls "now".
 *
 * Ten seconds at one probe a second is the answer to "how is it at this moment"; a target probed every ten
 * seconds has one probe in that time and its loss would jump between 0 and 100 %. The row therefore takes the
 * shortest sample that holds about ten probes, and the window its state is judged by when none does.
 */
import type { Statistics } from '../../measure/statistics.ts';
import type { TargetView } from '../../verdict/snapshot.ts';

const PROBES_WANTED = 10;

export function nowSample(target: TargetView): Statistics {
  if (target.everyMs * PROBES_WANTED <= 10_000) return target.last10s;
  if (target.everyMs * PROBES_WANTED <= 60_000) return target.last60s;
  return target.thresholds.windowMs > 60_000 ? target.window : target.last60s;
}

/** Length of that sample in words, for the headings beside its numbers. */
export function nowSampleSeconds(target: TargetView): number {
  if (target.everyMs * PROBES_WANTED <= 10_000) return 10;
  if (target.everyMs * PROBES_WANTED <= 60_000) return 60;
  return Math.max(60, Math.round(target.thresholds.windowMs / 1000));
}
