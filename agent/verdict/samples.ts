/**
 * The four samples a snapshot shows of a target, computed anew only when a probe, a note or time changed them: most
 * targets are probed less often than snapshots are taken, and the state window is mostly one of the others.
 */
import type { Statistics } from '../measure/statistics.ts';
import type { Milliseconds } from '../measure/target.ts';
import type { Windows } from '../measure/windows.ts';

export interface Samples {
  readonly last1s: Statistics;
  readonly last10s: Statistics;
  readonly last60s: Statistics;
  /** Over the window of the thresholds. */
  readonly window: Statistics;
}

export class SampleCache {
  readonly #windows: Windows;
  readonly #windowMs: Milliseconds;
  #samples: Samples | null = null;
  #settled = -1;
  #endMono: Milliseconds = 0;

  constructor(windows: Windows, windowMs: Milliseconds) {
    this.#windows = windows;
    this.#windowMs = windowMs;
  }

  /** A note was taken: counts changed although no probe did. */
  invalidate(): void {
    this.#samples = null;
  }

  at(nowMono: Milliseconds): Samples {
    const windows = this.#windows;
    const endMono = windows.end(nowMono);
    const { settled } = windows;
    if (this.#samples !== null && this.#settled === settled && this.#endMono === endMono) return this.#samples;
    this.#settled = settled;
    this.#endMono = endMono;
    const last10s = windows.statistics(10_000, endMono);
    const last60s = windows.statistics(60_000, endMono);
    this.#samples = {
      last1s: windows.statistics(1000, endMono),
      last10s,
      last60s,
      window: this.#window(endMono, last10s, last60s),
    };
    return this.#samples;
  }

  #window(endMono: Milliseconds, last10s: Statistics, last60s: Statistics): Statistics {
    if (this.#windowMs === 10_000) return last10s;
    return this.#windowMs === 60_000 ? last60s : this.#windows.statistics(this.#windowMs, endMono);
  }
}
