/**
 * The verdict in one sentence. Page, `/prtg`, `/healthz`, `status`, the live line and the log all call this
 * function, so the same words stand everywhere.
 */
import { formatAge, formatTime } from '../measure/units.ts';
import type { Verdict } from './snapshot.ts';

/**
 * "mel-dc2 is unreachable since 03:02:17.4, 12 min 5 s." — an outage to 0.1 s, all else to the minute.
 *
 * @param at wall time of the snapshot the verdict stands in
 */
export function sentence(verdict: Verdict, at: number): string {
  return `${verdict.headline}${sinceText(verdict, at)}${verdict.tail}.`;
}

/** What follows the headline: " since 03:02:17.4, 12 min 5 s", ", for 7 h 2 min", or nothing when nothing was judged. */
export function sinceText(verdict: Verdict, at: number): string {
  if (verdict.since === null) return '';
  const age = formatAge(at - verdict.since);
  if (verdict.state === 'up') return `, for ${age}`;
  const time = formatTime(verdict.since, at, verdict.state === 'down' ? 'tenth' : 'minute');
  return verdict.tail === '' ? ` since ${time}, ${age}` : ` since ${time}`;
}
