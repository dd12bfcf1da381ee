/** What every prober (ICMP, TCP, HTTP, DNS) looks like to the composition root. */
import type { ProbeTarget } from '../measure/singleton.ts';
import type { Milliseconds, Target } from '../measure/target.ts';

export interface Prober<T extends Target = Target> {
  /**
   * Probes exactly these from now on. Targets whose id was there before keep their schedule and what is in
   * flight; removed ones end silently; new ones start at a random point of their interval.
   */
  setTargets(targets: readonly ProbeTarget<T>[]): void;
  /** Addresses in use by target id, for the page; null before the name resolved. */
  address(id: number): string | null;
  /**
   * For how long probes have been due without a turn in which they could leave, ms; 0 while all is well. A turn that
   * sends nothing counts (no address, no permission), so this grows only when the prober hangs.
   */
  stalledMs(): Milliseconds;
  /** Stops probing and closes what is open. */
  close(): Promise<void>;
}

/** See {@link Prober.stalledMs}. */
export function stalledMs(nowMono: Milliseconds, dueMono: Milliseconds, lastTurnMono: Milliseconds): Milliseconds {
  return Math.max(0, Math.min(nowMono - dueMono, nowMono - lastTurnMono));
}
