/** Events as they happen: numbered, kept newest first for the snapshot, handed out once to whoever stores them. */
import type { CanaryEvent } from './snapshot.ts';

/** Most events a snapshot carries; history has the rest. */
const MOST = 50;

export class EventLog {
  readonly #nextId: () => number;
  #recent: readonly CanaryEvent[];
  #fresh: CanaryEvent[] = [];

  /** @param recent events of an earlier life of the agent, newest first */
  constructor(nextId: () => number, recent: readonly CanaryEvent[]) {
    this.#nextId = nextId;
    this.#recent = recent.slice(0, MOST);
  }

  add(event: Omit<CanaryEvent, 'id'>): void {
    const numbered = { id: this.#nextId(), ...event };
    this.#fresh.push(numbered);
    // That everything answers after a start is for history; it would push what changed out of sight.
    if (event.from !== 'unknown' || event.to !== 'up') this.#recent = [numbered, ...this.#recent.slice(0, MOST - 1)];
  }

  /** Newest first. */
  get recent(): readonly CanaryEvent[] {
    return this.#recent;
  }

  /** Those added since the last call, in order. */
  take(): CanaryEvent[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }
}
