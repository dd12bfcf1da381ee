/**
 * The sum of all connections held against the kernel's own counters, so that anybody can see whether something is
 * missing. Both are read at the ends of dumps: in between the connections alive are behind the kernel.
 */
import type { Coverage } from '../verdict/flows-view.ts';
import { AT, type Counter, type Lacks } from './counters.ts';
import type { KernelTotals } from './kernel-totals.ts';
import type { FlowTable } from './table.ts';

export interface Comparison {
  readonly at: number;
  readonly kernel: KernelTotals;
  /** Sums of all connections, those left out included, in the order of COUNTERS. */
  readonly sums: Float64Array;
  readonly connecting: number;
}

/** Everything the ledger has counted. */
export function allSums(table: FlowTable): Float64Array {
  const left = table.left().total;
  return table.host().total.map((value, index) => value + (left[index] ?? 0));
}

/** @param from when the first dump began @param to when the latest ended; null before there was a second one */
export function coverageOf(from: Comparison | null, to: Comparison | null, lacks: Lacks): Coverage {
  const counted = (name: Counter): number =>
    (to === null || from === null ? 0 : (to.sums[AT[name]] ?? 0)) - (from?.sums[AT[name]] ?? 0);
  const kernel = (name: keyof KernelTotals): number | null =>
    since(to?.kernel[name] ?? null, from?.kernel[name] ?? null);
  const active = kernel('activeOpens');
  const passive = kernel('passiveOpens');
  const timeouts = counted('timeouts');
  return {
    at: to?.at ?? null,
    retransmissions: { flows: counted('retransmissions'), kernel: kernel('retransSegs') },
    timeouts: { flows: lacks.timeouts || Number.isNaN(timeouts) ? null : timeouts, kernel: kernel('timeouts') },
    opened: {
      flows: counted('opened') + counted('failedConnects') + (to?.connecting ?? 0) - (from?.connecting ?? 0),
      kernel: active === null || passive === null ? null : active + passive,
    },
  };
}

/** What was counted since; null where either is not known. */
function since(now: number | null, before: number | null): number | null {
  return now === null || before === null ? null : now - before;
}
