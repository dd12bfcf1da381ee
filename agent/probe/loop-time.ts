/**
 * How far a time taken in JavaScript can be off.
 *
 * An answer is stamped when the loop gets to it, not when it came. Between two readings it can have waited no longer
 * than the loop was busy with other things (event loop utilization) plus the thread was ready but not running (the
 * scheduler's run delay, second field of /proc/self/schedstat, in ns). What a hypervisor takes away is in neither.
 */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { Milliseconds } from '../measure/target.ts';
import type { Clock } from './clock.ts';

/** Reading clocks, waking, one callback: what remains when the loop is idle. */
const FLOOR_MS = 0.1;

export interface LoopStamp {
  readonly mono: Milliseconds;
  readonly busyMs: Milliseconds;
  readonly runDelayMs: Milliseconds;
}

export function loopStamp(clock: Clock): LoopStamp {
  return { mono: clock.mono(), busyMs: performance.eventLoopUtilization().active, runDelayMs: runDelay() };
}

/** Bound of the error of `to.mono − from.mono` as a duration between two events outside, ± ms. */
export function loopErrorMs(from: LoopStamp, to: LoopStamp): Milliseconds {
  const bound = FLOOR_MS + (to.busyMs - from.busyMs) + (to.runDelayMs - from.runDelayMs);
  return Math.max(FLOOR_MS, Math.min(bound, to.mono - from.mono));
}

function runDelay(): Milliseconds {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'latin1').split(' ')[1]) / 1e6;
  } catch {
    return 0; // a kernel without CONFIG_SCHED_INFO
  }
}
