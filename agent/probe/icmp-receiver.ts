/**
 * What arrives for the ICMP engine, on one address family: which probe is it about, and is it true?
 *
 * A reply is believed when its index names a target, identifier and sequence are those of a probe of that target,
 * it comes from the address the probe went to, and carries the probe's nonce and length. One that is right but for
 * nonce, length or checksum is `corrupt`. Everything else is somebody else's packet.
 *
 * An error must quote a probe: destination, identifier and sequence, and index and nonce too where it quotes that
 * much. RFC 792 lets a router quote so little that only the first three are there.
 */
import type { Arrival, IcmpListener, QuotedError } from '../kernel/icmp-door.ts';
import { formatAddress } from '../measure/address.ts';
import { icmpReason } from './icmp-reason.ts';
import type { IcmpStream } from './icmp-stream.ts';
import type { IcmpStreams } from './icmp-streams.ts';
import type { Ledger } from './ledger.ts';
import { type IcmpMessage, newIcmpMessage, readIcmp, readQuotedEcho } from './wire-icmp.ts';
import { nameIcmpError } from './wire-icmp-error.ts';
import { icmpOffsetInFrame } from './wire-ip.ts';

/** What the receiver asks of the engine. */
export interface IcmpMatching {
  readonly ledger: Ledger;
  readonly streams: IcmpStreams;
  /** When this turn of reading began. */
  readonly nowMono: number;
  /** The kernel's stamp of an arrival on the monotonic clock; NaN when the clock was set meanwhile. */
  arrivalMono(family: 4 | 6, seconds: number, nanoseconds: number): number;
  /** The kernel's stamp of a departure. */
  departureMono(seconds: number, nanoseconds: number): number;
  /** How uncertain the time of an arrival without stamp is, ms. */
  arrivalBarMs(family: 4 | 6): number;
  refused(slot: number, errno: number): void;
}

export class IcmpReceiver implements IcmpListener {
  readonly #family: 4 | 6;
  readonly #engine: IcmpMatching;
  readonly #message: IcmpMessage = newIcmpMessage();

  constructor(family: 4 | 6, engine: IcmpMatching) {
    this.#family = family;
    this.#engine = engine;
  }

  refused(token: number, errno: number): void {
    this.#engine.refused(token, errno);
  }

  stamped(token: number, seconds: number, nanoseconds: number): void {
    const mono = this.#engine.departureMono(seconds, nanoseconds);
    if (!Number.isNaN(mono)) this.#engine.ledger.stamped(token, mono);
  }

  looped(view: DataView, at: number, length: number, seconds: number, nanoseconds: number): void {
    const offset = icmpOffsetInFrame(view, at, length, this.#family);
    const message = this.#message;
    if (offset < 0 || !readQuotedEcho(view, at + offset, length - offset, this.#family, message)) return;
    const slot = message.marked ? this.#slot(this.#stream(message)) : -1;
    if (slot >= 0 && this.#engine.ledger.matches(slot, message.nonceHigh, message.nonceLow)) {
      this.stamped(slot, seconds, nanoseconds);
    }
  }

  received(arrival: Arrival): void {
    const message = this.#message;
    readIcmp(arrival.view, arrival.at, arrival.length, this.#family, message);
    switch (message.kind) {
      case 'reply':
      case 'malformed':
        if (message.marked) this.#tellReply(arrival, message);
        return;
      case 'error':
        this.#tellError(arrival.view, message, arrival.sourceAt);
        return;
      case 'other':
        return;
    }
  }

  quoted(error: QuotedError): void {
    const message = this.#message;
    if (!readQuotedEcho(error.view, error.at, error.length, this.#family, message)) return;
    message.type = error.type;
    message.code = error.code;
    message.mtu = error.info;
    message.destinationAt = error.destinationAt;
    this.#tellError(error.view, message, error.sourceAt);
  }

  #tellReply(arrival: Arrival, message: IcmpMessage): void {
    const { ledger } = this.#engine;
    const stream = this.#stream(message);
    const slot = this.#slot(stream);
    if (stream === null || slot < 0 || !stream.went(arrival.view, arrival.sourceAt, ledger.sequence(slot))) return;
    const stampless = arrival.seconds === 0;
    const mono = stampless
      ? this.#engine.nowMono
      : this.#engine.arrivalMono(this.#family, arrival.seconds, arrival.nanoseconds);
    const whole = message.size === stream.size && arrival.wholeLength === arrival.length;
    if (message.kind !== 'reply' || !whole || !ledger.matches(slot, message.nonceHigh, message.nonceLow)) {
      ledger.corrupt(slot, Number.isNaN(mono) ? this.#engine.nowMono : mono);
    } else if (Number.isNaN(mono)) {
      ledger.refuse(slot, 'other', 'answered, but the clock was set at that moment, so the RTT is not known');
    } else {
      const bar = stampless ? this.#engine.arrivalBarMs(this.#family) : 0;
      ledger.reply(slot, mono, bar, arrival.hopLimit < 0 ? null : arrival.hopLimit);
    }
  }

  #tellError(view: DataView, message: IcmpMessage, sourceAt: number): void {
    const slot = this.#slotOfQuote(view, message);
    if (slot < 0) return;
    if (nameIcmpError(this.#family, message.type, message.code, message.mtu) === null) return;
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const from = sourceAt < 0 ? null : formatAddress(bytes, this.#family, sourceAt);
    const { type, code, mtu } = message;
    this.#engine.ledger.error(slot, icmpReason({ errno: 0, family: this.#family, type, code, info: mtu, from }));
  }

  /** The probe an error quotes; −1 when it is none of ours. */
  #slotOfQuote(view: DataView, message: IcmpMessage): number {
    const { ledger } = this.#engine;
    if (message.marked) {
      const stream = this.#stream(message);
      const slot = this.#slot(stream);
      const ours = slot >= 0 && ledger.matches(slot, message.nonceHigh, message.nonceLow);
      return ours && stream?.went(view, message.destinationAt, ledger.sequence(slot)) ? slot : -1;
    }
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const literal = formatAddress(bytes, this.#family, message.destinationAt);
    for (const stream of this.#engine.streams.to(literal)) {
      if (stream.identifier !== message.identifier) continue;
      const slot = this.#slot(stream);
      if (slot >= 0) return slot;
    }
    return -1;
  }

  /** The stream a message's index names, if its identifier agrees. */
  #stream(message: IcmpMessage): IcmpStream | null {
    const stream = this.#engine.streams.byNumber[message.index] ?? null;
    return stream !== null && stream.identifier === message.identifier ? stream : null;
  }

  #slot(stream: IcmpStream | null): number {
    if (stream === null) return -1;
    return this.#engine.ledger.find(stream.number, (this.#message.sequence - stream.salt) & 0xffff);
  }
}
