/**
 * The last minute of one target's singletons, by sequence number, in typed arrays.
 *
 * Probes finish out of order (a lost one a timeout later than the reply after it), but statistics need sending
 * order: bursts, outages and RFC 3393 pairs are about neighbours on the wire. So each singleton goes to the slot of
 * its sequence, and all up to the first unfinished one are *settled*. Windows end at the settled edge; without that
 * a window of one second at one probe a second would never show a loss, because a lost probe is known to be lost
 * only when it has left that window.
 *
 * A slot takes 26 bytes: 1.9 KB for a target probed every second.
 */
import type { Milliseconds } from './target.ts';

export const EMPTY = 0;
export const REPLY = 1;
export const LOST = 2;
export const REFUSED = 3;
export const LOCAL = 4;
/** What became of a probe; `EMPTY` while it is out. */
export type SlotKind = typeof EMPTY | typeof REPLY | typeof LOST | typeof REFUSED | typeof LOCAL;

const KIND_MASK = 0b111;
const USER_TIMED = 1 << 3;
const REORDERED = 1 << 4;
const LATE = 1 << 5;
/** Duplicates and corrupt replies of one probe, 5 bits each: more than 31 of one probe count as 31. */
const DUPLICATE_SHIFT = 6;
const CORRUPT_SHIFT = 11;
const FEW = 31;

export class SampleRing {
  readonly capacity: number;
  /** When each was sent, monotonic. */
  readonly sent: Float64Array;
  /** RTT of a reply, ms. */
  readonly rtt: Float64Array;
  /** Timing error bar of a reply, ± ms. */
  readonly errorBar: Float32Array;
  /** Interarrival jitter right after this reply, ms. */
  readonly jitter: Float32Array;
  readonly #flags: Uint16Array;
  /** Newest finished sequence and the last one up to which all are finished; -1 before any. */
  #newest = -1;
  #settled = -1;
  /** First sequence that counts; slots before it are from another life. */
  #first = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    const buffer = new ArrayBuffer(capacity * 26);
    this.sent = new Float64Array(buffer, 0, capacity);
    this.rtt = new Float64Array(buffer, capacity * 8, capacity);
    this.errorBar = new Float32Array(buffer, capacity * 16, capacity);
    this.jitter = new Float32Array(buffer, capacity * 20, capacity);
    this.#flags = new Uint16Array(buffer, capacity * 24, capacity);
  }

  get newest(): number {
    return this.#newest;
  }

  get settled(): number {
    return this.#settled;
  }

  /** Oldest sequence that is still held. */
  get oldest(): number {
    return Math.max(this.#first, this.#newest - this.capacity + 1);
  }

  slot(sequence: number): number {
    return sequence % this.capacity;
  }

  kind(slot: number): SlotKind {
    return ((this.#flags[slot] ?? 0) & KIND_MASK) as SlotKind;
  }

  isUserTimed(slot: number): boolean {
    return ((this.#flags[slot] ?? 0) & USER_TIMED) !== 0;
  }

  isReordered(slot: number): boolean {
    return ((this.#flags[slot] ?? 0) & REORDERED) !== 0;
  }

  isLate(slot: number): boolean {
    return ((this.#flags[slot] ?? 0) & LATE) !== 0;
  }

  duplicates(slot: number): number {
    return ((this.#flags[slot] ?? 0) >> DUPLICATE_SHIFT) & FEW;
  }

  corrupt(slot: number): number {
    return ((this.#flags[slot] ?? 0) >> CORRUPT_SHIFT) & FEW;
  }

  /**
   * Takes a finished probe. False when it is too old to count (its place was given up or overwritten), or was
   * reported before.
   */
  put(sequence: number, sentMono: Milliseconds, kind: SlotKind, userTimed: boolean, reordered: boolean): boolean {
    if (this.#newest < 0) {
      this.#first = sequence;
      this.#settled = sequence - 1;
    } else if (sequence <= this.#settled) {
      // A prober that counts from the start again after a restart is told by its time.
      if (sentMono <= (this.sent[this.slot(this.#newest)] ?? 0)) return false;
      this.#restart(sequence);
    }
    if (sequence > this.#newest) this.#clear(this.#newest + 1, sequence);
    const slot = this.slot(sequence);
    if (this.kind(slot) !== EMPTY) return false;
    this.sent[slot] = sentMono;
    // A late or duplicate note may have come before; keep its bits.
    this.#flags[slot] = (this.#flags[slot] ?? 0) | kind | (userTimed ? USER_TIMED : 0) | (reordered ? REORDERED : 0);
    return true;
  }

  /** Notes something about a probe that is still held. */
  mark(sequence: number, what: 'duplicate' | 'late' | 'corrupt'): void {
    if (sequence < this.oldest || sequence > this.#newest) return;
    const slot = this.slot(sequence);
    const flags = this.#flags[slot] ?? 0;
    if (what === 'late') this.#flags[slot] = flags | LATE;
    else if (what === 'duplicate') {
      if (this.duplicates(slot) < FEW) this.#flags[slot] = flags + (1 << DUPLICATE_SHIFT);
    } else if (this.corrupt(slot) < FEW) this.#flags[slot] = flags + (1 << CORRUPT_SHIFT);
  }

  /** Moves the settled edge by one when the next probe is finished; its slot, or -1. */
  settleNext(): number {
    if (this.#settled >= this.#newest) return -1;
    const slot = this.slot(this.#settled + 1);
    if (this.kind(slot) === EMPTY) return -1;
    this.#settled += 1;
    return slot;
  }

  /**
   * Gives up on probes that will never be reported when the finished one after them is older than `beforeMono`.
   * True when the edge may have moved.
   */
  skipGap(beforeMono: Milliseconds): boolean {
    if (this.#settled >= this.#newest) return false;
    let next = this.#settled + 1;
    while (next < this.#newest && this.kind(this.slot(next)) === EMPTY) next += 1;
    if (next === this.#settled + 1 || (this.sent[this.slot(next)] ?? 0) >= beforeMono) return false;
    this.#settled = next - 1;
    return true;
  }

  #restart(sequence: number): void {
    this.#flags.fill(0);
    this.#first = sequence;
    this.#newest = sequence - 1;
    this.#settled = sequence - 1;
  }

  #clear(from: number, to: number): void {
    if (to - from >= this.capacity) this.#flags.fill(0);
    else for (let sequence = from; sequence <= to; sequence += 1) this.#flags[this.slot(sequence)] = 0;
    this.#newest = to;
    // What was overwritten before it settled is lost to the windows, not to the totals.
    if (this.#settled < to - this.capacity) this.#settled = to - this.capacity;
  }
}
