/** A listener that keeps what an ICMP door tells, copied, for tests. */
import type { Arrival, IcmpDoor, IcmpListener, QuotedError } from '../../agent/kernel/icmp-door.ts';
import { echoSeed, writeEchoRequest } from '../../agent/probe/wire-icmp.ts';

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

/** Writes an echo request of target index 9 into the door's next batch. */
export function stageEcho(
  door: IcmpDoor,
  route: number,
  echo: { token: number; identifier: number; sequence: number; size?: number },
): void {
  const { token, identifier, sequence, size = 56 } = echo;
  const at = door.stage(route, token, 8 + size);
  if (at < 0) throw new Error('the batch is full');
  writeEchoRequest(door.outgoing, at, door.family, size, echoSeed(size), identifier, sequence, 9, 1, 2);
}

/** Asks again and again until it holds; fails after ten seconds. */
export async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('not within ten seconds');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
