/**
 * Kernel stamps on the monotonic clock. The kernel writes them in CLOCK_REALTIME, which may be set at any time;
 * everything here is measured in CLOCK_MONOTONIC, which may not.
 *
 * The two differ by a constant until somebody sets the clock. A stamp from around a step could mean two times: it
 * means the one that lies where it must, between the last time the queue was empty and now. If neither or both do,
 * nobody can tell, and the answer is NaN.
 */

/** Stamps and clock readings are taken at slightly different instants. */
const SLACK_MS = 0.5;
/** A stamped packet may wait this long in the kernel before it is in the queue. */
const TRANSIT_MS = 5;

export class StampClock {
  #seconds = 0;
  #rest = 0;
  #offset = 0;
  /** The offset before a step that stamps still to be read may have been written with; null when there is none. */
  #before: number | null = null;

  /** `offset` is REALTIME − MONOTONIC, ms. */
  constructor(offset: number) {
    this.#set(offset);
  }

  /** The clock was stepped; stamps read before the next {@link settled} may be older than the step. */
  stepped(offset: number): void {
    this.#before = this.#offset;
    this.#set(offset);
  }

  /** All that was written before the step has been read. */
  settled(): void {
    this.#before = null;
  }

  /** The monotonic time of a stamp that was written between `fromMono` and `toMono`; NaN when nobody can tell. */
  toMono(seconds: number, nanoseconds: number, fromMono: number, toMono: number): number {
    // Whole seconds first: a double does not hold ms since 1970 to the nanosecond.
    const mono = (seconds - this.#seconds) * 1000 + nanoseconds / 1e6 - this.#rest;
    if (this.#before === null) return mono <= toMono + SLACK_MS ? mono : Number.NaN;
    const older = mono + this.#offset - this.#before;
    const fits = mono >= fromMono - TRANSIT_MS && mono <= toMono + SLACK_MS;
    const olderFits = older >= fromMono - TRANSIT_MS && older <= toMono + SLACK_MS;
    if (fits === olderFits) return Number.NaN;
    return fits ? mono : older;
  }

  #set(offset: number): void {
    this.#offset = offset;
    this.#seconds = Math.floor(offset / 1000);
    this.#rest = offset - this.#seconds * 1000;
  }
}
