/**
 * The ledger of sockets: turns what the kernel says of each connection, again and again, into increments that are
 * counted once. Dumps show the living, announcements the dead; the cookie ties both together, so however they
 * interleave, the sum of the increments of a connection is what its counters said last.
 *
 * Rules, each from something the kernel does:
 * - A connection that was there before the agent (first dump) is a baseline: what it did before is not counted.
 * - A row without its DESTROY has ended only after six dumps without it: one dump in a hundred skips a row while others
 *   come and go beside it.
 * - A connection that ended is in no dump any more, yet is announced only when the application lets go of it, hours
 *   later perhaps. Its counters are kept until then, so that it is not counted again as one never seen.
 * - A dump row may have been written into the buffer before a DESTROY that is read earlier: cookies that died
 *   during a dump are tombstones until it ends.
 * - A close with SO_LINGER 0 zeroes the counters in the announcement: the last ones known stand.
 * - Counters of 32 and 16 bits wrap.
 * - An announcement can come for what was no connection at all: listening sockets, sockets never connected.
 * - `tcpi_bytes_received` counts the peer's FIN as a byte, and an announcement does not say whether one came. Taken
 *   for certain: a dump saw the connection closing after the peer's FIN; one byte is unread, and that is the FIN.
 *   Taken as the rule: a connection whose own FIN was acknowledged had the peer's as well. It is wrong, by a byte too
 *   few, where this host closed first and the peer acknowledged that before it closed itself: the kernel then keeps
 *   no full socket for the peer's FIN (tcp_time_wait with FIN_WAIT2). A dump after the last data shows that as well.
 */
import type { SocketRow } from '../kernel/socket-row.ts';
import { AT, COUNTERS, type Deltas } from './counters.ts';

/** include/net/tcp_states.h */
export const TCP_STATE = { ESTABLISHED: 1, SYN_SENT: 2, CLOSE: 7, CLOSE_WAIT: 8, LAST_ACK: 9, CLOSING: 11 } as const;

/** Where increments go: the flow table. */
export interface FlowBook {
  /** Does a socket of this host listen on the port? Then the peer opened its connections. */
  listens(port: number): boolean;
  /** Flow of a connection, made if it is new; NO_FLOW to leave the connection out of the book (loopback, own probes). */
  flow(row: SocketRow): number;
  /** Adds increments to a flow. `row` carries gauges (RTT, fresh when `rttFresh`; minimum RTT, delivery rate); null: none known. */
  add(flow: number, deltas: Deltas, row: SocketRow | null, rttFresh: boolean): void;
  /** A connection of this flow is open from now on / no more. */
  open(flow: number, by: 1 | -1): void;
  /** Increments of connections that are not in the book (NO_FLOW): only the kernel's own totals are held against them. */
  leftOut(deltas: Deltas): void;
  /** A connection ended whose ports the kernel no longer knows: counted for the host, and for the group of the peer. */
  unattributed(deltas: Deltas, row: SocketRow): void;
}

export const NO_FLOW = -1;

/** Columns of one socket. */
const FIELDS = 10;
const SENT = 0;
const RECEIVED = 1;
const SEGS_OUT = 2;
const SEGS_IN = 3;
const RETRANS = 4;
const RTO = 5;
const FLOW = 6;
/** Generation of the last dump that showed it, doubled, plus 1 once the handshake was complete. */
const SEEN = 7;
/** 1 once a dump saw it in a state that follows the peer's FIN. */
const FIN = 8;
/** 1 once its end was counted. */
const ENDED = 9;

const TWO_32 = 2 ** 32;
const TWO_16 = 2 ** 16;
/** Dumps without the socket after which it has ended. */
const MISSES = 6;

/** Ended connections remembered for want of their announcement: held by an application, or the announcement was lost. */
const MOST_GONE = 10_000;

/** Increment of a counter of `modulus`; NaN stays NaN. */
function advance(now: number, before: number, modulus: number): number {
  return now >= before ? now - before : now - before + modulus;
}

export class SocketLedger {
  readonly #book: FlowBook;
  readonly #deltas: Deltas = new Float64Array(COUNTERS.length);
  readonly #slots = new Map<number, number>();
  readonly #free: number[] = [];
  readonly #tombstones = new Set<number>();
  /** Ended without an announcement: not open, but still with a slot. Oldest first. */
  readonly #gone = new Set<number>();
  #columns = new Float64Array(256 * FIELDS);
  #used = 0;
  #generation = 0;
  #dumping = false;
  #baseline = true;
  #connecting = 0;
  /** Connects under way found by the sweep that goes on. */
  #found = 0;
  #sweeping: MapIterator<[number, number]> | null = null;

  constructor(book: FlowBook) {
    this.#book = book;
  }

  /** Sockets known now. */
  get size(): number {
    return this.#slots.size - this.#gone.size;
  }

  /** Connects under way when the last dump ended. */
  get connecting(): number {
    return this.#connecting;
  }

  beginDump(): void {
    this.#generation += 1;
    this.#dumping = true;
  }

  /** A row of the dump. */
  alive(row: SocketRow): void {
    if (!row.hasInfo || row.remotePort === 0 || this.#tombstones.has(row.cookie)) return;
    const slot = this.#slots.get(row.cookie);
    if (slot === undefined) this.#meet(row);
    else {
      if (this.#gone.delete(row.cookie)) this.#reopen(row, slot);
      this.#advance(slot, row, row.state !== TCP_STATE.SYN_SENT, hasPeersFin(row));
      this.#columns[slot + SEEN] =
        this.#generation * 2 + (this.#isEstablished(slot) || row.state !== TCP_STATE.SYN_SENT ? 1 : 0);
    }
  }

  /** Ends the dump in one go. */
  endDump(): void {
    while (!this.sweep(Number.POSITIVE_INFINITY));
  }

  /**
   * Ends the dump, up to `limit` sockets at a time: those that dumps no longer show and whose DESTROY did not come have
   * ended. True when it is done; until then the dump is not over, and announcements may come in between.
   */
  sweep(limit: number): boolean {
    this.#sweeping ??= this.#slots.entries();
    for (let looked = 0; looked < limit; looked += 1) {
      const { done, value } = this.#sweeping.next();
      if (done === true) {
        this.#endSweep();
        return true;
      }
      this.#look(value[0], value[1]);
    }
    return false;
  }

  #look(cookie: number, slot: number): void {
    if (this.#gone.has(cookie)) return;
    const established = this.#isEstablished(slot);
    const seen = Math.floor((this.#columns[slot + SEEN] ?? 0) / 2);
    if (this.#generation - seen < MISSES) {
      if (!established) this.#found += 1;
      return;
    }
    this.#deltas.fill(0);
    // A connect under way may have become a connection and ended since: only its announcement tells.
    if (established && this.#columns[slot + ENDED] !== 1) {
      this.#deltas[AT.closed] = 1;
      this.#columns[slot + ENDED] = 1;
    }
    this.#close(slot, null);
    this.#gone.add(cookie);
    if (this.#gone.size <= MOST_GONE) return;
    for (const oldest of this.#gone) {
      this.#forget(oldest, this.#slots.get(oldest) ?? slot);
      break;
    }
  }

  /** A row that dumps have skipped is back. Its flow may have lost its place meanwhile. */
  #reopen(row: SocketRow, slot: number): void {
    const flow = this.#book.flow(row);
    this.#columns[slot + FLOW] = flow;
    if (flow !== NO_FLOW) this.#book.open(flow, 1);
  }

  #endSweep(): void {
    this.#connecting = this.#found;
    this.#found = 0;
    this.#sweeping = null;
    this.#tombstones.clear();
    this.#dumping = false;
    this.#baseline = false;
  }

  /** A dump that broke off proves nothing about who is missing. */
  abortDump(): void {
    this.#generation -= 1;
    this.#tombstones.clear();
    this.#dumping = false;
  }

  /** The announcement of a death. */
  dead(row: SocketRow): void {
    if (this.#dumping) this.#tombstones.add(row.cookie);
    const slot = this.#slots.get(row.cookie);
    if (slot !== undefined) this.#die(row, slot);
    // Who died before the first dump was over may be older than the agent: no baseline, no count.
    else if (!this.#baseline) this.#dieUnmet(row);
  }

  #isEstablished(slot: number): boolean {
    return (this.#columns[slot + SEEN] ?? 0) % 2 === 1;
  }

  #meet(row: SocketRow): void {
    const flow = this.#book.flow(row);
    const established = row.state !== TCP_STATE.SYN_SENT;
    const slot = this.#slot(row.cookie);
    const c = this.#columns;
    c.fill(0, slot, slot + FIELDS);
    c[slot + FLOW] = flow;
    c[slot + SEEN] = this.#generation * 2 + (established ? 1 : 0);
    if (flow !== NO_FLOW) this.#book.open(flow, 1);
    if (this.#baseline) {
      this.#write(slot, row, hasPeersFin(row));
      // Its RTT is of now, whatever happened before.
      this.#deltas.fill(0);
      this.#give(flow, row, row.rttUs > 0);
    } else {
      // #advance sees a socket whose handshake was not complete: it counts the opening.
      c[slot + SEEN] = this.#generation * 2;
      this.#advance(slot, row, established, hasPeersFin(row));
      c[slot + SEEN] = this.#generation * 2 + (established ? 1 : 0);
    }
  }

  /** Increments since the last look. @param fin the peer's FIN is among the bytes received */
  #advance(slot: number, row: SocketRow, established: boolean, fin: boolean): void {
    const c = this.#columns;
    const at = (field: number): number => c[slot + field] ?? 0;
    const d = this.#deltas;
    d.fill(0);
    d[AT.opened] = established && !this.#isEstablished(slot) ? 1 : 0;
    const finByte = fin && row.bytesReceived > at(RECEIVED) ? 1 : 0;
    d[AT.bytesOut] = this.#payloadSent(row) - at(SENT);
    d[AT.bytesIn] = row.bytesReceived - finByte - at(RECEIVED);
    d[AT.segmentsOut] = advance(row.segsOut, at(SEGS_OUT), TWO_32);
    d[AT.retransmissions] = advance(row.totalRetrans, at(RETRANS), TWO_32);
    d[AT.timeouts] = advance(row.totalRto, at(RTO), TWO_16);
    const rttFresh = row.rttUs > 0 && row.segsIn !== at(SEGS_IN);
    this.#write(slot, row, fin);
    this.#give(at(FLOW), row, rttFresh);
  }

  /** The deltas at hand, to the flow or to what is left out. */
  #give(flow: number, row: SocketRow | null, rttFresh: boolean): void {
    if (flow === NO_FLOW) this.#book.leftOut(this.#deltas);
    else this.#book.add(flow, this.#deltas, row, rttFresh);
  }

  #write(slot: number, row: SocketRow, fin: boolean): void {
    const c = this.#columns;
    const finByte = fin && row.bytesReceived > (c[slot + RECEIVED] ?? 0) ? 1 : 0;
    c[slot + SENT] = this.#payloadSent(row);
    c[slot + RECEIVED] = row.bytesReceived - finByte;
    if (fin) c[slot + FIN] = 1;
    c[slot + SEGS_OUT] = row.segsOut;
    c[slot + SEGS_IN] = row.segsIn;
    c[slot + RETRANS] = row.totalRetrans;
    c[slot + RTO] = row.totalRto;
  }

  #die(row: SocketRow, slot: number): void {
    const zeroed = isZeroed(row);
    const gone = this.#gone.has(row.cookie);
    const ended = this.#columns[slot + ENDED] === 1;
    if (gone && row.remotePort !== 0) this.#columns[slot + FLOW] = this.#book.flow(row);
    const established = this.#isEstablished(slot) || (!zeroed && this.#wasEstablished(row));
    const fin = this.#columns[slot + FIN] === 1 || this.#hadPeersFin(row);
    if (!zeroed) this.#advance(slot, row, established, fin);
    const d = this.#deltas;
    d.fill(0);
    if (!established) d[AT.failedConnects] = 1;
    else {
      d[AT.closed] = ended ? 0 : 1;
      d[AT.resets] = zeroed ? 1 : this.#reset(row);
    }
    if (!gone) this.#close(slot, row);
    else if (row.remotePort !== 0) this.#give(this.#columns[slot + FLOW] ?? NO_FLOW, row, false);
    else this.#book.unattributed(d, row);
    this.#forget(row.cookie, slot);
  }

  /** Hands the deltas at hand to the flow, in which the connection is open no more. */
  #close(slot: number, row: SocketRow | null): void {
    const flow = this.#columns[slot + FLOW] ?? NO_FLOW;
    this.#give(flow, row, false);
    if (flow !== NO_FLOW) this.#book.open(flow, -1);
  }

  #forget(cookie: number, slot: number): void {
    this.#gone.delete(cookie);
    this.#slots.delete(cookie);
    this.#free.push(slot);
  }

  /** A connection that lived and died between two dumps. */
  #dieUnmet(row: SocketRow): void {
    const d = this.#deltas;
    d.fill(0);
    if (isZeroed(row)) {
      // Closed with SO_LINGER 0 (peer's port and counters gone), or a socket that never connected or only listened.
      if (row.remotePort === 0 && !isNowhere(row)) {
        d[AT.opened] = 1;
        d[AT.closed] = 1;
        d[AT.resets] = 1;
        this.#book.unattributed(d, row);
      }
      return;
    }
    if (row.remotePort === 0) return;
    const flow = this.#book.flow(row);
    const established = this.#wasEstablished(row);
    d[AT.opened] = established ? 1 : 0;
    d[AT.failedConnects] = established ? 0 : 1;
    d[AT.closed] = established ? 1 : 0;
    d[AT.resets] = established ? this.#reset(row) : 0;
    d[AT.bytesOut] = this.#payloadSent(row);
    d[AT.bytesIn] = row.bytesReceived - (row.bytesReceived > 0 && this.#hadPeersFin(row) ? 1 : 0);
    d[AT.segmentsOut] = row.segsOut;
    d[AT.retransmissions] = row.totalRetrans;
    d[AT.timeouts] = row.totalRto;
    this.#give(flow, row, row.rttUs > 0);
  }

  /** Who accepts is established before it is told of; who connects has its SYN acknowledged. */
  #wasEstablished(row: SocketRow): boolean {
    return this.#book.listens(row.localPort) || row.bytesAcked + row.bytesReceived > 0;
  }

  /** 1 when the end was not orderly, 0 when it was, NaN on kernels that do not tell what was sent (before 4.19). */
  #reset(row: SocketRow): number {
    if (Number.isNaN(row.bytesSent)) return Number.NaN;
    return this.#finAcknowledged(row) ? 0 : 1;
  }

  /** The peer acknowledged all we sent and our FIN: an orderly end. Who opened the connection has a SYN acknowledged as well. */
  #finAcknowledged(row: SocketRow): boolean {
    return row.bytesAcked >= this.#payloadSent(row) + (this.#book.listens(row.localPort) ? 1 : 2);
  }

  /** The rule of the head of this file, from an announcement alone. */
  #hadPeersFin(row: SocketRow): boolean {
    return row.unread === 1 || Number.isNaN(row.bytesSent) || this.#finAcknowledged(row);
  }

  /**
   * Payload bytes that left, each once. Before 4.19 the acknowledged bytes stand in without the SYN of who connected;
   * they count the own FIN, so there it is a byte too many for each connection that ended.
   */
  #payloadSent(row: SocketRow): number {
    if (!Number.isNaN(row.bytesSent)) return row.bytesSent - row.bytesRetrans;
    return row.bytesAcked - (row.bytesAcked > 0 && !this.#book.listens(row.localPort) ? 1 : 0);
  }

  #slot(cookie: number): number {
    let slot = this.#free.pop();
    if (slot === undefined) {
      slot = this.#used;
      this.#used += FIELDS;
      if (this.#used > this.#columns.length) {
        const grown = new Float64Array(this.#columns.length * 2);
        grown.set(this.#columns);
        this.#columns = grown;
      }
    }
    this.#slots.set(cookie, slot);
    return slot;
  }
}

/** States after the peer's FIN. */
function hasPeersFin({ state }: SocketRow): boolean {
  return state === TCP_STATE.CLOSE_WAIT || state === TCP_STATE.LAST_ACK || state === TCP_STATE.CLOSING;
}

/** SO_LINGER 0: the kernel clears the connection before it announces its end. */
function isZeroed(row: SocketRow): boolean {
  return !row.hasInfo || (row.segsOut === 0 && row.segsIn === 0);
}

function isNowhere(row: SocketRow): boolean {
  return row.remote.subarray(0, row.family === 4 ? 4 : 16).every((byte) => byte === 0);
}
