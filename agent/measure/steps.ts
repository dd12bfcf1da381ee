/**
 * Steps of history (1 s, 10 s, 60 s), aligned on the wall clock but cut on the monotonic one.
 *
 * Every instant of the monotonic clock falls in exactly one step, also when the wall clock steps: the samples are
 * then told at the new time, none is told twice and none is left out. After a step backwards a time can be told a
 * second time; the later row is what was measured under the clock as it is now.
 */
import type { Milliseconds } from './target.ts';

export interface Step {
  /** Start, wall clock, a multiple of the width. */
  readonly at: number;
  /** Bounds on the monotonic clock, [from, to). */
  readonly fromMono: Milliseconds;
  readonly toMono: Milliseconds;
}

/** More steps than this at once means that the machine stood still; the steps in between hold nothing. */
const MOST_AT_ONCE = 120;

export class Steps {
  readonly widthMs: Milliseconds;
  /** Steps that are over, oldest first; a reader keeps its place by number, see {@link from}. */
  #over: Step[] = [];
  /** Number of the first one held. */
  #base = 0;
  #coveredMono: Milliseconds | null = null;

  constructor(widthMs: Milliseconds) {
    this.widthMs = widthMs;
  }

  /** Number the next step will get. */
  get next(): number {
    return this.#base + this.#over.length;
  }

  /** Adds the steps that have ended by now. */
  advance(nowMono: Milliseconds, nowWall: Milliseconds): void {
    const offset = nowWall - nowMono;
    // Wall times are known to 0.0002 ms at most (53 bits); half a millisecond keeps a boundary in the step it opens.
    const startOf = (mono: Milliseconds): number => Math.floor((mono + offset + 0.5) / this.widthMs) * this.widthMs;
    // One step back at first: probes sent just before the first tick count.
    let covered = this.#coveredMono ?? startOf(nowMono) - this.widthMs - offset;
    if (nowMono - covered > MOST_AT_ONCE * this.widthMs) covered = startOf(nowMono) - this.widthMs - offset;
    for (;;) {
      const at = startOf(covered);
      const toMono = at + this.widthMs - offset;
      if (toMono > nowMono) break;
      this.#over.push({ at, fromMono: covered, toMono });
      covered = toMono;
    }
    this.#coveredMono = covered;
  }

  /** The step of this number; undefined when it is not over, the oldest held when it was dropped. */
  get(number: number): Step | undefined {
    return this.#over[number - this.#base];
  }

  /** Drops steps that no reader needs any more. */
  dropBefore(number: number): void {
    const count = Math.min(this.#over.length, number - this.#base);
    if (count <= 0) return;
    this.#over = this.#over.slice(count);
    this.#base += count;
  }
}
