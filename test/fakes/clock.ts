/** Clocks and timers that move only when a test moves them. */
import type { ClockReading } from '../../agent/kernel/clock-watch.ts';
import type { Clock } from '../../agent/probe/clock.ts';

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

export class FakeClock implements Clock {
  /** REALTIME at the beginning: 2026-01-01 00:00:00 UTC. */
  static readonly EPOCH = Date.UTC(2026, 0, 1);
  #now = 0;
  #timers: Timer[] = [];
  #step = 0;
  #suspended = 0;

  mono(): number {
    return this.#now;
  }

  wall(): number {
    return FakeClock.EPOCH + this.#now + this.#step;
  }

  reading(): ClockReading {
    return { mono: this.#now, wall: this.wall(), boot: this.#now + this.#suspended, gap: 0 };
  }

  /** Somebody sets the wall clock. */
  step(ms: number): void {
    this.#step += ms;
  }

  /** The machine sleeps: MONOTONIC stands, BOOTTIME and the wall clock go on. */
  suspend(ms: number): void {
    this.#suspended += ms;
    this.#step += ms;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { due: this.#now + Math.max(0, delayMs), callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Timers set and not yet due. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Moves time on, calling what becomes due in order and letting promises settle after each. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (;;) {
      const next = this.#timers.filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
      await settled();
    }
    this.#now = end;
  }

  /** Time passes while nothing runs: timers due meanwhile are late, as after a stall of the loop. */
  stall(ms: number): void {
    this.#now += ms;
  }
}

/** Everything that promises have queued has run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
