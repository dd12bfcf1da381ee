/**
 * The receiving half of an ICMP door: reads what arrived, with the kernel's stamp and the packet's TTL, and notices
 * when the queue overflowed in the meantime.
 */
import { findControl } from './control-message.ts';
import { ERRNO } from './errno.ts';
import type { Arrival, IcmpListener } from './icmp-door.ts';
import { ReceiveVector } from './message-vector.ts';
import { getOption } from './socket-option.ts';
import { IP, IPV6, MSG, SO, SOL } from './sockets.ts';

const MESSAGES = 64;
const SMALLEST = 2048;
/** Memory for messages; longer ones make the vector shorter. */
const ROOM = MESSAGES * SMALLEST;
const CONTROL = 192;
/** Room for the longest IPv4 header. */
const HEADER = 60;
/** So many calls in a row, then the loop gets its turn: 2048 messages. */
const CALLS = 32;

export class ReplyReader {
  readonly #family: 4 | 6;
  readonly #listener: IcmpListener;
  /** Raw IPv4 sockets deliver the IP header, all others begin at ICMP. */
  readonly #withHeader: boolean;
  readonly #arrival: { -readonly [Key in keyof Arrival]: Arrival[Key] };
  #vector: ReceiveVector;
  #dropped = 0;
  /** Messages that the drain before read. */
  #before = 0;
  overflows = 0;

  constructor(family: 4 | 6, withHeader: boolean, listener: IcmpListener) {
    this.#family = family;
    this.#withHeader = withHeader;
    this.#listener = listener;
    this.#vector = new ReceiveVector({ messages: MESSAGES, data: SMALLEST, control: CONTROL });
    const view = this.#vector.view;
    this.#arrival = {
      view,
      at: 0,
      length: 0,
      wholeLength: 0,
      seconds: 0,
      nanoseconds: 0,
      hopLimit: -1,
      sourceAt: 0,
    };
  }

  /** Makes sure that messages of this length are read whole. */
  makeRoom(longest: number): void {
    if (longest + HEADER <= this.#vector.dataRoom) return;
    const data = 2 ** Math.ceil(Math.log2(longest + HEADER));
    this.#vector = new ReceiveVector({ messages: Math.max(4, Math.floor(ROOM / data)), data, control: CONTROL });
    this.#arrival.view = this.#vector.view;
  }

  /** Reads until nothing is left; false when there was too much for one turn. */
  drain(fd: number): boolean {
    this.#countOverflows(fd);
    this.#before = 0;
    let ends = 0;
    for (let call = 0; call < CALLS; call += 1) {
      const count = this.#vector.receive(fd, MSG.TRUNC);
      for (let i = 0; i < count; i += 1) this.#tell(i);
      this.#before += Math.max(0, count);
      if (count === this.#vector.messages) continue;
      // An ICMP error may stand as the socket's pending error before the messages (ping sockets).
      if (count < 0 && count !== -ERRNO.EAGAIN) continue;
      // An ICMPv6 message with a wrong checksum ends a call as if nothing were left: an end counts when it comes twice.
      ends += 1;
      if (this.#family === 4 || ends === 2) return true;
    }
    return false;
  }

  /**
   * SO_MEMINFO has the counter of SO_RXQ_OVFL, but needs no further packet to tell it. ICMPv6 messages with a wrong
   * checksum are in it as well; those are no overflow, and a queue that was not even half full never overflowed.
   */
  #countOverflows(fd: number): void {
    const info = getOption(fd, SOL.SOCKET, SO.MEMINFO, 9);
    if (info === null) return;
    const dropped = info.getUint32(8 * 4, true);
    if (dropped === this.#dropped) return;
    const full = info.getUint32(0, true) * 2 >= info.getUint32(4, true);
    if (this.#family === 4 || full || this.#before >= MESSAGES) this.overflows += (dropped - this.#dropped) >>> 0;
    this.#dropped = dropped;
  }

  #tell(index: number): void {
    const vector = this.#vector;
    const { view } = vector;
    const arrival = this.#arrival;
    const data = vector.dataAt(index);
    const whole = vector.length(index);
    const stored = Math.min(whole, vector.dataRoom);
    const header = this.#withHeader ? (view.getUint8(data) & 0x0f) * 4 : 0;
    if (header > stored) return;
    arrival.at = data + header;
    arrival.length = stored - header;
    arrival.wholeLength = whole - header;
    arrival.sourceAt = this.#withHeader ? data + 12 : vector.nameAt(index) + (this.#family === 4 ? 4 : 8);
    this.#readControl(vector.controlAt(index), vector.controlLength(index));
    if (this.#withHeader) arrival.hopLimit = view.getUint8(data + 8);
    this.#listener.received(arrival);
  }

  #readControl(at: number, length: number): void {
    const arrival = this.#arrival;
    const { view } = this.#vector;
    // struct scm_timestamping: three timespecs, software first.
    const stamp = findControl(view, at, length, SOL.SOCKET, SO.TIMESTAMPING);
    arrival.seconds = stamp < 0 ? 0 : view.getUint32(stamp, true);
    arrival.nanoseconds = stamp < 0 ? 0 : view.getUint32(stamp + 8, true);
    if (this.#withHeader) return;
    const hops =
      this.#family === 4
        ? findControl(view, at, length, SOL.IP, IP.TTL)
        : findControl(view, at, length, SOL.IPV6, IPV6.HOPLIMIT);
    arrival.hopLimit = hops < 0 ? -1 : view.getInt32(hops, true);
  }
}
