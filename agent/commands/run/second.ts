/**
 * Calls once a second, just after each full second of the monotonic clock, and sooner on request: a state that
 * changed should show before the next second, but never more than a few times in one.
 */

/** Least time between two calls. */
const LEAST_MS = 200;

export class EverySecond {
  readonly #mono: () => number;
  readonly #work: () => void;
  readonly #late: (lateMs: number) => void;
  #timer: NodeJS.Timeout | null = null;
  #last = Number.NEGATIVE_INFINITY;
  #soon = false;
  #stopped = false;

  /** @param late told how late each call came */
  constructor(mono: () => number, work: () => void, late: (lateMs: number) => void) {
    this.#mono = mono;
    this.#work = work;
    this.#late = late;
    this.#arm();
  }

  /** Something changed that should not wait for the full second. */
  soon(): void {
    if (this.#soon || this.#stopped) return;
    this.#soon = true;
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #arm(): void {
    if (this.#timer) clearTimeout(this.#timer);
    const now = this.#mono();
    const toSecond = 1000 - (now % 1000) + 1;
    const wait = this.#soon ? Math.min(toSecond, Math.max(0, this.#last + LEAST_MS - now)) : toSecond;
    this.#timer = setTimeout(() => {
      this.#soon = false;
      this.#last = this.#mono();
      this.#late(this.#last - now - wait);
      this.#work();
      if (!this.#stopped) this.#arm();
    }, wait);
  }
}
