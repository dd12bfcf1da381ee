/**
 * The ICMP engine's two doors to the kernel, one for each address family: opened when first needed, drained in each
 * tick, watched for overflow.
 */
import type { IcmpListener } from '../kernel/icmp-door.ts';
import type { IcmpOpening } from '../kernel/open-icmp.ts';

export type OpenIcmp = (family: 4 | 6, block: number, listener: IcmpListener) => IcmpOpening;

interface Opened {
  readonly family: 4 | 6;
  opening: IcmpOpening;
  /** When it was tried to open. */
  readonly triedMono: number;
  /** Everything that arrived before this time has been read. */
  emptiedMono: number;
  /** What the door's count was at the last look. */
  overflows: number;
}

/** A refused door may be allowed later (`sysctl net.ipv4.ping_group_range` needs no restart). */
const RETRY_MS = 30_000;

export class IcmpDoors {
  readonly #open: OpenIcmp;
  readonly #block: number;
  readonly #listener: (family: 4 | 6) => IcmpListener;
  readonly #opened: Opened[] = [];

  /** `block`: the upper 8 bits of our identifiers. */
  constructor(open: OpenIcmp, block: number, listener: (family: 4 | 6) => IcmpListener) {
    this.#open = open;
    this.#block = block;
    this.#listener = listener;
  }

  /** The family's door, or why there is none. */
  get(family: 4 | 6, nowMono: number): IcmpOpening {
    const known = this.#opened.find((opened) => opened.family === family);
    if (known !== undefined && (known.opening.kind !== 'none' || nowMono - known.triedMono < RETRY_MS)) {
      return known.opening;
    }
    const opening = this.#open(family, this.#block, this.#listener(family));
    if (known !== undefined) this.#opened.splice(this.#opened.indexOf(known), 1);
    this.#opened.push({ family, opening, triedMono: nowMono, emptiedMono: nowMono, overflows: 0 });
    return opening;
  }

  /** What was tried to open so far. */
  get openings(): readonly IcmpOpening[] {
    return this.#opened.map(({ opening }) => opening);
  }

  /** When the family's queue was last known to be empty. */
  emptiedMono(family: 4 | 6): number {
    for (const opened of this.#opened) if (opened.family === family) return opened.emptiedMono;
    return Number.NEGATIVE_INFINITY;
  }

  /** Everything that arrived before this time, on any door, has been read. */
  horizonMono(nowMono: number): number {
    let horizon = nowMono;
    for (const { opening, emptiedMono } of this.#opened) {
      if (opening.kind !== 'none') horizon = Math.min(horizon, emptiedMono);
    }
    return horizon;
  }

  /**
   * Reads stamps, then what arrived; false when some of it had to wait. `nowMono` is read before, so that what comes
   * in meanwhile is for the next time. `overflowed` is told between which times packets were dropped unread.
   */
  drain(nowMono: number, overflowed: (fromMono: number, toMono: number, packets: number) => void): boolean {
    let all = true;
    for (const opened of this.#opened) {
      if (opened.opening.kind === 'none') continue;
      const { door } = opened.opening;
      door.drainStamps();
      const emptied = door.drain();
      const packets = door.overflows - opened.overflows;
      if (packets > 0) overflowed(opened.emptiedMono, nowMono, packets);
      opened.overflows = door.overflows;
      if (emptied) opened.emptiedMono = nowMono;
      else all = false;
    }
    return all;
  }

  /** Sends what is staged. */
  flush(): void {
    for (const { opening } of this.#opened) if (opening.kind !== 'none') opening.door.flush();
  }

  drainStamps(): void {
    for (const { opening } of this.#opened) if (opening.kind !== 'none') opening.door.drainStamps();
  }

  close(): void {
    for (const { opening } of this.#opened) if (opening.kind !== 'none') opening.door.close();
    this.#opened.length = 0;
  }
}
