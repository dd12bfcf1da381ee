/**
 * A network for the ICMP engine, at the level of messages: what the engine sends goes to a scenario that says what
 * comes back and when; what comes back waits in a queue, stamped, until the engine reads it. On a {@link FakeClock}.
 */
import type { Arrival, IcmpDoor, IcmpListener } from '../../agent/kernel/icmp-door.ts';
import type { RouteSpec } from '../../agent/kernel/icmp-route.ts';
import type { IcmpOpening } from '../../agent/kernel/open-icmp.ts';
import { foldChecksum, onesSum } from '../../agent/probe/wire-ip.ts';
import type { FakeClock } from './clock.ts';

/** A message the engine sent. */
export interface Sent {
  readonly message: Uint8Array;
  readonly route: RouteSpec;
  readonly identifier: number;
  readonly sequence: number;
  /** Position among all sent, from 0. */
  readonly nth: number;
  readonly atMono: number;
}

/** What comes of it. */
export type Fate =
  /** A reply so many ms later; `spoil` may change its bytes, `from` its sender, `stamp: false` leaves it unstamped. */
  | { afterMs: number; spoil?: (reply: Uint8Array) => Uint8Array; from?: Uint8Array; stamp?: false }
  /** An ICMP error that quotes so many bytes of the request. */
  | {
      afterMs: number;
      error: readonly [type: number, code: number];
      rest?: number;
      quoted?: number;
      spoil?: (error: Uint8Array) => Uint8Array;
      from?: Uint8Array;
    }
  /** The kernel does not send it. */
  | { errno: number };

export type Scenario = (sent: Sent) => readonly Fate[];

interface Queued {
  readonly atMono: number;
  readonly wall: number;
  readonly stamped: boolean;
  readonly message: Uint8Array;
  readonly source: Uint8Array;
}

export interface NetworkOptions {
  /** Stamps of departures: numbered, with the packet behind an Ethernet header, or none. */
  readonly stamps?: 'numbered' | 'looped' | 'none';
  /** What opening gives instead of a door. */
  readonly refusal?: IcmpOpening;
}

export class FakeNetwork {
  readonly clock: FakeClock;
  readonly sent: Sent[] = [];
  readonly doors: FakeDoor[] = [];
  scenario: Scenario;
  options: NetworkOptions;

  constructor(clock: FakeClock, scenario: Scenario, options: NetworkOptions = {}) {
    this.clock = clock;
    this.scenario = scenario;
    this.options = options;
  }

  readonly open = (family: 4 | 6, _block: number, listener: IcmpListener): IcmpOpening => {
    if (this.options.refusal) return this.options.refusal;
    const door = new FakeDoor(this, family, listener);
    this.doors.push(door);
    return { kind: 'raw', door };
  };
}

const SLOT = 2048;

export class FakeDoor implements IcmpDoor {
  readonly kind = 'raw';
  readonly family: 4 | 6;
  readonly outgoing = new DataView(new ArrayBuffer(SLOT * 64));
  overflows = 0;
  closed = false;
  /** What route opening fails with, or 0. */
  routeErrno = 0;
  /** Messages read in one drain at most. */
  perDrain = Number.POSITIVE_INFINITY;
  readonly routes: (RouteSpec | null)[] = [];
  /** Longest message that was announced. */
  longest = 0;
  /** How often the engine looked. */
  drains = 0;
  readonly #network: FakeNetwork;
  readonly #listener: IcmpListener;
  #staged: { route: number; token: number; at: number; length: number }[] = [];
  #stamps: (() => void)[] = [];
  #queue: Queued[] = [];

  constructor(network: FakeNetwork, family: 4 | 6, listener: IcmpListener) {
    this.#network = network;
    this.family = family;
    this.#listener = listener;
  }

  openRoute(spec: RouteSpec, longest: number): number {
    this.longest = Math.max(this.longest, longest);
    if (this.routeErrno !== 0) return -this.routeErrno;
    return this.routes.push(spec) - 1;
  }

  closeRoute(route: number): void {
    this.routes[route] = null;
  }

  identifier(_route: number, wished: number): number {
    return wished;
  }

  stage(route: number, token: number, length: number): number {
    if (this.#staged.length === 64) return -1;
    if (this.#staged.some((other) => other.route === route)) throw new Error('a route is staged twice');
    const at = this.#staged.length * SLOT;
    this.#staged.push({ route, token, at, length });
    return at;
  }

  flush(): void {
    const staged = this.#staged;
    this.#staged = [];
    for (const { route, token, at, length } of staged) {
      const spec = this.routes[route];
      if (!spec) throw new Error(`route ${route} is closed`);
      const message = new Uint8Array(this.outgoing.buffer.slice(at, at + length));
      const view = new DataView(message.buffer);
      const { clock, sent } = this.#network;
      const [identifier, sequence] = [view.getUint16(4), view.getUint16(6)];
      const record = { message, route: spec, identifier, sequence, nth: sent.length, atMono: clock.mono() };
      sent.push(record);
      const fates = this.#network.scenario(record);
      const refusal = fates.find((fate) => 'errno' in fate);
      if (refusal && 'errno' in refusal) {
        this.#listener.refused(token, refusal.errno);
        continue;
      }
      this.#stamp(token, message);
      for (const fate of fates) if (!('errno' in fate)) this.#answer(record, fate);
    }
  }

  drainStamps(): void {
    for (const tell of this.#stamps.splice(0)) tell();
  }

  drain(): boolean {
    this.drains += 1;
    const { clock } = this.#network;
    this.#queue.sort((a, b) => a.atMono - b.atMono);
    let budget = this.perDrain;
    while ((this.#queue[0]?.atMono ?? Number.POSITIVE_INFINITY) <= clock.mono()) {
      if (budget === 0) return false;
      budget -= 1;
      this.#listener.received(arrival(this.#queue.shift()!));
    }
    return true;
  }

  /** The queue's content is dropped, as if it had overflowed. */
  overflow(): void {
    const { clock } = this.#network;
    this.overflows += this.#queue.filter(({ atMono }) => atMono <= clock.mono()).length;
    this.#queue = this.#queue.filter(({ atMono }) => atMono > clock.mono());
  }

  /** Something arrives that the engine did not cause. */
  inject(message: Uint8Array, source: Uint8Array): void {
    const { clock } = this.#network;
    this.#queue.push({ atMono: clock.mono(), wall: clock.wall(), stamped: true, message, source });
  }

  close(): void {
    this.closed = true;
  }

  #stamp(token: number, message: Uint8Array): void {
    const { stamps = 'numbered' } = this.#network.options;
    if (stamps === 'none') return;
    const wall = this.#network.clock.wall();
    const [seconds, nanoseconds] = timespec(wall);
    this.#stamps.push(() => {
      if (stamps === 'numbered') {
        this.#listener.stamped(token, seconds, nanoseconds);
      } else {
        const frame = looped(message, this.family);
        this.#listener.looped(new DataView(frame.buffer), 0, frame.length, seconds, nanoseconds);
      }
    });
  }

  #answer(sent: Sent, fate: Exclude<Fate, { errno: number }>): void {
    const { clock } = this.#network;
    const message = 'error' in fate ? quote(sent, this.family, fate) : reply(sent.message, this.family);
    const spoilt = 'spoil' in fate && fate.spoil ? fate.spoil(message) : message;
    this.#queue.push({
      atMono: clock.mono() + fate.afterMs,
      // The clock may be stepped until then: whoever stamps reads it when the packet arrives.
      wall: clock.wall() + fate.afterMs,
      stamped: !('stamp' in fate),
      message: spoilt,
      source: fate.from ?? sent.route.address,
    });
  }

  /** The clock is stepped: packets that arrive from now on are stamped by the new one. */
  restamp(stepMs: number): void {
    const now = this.#network.clock.mono();
    this.#queue = this.#queue.map((queued) =>
      queued.atMono > now ? { ...queued, wall: queued.wall + stepMs } : queued,
    );
  }
}

function timespec(wall: number): [seconds: number, nanoseconds: number] {
  const seconds = Math.floor(wall / 1000);
  return [seconds, Math.round((wall - seconds * 1000) * 1e6)];
}

function arrival(queued: Queued): Arrival {
  const bytes = new Uint8Array(queued.message.length + 16);
  bytes.set(queued.message);
  bytes.set(queued.source, queued.message.length);
  const [seconds, nanoseconds] = queued.stamped ? timespec(queued.wall) : [0, 0];
  const { length } = queued.message;
  return {
    view: new DataView(bytes.buffer),
    at: 0,
    length,
    wholeLength: length,
    seconds,
    nanoseconds,
    hopLimit: 57,
    sourceAt: length,
  };
}

function checksum(message: Uint8Array, family: 4 | 6): Uint8Array {
  const view = new DataView(message.buffer);
  view.setUint16(2, 0);
  if (family === 4) view.setUint16(2, foldChecksum(onesSum(view, 0, message.length)));
  return message;
}

function reply(request: Uint8Array, family: 4 | 6): Uint8Array {
  const message = Uint8Array.from(request);
  message[0] = family === 4 ? 0 : 129;
  return checksum(message, family);
}

/** The IP header in front of a request: just what somebody reading an error looks at. */
function header(family: 4 | 6, destination: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(family === 4 ? 20 : 40);
  bytes[0] = family === 4 ? 0x45 : 0x60;
  bytes[family === 4 ? 9 : 6] = family === 4 ? 1 : 58;
  bytes.set(destination, family === 4 ? 16 : 24);
  return bytes;
}

function quote(
  sent: Sent,
  family: 4 | 6,
  fate: { error: readonly [number, number]; rest?: number; quoted?: number },
): Uint8Array {
  const ip = header(family, sent.route.address);
  const quoted = sent.message.subarray(0, fate.quoted ?? sent.message.length);
  const message = new Uint8Array(8 + ip.length + quoted.length);
  message.set([fate.error[0], fate.error[1]]);
  new DataView(message.buffer).setUint32(4, fate.rest ?? 0);
  message.set(ip, 8);
  message.set(quoted, 8 + ip.length);
  return checksum(message, family);
}

function looped(message: Uint8Array, family: 4 | 6): Uint8Array {
  const ip = header(family, new Uint8Array(family === 4 ? 4 : 16));
  const frame = new Uint8Array(14 + ip.length + message.length);
  frame.set(ip, 14);
  frame.set(message, 14 + ip.length);
  return frame;
}
