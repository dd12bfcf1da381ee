/** What is counted of TCP connections, once for the host, for a group, for a flow. Plain sums, so they add up exactly. */

/** Names in the order in which tables and columns hold them. */
export const COUNTERS = [
  'opened', // connections that came to be (handshake complete), seen for the first time
  'closed',
  'failedConnects', // SYN sent, never answered by a SYN-ACK: refused or timed out
  'resets', // established, ended without our FIN being acknowledged: reset by either side, or timed out
  'bytesOut', // payload sent, retransmissions not counted twice
  'bytesIn',
  'segmentsOut', // retransmissions included
  'retransmissions',
  'timeouts', // RTOs; NaN on kernels without tcpi_total_rto (before 6.7)
] as const;
export type Counter = (typeof COUNTERS)[number];

/** Increments since the last look, in the order of {@link COUNTERS}. Used again for every socket. */
export type Deltas = Float64Array;

/** Position of each counter in a {@link Deltas}. */
export const AT = Object.fromEntries(COUNTERS.map((name, index) => [name, index])) as Record<Counter, number>;

export type Counts = Readonly<Record<Exclude<Counter, 'timeouts'>, number>> & {
  /** null where the kernel does not count RTOs per connection. */
  readonly timeouts: number | null;
};

export function countsOf(values: Float64Array, from = 0): Counts {
  const at = (name: Counter): number => values[from + AT[name]] ?? 0;
  return {
    opened: at('opened'),
    closed: at('closed'),
    failedConnects: at('failedConnects'),
    resets: at('resets'),
    bytesOut: at('bytesOut'),
    bytesIn: at('bytesIn'),
    segmentsOut: at('segmentsOut'),
    retransmissions: at('retransmissions'),
    timeouts: Number.isNaN(at('timeouts')) ? null : at('timeouts'),
  };
}
