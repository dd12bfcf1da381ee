/** How long a sender waits after a failure: what it means decides, and chance, for hundreds of agents fail together. */
import type { AwsFailure } from '../aws/errors.ts';

const FIRST_WAIT_MS = 2000;
/** Waits grow to this. */
export const LONGEST_WAIT_MS = 60_000;
/** Where only a person can help. */
export const HELPLESS_WAIT_MS = 300_000;

/**
 * Full jitter: anything up to a bound that doubles with each failure in a row.
 * @param before failures in a row before this one
 * @param random 0 to 1
 * @returns ms
 */
export function backOffMs(failure: AwsFailure, before: number, random: number): number {
  const helpless = failure.class === 'denied' || failure.class === 'invalid';
  const longest = helpless ? HELPLESS_WAIT_MS : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(before, 10));
  return random * longest;
}
