/** How a TCP handshake under way stands: open, complete, or failed for a reason. */
import type { ConnectedSocket } from '../kernel/connected-socket.ts';
import { ERRNO, errnoText } from '../kernel/errno.ts';
import type { TcpInfo } from '../kernel/tcp-info.ts';
import type { Outcome } from '../measure/singleton.ts';
import { icmpReason } from './icmp-reason.ts';

/** include/net/tcp_states.h */
const STATE = { SYN_SENT: 2, SYN_RECV: 3, CLOSE: 7 } as const;

export type Handshake =
  | { readonly kind: 'open' }
  | { readonly kind: 'complete'; readonly info: TcpInfo }
  | { readonly kind: 'failed'; readonly outcome: Outcome };

/**
 * Looks at the handshake. The first ICMP error is its answer: the kernel itself may go on trying, for an error that comes
 * while connect() still holds the socket, as from a firewall next door, reaches the error queue but not the
 * connection. A connection that was reset after its handshake was complete all the same.
 */
export function lookAtHandshake(socket: ConnectedSocket): Handshake {
  const info = socket.tcpInfo();
  if (info !== null && info.state !== STATE.SYN_SENT && info.state !== STATE.SYN_RECV) {
    if (info.state !== STATE.CLOSE || info.rttMs > 0) return { kind: 'complete', info };
  }
  const { icmp } = socket.nextError();
  if (icmp !== null) return { kind: 'failed', outcome: icmpReason(icmp) };
  if (info !== null && info.state !== STATE.CLOSE) return { kind: 'open' };
  return { kind: 'failed', outcome: connectionError(socket.takeError()) };
}

/** What the far end, or the kernel in its stead, did to a connection. */
export function connectionError(errno: number): Outcome {
  if (errno === ERRNO.ETIMEDOUT) return { kind: 'lost' };
  if (errno === ERRNO.ECONNREFUSED) return { kind: 'error', code: 'refused', text: 'connection refused', ...NOBODY };
  const code = errno === ERRNO.ECONNRESET || errno === ERRNO.EPIPE ? 'reset' : 'unreachable';
  return { kind: 'error', code, text: errnoText(errno), ...NOBODY };
}

const NOBODY = { from: null, mtu: null } as const;
