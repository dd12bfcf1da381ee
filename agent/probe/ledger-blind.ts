/**
 * Times in which this host itself could not see: its receive queue overflowed, or the machine was suspended. A
 * probe that was out then and got no answer proves nothing about the network.
 */
import type { LocalCode } from '../measure/singleton.ts';

export interface Blindness {
  readonly fromMono: number;
  readonly toMono: number;
  readonly code: LocalCode;
  readonly text: string;
  /** RTTs across it are worthless too, not only losses. */
  readonly spoils: boolean;
}

/** Beyond this many the oldest is forgotten; each is at least a tick long. */
const MOST = 64;

export class BlindTimes {
  #times: Blindness[] = [];

  add(time: Blindness): void {
    const last = this.#times.at(-1);
    if (last !== undefined && last.code === time.code && last.spoils === time.spoils && time.fromMono <= last.toMono) {
      this.#times[this.#times.length - 1] = { ...time, fromMono: Math.min(last.fromMono, time.fromMono) };
      return;
    }
    if (this.#times.length >= MOST) this.#times.shift();
    this.#times.push(time);
  }

  /** Why what happened between these times was not seen; null when all was. */
  during(fromMono: number, toMono: number): Blindness | null {
    for (const time of this.#times) if (time.fromMono <= toMono && time.toMono >= fromMono) return time;
    return null;
  }

  /** The same among those that spoil RTTs. */
  spoiling(fromMono: number, toMono: number): Blindness | null {
    if (this.#times.length === 0) return null;
    for (const time of this.#times) {
      if (time.spoils && time.fromMono <= toMono && time.toMono >= fromMono) return time;
    }
    return null;
  }

  /** Nothing is out any more that was sent before this time. */
  forget(beforeMono: number): void {
    while ((this.#times[0]?.toMono ?? Number.POSITIVE_INFINITY) < beforeMono) this.#times.shift();
  }
}
