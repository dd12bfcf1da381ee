/**
 * What a link does to a packet, as arithmetic: when it comes out at the other end, how often, or why not.
 *
 * Pure: time comes in, due times go out, chance comes from a seed. Every packet draws the same number of random
 * numbers whatever the settings are, so packet 17 of seed 5 is lost at a delay of 1 ms and of 100 ms alike.
 */

export interface LinkSettings {
  /** Propagation delay. */
  readonly delayMs: number;
  /** Added to the delay, uniform in ± this, but never so that packets overtake (a queue keeps order). */
  readonly jitterMs: number;
  /** Share of packets that vanish, 0 to 1. */
  readonly loss: number;
  /** Share of packets that come out twice. */
  readonly duplicate: number;
  /** Share of packets held back by `reorderByMs`, so that those behind overtake them. */
  readonly reorder: number;
  readonly reorderByMs: number;
  /** Bits per second of IP packets; null: no limit. */
  readonly rate: number | null;
  /** How much waiting the queue before the rate limit holds before it drops at its tail. */
  readonly queueMs: number;
  /** Largest IP packet, bytes; null: no limit of its own. */
  readonly mtu: number | null;
}

export const IDEAL_LINK: LinkSettings = {
  delayMs: 0,
  jitterMs: 0,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  reorderByMs: 10,
  rate: null,
  queueMs: 1000,
  mtu: null,
};

/** Counts of one direction since its start. */
export interface LinkCounts {
  passed: number;
  lost: number;
  duplicated: number;
  reordered: number;
  queueDropped: number;
}

/** mulberry32: 32 bits of state, good enough for dice, and the same on every machine. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

/** One direction of a link. */
export class LinkModel {
  readonly counts: LinkCounts = { passed: 0, lost: 0, duplicated: 0, reordered: 0, queueDropped: 0 };
  #settings: LinkSettings;
  readonly #roll: () => number;
  /** When the transmitter has sent what was queued so far. */
  #freeAt = 0;
  /** When the last packet that kept its place comes out. */
  #lastDue = 0;

  constructor(settings: LinkSettings, seed: number) {
    this.#settings = settings;
    this.#roll = dice(seed);
  }

  get settings(): LinkSettings {
    return this.#settings;
  }

  /** New settings are a new path: packets after the change owe no order to those before. */
  change(settings: Partial<LinkSettings>): void {
    this.#settings = { ...this.#settings, ...settings };
    this.#lastDue = 0;
  }

  /**
   * Takes a packet of `bytes` at `now` (ms) and writes when it comes out into `due`.
   * Returns how many times it does: 0 (lost), 1, or 2 (duplicated).
   */
  pass(now: number, bytes: number, due: [number, number]): 0 | 1 | 2 {
    const s = this.#settings;
    const lost = this.#roll() < s.loss;
    const twice = this.#roll() < s.duplicate;
    const heldBack = this.#roll() < s.reorder;
    const jitter = (this.#roll() * 2 - 1) * s.jitterMs;
    const start = Math.max(now, this.#freeAt);
    if (s.rate !== null) {
      if (start - now > s.queueMs) {
        this.counts.queueDropped++;
        return 0;
      }
      this.#freeAt = start + (bytes * 8000) / s.rate;
    }
    if (lost) {
      this.counts.lost++;
      return 0;
    }
    const out = (s.rate === null ? now : this.#freeAt) + Math.max(0, s.delayMs + jitter);
    if (heldBack) {
      this.counts.reordered++;
      due[0] = out + s.reorderByMs;
    } else {
      due[0] = this.#lastDue = Math.max(out, this.#lastDue);
    }
    this.counts.passed++;
    if (!twice) return 1;
    this.counts.duplicated++;
    due[1] = due[0];
    return 2;
  }
}
