/**
 * A network that only exists as arithmetic, probed by nobody and watched by the real Observer: targets are probed on
 * their schedule, each probe becomes what its path says, and it is reported when a real prober would report it
 * (a reply after its round trip, a lost one after its timeout). Time is simulated, so an hour takes a second.
 */
import type { Outcome } from '../../agent/measure/singleton.ts';
import type { Site, Target } from '../../agent/measure/target.ts';
import { Observer, type ObserverOptions, type Tick } from '../../agent/verdict/observer.ts';
import { seeded } from './random.ts';

/** What becomes of a probe sent at `atMs` after the start. */
export type Path = (atMs: number, random: () => number) => Outcome;

export const LOST: Outcome = { kind: 'lost' };

export function reply(rttMs: number): Outcome {
  return { kind: 'reply', rttMs, timing: 'kernel', errorBarMs: 0.005, replyTtl: 61 };
}

/** A path with a round trip around `rttMs`, a tail to one side, and random loss. */
export function path(rttMs: number, options: { readonly loss?: number; readonly spread?: number } = {}): Path {
  const { loss = 0, spread = 0.05 } = options;
  return (_atMs, random) => {
    if (random() < loss) return LOST;
    const tail = random() < 0.02 ? random() * 4 : random();
    return reply(rttMs * (1 + spread * tail));
  };
}

/** `before` until `fromMs`, then `then` (until `toMs`). */
export function during(before: Path, fromMs: number, then: Path, toMs = Number.POSITIVE_INFINITY): Path {
  return (atMs, random) => (atMs >= fromMs && atMs < toMs ? then : before)(atMs, random);
}

export const always =
  (outcome: Outcome): Path =>
  () =>
    outcome;

interface Due {
  readonly atMs: number;
  readonly run: () => void;
}

export class ObservedNetwork {
  readonly observer: Observer;
  readonly startMono = 5_000_000;
  readonly startWall: number;
  /** Every event so far, oldest first. */
  readonly events: Tick['events'][number][] = [];
  readonly rows: Tick['rows'][number][] = [];
  /** Wall clock minus what it would be without steps. */
  wallStepMs = 0;
  last: Tick | null = null;
  /** Look at once when a probe changed a state, as the agent does. */
  tickOnChange = false;
  onTick: (tick: Tick) => void = () => {};
  #changed = false;
  #nowMs = 0;
  #due: Due[] = [];
  #random: () => number;
  #sequences = new Map<number, number>();

  constructor(startWall: number, seed = 1, options: Partial<ObserverOptions> = {}) {
    let id = 0;
    this.observer = new Observer({
      nextEventId: () => ++id,
      onChange: () => {
        this.#changed = true;
      },
      ...options,
    });
    this.startWall = startWall;
    this.#random = seeded(seed);
  }

  get nowMono(): number {
    return this.startMono + this.#nowMs;
  }

  get nowWall(): number {
    return this.startWall + this.#nowMs + this.wallStepMs;
  }

  /** Probes these from now on; ids are their positions from `firstId`. */
  probe(sites: readonly Site[], targets: readonly (readonly [Target, Path])[], firstId = 1): void {
    this.observer.setTargets(
      sites,
      targets.map(([target], index) => ({ id: firstId + index, target })),
    );
    for (const [index, [target, path]] of targets.entries()) {
      // Spread over the interval, as the real schedule does.
      const phase = Math.floor(((index * 0.618034) % 1) * target.everyMs);
      this.#send(firstId + index, target, path, this.#nowMs + phase);
    }
  }

  /** From now on no prober reports anything. */
  silence(): void {
    this.#due = [];
  }

  /** Lets time pass, with a tick a second. */
  run(ms: number): Tick {
    const endMs = this.#nowMs + ms;
    while (this.#nowMs < endMs) {
      const nextTick = Math.min(endMs, Math.floor(this.#nowMs / 1000 + 1) * 1000);
      this.#runUntil(nextTick);
      this.tick();
    }
    return this.tick();
  }

  tick(): Tick {
    this.last = this.observer.tick(this.nowMono, this.nowWall);
    this.events.push(...this.last.events);
    this.rows.push(...this.last.rows);
    this.onTick(this.last);
    return this.last;
  }

  #send(id: number, target: Target, path: Path, atMs: number): void {
    const run = (): void => {
      const sequence = this.#sequences.get(id) ?? 0;
      this.#sequences.set(id, sequence + 1);
      const outcome = path(atMs, this.#random);
      const sentMono = this.startMono + atMs;
      const sentWall = this.startWall + atMs + this.wallStepMs;
      const afterMs = outcome.kind === 'reply' ? outcome.rttMs : outcome.kind === 'lost' ? target.timeoutMs : 0.5;
      this.#push(atMs + afterMs, () =>
        this.observer.singleton({ target: id, sequence, sentMono, sentWall, outcome, reordered: false }),
      );
      this.#send(id, target, path, atMs + target.everyMs);
    };
    this.#push(atMs, run);
  }

  #push(atMs: number, run: () => void): void {
    // A binary heap by time.
    const heap = this.#due;
    let index = heap.length;
    heap.push({ atMs, run });
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (heap[parent]!.atMs <= heap[index]!.atMs) break;
      [heap[parent], heap[index]] = [heap[index]!, heap[parent]!];
      index = parent;
    }
  }

  #pop(): Due {
    const heap = this.#due;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    heap[0] = last;
    for (let index = 0; ; ) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < heap.length && heap[child]!.atMs < heap[least]!.atMs) least = child;
      }
      if (least === index) return top;
      [heap[least], heap[index]] = [heap[index]!, heap[least]!];
      index = least;
    }
  }

  #runUntil(endMs: number): void {
    while (this.#due.length > 0 && this.#due[0]!.atMs <= endMs) {
      const due = this.#pop();
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.run();
      if (this.#changed && this.tickOnChange) this.tick();
      this.#changed = false;
    }
    this.#nowMs = endMs;
  }
}
