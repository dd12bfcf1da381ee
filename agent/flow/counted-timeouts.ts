/**
 * Timeouts counted by a program in the kernel, as the field of a socket's row. Pure.
 *
 * A connection that was there when the counting began is not told of: the first dump shows which these are, and theirs
 * is NaN for as long as they live.
 */
import type { SocketRow } from '../kernel/socket-row.ts';

/** The kernel's count, by cookie. */
export interface TimeoutCounts {
  of(cookie: number): number;
  /** Of a socket that is gone; forgets it. */
  take(cookie: number): number;
}

/** As in tcp_info: modulo 65536. */
const MASK = 0xffff;

export class CountedTimeouts {
  readonly #counts: TimeoutCounts;
  readonly #unknown = new Set<number>();
  /** Last count of those that have one: a full table in the kernel may let go of it, and a count must not fall. */
  readonly #known = new Map<number, number>();
  #baseline = true;

  constructor(counts: TimeoutCounts) {
    this.#counts = counts;
  }

  /** Connections whose timeouts are not known. */
  get unknown(): number {
    return this.#unknown.size;
  }

  /** Fills in a row of a dump. Without a retransmission there was no timeout, and the kernel need not be asked. */
  alive(row: SocketRow): void {
    if (this.#baseline) this.#unknown.add(row.cookie);
    if (this.#unknown.has(row.cookie)) row.totalRto = Number.NaN;
    else if (row.totalRetrans === 0) row.totalRto = 0;
    else row.totalRto = this.#count(row.cookie, this.#counts.of(row.cookie));
  }

  /** Fills in the row of an announcement. */
  dead(row: SocketRow): void {
    if (this.#unknown.delete(row.cookie)) row.totalRto = Number.NaN;
    else row.totalRto = this.#count(row.cookie, this.#counts.take(row.cookie));
    this.#known.delete(row.cookie);
  }

  /** The first dump has shown all that were there before. */
  dumped(): void {
    this.#baseline = false;
  }

  #count(cookie: number, count: number): number {
    const most = Math.max(count, this.#known.get(cookie) ?? 0);
    if (most > 0) this.#known.set(cookie, most);
    return most & MASK;
  }
}
