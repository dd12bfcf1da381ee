/** The clocks and the timer that probers and the resolver run on, so that a test can hand in its own. */
import { type Clock as KernelClock, systemClock } from '../kernel/clock.ts';
import type { Milliseconds } from '../measure/target.ts';

export interface Clock extends KernelClock {
  /** Calls back once after `delayMs`; returns what cancels that. */
  after(delayMs: Milliseconds, callback: () => void): () => void;
}

/** The machine's clocks and the loop's timer. */
export function probeClock(): Clock {
  return { ...systemClock(), after };
}

function after(delayMs: Milliseconds, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
