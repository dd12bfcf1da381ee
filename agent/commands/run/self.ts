/**
 * What the agent knows of itself: clock steps and suspensions, its own use of the machine. Read once a second.
 */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Clock, systemClock } from '../../kernel/clock.ts';
import { type ClockChange, ClockWatch } from '../../kernel/clock-watch.ts';
import { formatDuration } from '../../measure/units.ts';
import type { AgentView } from '../../verdict/snapshot.ts';
import type { Condition } from './notices.ts';

const MINUTE = 60;
/** What changes slowly; the kernel sums up the process's pages for each reading of the memory: half a millisecond. */
const SLOW_EVERY_MS = 5000;
/** How long a step of the clock is told. */
const TOLD_MS = 10 * 60_000;

export class Self {
  readonly #clock: Clock;
  readonly #watch: ClockWatch;
  /** CPU used so far (µs) and monotonic time, a reading a second for a minute. */
  readonly #cpu: { used: number; mono: number }[] = [];
  /** The latest that a timer came, of each second of the last minute, and of this one so far. */
  readonly #stalls: number[] = [];
  #stall = 0;
  #steps = 0;
  #lastStepMs: number | null = null;
  #suspensions = 0;
  #changed: ClockChange | null = null;
  #memory = readMemory();
  #hostname = hostname();
  #slowMono: number;

  constructor(clock: Clock = systemClock()) {
    this.#clock = clock;
    this.#watch = new ClockWatch(clock.reading());
    this.#slowMono = clock.mono();
  }

  get hostname(): string {
    return this.#hostname;
  }

  /**
   * A timer came this late. Probes and their replies have some twenty a second already, so that no alarm clock of its
   * own need wake the loop to see whether it stands still.
   */
  late(ms: number): void {
    if (ms > this.#stall) this.#stall = ms;
  }

  /** Once a second. Gives a step or suspension since the last call. */
  observe(): ClockChange | null {
    const { user, system } = process.cpuUsage();
    this.#cpu.push({ used: user + system, mono: this.#clock.mono() });
    if (this.#cpu.length > MINUTE + 1) this.#cpu.shift();
    this.#stalls.push(this.#stall);
    if (this.#stalls.length > MINUTE) this.#stalls.shift();
    this.#stall = 0;
    const change = this.#watch.observe(this.#clock.reading());
    if (change === null) return null;
    this.#changed = change;
    if (change.suspendedMs > 0) this.#suspensions += 1;
    else {
      this.#steps += 1;
      this.#lastStepMs = change.stepMs;
    }
    return change;
  }

  clock(): AgentView['clock'] {
    return { steps: this.#steps, lastStepMs: this.#lastStepMs, suspensions: this.#suspensions };
  }

  /** The last step or suspension, for as long as somebody may wonder about times on the page. */
  conditions(): Condition[] {
    const change = this.#changed;
    return change === null || this.#clock.mono() - change.toMono > TOLD_MS ? [] : [clockCondition(change)];
  }

  usage(): AgentView['usage'] {
    const first = this.#cpu[0];
    const last = this.#cpu.at(-1);
    const span = first && last ? last.mono - first.mono : 0;
    const now = this.#clock.mono();
    if (now - this.#slowMono >= SLOW_EVERY_MS) {
      this.#slowMono = now;
      this.#memory = readMemory();
      this.#hostname = hostname();
    }
    return {
      ...this.#memory,
      cpu: first && last && span > 0 ? (last.used - first.used) / 1000 / span : null,
      loopDelayMs: this.#stalls.length > 0 ? Math.max(...this.#stalls) : null,
    };
  }
}

/** What a step or a suspension means for what is on the page, and how to have no more of them. */
export function clockCondition({ stepMs, suspendedMs }: Pick<ClockChange, 'stepMs' | 'suspendedMs'>): Condition {
  const by = `${stepMs > 0 ? '+' : '−'}${(Math.abs(stepMs) / 1000).toFixed(1)} s`;
  const [text, remedy] =
    suspendedMs > 0
      ? [
          `The machine was suspended for ${formatDuration(suspendedMs)}; that time is not measured.`,
          'nothing to do; where it happens again, keep the machine from sleeping',
        ]
      : [
          `The clock was set by ${by}; times told follow it, no measurement is spoiled.`,
          'nothing to do; where it happens again, see chronyc tracking: on EC2 the time server is 169.254.169.123',
        ];
  return { code: 'clock', severity: 'info', text, remedy };
}

/** A step or a suspension, as the event that is told of it. */
export function clockEvent({ stepMs, suspendedMs }: ClockChange): string {
  return suspendedMs > 0
    ? `the machine was suspended for ${formatDuration(suspendedMs)}`
    : `the clock stepped by ${(stepMs / 1000).toFixed(3)} s`;
}

/** proc_pid_status(5): resident memory, and RssAnon, what of it cannot be dropped and read again from a file. */
function readMemory(): Pick<AgentView['usage'], 'rssBytes' | 'anonymousBytes'> {
  try {
    const status = readFileSync('/proc/self/status', 'latin1');
    const bytes = (name: string): number | null => {
      const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
      return kib === undefined ? null : Number(kib) * 1024;
    };
    return { rssBytes: bytes('VmRSS') ?? process.memoryUsage.rss(), anonymousBytes: bytes('RssAnon') };
  } catch {
    return { rssBytes: process.memoryUsage.rss(), anonymousBytes: null };
  }
}
