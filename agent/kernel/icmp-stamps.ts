/**
 * The error queue of a sending socket: time stamps of packets that left, and on ping sockets the ICMP errors too.
 *
 * A stamp comes with the number its packet was sent with where the kernel knows such numbers (6.13), else with the
 * packet itself. Never is it matched by counting: a packet that a local firewall drops uses up a count.
 *
 *   struct sock_extended_err: errno @0 (u32), origin @4, type @5, code @6, info @8 (u32), data @12 (u32), then the
 *   sockaddr of the error's sender
 */
import { findControl } from './control-message.ts';
import type { IcmpListener, QuotedError } from './icmp-door.ts';
import { ReceiveVector } from './message-vector.ts';
import { AF, ERROR_ORIGIN, IP, IPV6, MSG, SO, SOL } from './sockets.ts';

/** Link header, the longest IP header, ICMP header, index and nonce fit in. */
const ROOM = { messages: 64, data: 192, control: 256 };
/** ee_info of a stamp taken when the packet was handed to the device. */
const SCM_TSTAMP_SND = 0;

export class StampReader {
  readonly #family: 4 | 6;
  readonly #numbered: boolean;
  readonly #listener: IcmpListener;
  readonly #vector = new ReceiveVector(ROOM);
  readonly #quoted: { -readonly [Key in keyof QuotedError]: QuotedError[Key] };

  constructor(family: 4 | 6, numbered: boolean, listener: IcmpListener) {
    this.#family = family;
    this.#numbered = numbered;
    this.#listener = listener;
    const view = this.#vector.view;
    this.#quoted = { view, at: 0, length: 0, type: 0, code: 0, info: 0, sourceAt: -1, destinationAt: 0 };
  }

  /** Reads the queue empty. */
  drain(fd: number): void {
    for (;;) {
      const count = this.#vector.receive(fd, MSG.ERRQUEUE);
      for (let i = 0; i < count; i += 1) this.#tell(i);
      if (count < this.#vector.messages) return;
    }
  }

  #tell(index: number): void {
    const { view } = this.#vector;
    const [control, length] = [this.#vector.controlAt(index), this.#vector.controlLength(index)];
    const error =
      this.#family === 4
        ? findControl(view, control, length, SOL.IP, IP.RECVERR)
        : findControl(view, control, length, SOL.IPV6, IPV6.RECVERR);
    if (error < 0) return;
    const origin = view.getUint8(error + 4);
    if (origin === ERROR_ORIGIN.TIMESTAMPING) {
      // struct scm_timestamping: three timespecs, software first.
      const stamp = findControl(view, control, length, SOL.SOCKET, SO.TIMESTAMPING);
      if (stamp >= 0 && view.getUint32(error + 8, true) === SCM_TSTAMP_SND) this.#tellStamp(index, error, stamp);
    } else if (origin === ERROR_ORIGIN.ICMP || origin === ERROR_ORIGIN.ICMPV6) {
      this.#tellError(index, error);
    }
  }

  #tellStamp(index: number, error: number, stamp: number): void {
    const { view } = this.#vector;
    const seconds = view.getUint32(stamp, true);
    const nanoseconds = view.getUint32(stamp + 8, true);
    if (this.#numbered) {
      this.#listener.stamped(view.getUint32(error + 12, true), seconds, nanoseconds);
    } else {
      const length = Math.min(this.#vector.length(index), ROOM.data);
      this.#listener.looped(view, this.#vector.dataAt(index), length, seconds, nanoseconds);
    }
  }

  #tellError(index: number, error: number): void {
    const { view } = this.#vector;
    const quoted = this.#quoted;
    quoted.at = this.#vector.dataAt(index);
    quoted.length = Math.min(this.#vector.length(index), ROOM.data);
    quoted.type = view.getUint8(error + 5);
    quoted.code = view.getUint8(error + 6);
    quoted.info = view.getUint32(error + 8, true);
    const address = this.#family === 4 ? 4 : 8;
    const sender = error + 16;
    const known = view.getUint16(sender, true) === (this.#family === 4 ? AF.INET : AF.INET6);
    quoted.sourceAt = known ? sender + address : -1;
    quoted.destinationAt = this.#vector.nameAt(index) + address;
    this.#listener.quoted(quoted);
  }
}
