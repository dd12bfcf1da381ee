/**
 * The ICMP engine's view of time and of what arrived in it: clocks watched, stamps put on the monotonic clock, queues
 * drained, and the times noted in which this host could not see.
 */
import type { ClockWatch } from '../kernel/clock-watch.ts';
import type { Milliseconds } from '../measure/target.ts';
import type { Clock } from './clock.ts';
import { IcmpDoors, type OpenIcmp } from './icmp-doors.ts';
import { type IcmpMatching, IcmpReceiver } from './icmp-receiver.ts';
import type { IcmpStreams } from './icmp-streams.ts';
import type { Ledger } from './ledger.ts';
import { StampClock } from './stamp-clock.ts';

/** A packet that arrived may be in the kernel's hands for a moment before it is in our queue. */
export const GRACE_MS = 5;

export interface ReceptionParts {
  readonly ledger: Ledger;
  readonly streams: IcmpStreams;
  readonly clock: Clock;
  readonly watch: ClockWatch;
  readonly openDoor: OpenIcmp;
  /** Upper 8 bits of our identifiers. */
  readonly block: number;
  /** A packet could not be sent. */
  readonly refused: (slot: number, errno: number) => void;
}

export class IcmpReception implements IcmpMatching {
  readonly ledger: Ledger;
  readonly streams: IcmpStreams;
  readonly doors: IcmpDoors;
  readonly refused: (slot: number, errno: number) => void;
  /** Packets that found the receive queue full, and when that was last seen. */
  overflows = 0;
  overflowedMono = Number.NEGATIVE_INFINITY;
  nowMono: Milliseconds;
  readonly #clock: Clock;
  readonly #watch: ClockWatch;
  readonly #stamps: StampClock;

  constructor(parts: ReceptionParts) {
    this.ledger = parts.ledger;
    this.streams = parts.streams;
    this.refused = parts.refused;
    this.#clock = parts.clock;
    this.#watch = parts.watch;
    this.#stamps = new StampClock(parts.watch.offset);
    this.nowMono = parts.clock.mono();
    this.doors = new IcmpDoors(parts.openDoor, parts.block, (family) => new IcmpReceiver(family, this));
  }

  /** A tick begins: what time is it, and is the clock still the same? */
  lookAtClock(): void {
    const reading = this.#clock.reading();
    const change = this.#watch.observe(reading);
    this.nowMono = reading.mono;
    if (change === null) return;
    if (change.stepMs !== 0) {
      this.#stamps.stepped(this.#watch.offset);
      this.ledger.wallOffset = this.#watch.offset;
    }
    if (change.suspendedMs === 0) return;
    const text = `this machine was suspended for ${(change.suspendedMs / 1000).toFixed(1)} s while the probe was out`;
    const { fromMono, toMono } = change;
    this.ledger.blind({ fromMono, toMono, code: 'suspended', text, spoils: true });
  }

  /** Reads the time again within a tick. */
  refresh(): void {
    this.nowMono = this.#clock.mono();
  }

  /** Reads stamps and arrivals and hands them to the ledger. */
  receive(): void {
    if (this.doors.drain(this.nowMono, this.#overflowed)) this.#stamps.settled();
  }

  /** Probes without an answer up to here are lost: nothing that arrived before is still unread. */
  expire(): void {
    this.ledger.expire(this.doors.horizonMono(this.nowMono) - GRACE_MS);
  }

  arrivalMono(family: 4 | 6, seconds: number, nanoseconds: number): number {
    return this.#stamps.toMono(seconds, nanoseconds, this.doors.emptiedMono(family), this.#clock.mono());
  }

  departureMono(seconds: number, nanoseconds: number): number {
    // The ledger knows when its probe was sent; a stamp from before that is refused there.
    return this.#stamps.toMono(seconds, nanoseconds, this.nowMono, this.#clock.mono());
  }

  arrivalBarMs(family: 4 | 6): number {
    return Math.max(0, this.nowMono - this.doors.emptiedMono(family));
  }

  readonly #overflowed = (fromMono: number, toMono: number, packets: number): void => {
    this.overflows += packets;
    this.overflowedMono = this.nowMono;
    const text = "this host's receive queue overflowed while the probe was out";
    this.ledger.blind({ fromMono, toMono, code: 'overload', text, spoils: false });
  };
}
