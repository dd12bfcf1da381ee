/**
 * The clocks (clock_gettime(2)). MONOTONIC places everything in time inside the agent, REALTIME is for people
 * and is what kernel stamps are written in, BOOTTIME goes on while the machine is suspended, which MONOTONIC
 * does not. All in milliseconds as floats.
 *
 * Without FFI the same MONOTONIC comes from the runtime (libuv reads the very clock), REALTIME in whole
 * milliseconds, BOOTTIME not at all.
 */
import { Arena } from './arena.ts';
import type { ClockReading } from './clock-watch.ts';
import { KernelUnavailable } from './kernel-unavailable.ts';
import { type Libc, libc } from './libc.ts';

export interface Clock {
  /** CLOCK_MONOTONIC, ms. */
  mono(): number;
  /** CLOCK_REALTIME, ms since the epoch; a double resolves 0.25 µs here. */
  wall(): number;
  /** All three at one instant, for a {@link ClockWatch}. */
  reading(): ClockReading;
}

/** include/uapi/linux/time.h */
const CLOCK = { REALTIME: 0, MONOTONIC: 1, BOOTTIME: 7 } as const;

/** Readings further apart than this were interrupted in between and are taken again, at most twice. */
const TIGHT_MS = 0.02;

let shared: Clock | null = null;

/** The machine's clocks, shared by the whole process. */
export function systemClock(): Clock {
  shared ??= open();
  return shared;
}

function open(): Clock {
  try {
    return kernelClock(libc());
  } catch (error) {
    if (error instanceof KernelUnavailable) return runtimeClock();
    throw error;
  }
}

function kernelClock(c: Libc): Clock {
  const arena = new Arena(16);
  const { view, base } = arena;
  const read = (id: number): number => {
    c.clock_gettime(id, base);
    // The high half of tv_sec is zero until 2106.
    return view.getUint32(0, true) * 1000 + view.getUint32(8, true) / 1e6;
  };
  return {
    mono: () => read(CLOCK.MONOTONIC),
    wall: () => read(CLOCK.REALTIME),
    reading: () => {
      let best: ClockReading | null = null;
      for (let attempt = 0; attempt < 3 && (best === null || best.gap > TIGHT_MS); attempt += 1) {
        const before = read(CLOCK.MONOTONIC);
        const wall = read(CLOCK.REALTIME);
        const boot = read(CLOCK.BOOTTIME);
        const gap = read(CLOCK.MONOTONIC) - before;
        if (best === null || gap < best.gap) best = { mono: before + gap / 2, wall, boot, gap };
      }
      return best ?? { mono: read(CLOCK.MONOTONIC), wall: read(CLOCK.REALTIME), boot: null, gap: 0 };
    },
  };
}

function runtimeClock(): Clock {
  const mono = (): number => {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1000 + nanoseconds / 1e6;
  };
  return { mono, wall: Date.now, reading: () => ({ mono: mono(), wall: Date.now(), boot: null, gap: 1 }) };
}

/**
 * The first moment from `mono` on that is a multiple of `stepMs`. Who may wait a little waits for such a moment, so that
 * several are served by one waking of the process, which costs more than most of what is then done.
 */
export function onGrid(mono: number, stepMs: number): number {
  return Math.ceil(mono / stepMs) * stepMs;
}
