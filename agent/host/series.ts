/** Counters over the last minute: totals that only grow, whatever the kernel's own counters do. */
import { counterStep } from '../measure/counters.ts';
import type { Recent } from '../measure/host-view.ts';
import type { Milliseconds } from '../measure/target.ts';

/** Readings kept: a minute of seconds, and some that came early. */
const READINGS = 72;
const SHORT_MS = 10_000;
const LONG_MS = 60_000;
/** A reading this much too young still stands for the window's beginning. */
const SLACK_MS = 500;

/** One growing total, read about once a second. */
export class Series {
  readonly #times = new Float64Array(READINGS);
  readonly #totals = new Float64Array(READINGS);
  #count = 0;
  #total = 0;
  #began: Milliseconds = 0;
  #previous: readonly number[] | null = null;

  /**
   * Takes what counters of this width show now. Several (one per CPU) are added up; what wrapped or began anew is
   * recognised one by one.
   */
  read(mono: Milliseconds, values: readonly number[], bits: 32 | 64 = 64): void {
    const previous = this.#previous;
    if (previous?.length === values.length)
      this.#total += values.reduce((sum, value, i) => sum + counterStep(previous[i] ?? 0, value, bits).delta, 0);
    this.#previous = values;
    if (this.#count === 0) this.#began = mono;
    const slot = this.#count % READINGS;
    this.#times[slot] = mono;
    this.#totals[slot] = this.#total;
    this.#count += 1;
  }

  /** Growth since the first reading; null before the second. */
  total(): number | null {
    return this.#count < 2 ? null : this.#total;
  }

  recent(): Recent {
    return { last10s: this.over(SHORT_MS), last60s: this.over(LONG_MS) };
  }

  /** Growth in an average minute before the last one, once there were two. */
  usual(): number | null {
    const last = this.over(LONG_MS);
    const before = (this.#times[(this.#count - 1) % READINGS] ?? 0) - this.#began - LONG_MS;
    return last === null || before < LONG_MS ? null : ((this.#total - last) / before) * LONG_MS;
  }

  /** Growth over the last `ms`, or since the first reading; null before the second. */
  over(ms: Milliseconds): number | null {
    if (this.#count < 2) return null;
    const newest = this.#count - 1;
    const oldest = Math.max(0, this.#count - READINGS);
    const from = (this.#times[newest % READINGS] ?? 0) - ms + SLACK_MS;
    let at = newest - 1;
    while (at > oldest && (this.#times[at % READINGS] ?? 0) > from) at -= 1;
    return (this.#totals[newest % READINGS] ?? 0) - (this.#totals[at % READINGS] ?? 0);
  }
}

/** One total as a share of another over the same time. */
export function share(part: Series, whole: Series): Recent {
  const over = (ms: Milliseconds): number | null => {
    const all = whole.over(ms);
    const some = part.over(ms);
    return all === null || some === null || all <= 0 ? null : Math.min(1, Math.max(0, some / all));
  };
  return { last10s: over(SHORT_MS), last60s: over(LONG_MS) };
}
