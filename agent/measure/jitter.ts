/**
 * How much consecutive round trips differ: RFC 3550 interarrival jitter and RFC 3393 delay variation, both over
 * RTTs, because one host sees both ends of an echo and neither clock of the other side.
 */
import { quantileOfSorted } from './quantile.ts';
import type { Milliseconds } from './target.ts';

/** RFC 3550 §6.4.1: "the gain parameter 1/16 gives a good noise reduction ratio". */
const GAIN = 1 / 16;

/**
 * RFC 3550 §6.4.1 over RTTs: J += (|D| − J) / 16 with D the difference of two consecutive transit times, here
 * round trips, in order of arrival. J starts at 0 and runs on; a report gives its value at that moment, as the
 * RFC's own reception reports do. Starting it anew for every window would bias it low for 16 packets each time.
 */
export class InterarrivalJitter {
  #jitter = 0;
  #previous: Milliseconds | null = null;

  /** @returns J after this RTT; 0 for the first. */
  add(rttMs: Milliseconds): Milliseconds {
    if (this.#previous !== null) this.#jitter += (Math.abs(rttMs - this.#previous) - this.#jitter) * GAIN;
    this.#previous = rttMs;
    return this.#jitter;
  }

  get value(): Milliseconds {
    return this.#jitter;
  }
}

/**
 * RFC 3393 delay variation of round trips: the median of |ΔRTT| over consecutive replies in sending order (its
 * selection function takes each reply and the one before it, whatever was lost between). Sorts `deltas` in place.
 *
 * @param deltas |ΔRTT| of consecutive replies
 * @returns null without any
 */
export function roundTripIpdv(deltas: Float64Array): Milliseconds | null {
  if (deltas.length === 0) return null;
  deltas.sort();
  return quantileOfSorted(deltas, 0.5);
}
