/** An ICMP error that a socket's error queue holds, as the outcome of the probe it is about. */
import { networkInterfaces } from 'node:os';
import type { QueuedIcmpError } from '../kernel/error-queue.ts';
import type { Outcome } from '../measure/singleton.ts';
import { nameIcmpError } from './wire-icmp-error.ts';

/**
 * The kernel also sends itself "host unreachable" when nobody answers for the next hop's address (ARP, neighbour
 * discovery): such an error comes from an address of this host, and says so.
 */
export function icmpReason(icmp: QueuedIcmpError): Outcome & { kind: 'error' } {
  const named = nameIcmpError(icmp.family, icmp.type, icmp.code, icmp.info) ?? {
    code: 'unreachable',
    text: `ICMP type ${icmp.type}, code ${icmp.code}`,
  };
  const own = named.code === 'host-unreachable' && isOwn(icmp.from);
  const asked = icmp.family === 4 ? 'ARP' : 'neighbour discovery';
  const text = own ? `host unreachable: nobody answers ${asked} for the next hop` : named.text;
  // In other types the field means something else.
  const mtu = named.code === 'fragmentation-needed' && icmp.info !== 0 ? icmp.info : null;
  return { kind: 'error', code: named.code, text, from: icmp.from, mtu };
}

/** Asking costs some 100 µs, and a dead network brings an error for each probe. */
const FRESH_MS = 1000;
let ownAddresses: { readonly all: ReadonlySet<string>; readonly at: number } | null = null;

function isOwn(address: string | null): boolean {
  if (address === null) return false;
  const now = performance.now();
  if (ownAddresses === null || now - ownAddresses.at > FRESH_MS) {
    const entries = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    ownAddresses = { all: new Set(entries.map((entry) => entry.address)), at: now };
  }
  return ownAddresses.all.has(address);
}
