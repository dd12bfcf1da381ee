/** The clocks and the timer that probers and the resolver run on, so that a test can hand in its own. */
import { type Clock as KernelClock, systemClock } from '../kernel/clock.ts';
import type { Milliseconds } from '../measure/target.ts';

export interface Clock extends KernelClock {
  /** Calls back once after `delayMs`; returns what cancels that. */
  after(delayMs: Milliseconds, callback: () => void): () => void;
}

/**
 * The machine's clocks and the loop's timer.
 *
 * @param late told how late each timer came: a loop that stood still shows in those that were due meanwhile
 */
export function probeClock(late: (lateMs: Milliseconds) => void = () => {}): Clock {
  const clock = systemClock();
  const after = (delayMs: Milliseconds, callback: () => void): (() => void) => {
    const dueMono = clock.mono() + delayMs;
    const timer = setTimeout(() => {
      late(clock.mono() - dueMono);
      callback();
    }, delayMs);
    return () => clearTimeout(timer);
  };
  return { ...clock, after };
}
