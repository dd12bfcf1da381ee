/** A listener that keeps what an ICMP door tells, copied, for tests. */
import type { Arrival, IcmpListener, QuotedError } from '../../agent/kernel/icmp-door.ts';

const hex = (view: DataView, at: number, length: number): string =>
  Buffer.from(view.buffer, view.byteOffset + at, length).toString('hex');

export class Recorder implements IcmpListener {
  readonly refusals: { token: number; errno: number }[] = [];
  readonly stamps: { token: number; at: number }[] = [];
  readonly loops: { frame: Uint8Array; at: number }[] = [];
  readonly arrivals: { message: Uint8Array; wholeLength: number; at: number; hopLimit: number; source: string }[] = [];
  readonly errors: { quote: Uint8Array; type: number; code: number; info: number; destination: string }[] = [];
  readonly #addressLength: number;

  constructor(family: 4 | 6) {
    this.#addressLength = family === 4 ? 4 : 16;
  }

  refused(token: number, errno: number): void {
    this.refusals.push({ token, errno });
  }

  stamped(token: number, seconds: number, nanoseconds: number): void {
    this.stamps.push({ token, at: seconds * 1000 + nanoseconds / 1e6 });
  }

  looped(view: DataView, at: number, length: number, seconds: number, nanoseconds: number): void {
    this.loops.push({ frame: Buffer.from(hex(view, at, length), 'hex'), at: seconds * 1000 + nanoseconds / 1e6 });
  }

  received(arrival: Arrival): void {
    this.arrivals.push({
      message: Buffer.from(hex(arrival.view, arrival.at, arrival.length), 'hex'),
      wholeLength: arrival.wholeLength,
      at: arrival.seconds * 1000 + arrival.nanoseconds / 1e6,
      hopLimit: arrival.hopLimit,
      source: hex(arrival.view, arrival.sourceAt, this.#addressLength),
    });
  }

  quoted(error: QuotedError): void {
    this.errors.push({
      quote: Buffer.from(hex(error.view, error.at, error.length), 'hex'),
      type: error.type,
      code: error.code,
      info: error.info,
      destination: hex(error.view, error.destinationAt, this.#addressLength),
    });
  }
}
