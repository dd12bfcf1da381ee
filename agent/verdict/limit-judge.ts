/**
 * Is a statistic (median RTT, jitter) over its limit? Raised as soon as the window's value reaches the limit, and
 * cleared only when it has stayed a tenth below it for the clear time, so a value that rests on the limit does not
 * switch back and forth.
 */
import type { Milliseconds } from '../measure/target.ts';

const CLEAR_SHARE = 0.9;
/** Fewest replies a window needs for its median to mean something. */
const FEWEST_REPLIES = 3;

export class LimitJudge {
  readonly #limit: number;
  #raisedMono: Milliseconds | null = null;
  #belowMono: Milliseconds | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  /** When it was raised; null while under the limit. */
  get raisedMono(): Milliseconds | null {
    return this.#raisedMono;
  }

  /** @param value null when the window does not know it: then nothing changes */
  judge(value: number | null, replies: number, atMono: Milliseconds): void {
    if (value === null) return;
    if (this.#raisedMono === null) {
      if (value >= this.#limit && replies >= FEWEST_REPLIES) this.#raisedMono = atMono;
      return;
    }
    if (value >= this.#limit * CLEAR_SHARE) this.#belowMono = null;
    else this.#belowMono ??= atMono;
  }

  mayClear(nowMono: Milliseconds, clearMs: Milliseconds): boolean {
    return this.#belowMono !== null && nowMono - this.#belowMono >= clearMs;
  }

  reset(): void {
    this.#raisedMono = null;
    this.#belowMono = null;
  }
}
