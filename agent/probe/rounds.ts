/**
 * The rounds of a prober: when which target's turn is, what is under way, and what is told of it.
 *
 * TCP, HTTP and DNS probes differ in how one probe goes (a {@link Method}); when they start, how long they may take,
 * how many may be out, and what is said when there is no address is the same for all and stands here.
 *
 * One timer drives it: it wakes when a target is due, and every 50 ms while something is under way. A probe is
 * looked at, not waited for; what it measures comes from kernel stamps or from its own callbacks, so the
 * coarse turn costs no accuracy. A deadline is judged one turn of the event loop after it passed, so that what has
 * arrived while the loop was busy is read before it could be called lost. Since every probe is judged within two turns
 * of its timeout, a target never has more than (timeout + 100 ms) / every of them out, however slow it is.
 */
import { ClockWatch } from '../kernel/clock-watch.ts';
import type { Note, Outcome, ProbeSink, ProbeTarget } from '../measure/singleton.ts';
import type { Milliseconds, Target } from '../measure/target.ts';
import type { AddressSource } from './address-source.ts';
import type { Clock } from './clock.ts';
import { type Prober, stalledMs } from './prober.ts';
import { Schedule } from './schedule.ts';

/** One probe under way. None of its functions blocks or throws. */
export interface Exchange {
  /** What became of it; null while that is open. */
  poll(): Outcome | null;
  /** Its time is up and `poll` gave null: what to say of it. */
  expire(): Outcome;
  /**
   * Called every turn after the outcome was told: ends it in order, and notes replies that still come. True when
   * nothing is open any more.
   */
  wind(note: (kind: Note['kind'], rttMs: Milliseconds | null) => void): boolean;
  /** Drops everything at once. */
  close(): void;
}

/** How one probe of a kind goes. */
export interface Method<T extends Target> {
  /**
   * What its RTTs rest on. User-space times are spoilt when the loop stood still meanwhile: such a probe without
   * an answer says so instead of "lost". The kernel saw all the same what came.
   */
  readonly timing: 'kernel' | 'user';
  /** Probes begun per turn at most, so that the loop can breathe. */
  readonly perTurn: number;
  host(target: T): string;
  /** Begins a probe, or says why it cannot. `tookMs` is how long the name took to resolve, null for a literal. */
  start(target: T, address: string, tookMs: Milliseconds | null): Exchange | Outcome;
  /** Told how many targets there are, whenever that changes. */
  targets(count: number): void;
}

export interface RoundsDependencies {
  readonly sink: ProbeSink;
  readonly addresses: AddressSource;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

const TURN_MS = 50;
/** The loop is never this late unless it stood still. */
const STALL_MS = 100;

interface Turn<T extends Target> {
  readonly probe: ProbeTarget<T>;
  readonly slot: number;
  sequence: number;
}

interface Flight {
  readonly turn: Turn<Target>;
  readonly sequence: number;
  readonly sentMono: Milliseconds;
  readonly sentWall: Milliseconds;
  readonly exchange: Exchange;
  /** Its deadline has passed; it is judged at the next turn. */
  overdue: boolean;
  /** How long the loop stood still meanwhile. */
  stalledMs: Milliseconds;
  suspended: boolean;
}

export class Rounds<T extends Target> implements Prober<T> {
  /** Probes begun more than half an interval late, and probes left out because their time had passed. */
  readonly overload = { late: 0, skipped: 0 };
  readonly #method: Method<T>;
  readonly #sink: ProbeSink;
  readonly #addresses: AddressSource;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #schedule = new Schedule();
  readonly #watch: ClockWatch;
  readonly #turns = new Map<number, Turn<T>>();
  readonly #slots: (Turn<T> | null)[] = [];
  readonly #free: number[] = [];
  #flights: Flight[] = [];
  #winding: Flight[] = [];
  #lastTurnMono = Number.NEGATIVE_INFINITY;
  #wakeMono = Number.POSITIVE_INFINITY;
  #cancelTimer: (() => void) | null = null;
  #closed = false;

  constructor(method: Method<T>, dependencies: RoundsDependencies) {
    this.#method = method;
    this.#sink = dependencies.sink;
    this.#addresses = dependencies.addresses;
    this.#clock = dependencies.clock;
    this.#random = dependencies.random;
    this.#watch = new ClockWatch(this.#clock.reading());
  }

  setTargets(targets: readonly ProbeTarget<T>[]): void {
    const kept = new Set(targets.map(({ id }) => id));
    for (const [id, turn] of this.#turns) if (!kept.has(id)) this.#remove(id, turn);
    const now = this.#clock.mono();
    for (const probe of targets) {
      if (this.#turns.has(probe.id)) continue;
      const turn = { probe, slot: this.#free.pop() ?? this.#slots.length, sequence: 0 };
      this.#slots[turn.slot] = turn;
      this.#turns.set(probe.id, turn);
      this.#addresses.want(probe.id, this.#method.host(probe.target), probe.target.family);
      this.#schedule.add(turn.slot, probe.target.everyMs, now + this.#random() * probe.target.everyMs);
    }
    this.#method.targets(this.#turns.size);
    this.#sleep(now);
  }

  address(id: number): string | null {
    return this.#addresses.current(id).address;
  }

  stalledMs(): Milliseconds {
    return stalledMs(this.#clock.mono(), this.#schedule.nextDue(), this.#lastTurnMono);
  }

  async close(): Promise<void> {
    this.setTargets([]);
    this.#closed = true;
    for (const flight of this.#winding) flight.exchange.close();
    this.#winding = [];
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #remove(id: number, turn: Turn<T>): void {
    this.#turns.delete(id);
    this.#slots[turn.slot] = null;
    this.#free.push(turn.slot);
    this.#schedule.remove(turn.slot);
    this.#addresses.drop(id);
    for (const flight of this.#flights) if (flight.turn === turn) flight.exchange.close();
    this.#flights = this.#flights.filter((flight) => flight.turn !== turn);
  }

  /** Sets the timer for the next turn. */
  #sleep(now: Milliseconds): void {
    if (this.#closed) return;
    const underway = this.#flights.length + this.#winding.length > 0;
    const next = Math.min(this.#schedule.nextDue(), underway ? now : Number.POSITIVE_INFINITY);
    const wake = Math.max(next, this.#lastTurnMono + TURN_MS);
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#wakeMono = wake;
    // Timers count whole milliseconds and round down; one too early would find nothing due and wake again.
    if (wake < Number.POSITIVE_INFINITY) this.#wakeIn(Math.ceil(wake - now));
  }

  #wakeIn(delayMs: Milliseconds): void {
    this.#cancelTimer = this.#clock.after(delayMs, () => {
      this.#cancelTimer = null;
      this.#turn();
    });
  }

  #turn(): void {
    const now = this.#clock.mono();
    this.#noticeGaps(now);
    this.#lastTurnMono = now;
    this.#lookAtFlights(now);
    this.#winding = this.#winding.filter((flight) => !this.#windsUp(flight));
    this.#startDue(now);
    this.#sleep(this.#clock.mono());
  }

  /** Marks what was under way while the machine slept or the loop stood still. */
  #noticeGaps(now: Milliseconds): void {
    const slept = (this.#watch.observe(this.#clock.reading())?.suspendedMs ?? 0) > 0;
    const stalledMs = now - this.#wakeMono > STALL_MS ? now - this.#wakeMono : 0;
    if (!slept && stalledMs === 0) return;
    for (const flight of this.#flights) {
      flight.suspended ||= slept;
      flight.stalledMs += stalledMs;
    }
  }

  #lookAtFlights(now: Milliseconds): void {
    const open: Flight[] = [];
    for (const flight of this.#flights) {
      let outcome = flight.exchange.poll();
      if (outcome === null && flight.overdue) outcome = this.#judge(flight);
      if (outcome === null) {
        flight.overdue = now >= flight.sentMono + flight.turn.probe.target.timeoutMs;
        open.push(flight);
      } else {
        this.#tell(flight, outcome);
        if (!this.#windsUp(flight)) this.#winding.push(flight);
      }
    }
    this.#flights = open;
  }

  #judge(flight: Flight): Outcome {
    const expired = flight.exchange.expire();
    const { timeoutMs } = flight.turn.probe.target;
    if (flight.suspended) return local('suspended', 'the machine slept while the probe was out');
    if (this.#method.timing === 'user' && flight.stalledMs > timeoutMs / 2) {
      return local('suspended', `the agent stood still for ${seconds(flight.stalledMs)} while the probe was out`);
    }
    return expired;
  }

  #windsUp(flight: Flight): boolean {
    const target = flight.turn.probe.id;
    return flight.exchange.wind((kind, rttMs) => {
      if (!this.#turns.has(target)) return;
      this.#sink.note({ target, sequence: flight.sequence, kind, rttMs, atMono: this.#clock.mono() });
    });
  }

  #startDue(now: Milliseconds): void {
    for (let left = this.#method.perTurn; left > 0; left--) {
      const { late, skipped } = this.#schedule;
      const turn = this.#slots[this.#schedule.take(now)];
      if (turn === undefined || turn === null) return;
      this.overload.late += this.#schedule.late - late;
      const missed = this.#schedule.skipped - skipped;
      if (missed > 0) {
        this.overload.skipped += missed;
        const text = `${missed} probe${missed > 1 ? 's' : ''} left out: the agent came too late to send`;
        this.#tell(this.#next(turn), local('overload', text));
      }
      this.#start(turn);
    }
  }

  #start(turn: Turn<T>): void {
    const { target, id } = turn.probe;
    const { address, tookMs, problem } = this.#addresses.current(id);
    const at = this.#next(turn);
    if (address === null) {
      const text = problem ?? `${this.#method.host(target)} is still being resolved`;
      this.#tell(at, local('unresolved', text));
    } else {
      const begun = this.#method.start(target, address, tookMs);
      if ('kind' in begun) this.#tell(at, begun);
      else this.#flights.push({ ...at, exchange: begun, overdue: false, stalledMs: 0, suspended: false });
    }
  }

  #next(turn: Turn<T>): Pick<Flight, 'turn' | 'sequence' | 'sentMono' | 'sentWall'> {
    const sequence = turn.sequence;
    turn.sequence += 1;
    return { turn, sequence, sentMono: this.#clock.mono(), sentWall: this.#clock.wall() };
  }

  #tell(flight: Pick<Flight, 'turn' | 'sequence' | 'sentMono' | 'sentWall'>, outcome: Outcome): void {
    const { turn, sequence, sentMono, sentWall } = flight;
    // Each probe is an exchange of its own: there is no order in which replies could be said to overtake.
    this.#sink.singleton({ target: turn.probe.id, sequence, sentMono, sentWall, outcome, reordered: false });
  }
}

export function local(code: (Outcome & { kind: 'local' })['code'], text: string): Outcome {
  return { kind: 'local', code, text };
}

/** "3.2 s". */
export function seconds(ms: Milliseconds): string {
  return `${Number((ms / 1000).toPrecision(2))} s`;
}
