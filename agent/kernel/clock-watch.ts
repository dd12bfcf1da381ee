/**
 * Notices that somebody set the clock, and that the machine slept.
 *
 * NTP slews REALTIME and MONOTONIC together, so their difference is constant until REALTIME is *set*
 * (settimeofday, chronyc makestep, a leap second): every change of it is a step. BOOTTIME − MONOTONIC is
 * constant until the machine is suspended. Pure: it judges readings that it is given.
 */

/** Three clocks read at one instant, ms. */
export interface ClockReading {
  readonly mono: number;
  readonly wall: number;
  /** null where BOOTTIME cannot be read. */
  readonly boot: number | null;
  /** How long the reading took; each clock was read within it, so no smaller difference means anything. */
  readonly gap: number;
}

export interface ClockChange {
  /** The wall clock moved by this against MONOTONIC, ms; 0 when it was not set. */
  readonly stepMs: number;
  /** The machine was suspended for this long, ms; 0 when it was not. A suspension is a step as well. */
  readonly suspendedMs: number;
  /** Between these monotonic times. */
  readonly fromMono: number;
  readonly toMono: number;
}

/** Differences below this are the reading's own. */
const FLOOR_MS = 0.1;
/** BOOTTIME moves by whole suspensions; below this it is the kernel's bookkeeping. */
const SUSPEND_FLOOR_MS = 1;

export class ClockWatch {
  #offset: number;
  #sleep: number | null;
  #last: number;

  constructor(first: ClockReading) {
    this.#offset = first.wall - first.mono;
    this.#sleep = first.boot === null ? null : first.boot - first.mono;
    this.#last = first.mono;
  }

  /** REALTIME − MONOTONIC, ms: what to take off a kernel stamp. Exactly constant between two changes. */
  get offset(): number {
    return this.#offset;
  }

  /** Feed it each tick; null when nothing changed. */
  observe(reading: ClockReading): ClockChange | null {
    const tolerance = FLOOR_MS + reading.gap;
    const offset = reading.wall - reading.mono;
    const sleep = reading.boot === null ? null : reading.boot - reading.mono;
    const stepped = Math.abs(offset - this.#offset) > tolerance;
    const slept = sleep !== null && this.#sleep !== null && sleep - this.#sleep > SUSPEND_FLOOR_MS + reading.gap;
    const fromMono = this.#last;
    this.#last = reading.mono;
    if (!stepped && !slept) return null;
    const change = {
      stepMs: stepped ? offset - this.#offset : 0,
      suspendedMs: slept ? sleep - (this.#sleep ?? sleep) : 0,
      fromMono,
      toMono: reading.mono,
    };
    if (stepped) this.#offset = offset;
    this.#sleep = sleep;
    return change;
  }
}
