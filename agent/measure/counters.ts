/**
 * Differences of counters that others keep: the kernel's, a driver's, a socket's. They only grow, until they wrap
 * at their width or start again from zero because what kept them was replaced.
 */

export interface CounterStep {
  /** `reset`: the counter began anew, so at least `delta` happened and what came before the reset is not known. */
  readonly kind: 'advance' | 'wrap' | 'reset';
  readonly delta: number;
}

/**
 * @param bits width at which the counter wraps. 64-bit ones do not wrap in our lifetime; 16 is `tcpi_total_rto`.
 *
 * A counter that went back has wrapped when that takes less than half its range, the rule of serial numbers
 * (RFC 1982); otherwise it began anew.
 */
export function counterStep(previous: number, current: number, bits: 16 | 32 | 64): CounterStep {
  if (current >= previous) return { kind: 'advance', delta: current - previous };
  if (bits !== 64) {
    const range = 2 ** bits;
    const wrapped = current + range - previous;
    if (wrapped < range / 2) return { kind: 'wrap', delta: wrapped };
  }
  return { kind: 'reset', delta: current };
}
