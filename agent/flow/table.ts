/**
 * The flow table: what the connections of this host add up to, by flow (Network Flow Monitor's key: local address,
 * remote address, service port, direction; the client's ephemeral port is left out), by group and in all.
 *
 * Memory is bounded: at most `capacity` flows have a row. When the table is full, the flows without an open
 * connection that contributed least in the window make room; a flow that finds none is counted without a row.
 * Sums for the host and for each group are kept beside the rows, so what has no row shows as "other" and nothing
 * is ever missing from a total.
 */
import type { SocketRow } from '../kernel/socket-row.ts';
import { AT, type Deltas, type Lacks } from './counters.ts';
import { type FlowBook, NO_FLOW } from './ledger.ts';
import { RttBins } from './rtt-bins.ts';
import { Sums, WINDOW_STEPS } from './sums.ts';

export type Direction = 'client' | 'server';

export interface FlowKey {
  readonly family: 4 | 6;
  readonly local: Uint8Array;
  readonly remote: Uint8Array;
  readonly servicePort: number;
  readonly direction: Direction;
  /** Index of the group of the remote address. */
  readonly group: number;
}

/** What a flow holds beside its sums. */
interface FlowState {
  readonly id: string;
  key: FlowKey;
  open: number;
  /** Made with the first sample. */
  rtt: RttBins | null;
  /** Of the connections seen in this and the last rotation, µs. */
  minRttUs: number;
  deliveryRate: number;
  /** Rotations since something was last added. */
  idle: number;
  /** Rotations for which the window still holds a connection whose timeouts are not known. */
  blind: number;
  /** The total holds such a connection. */
  wasBlind: boolean;
  /** Turn in which data moved and the peer was heard. */
  moved: number;
}

export interface TableOptions {
  readonly capacity: number;
  /** How many groups there are; a group's index is below this. */
  readonly groups: number;
  readonly groupOf: (remote: Uint8Array, family: 4 | 6) => number;
  /** Does a socket of this host listen on the port? Its connections are then of direction `server`. */
  readonly listens: (port: number) => boolean;
  /** Timeouts are counted for connections from some moment on: of older ones they are not known, of the others they are. */
  readonly timeoutsCounted?: boolean;
  /** Connections to leave out: loopback, the agent's own probes. */
  readonly skip: (row: SocketRow) => boolean;
}

/** Rotations without anything new after which a flow without connections leaves. */
const IDLE_ROTATIONS = 6;
/** Share of the table freed at a time, so that a full table does not look for a victim at every new flow. */
const FREED_SHARE = 0.05;
/** Connections whose flow has no row: they count in their group from here on up. */
const GROUP_ONLY = 0x4000_0000;

/** One text a flow; latin1 characters are one byte each in memory. */
function idOf(row: SocketRow, servicePort: number, direction: Direction): string {
  const length = row.family === 4 ? 4 : 16;
  let id = String.fromCharCode(direction === 'client' ? 67 : 83, servicePort >> 8, servicePort & 0xff);
  for (let i = 0; i < length; i += 1) id += String.fromCharCode(row.local[i] ?? 0);
  for (let i = 0; i < length; i += 1) id += String.fromCharCode(row.remote[i] ?? 0);
  return id;
}

/** What a flow is ranked by when room is needed: NFM's loss rank first, then bytes. */
function weight(window: Float64Array): number {
  const at = (index: number): number => window[index] || 0;
  const loss = at(AT.retransmissions) + 2 * at(AT.timeouts) + 4 * (at(AT.failedConnects) + at(AT.resets));
  return loss * 1e12 + at(AT.bytesIn) + at(AT.bytesOut);
}

export class FlowTable implements FlowBook {
  readonly #options: TableOptions;
  readonly #host = new Sums(1);
  readonly #unattributed = new Sums(1);
  readonly #leftOut = new Sums(1);
  readonly #lacks = { resets: false, timeouts: false };
  readonly #groups: Sums;
  #openOf: Int32Array;
  readonly #rows = new Sums(256);
  readonly #flows: (FlowState | null)[] = [];
  readonly #free: number[] = [];
  readonly #slots = new Map<string, number>();
  /** Flows of each group that moved data in this turn, and in the last. */
  #moving: Int32Array;
  #moved: Int32Array;
  #turn = 1;
  #evicted = 0;

  constructor(options: TableOptions) {
    this.#options = options;
    this.#groups = new Sums(options.groups);
    this.#openOf = new Int32Array(options.groups);
    this.#moving = new Int32Array(options.groups);
    this.#moved = new Int32Array(options.groups);
  }

  /** Flows with a row. */
  get size(): number {
    return this.#slots.size;
  }

  /** Flows that lost their row, or never got one, because the table was full. */
  get evicted(): number {
    return this.#evicted;
  }

  listens(port: number): boolean {
    return this.#options.listens(port);
  }

  flow(row: SocketRow): number {
    if (this.#options.skip(row)) return NO_FLOW;
    const direction = this.#options.listens(row.localPort) ? 'server' : 'client';
    const servicePort = direction === 'server' ? row.localPort : row.remotePort;
    const id = idOf(row, servicePort, direction);
    const known = this.#slots.get(id);
    if (known !== undefined) return known;
    const group = this.#options.groupOf(row.remote, row.family);
    const slot = this.#room();
    if (slot === null) {
      this.#evicted += 1;
      return GROUP_ONLY + group;
    }
    const length = row.family === 4 ? 4 : 16;
    const key: FlowKey = {
      family: row.family,
      local: row.local.slice(0, length),
      remote: row.remote.slice(0, length),
      servicePort,
      direction,
      group,
    };
    this.#rows.clear(slot);
    this.#flows[slot] = {
      ...{ id, key, open: 0, rtt: null, minRttUs: Number.NaN, deliveryRate: 0, idle: 0, moved: 0 },
      ...{ blind: 0, wasBlind: false },
    };
    this.#slots.set(id, slot);
    return slot;
  }

  /**
   * To be called when addresses belong to other groups than before, of which there are at least as many. What was
   * counted stays in the group it was counted for; flows and their open connections move.
   */
  regroup(groups: number): void {
    if (groups > this.#groups.rows) {
      this.#groups.grow(groups);
      this.#openOf = grown(this.#openOf, groups);
      this.#moving = grown(this.#moving, groups);
      this.#moved = grown(this.#moved, groups);
    }
    for (const state of this.#flows) {
      if (state === null) continue;
      const { group, remote, family } = state.key;
      const now = this.#options.groupOf(remote, family);
      if (now === group) continue;
      this.#openOf[group] = (this.#openOf[group] ?? 0) - state.open;
      this.#openOf[now] = (this.#openOf[now] ?? 0) + state.open;
      state.key = { ...state.key, group: now };
    }
  }

  /** Counters that this kernel does not have. */
  get lacks(): Lacks {
    return this.#lacks;
  }

  add(flow: number, deltas: Deltas, row: SocketRow | null, rttFresh: boolean): void {
    const blind = this.#noteUnknown(deltas);
    if (Number.isNaN(deltas[AT.resets])) this.#lacks.resets = true;
    this.#host.add(0, deltas);
    if (flow >= GROUP_ONLY) {
      this.#groups.add(flow - GROUP_ONLY, deltas);
      return;
    }
    const state = this.#flows[flow];
    if (state === undefined || state === null) return;
    this.#groups.add(state.key.group, deltas);
    this.#rows.add(flow, deltas);
    state.idle = 0;
    if (blind) {
      state.blind = WINDOW_STEPS;
      state.wasBlind = true;
    }
    if (row === null) return;
    if (rttFresh) {
      this.#noteMove(state, deltas);
      state.rtt ??= new RttBins();
      state.rtt.add(row.rttUs);
    }
    if (!(row.minRttUs >= state.minRttUs)) state.minRttUs = row.minRttUs;
    if (row.deliveryRate > 0) state.deliveryRate = row.deliveryRate;
  }

  /**
   * True for a connection whose timeouts alone are not known: the sums are those of all others. Where no connection's
   * are known there is no sum.
   */
  #noteUnknown(deltas: Deltas): boolean {
    if (!Number.isNaN(deltas[AT.timeouts])) return false;
    if (this.#options.timeoutsCounted !== true) {
      this.#lacks.timeouts = true;
      return false;
    }
    deltas[AT.timeouts] = 0;
    return true;
  }

  /** Data moved when the peer answered and bytes went either way: what only left may have gone nowhere. */
  #noteMove(state: FlowState, deltas: Deltas): void {
    if (state.moved === this.#turn || (deltas[AT.bytesIn] ?? 0) + (deltas[AT.bytesOut] ?? 0) <= 0) return;
    state.moved = this.#turn;
    const { group } = state.key;
    this.#moving[group] = (this.#moving[group] ?? 0) + 1;
  }

  /** To be called at the end of each dump. */
  endTurn(): void {
    const freed = this.#moved;
    this.#moved = this.#moving;
    this.#moving = freed.fill(0);
    this.#turn += 1;
  }

  /** Flows of a group that moved data in the turn that ended last. */
  moved(group: number): number {
    return this.#moved[group] ?? 0;
  }

  open(flow: number, by: 1 | -1): void {
    const state = flow >= GROUP_ONLY ? null : this.#flows[flow];
    const group = flow >= GROUP_ONLY ? flow - GROUP_ONLY : (state?.key.group ?? 0);
    this.#openOf[group] = (this.#openOf[group] ?? 0) + by;
    if (state) state.open += by;
  }

  leftOut(deltas: Deltas): void {
    this.#noteUnknown(deltas);
    this.#leftOut.add(0, deltas);
  }

  unattributed(deltas: Deltas, row: SocketRow): void {
    this.#noteUnknown(deltas);
    if (this.#options.skip(row)) {
      this.#leftOut.add(0, deltas);
      return;
    }
    this.#host.add(0, deltas);
    this.#unattributed.add(0, deltas);
    this.#groups.add(this.#options.groupOf(row.remote, row.family), deltas);
  }

  /** To be called at the width of a step of the window. Idle flows leave. */
  rotate(): void {
    this.#host.rotate();
    this.#unattributed.rotate();
    this.#leftOut.rotate();
    this.#groups.rotate();
    this.#rows.rotate();
    for (const [slot, state] of this.#flows.entries()) {
      if (state === null) continue;
      state.rtt?.rotate();
      state.idle += 1;
      if (state.blind > 0) state.blind -= 1;
      if (state.open === 0 && state.idle > IDLE_ROTATIONS) this.#leave(slot, state);
    }
  }

  #leave(slot: number, state: FlowState): void {
    this.#slots.delete(state.id);
    this.#flows[slot] = null;
    this.#free.push(slot);
  }

  /** A free row; null when every row has an open connection. */
  #room(): number | null {
    if (this.#free.length === 0 && this.#flows.length < this.#options.capacity) {
      this.#flows.push(null);
      if (this.#flows.length > this.#rows.rows) this.#rows.grow(Math.min(this.#options.capacity, this.#rows.rows * 2));
      return this.#flows.length - 1;
    }
    if (this.#free.length === 0) this.#evictLeast();
    return this.#free.pop() ?? null;
  }

  #evictLeast(): void {
    const window = new Float64Array(this.#groups.total(0).length);
    const idle: { slot: number; state: FlowState; weight: number }[] = [];
    for (const [slot, state] of this.#flows.entries()) {
      if (state !== null && state.open === 0)
        idle.push({ slot, state, weight: weight(this.#rows.window(slot, window)) });
    }
    idle.sort((a, b) => a.weight - b.weight);
    for (const { slot, state } of idle.slice(0, Math.ceil(this.#options.capacity * FREED_SHARE))) {
      this.#leave(slot, state);
      this.#evicted += 1;
    }
  }

  /** Places for flows; some are empty. */
  get slots(): number {
    return this.#flows.length;
  }

  /** What ranks a flow, cheap enough for each of thousands; `window` is filled. Null where the place is empty or the flow not wanted. */
  glance(slot: number, window: Float64Array, wanted: ((key: FlowKey) => boolean) | null = null): FlowGlance | null {
    const state = this.#flows[slot];
    if (state === undefined || state === null || wanted?.(state.key) === false) return null;
    this.#rows.window(slot, window);
    return { key: state.key, medianUs: state.rtt?.median() ?? null };
  }

  /** All of a flow; null where the place is empty. */
  reading(slot: number): FlowReading | null {
    const state = this.#flows[slot];
    if (state === undefined || state === null) return null;
    return {
      key: state.key,
      open: state.open,
      total: this.#rows.total(slot),
      window: this.#rows.window(slot),
      blind: { window: state.blind > 0, total: state.wasBlind },
      rttUs: (q) => state.rtt?.quantile(q) ?? null,
      minRttUs: Number.isNaN(state.minRttUs) ? null : state.minRttUs,
      deliveryRate: state.deliveryRate > 0 ? state.deliveryRate : null,
    };
  }

  host(): SumReading {
    return { total: this.#host.total(0), window: this.#host.window(0) };
  }

  /** Ended connections whose flow the kernel no longer knew; they are in the host's sums and in a group's. */
  withoutFlow(): SumReading {
    return { total: this.#unattributed.total(0), window: this.#unattributed.window(0) };
  }

  /** Connections left out (loopback, own probes), in no other sum. */
  left(): SumReading {
    return { total: this.#leftOut.total(0), window: this.#leftOut.window(0) };
  }

  group(index: number): SumReading & { readonly open: number } {
    return { open: this.#openOf[index] ?? 0, total: this.#groups.total(index), window: this.#groups.window(index) };
  }
}

function grown(array: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}

/** In the order of COUNTERS. */
export interface SumReading {
  readonly total: Float64Array;
  readonly window: Float64Array;
}

export interface FlowGlance {
  readonly key: FlowKey;
  /** Of smoothed RTTs, µs. */
  readonly medianUs: number | null;
}

export interface FlowReading extends SumReading {
  readonly key: FlowKey;
  readonly open: number;
  /** Does it hold connections whose timeouts are not known? */
  readonly blind: { readonly window: boolean; readonly total: boolean };
  /** Quantile of smoothed RTTs of the last rotations, µs. */
  readonly rttUs: (q: number) => number | null;
  readonly minRttUs: number | null;
  /** Bytes a second, the latest estimate. */
  readonly deliveryRate: number | null;
}
