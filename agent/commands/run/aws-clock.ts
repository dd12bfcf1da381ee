/**
 * Wall time as AWS has it, where this host's clock is plainly wrong. Every answer tells the time in full seconds, so
 * what it says wanders by a second; only more than that is followed, or periods would end twice.
 */

/** The SDK's own threshold of a clock that is off. */
const OFF_MS = 240_000;
const NOISE_MS = 10_000;

export class AwsClock {
  readonly #wall: () => number;
  #aheadMs = 0;

  constructor(wall: () => number = Date.now) {
    this.#wall = wall;
  }

  /** How far AWS's clock is ahead, ms; 0 when the clocks agree. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  now(): number {
    return this.#wall() + this.#aheadMs;
  }

  /** Takes what the last answer said. True when it changed anything. */
  follow(aheadMs: number): boolean {
    if (Math.abs(aheadMs - this.#aheadMs) < NOISE_MS) return false;
    const before = this.#aheadMs;
    this.#aheadMs = Math.abs(aheadMs) < OFF_MS ? 0 : aheadMs;
    return this.#aheadMs !== before;
  }
}
