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
  return { kind: 'error', code: named.code, text, from: icmp.from, mtu: icmp.info === 0 ? null : icmp.info };
}

function isOwn(address: string | null): boolean {
  return Object.values(networkInterfaces()).some((entries) => entries?.some((entry) => entry.address === address));
}
