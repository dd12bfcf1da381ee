/** Opening a probe's socket, with every way it can fail as an outcome. */
import { type ConnectedSocket, type Destination, type Opening, openTcp, openUdp } from '../kernel/connected-socket.ts';
import { ERRNO, errnoName } from '../kernel/errno.ts';
import { KernelUnavailable } from '../kernel/kernel-unavailable.ts';
import type { Outcome } from '../measure/singleton.ts';
import { connectionError } from './handshake.ts';
import { icmpReason } from './icmp-reason.ts';
import { localReason } from './local-reason.ts';

/**
 * A refusal by connect() itself is this host's (no route, no such source address), unless an ICMP error stands behind
 * it or the peer is so near that it has refused already.
 */
export function openProbeSocket(transport: 'tcp' | 'udp', to: Destination): ConnectedSocket | Outcome {
  let opening: Opening;
  try {
    opening = transport === 'tcp' ? openTcp(to) : openUdp(to);
  } catch (error) {
    if (error instanceof KernelUnavailable) return { kind: 'local', code: 'other', text: error.message };
    throw error;
  }
  if (opening.ok) return opening.socket;
  if (opening.icmp !== null) return icmpReason(opening.icmp);
  if (opening.errno === ERRNO.ECONNREFUSED) return connectionError(opening.errno);
  return localReason(errnoName(opening.errno), to.address, to.source);
}
