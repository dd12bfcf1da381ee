/**
 * Reads the kernel's sockets in time: announcements of the dying every 0.4 s (sooner when many die), a dump of the
 * living every ten (thirty above 50,000 sockets). Both go in slices of a few milliseconds with the loop let free between
 * them, so that probes leave when they are due.
 *
 * Order of a cycle: drain, dump, drain, sweep. What the slices break of it (a row read after its socket's
 * announcement) the ledger's tombstones mend.
 */

import { onGrid } from '../kernel/clock.ts';
import { DIAG, type SocketRows, STATES } from '../kernel/sock-diag-wire.ts';
import { decodeSocketRow, emptyRow } from '../kernel/socket-row.ts';
import { AF } from '../kernel/sockets.ts';
import type { CountedTimeouts } from './counted-timeouts.ts';
import type { SocketLedger } from './ledger.ts';

/** The kernel's door, as this room needs it. */
export interface SocketSource {
  beginDump(family: number, states: number): number;
  readDump(rows: SocketRows): number;
  drainDestroyed(rows: SocketRows, limit: number): number;
  dropped(): number | null;
  close(): void;
}

export interface ReaderDependencies {
  readonly source: SocketSource;
  readonly ledger: SocketLedger;
  /** By port: above 0 when a socket listens there, or did up to a minute ago (its connections outlive it). */
  readonly listening: Uint8Array;
  readonly mono: () => number;
  /** Calls back after a time; returns what cancels that. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
  /** Calls back as soon as the loop has done what waits. */
  readonly soon: (callback: () => void) => void;
  /** Before the first row of a dump, and after its last. */
  readonly onDump?: (moment: 'begins' | 'ended') => void;
  readonly onDeath?: (cookie: number) => void;
  /** Counts timeouts in tcp_info's place. */
  readonly timeouts?: CountedTimeouts | null;
}

export interface ReaderOptions {
  readonly dumpEveryMs: number;
}

/**
 * On a grid that the probes' is part of, see {@link onGrid}: at rest the agent wakes once for both. The buffer holds some
 * 6,500 announcements, so 16,000 closes a second may begin at any moment.
 */
const DRAIN_EVERY_MS = 400;
/** After this many announcements in one turn the next one comes sooner. */
const BUSY = 500;
const BUSY_DRAIN_EVERY_MS = 50;
/** A slice ends with the read that crosses this. */
const SLICE_MS = 1;
/** Sockets looked at at a time when a dump ends. */
const SWEEP = 4096;
/** Announcements read at a time, 2 µs each, and 6 µs on a busy machine. */
const DRAIN_LIMIT = 512;
/** Ports are looked at more often than sockets, so that a new server's first connections are known for its own. */
const LISTEN_EVERY_MS = 1000;
/** Dumps for which a port that listens no more still counts. */
const LISTEN_MEMORY = 6;
const MANY_SOCKETS = 50_000;
const MANY_FACTOR = 3;
const FAMILIES = [AF.INET, AF.INET6];

interface Dump {
  /** Index of the address family being read. */
  family: number;
  spentMs: number;
  /** All rows are read, the ledger sweeps. */
  read: boolean;
}

export class FlowReader {
  readonly #options: ReaderOptions;
  readonly #dependencies: ReaderDependencies;
  readonly #row = emptyRow();
  readonly #alive: SocketRows;
  readonly #dead: SocketRows;
  #cancel: (() => void) | null = null;
  #dumpDueMono = Number.NEGATIVE_INFINITY;
  #listenDueMono = Number.NEGATIVE_INFINITY;
  #dumping: Dump | null = null;
  #busy = false;
  #stopped = false;
  /** Who waits for a dump that has not begun, and who for the one that goes on. */
  #asked: (() => void)[] = [];
  #awaiting: (() => void)[] = [];
  /** Dumps that came to their end, and the time the last one took on the loop. */
  readonly done = { dumps: 0, dumpMs: null as number | null, errno: 0 };

  constructor(options: ReaderOptions, dependencies: ReaderDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    const { ledger, timeouts = null } = dependencies;
    const row = this.#row;
    this.#alive = {
      row: (view, message, info, length) => {
        decodeSocketRow(view, message, info, length, row);
        timeouts?.alive(row);
        ledger.alive(row);
      },
    };
    this.#dead = {
      row: (view, message, info, length) => {
        decodeSocketRow(view, message, info, length, row);
        timeouts?.dead(row);
        ledger.dead(row);
        dependencies.onDeath?.(row.cookie);
      },
    };
    this.#turn();
  }

  /** Time between two dumps as it is now. */
  get dumpEveryMs(): number {
    const many = this.#dependencies.ledger.size > MANY_SOCKETS;
    return this.#options.dumpEveryMs * (many ? MANY_FACTOR : 1);
  }

  /** Drains and dumps at once; `done` is called when a dump that began after now has ended, or broke off. */
  dumpNow(done: () => void): void {
    if (this.#stopped) {
      done();
      return;
    }
    this.#asked.push(done);
    // What goes on sees to it in its turns; a reader at rest is woken.
    if (this.#cancel === null) return;
    this.#cancel();
    this.#cancel = null;
    this.#turn();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#dependencies.source.close();
    this.#awaiting.push(...this.#asked.splice(0));
    this.#over();
  }

  #turn(): void {
    if (this.#stopped) return;
    const { mono, after, soon } = this.#dependencies;
    this.#cancel = null;
    const began = mono();
    if (this.#dumping === null && began >= this.#listenDueMono) {
      this.#readListening(began);
      soon(() => this.#turn());
      return;
    }
    if (this.#drain()) {
      soon(() => this.#turn());
      return;
    }
    if (this.#dumping === null && (began >= this.#dumpDueMono || this.#asked.length > 0)) this.#begin(began);
    if (this.#dumping !== null && !this.#slice(began)) {
      soon(() => this.#turn());
      return;
    }
    if (this.#asked.length > 0) {
      soon(() => this.#turn());
      return;
    }
    const now = mono();
    const next = this.#busy ? now + BUSY_DRAIN_EVERY_MS : onGrid(now + 1, DRAIN_EVERY_MS);
    this.#cancel = after(Math.ceil(next - now), () => this.#turn());
  }

  /** True when there is more to drain. */
  #drain(): boolean {
    const drained = this.#dependencies.source.drainDestroyed(this.#dead, DRAIN_LIMIT);
    this.#busy = drained >= BUSY;
    return drained >= DRAIN_LIMIT;
  }

  #begin(now: number): void {
    this.#dumpDueMono = now + this.dumpEveryMs;
    this.#awaiting = this.#asked;
    this.#asked = [];
    this.#dependencies.onDump?.('begins');
    const { listening } = this.#dependencies;
    for (let port = 0; port < listening.length; port += 1) {
      const left = listening[port] ?? 0;
      if (left > 0) listening[port] = left - 1;
    }
    this.#dependencies.ledger.beginDump();
    this.#dumping = { family: 0, spentMs: 0, read: false };
    this.#request();
  }

  /** A dump of listening sockets is a few rows: read in one go. */
  #readListening(now: number): void {
    this.#listenDueMono = now + LISTEN_EVERY_MS;
    const { source, listening } = this.#dependencies;
    const ports: SocketRows = {
      row: (view, message) => {
        listening[view.getUint16(message + DIAG.SPORT)] = LISTEN_MEMORY;
      },
    };
    for (const family of FAMILIES) {
      if (source.beginDump(family, STATES.listen) < 0) continue;
      while (source.readDump(ports) === 0);
    }
  }

  #request(): void {
    const { source } = this.#dependencies;
    const family = FAMILIES[this.#dumping?.family ?? 0] ?? AF.INET;
    const error = source.beginDump(family, STATES.flows);
    if (error < 0) this.#abort(error);
  }

  #abort(errno: number): void {
    this.done.errno = -errno;
    this.#dumping = null;
    this.#dependencies.ledger.abortDump();
    this.#over();
  }

  /** Works for a few milliseconds; true when the dump is over. */
  #slice(began: number): boolean {
    const { mono } = this.#dependencies;
    const dump = this.#dumping;
    if (dump === null) return true;
    const sliceBegan = mono();
    let over = false;
    // At least one step, however long the drain before it took.
    do over = dump.read ? this.#sweep() : this.#read(dump);
    while (!over && mono() - began <= SLICE_MS);
    dump.spentMs += mono() - sliceBegan;
    if (over && this.#dumping !== null) this.#finish(dump.spentMs);
    return over;
  }

  /** Reads one piece; true when the dump broke off. */
  #read(dump: Dump): boolean {
    const result = this.#dependencies.source.readDump(this.#alive);
    if (result < 0) {
      this.#abort(result);
      return true;
    }
    if (result === 0) return false;
    dump.family += 1;
    if (dump.family < FAMILIES.length) this.#request();
    else {
      dump.read = true;
      // Who died while the last pieces were read is told before the sweep.
      this.#drain();
    }
    return this.#dumping === null;
  }

  #sweep(): boolean {
    return this.#dependencies.ledger.sweep(SWEEP);
  }

  #finish(spentMs: number): void {
    this.done.dumps += 1;
    this.done.dumpMs = spentMs;
    this.done.errno = 0;
    this.#dumping = null;
    this.#dependencies.timeouts?.dumped();
    this.#dependencies.onDump?.('ended');
    this.#over();
  }

  #over(): void {
    for (const done of this.#awaiting.splice(0)) done();
  }
}
