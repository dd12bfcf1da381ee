/** Addresses for probers under test: every host is its own address, known at once. */
import { isIP } from 'node:net';
import type { AddressSource } from '../../agent/probe/address-source.ts';

export function fixedAddresses(names: Readonly<Record<string, string>> = {}): AddressSource {
  const known = new Map<number, string>();
  return {
    want: (id, host) => known.set(id, names[host] ?? host),
    drop: (id) => known.delete(id),
    current: (id) => {
      const address = known.get(id) ?? null;
      const family = address === null ? null : isIP(address) === 6 ? 6 : 4;
      return { address, family, resolvedAt: 0, tookMs: null, problem: null, problemSince: null };
    },
    onChange: () => () => {},
  };
}
