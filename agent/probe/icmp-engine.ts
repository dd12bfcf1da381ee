/**
 * Echo requests to many targets, from one loop that hardly ever wakes.
 *
 * The kernel stamps packets when they leave and when they arrive, so nobody has to be there in time. One tick reads
 * what came, judges who is overdue by what had arrived until then, and sends all that is due; the next tick is when
 * something is due or still out, at most every 50 ms. That is what makes 1000 targets at 1 Hz cost half of what
 * fping takes, which wakes for every packet. Few targets share ticks all the same: they lie on a grid, see
 * {@link gridMs}.
 *
 * When this host is the bottleneck all the same (receive queue overflowed, sends half an interval late, send queue
 * full), that is counted as overload, and probes it may have cost are `local`, not lost.
 */
import { onGrid } from '../kernel/clock.ts';
import { ClockWatch } from '../kernel/clock-watch.ts';
import type { ProbeSink, ProbeTarget, Singleton } from '../measure/singleton.ts';
import type { IcmpTarget, Milliseconds } from '../measure/target.ts';
import type { AddressSource } from './address-source.ts';
import type { Clock } from './clock.ts';
import type { OpenIcmp } from './icmp-doors.ts';
import { GRACE_MS, IcmpReception } from './icmp-reception.ts';
import { describeMode, type IcmpStatus, OVERLOAD_HOLD_MS } from './icmp-status.ts';
import { IcmpStream } from './icmp-stream.ts';
import { IcmpStreams } from './icmp-streams.ts';
import { IcmpTransmission } from './icmp-transmission.ts';
import { Ledger } from './ledger.ts';
import { Nonces } from './nonces.ts';
import { type Prober, stalledMs } from './prober.ts';
import { Schedule } from './schedule.ts';

export interface IcmpOptions {
  /** How soon what arrived is to be known, ms. When absent it may take a fifth of an interval, at most 200 ms. */
  readonly tickMs?: Milliseconds;
  /** Where new targets begin: at a random point of their interval (when absent), or at once. */
  readonly start?: 'random' | 'at-once';
  /** Singletons per target, then no more; without end when absent. */
  readonly count?: number;
}

export interface IcmpDependencies {
  readonly sink: ProbeSink;
  readonly addresses: AddressSource;
  readonly clock: Clock;
  /** Uniform in [0, 1): where targets begin. */
  readonly random: () => number;
  /** Overwrites words with random bits that nobody can guess: nonces, identifiers, first sequences. */
  readonly fillRandom: (words: Uint32Array) => void;
  readonly openDoor: OpenIcmp;
}

const TICK_MS = 50;
/** With nothing to send, what arrived may wait this long: the stamps do not change, only when they are known. */
const PATIENT_MS = 200;
/** Steps of the grid, widest first; the widest is a fifth of a second, so that seconds lie on each. */
const GRIDS_MS = [200, 100, 50];
/** Probes that may leave together, by the average. */
const TOGETHER = 4;
const ONE_US = 0.001;
/** The kernel takes a moment to begin stamping after the first socket asks for it. */
const SETTLE_MS = 5;

export class IcmpEngine implements Prober<IcmpTarget> {
  readonly #options: IcmpOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #sink: ProbeSink;
  readonly #ledger: Ledger;
  readonly #streams: IcmpStreams;
  readonly #schedule = new Schedule();
  readonly #nonces: Nonces;
  readonly #block: number;
  readonly #reception: IcmpReception;
  readonly #transmission: IcmpTransmission;
  #flows = 0;
  #shortestEveryMs = Number.POSITIVE_INFINITY;
  #gridMs: Milliseconds | null = null;
  #cancelTimer: (() => void) | null = null;
  #lastTickMono = Number.NEGATIVE_INFINITY;
  #more = false;
  #inTick = false;
  /** What a sink asked for in the middle of a tick, done at its end. */
  readonly #pending: (() => void)[] = [];
  #closed = false;
  #timing: 'kernel' | 'user' | null = null;

  constructor(options: IcmpOptions, dependencies: IcmpDependencies) {
    const { sink, addresses, clock, random, fillRandom, openDoor } = dependencies;
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
    this.#sink = sink;
    const reading = clock.reading();
    const watch = new ClockWatch(reading);
    const told: ProbeSink = { singleton: (singleton) => this.#tell(singleton), note: (note) => sink.note(note) };
    this.#ledger = new Ledger(told, reading.mono, watch.offset);
    this.#streams = new IcmpStreams(addresses);
    this.#nonces = new Nonces(fillRandom);
    this.#block = this.#nonces.word() & 0xff00;
    this.#reception = new IcmpReception({
      ledger: this.#ledger,
      streams: this.#streams,
      clock,
      watch,
      openDoor,
      block: this.#block,
      refused: (slot, errno) => this.#transmission.refused(slot, errno),
    });
    this.#transmission = new IcmpTransmission(this.#reception, this.#schedule, this.#nonces);
  }

  /**
   * Sockets and routes of targets whose address is known are opened here and now, in the caller's network namespace.
   */
  setTargets(targets: readonly ProbeTarget<IcmpTarget>[]): void {
    if (this.#inTick) {
      this.#pending.push(() => this.setTargets(targets));
      return;
    }
    if (this.#closed) return;
    const kept = new Set(targets.map(({ id }) => id));
    for (const stream of [...this.#streams.all()]) if (!kept.has(stream.id)) this.#remove(stream);
    this.#reception.refresh();
    const added = targets.filter(({ id }) => !this.#streams.has(id)).map((target) => this.#add(target));
    this.#reception.refresh();
    for (const stream of added) this.#begin(stream);
    const intervals = [...this.#streams.all()].map(({ target }) => target.everyMs);
    this.#shortestEveryMs = shortest(intervals);
    this.#gridMs = this.#options.tickMs === undefined ? gridMs(intervals) : null;
    this.#sleep();
  }

  address(id: number): string | null {
    return this.#streams.get(id)?.known?.address ?? null;
  }

  stalledMs(): Milliseconds {
    return stalledMs(this.#clock.mono(), this.#schedule.nextDue(), this.#lastTickMono);
  }

  async close(): Promise<void> {
    if (this.#inTick) {
      this.#pending.push(() => void this.close());
      return;
    }
    for (const stream of [...this.#streams.all()]) this.#remove(stream);
    this.#closed = true;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#reception.doors.close();
  }

  status(): IcmpStatus {
    const { overflows, overflowedMono, doors } = this.#reception;
    const { late, noBuffers, overloadedMono } = this.#transmission;
    const since = this.#clock.mono() - Math.max(overflowedMono, overloadedMono);
    return {
      ...describeMode(doors.openings),
      timing: this.#timing,
      overload: { receiveOverflows: overflows, lateSends: late, noBuffers, now: since < OVERLOAD_HOLD_MS },
    };
  }

  #add({ id, target }: ProbeTarget<IcmpTarget>): IcmpStream {
    const flow = this.#block | (this.#flows & 0xff);
    this.#flows += 1;
    const number = this.#ledger.open({ target: id, protocol: 'icmp', flow }, target.everyMs, target.timeoutMs);
    const salt = this.#nonces.word() & 0xffff;
    const count = this.#options.count ?? Number.POSITIVE_INFINITY;
    const stream = new IcmpStream(id, target, number, flow, salt, count);
    this.#streams.add(stream);
    this.#streams.bind(stream, this.#reception.doors, this.#reception.nowMono, 0);
    return stream;
  }

  #begin({ number, target }: IcmpStream): void {
    const wait = this.#options.start === 'at-once' ? 0 : this.#random() * target.everyMs;
    this.#schedule.add(number, target.everyMs, this.#reception.nowMono + SETTLE_MS + wait);
  }

  #remove(stream: IcmpStream): void {
    this.#streams.remove(stream);
    this.#schedule.remove(stream.number);
    this.#ledger.close(stream.number);
  }

  readonly #tick = (): void => {
    this.#cancelTimer = null;
    this.#inTick = true;
    this.#reception.lookAtClock();
    this.#lastTickMono = this.#reception.nowMono;
    this.#reception.receive();
    this.#reception.expire();
    this.#more = this.#transmission.sendDue();
    this.#inTick = false;
    for (const change of this.#pending.splice(0)) change();
    this.#sleep();
  };

  /** Sets the timer for the next tick. */
  #sleep(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    if (this.#closed) return;
    const now = this.#clock.mono();
    const wake = this.#more ? now : Math.min(this.#nextSend(), this.#nextLook());
    if (wake === Number.POSITIVE_INFINITY) return;
    // Timers count whole milliseconds and round down; one too early would find nothing due and wake again.
    this.#cancelTimer = this.#clock.after(Math.max(0, Math.ceil(wake - now)), this.#tick);
  }

  #nextSend(): Milliseconds {
    const due = this.#schedule.nextDue();
    // The very first probe waits for no grid.
    if (this.#gridMs === null || this.#lastTickMono < 0) return Math.max(due, this.#lastTickMono + this.#tickMs);
    return this.#onGridAfter(due, this.#lastTickMono, this.#gridMs);
  }

  #nextLook(): Milliseconds {
    if (this.#ledger.outstanding === 0) return Number.POSITIVE_INFINITY;
    const last = this.#lastTickMono;
    const overdue = this.#ledger.nextDue() + GRACE_MS;
    if (this.#gridMs === null) return Math.min(last + this.#lookMs, overdue);
    const place = Math.floor(last / this.#gridMs) * this.#gridMs;
    return this.#onGridAfter(Math.min(place + this.#lookMs, overdue), last, this.#gridMs);
  }

  /** The place on the grid for a wish, and never one that the last tick has had. */
  #onGridAfter(wishMono: Milliseconds, last: Milliseconds, stepMs: Milliseconds): Milliseconds {
    return onGrid(Math.max(wishMono, last + ONE_US), stepMs);
  }

  /** Ticks are close enough together for the fastest target to keep its time. */
  get #tickMs(): Milliseconds {
    return Math.min(this.#options.tickMs ?? TICK_MS, Math.max(1, this.#shortestEveryMs / 4));
  }

  get #lookMs(): Milliseconds {
    const { tickMs } = this.#options;
    return tickMs ?? Math.min(PATIENT_MS, Math.max(this.#tickMs, this.#shortestEveryMs / 5));
  }

  #tell(singleton: Singleton): void {
    if (singleton.outcome.kind === 'reply') this.#timing = singleton.outcome.timing;
    this.#sink.singleton(singleton);
  }
}

/**
 * Step of the grid on which ticks lie, or null for none: as wide as it may be without more than a few probes leaving
 * together. A target keeps its place in its interval all the same, rounded up to the grid; with many targets, or fast
 * ones, ticks are as close as they ever are.
 */
export function gridMs(intervalsMs: readonly Milliseconds[]): Milliseconds | null {
  const perSecond = intervalsMs.reduce((sum, everyMs) => sum + 1000 / everyMs, 0);
  const fits = GRIDS_MS.filter((stepMs) => stepMs <= shortest(intervalsMs) / 5);
  return fits.find((stepMs) => (stepMs * perSecond) / 1000 <= TOGETHER) ?? fits.at(-1) ?? null;
}

const shortest = (intervalsMs: readonly Milliseconds[]): Milliseconds =>
  intervalsMs.reduce((least, everyMs) => Math.min(least, everyMs), Number.POSITIVE_INFINITY);
