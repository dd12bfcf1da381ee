/** The clocks and the timer that probers and the resolver run on, so that a test can hand in its own. */
import type { Milliseconds } from '../measure/target.ts';

export interface Clock {
  /** CLOCK_MONOTONIC: places singletons in windows; no step of the wall clock moves it. */
  mono(): Milliseconds;
  /** CLOCK_REALTIME, ms since the epoch: for people. */
  wall(): Milliseconds;
  /** Calls back once after `delayMs`; returns what cancels that. */
  after(delayMs: Milliseconds, callback: () => void): () => void;
}

export const systemClock: Clock = {
  mono: () => {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  },
  wall: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
