/**
 * Deadlines of many probes, cheap to set and to take back (a hashed timing wheel): most probes are answered, so a
 * deadline is usually removed long before it comes. Setting and removing are O(1); nothing is allocated.
 *
 * A slot stands in the bucket of its deadline modulo the wheel's turn, in the order it was set; one whose deadline
 * lies a whole turn away is passed over until it is due.
 */

const BUCKETS = 256;
const NONE = -1;

export class DeadlineWheel {
  readonly #widthMs: number;
  readonly #head = new Int32Array(BUCKETS).fill(NONE);
  readonly #tail = new Int32Array(BUCKETS).fill(NONE);
  #deadline = new Float64Array(0);
  #next = new Int32Array(0);
  #previous = new Int32Array(0);
  /** Absolute number of the first bucket that may hold something due. */
  #position: number;
  #size = 0;

  constructor(widthMs: number, nowMs: number) {
    this.#widthMs = widthMs;
    this.#position = Math.floor(nowMs / widthMs);
  }

  /** Makes room for slots 0 to `capacity` − 1. */
  grow(capacity: number): void {
    if (capacity <= this.#deadline.length) return;
    const [deadline, next, previous] = [this.#deadline, this.#next, this.#previous];
    this.#deadline = new Float64Array(capacity).fill(Number.NaN);
    this.#next = new Int32Array(capacity);
    this.#previous = new Int32Array(capacity);
    this.#deadline.set(deadline);
    this.#next.set(next);
    this.#previous.set(previous);
  }

  /** How many deadlines are set. */
  get size(): number {
    return this.#size;
  }

  /** Sets the deadline of a slot that has none. */
  set(slot: number, deadline: number): void {
    // What is overdue already goes where it is looked for next.
    const bucket = Math.max(Math.floor(deadline / this.#widthMs), this.#position) % BUCKETS;
    const last = this.#tail[bucket] ?? NONE;
    this.#deadline[slot] = deadline;
    this.#next[slot] = NONE;
    this.#previous[slot] = last;
    if (last === NONE) this.#head[bucket] = slot;
    else this.#next[last] = slot;
    this.#tail[bucket] = slot;
    this.#size += 1;
  }

  /** Takes back the deadline of a slot that has one. */
  clear(slot: number): void {
    const next = this.#next[slot] ?? NONE;
    const previous = this.#previous[slot] ?? NONE;
    if (previous !== NONE) this.#next[previous] = next;
    else this.#replace(this.#head, slot, next);
    if (next !== NONE) this.#previous[next] = previous;
    else this.#replace(this.#tail, slot, previous);
    this.#deadline[slot] = Number.NaN;
    this.#size -= 1;
  }

  /** A slot at an end of its list is found by its deadline, or, set when overdue, by looking. */
  #replace(ends: Int32Array, slot: number, by: number): void {
    const home = Math.floor((this.#deadline[slot] ?? 0) / this.#widthMs) % BUCKETS;
    const bucket = ends[home] === slot ? home : ends.indexOf(slot);
    ends[bucket] = by;
  }

  /** Removes every slot whose deadline is at or before `horizon` and hands it to `due`, bucket by bucket. */
  collect(horizon: number, due: (slot: number) => void): void {
    const last = Math.floor(horizon / this.#widthMs);
    const first = Math.max(this.#position, last - BUCKETS + 1);
    for (let bucket = first; bucket <= last; bucket += 1) {
      let slot = this.#head[bucket % BUCKETS] ?? NONE;
      while (slot !== NONE) {
        const next = this.#next[slot] ?? NONE;
        if ((this.#deadline[slot] ?? 0) <= horizon) {
          this.clear(slot);
          due(slot);
        }
        slot = next;
      }
    }
    // The last bucket is not over yet: it is looked at again.
    this.#position = Math.max(this.#position, last);
  }

  /** A time by which the earliest deadline has come, at most one bucket late; Infinity when none is set. */
  nextDue(): number {
    if (this.#size === 0) return Number.POSITIVE_INFINITY;
    for (let bucket = this.#position; bucket < this.#position + BUCKETS; bucket += 1) {
      if (this.#head[bucket % BUCKETS] !== NONE) return (bucket + 1) * this.#widthMs;
    }
    return Number.POSITIVE_INFINITY;
  }
}
