/** Counts by bin, in two forms: a few dozen bins of one step, or all of them at once. */
import { HIGHEST_BIN } from '../measure/rtt-bins.ts';

/** `each` visits ascending. */
export interface Bins {
  add(bin: number, count: number): void;
  each(visit: (bin: number, count: number) => void): void;
  clear(): void;
}

/** A few dozen bins of one step of one target: two short sorted arrays. */
export function sparseBins(): Bins {
  const bins: number[] = [];
  const counts: number[] = [];
  return {
    add(bin, count) {
      let at = bins.length;
      while (at > 0 && (bins[at - 1] as number) > bin) at -= 1;
      if (at > 0 && bins[at - 1] === bin) counts[at - 1] = (counts[at - 1] as number) + count;
      else {
        bins.splice(at, 0, bin);
        counts.splice(at, 0, count);
      }
    },
    each(visit) {
      for (let i = 0; i < bins.length; i += 1) visit(bins[i] as number, counts[i] as number);
    },
    clear() {
      bins.length = 0;
      counts.length = 0;
    },
  };
}

/** One slot per bin, for pouring thousands of rows into the columns of a chart. */
export function denseBins(): Bins {
  const counts = new Float64Array(HIGHEST_BIN + 1);
  let low = HIGHEST_BIN + 1;
  let high = -1;
  return {
    add(bin, count) {
      counts[bin] = (counts[bin] as number) + count;
      if (bin < low) low = bin;
      if (bin > high) high = bin;
    },
    each(visit) {
      for (let bin = low; bin <= high; bin += 1) {
        const count = counts[bin] as number;
        if (count > 0) visit(bin, count);
      }
    },
    clear() {
      if (high >= low) counts.fill(0, low, high + 1);
      low = HIGHEST_BIN + 1;
      high = -1;
    },
  };
}
