/**
 * The door to ICMP: what a prober sees of the kernel, at the level of messages, not descriptors. `raw-icmp.ts` and
 * `ping-socket.ts` are the real ones; tests hand in a network of their own.
 *
 * Nothing is allocated for a packet: messages are written into the door's memory and read from it, and what arrives
 * is told through one object that is used again and again. Nobody keeps it.
 */
import type { RouteSpec } from './icmp-route.ts';

/** A message that arrived. Valid during the call only. */
export interface Arrival {
  readonly view: DataView;
  /** Where the ICMP header begins. */
  readonly at: number;
  /** Bytes there are from `at` on … */
  readonly length: number;
  /** … and bytes the message had when it arrived; more, when there was no room for all of it. */
  readonly wholeLength: number;
  /** The kernel's stamp of the arrival, CLOCK_REALTIME; 0 and 0 when it gave none. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** TTL or hop limit of the packet; −1 when not told. */
  readonly hopLimit: number;
  /** Where the sender's address stands in `view`, in network order. */
  readonly sourceAt: number;
}

/** An error that the kernel took off the wire for us (ping sockets). Valid during the call only. */
export interface QuotedError {
  readonly view: DataView;
  /** Where the echo request begins that the error is about, and how much of it there is. */
  readonly at: number;
  readonly length: number;
  readonly type: number;
  readonly code: number;
  /** Next-hop MTU where type and code are about that. */
  readonly info: number;
  /** Where the address of the error's sender stands in `view`; −1 when unknown. */
  readonly sourceAt: number;
  /** Where the destination of the request stands in `view`. */
  readonly destinationAt: number;
}

/** Whom the door tells. `token` is what the packet was staged with. */
export interface IcmpListener {
  /** The kernel would not send it. */
  refused(token: number, errno: number): void;
  /** It left at this time, CLOCK_REALTIME. */
  stamped(token: number, seconds: number, nanoseconds: number): void;
  /** A packet left at this time: here it is again, from its link header on, cut off behind our payload's beginning. */
  looped(view: DataView, at: number, length: number, seconds: number, nanoseconds: number): void;
  received(arrival: Arrival): void;
  quoted(error: QuotedError): void;
}

export interface IcmpDoor {
  readonly kind: 'raw' | 'ping';
  readonly family: 4 | 6;
  /** Where messages are written that are to be sent. */
  readonly outgoing: DataView;
  /**
   * Packets that found the receive queue full since the door opened, because nobody read it in time. Newer kernels
   * count ICMP of others, too, before they ask the filter whose it is.
   */
  readonly overflows: number;
  /** Prepares a destination; its handle, or −errno. `longest` is the longest message that will go there. */
  openRoute(spec: RouteSpec, longest: number): number;
  closeRoute(route: number): void;
  /** The identifier that packets of this route carry: what was wished for, unless the kernel decides. */
  identifier(route: number, wished: number): number;
  /**
   * Reserves room for a message of `length` bytes and returns where in `outgoing` to write it; −1 when the batch is
   * full and has to be flushed first. A route is staged once in a batch.
   */
  stage(route: number, token: number, length: number): number;
  /** Sends what is staged. */
  flush(): void;
  /** Tells the stamps of what left. */
  drainStamps(): void;
  /** Tells what arrived; false when there was so much that some of it had to wait. */
  drain(): boolean;
  close(): void;
}
