/** ICMP targets as tests and benchmarks want them: address literals, every default filled in, nothing to resolve. */
import type { IcmpTarget } from '../../agent/measure/target.ts';
import type { AddressSource, KnownAddress } from '../../agent/probe/address-source.ts';

/** An ICMP target with every default filled in. */
export function icmp(host: string, over: Partial<IcmpTarget> = {}): IcmpTarget {
  return {
    kind: 'icmp',
    name: host,
    site: 'lab',
    host,
    everyMs: 100,
    timeoutMs: 1000,
    family: null,
    thresholds: {
      lossDegraded: 0.02,
      lossDown: 1,
      rttDegradedMs: null,
      jitterDegradedMs: null,
      windowMs: 10_000,
      clearMs: 30_000,
    },
    size: 56,
    df: false,
    dscp: 0,
    ttl: 64,
    source: null,
    interface: null,
    ...over,
  };
}

/** Addresses as they stand in the targets. */
export function literals(): AddressSource {
  const known = new Map<number, KnownAddress>();
  const nothing = { resolvedAt: null, tookMs: null, problem: null, problemSince: null };
  return {
    want: (id, host) => known.set(id, { ...nothing, address: host, family: host.includes(':') ? 6 : 4 }),
    drop: (id) => known.delete(id),
    current: (id) => known.get(id) ?? { ...nothing, address: null, family: null },
    onChange: () => () => {},
  };
}
