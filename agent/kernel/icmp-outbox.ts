/**
 * The sending half of an ICMP door: messages are staged in memory that the kernel can read and sent in one call for
 * each socket. There are two sockets, since whether a packet may be fragmented is an option of the socket and
 * nothing that a packet can carry.
 */
import { Arena } from './arena.ts';
import type { IcmpListener } from './icmp-door.ts';
import type { RouteSpec, RouteTable } from './icmp-route.ts';
import { SendVector } from './message-vector.ts';

/** Longest batch; beyond this the gain of one system call is gone. */
const BATCH = 128;
/** 128 messages of 2 KiB, or 4 of the longest there are. */
const OUTGOING = 0x4_0000;

/** Gives the socket for packets that must not (`df`), or may, be fragmented: a descriptor, or −errno. */
export type SocketFor = (df: boolean) => number;

export class Outbox {
  readonly #arena = new Arena(OUTGOING);
  readonly #routes: RouteTable;
  readonly #socketFor: SocketFor;
  readonly #twice: boolean;
  readonly #listener: IcmpListener;
  readonly #plain = new SendVector(BATCH);
  readonly #whole = new SendVector(BATCH);
  #used = 0;

  /** `twice`: see {@link SendVector.send}. */
  constructor(routes: RouteTable, socketFor: SocketFor, twice: boolean, listener: IcmpListener) {
    this.#twice = twice;
    this.#routes = routes;
    this.#socketFor = socketFor;
    this.#listener = listener;
  }

  get outgoing(): DataView {
    return this.#arena.view;
  }

  openRoute(spec: RouteSpec): number {
    const fd = this.#socketFor(spec.df);
    return fd < 0 ? fd : this.#routes.open(spec);
  }

  closeRoute(route: number): void {
    this.#routes.close(route);
  }

  stage(handle: number, token: number, length: number): number {
    const route = this.#routes.get(handle);
    if (route === null) throw new RangeError(`route ${handle} is not open`);
    const vector = route.df ? this.#whole : this.#plain;
    const at = this.#used;
    if (vector.full || at + length > OUTGOING) return -1;
    this.#used = (at + length + 7) & -8;
    if (route.tokenAt >= 0) route.view.setUint32(route.tokenAt, token, true);
    vector.add(token, route.name, route.nameLength, this.#arena.base + at, length, route.control, route.controlLength);
    return at;
  }

  flush(): void {
    if (this.#plain.count > 0) this.#plain.send(this.#socketFor(false), this.#twice, this.#refused);
    if (this.#whole.count > 0) this.#whole.send(this.#socketFor(true), this.#twice, this.#refused);
    this.#used = 0;
  }

  readonly #refused = (token: number, errno: number): void => this.#listener.refused(token, errno);
}
