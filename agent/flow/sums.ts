/**
 * Sums of the counters for many rows (flows, groups, the host), since the agent began and over a window, in columns.
 * A window is a few steps that rotate: with a rotation every two minutes, five steps are the last eight to ten.
 */
import { COUNTERS, type Deltas } from './counters.ts';

export const WINDOW_STEPS = 5;
const WIDTH = COUNTERS.length;

export class Sums {
  #total: Float64Array;
  #steps: Float64Array;
  #rows: number;
  #step = 0;

  constructor(rows: number) {
    this.#rows = rows;
    this.#total = new Float64Array(rows * WIDTH);
    this.#steps = new Float64Array(rows * WIDTH * WINDOW_STEPS);
  }

  get rows(): number {
    return this.#rows;
  }

  grow(rows: number): void {
    const total = new Float64Array(rows * WIDTH);
    total.set(this.#total);
    const steps = new Float64Array(rows * WIDTH * WINDOW_STEPS);
    steps.set(this.#steps);
    this.#total = total;
    this.#steps = steps;
    this.#rows = rows;
  }

  add(row: number, deltas: Deltas): void {
    const total = row * WIDTH;
    const step = (row * WINDOW_STEPS + this.#step) * WIDTH;
    for (let i = 0; i < WIDTH; i += 1) {
      const delta = deltas[i] ?? 0;
      if (delta === 0) continue;
      this.#total[total + i] = (this.#total[total + i] ?? 0) + delta;
      this.#steps[step + i] = (this.#steps[step + i] ?? 0) + delta;
    }
  }

  /** The oldest step leaves the window and the newest begins. */
  rotate(): void {
    this.#step = (this.#step + 1) % WINDOW_STEPS;
    for (let row = 0; row < this.#rows; row += 1) {
      const at = (row * WINDOW_STEPS + this.#step) * WIDTH;
      this.#steps.fill(0, at, at + WIDTH);
    }
  }

  clear(row: number): void {
    this.#total.fill(0, row * WIDTH, (row + 1) * WIDTH);
    this.#steps.fill(0, row * WINDOW_STEPS * WIDTH, (row + 1) * WINDOW_STEPS * WIDTH);
  }

  /** Since the agent began, in the order of COUNTERS; a copy. */
  total(row: number): Float64Array {
    return this.#total.slice(row * WIDTH, (row + 1) * WIDTH);
  }

  /** Over the window, written into `into`. */
  window(row: number, into: Float64Array = new Float64Array(WIDTH)): Float64Array {
    into.fill(0);
    for (let step = 0; step < WINDOW_STEPS; step += 1) {
      const at = (row * WINDOW_STEPS + step) * WIDTH;
      for (let i = 0; i < WIDTH; i += 1) into[i] = (into[i] ?? 0) + (this.#steps[at + i] ?? 0);
    }
    return into;
  }
}
