/** What went wrong on a connection of the runtime's own (node:net, node:tls, undici), as an outcome. */
import type { ErrorCode, Outcome } from '../measure/singleton.ts';

/** errno of a failed connect, by what the network said to cause it (icmp_err_convert in net/ipv4/icmp.c). */
const CONNECT: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ECONNREFUSED: ['refused', 'connection refused'],
  ECONNRESET: ['reset', 'connection reset'],
  ENETUNREACH: ['net-unreachable', 'network unreachable'],
  EHOSTUNREACH: ['host-unreachable', 'host unreachable: a router says so, or nobody answers for the next hop'],
  EHOSTDOWN: ['host-unreachable', 'destination host unknown'],
  ENOPROTOOPT: ['protocol-unreachable', 'protocol unreachable'],
  EACCES: ['admin-prohibited', 'communication administratively prohibited'],
};

/** The network's or the far end's answer to connecting. */
export function connectError(errno: string): Outcome {
  if (errno === 'ETIMEDOUT') return { kind: 'lost' };
  const [code, text] = CONNECT[errno] ?? (['unreachable', errno] as const);
  return { kind: 'error', code, text, from: null, mtu: null };
}

/**
 * A failure after the connection stood. `phase` says during what. undici's own codes begin with UND_ERR_, its
 * parser's with HPE_, OpenSSL's with ERR_SSL_.
 */
export function exchangeError(error: NodeJS.ErrnoException, phase: string): Outcome & { kind: 'error' } {
  const outcome = (code: ErrorCode, text: string): Outcome & { kind: 'error' } => {
    return { kind: 'error', code, text, from: null, mtu: null };
  };
  const code = error.code ?? '';
  if (code === 'ECONNRESET' || code === 'EPIPE') return outcome('reset', `connection reset ${phase}`);
  if (code === 'UND_ERR_SOCKET') return outcome('reset', `the server closed the connection ${phase}`);
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return outcome('reset', 'the server closed the connection before the announced length was there');
  }
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO') {
    return outcome('tls', `${sslReason(error)} ${phase}`);
  }
  if (code in CONNECT) return { ...outcome('reset', ''), ...connectError(code) } as Outcome & { kind: 'error' };
  return outcome('http-protocol', `not understood as HTTP ${phase}: ${error.message}`);
}

/** "ssl/tls alert handshake failure" out of OpenSSL's "C0…:error:0A000410:SSL routines::ssl/tls alert handshake failure:…". */
function sslReason(error: NodeJS.ErrnoException & { reason?: string }): string {
  return error.reason ?? (/::([^:]+):/.exec(error.message)?.[1] || error.message.split('\n')[0] || 'TLS error');
}
