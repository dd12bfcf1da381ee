/** What is counted of TCP connections, once for the host, for a group, for a flow. Plain sums, so they add up exactly. */

/** Names in the order in which tables and columns hold them. */
export const COUNTERS = [
  'opened', // connections that came to be (handshake complete), seen for the first time
  'closed',
  'failedConnects', // SYN sent, never answered by a SYN-ACK: refused or timed out
  'resets', // established, ended without our FIN being acknowledged: reset by either side, or timed out; NaN before 4.19
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

/** null where the running kernel has no such counter per connection (`tcpi_total_rto` from 6.7, `tcpi_bytes_sent` from 4.19). */
export type Counts = Readonly<Record<Exclude<Counter, 'timeouts' | 'resets'>, number>> & {
  readonly resets: number | null;
  readonly timeouts: number | null;
};

/** Counters that some kernels lack. What one row lacked, all lack: a zero beside it would be a guess. */
export interface Lacks {
  readonly resets: boolean;
  readonly timeouts: boolean;
}

export function countsOf(values: Float64Array, lacks: Lacks): Counts {
  const at = (name: Counter): number => values[AT[name]] ?? 0;
  const known = (name: 'resets' | 'timeouts'): number | null =>
    lacks[name] || Number.isNaN(at(name)) ? null : at(name);
  return {
    opened: at('opened'),
    closed: at('closed'),
    failedConnects: at('failedConnects'),
    resets: known('resets'),
    bytesOut: at('bytesOut'),
    bytesIn: at('bytesIn'),
    segmentsOut: at('segmentsOut'),
    retransmissions: at('retransmissions'),
    timeouts: known('timeouts'),
  };
}
