/**
 * The connection of one HTTP probe: TCP to the address that the resolver knows, then TLS for the name in the URL, with
 * the time of each. Nothing is reused between probes (no connection, no TLS session), so every phase is measured.
 *
 * TLS is taken up whatever the certificate, so that an expired or unknown one can be named with the days it has left;
 * it is judged before a byte of the request is sent.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import { ownSockets } from '../kernel/own-sockets.ts';
import type { Outcome } from '../measure/singleton.ts';
import type { Milliseconds } from '../measure/target.ts';
import { localReason } from './local-reason.ts';
import { connectError, exchangeError } from './stream-error.ts';

export interface HttpDestination {
  readonly address: string;
  readonly port: number;
  /** Name in the URL, or its address literal without brackets. */
  readonly host: string;
  /** null for plain HTTP. */
  readonly tls: { readonly context: () => SecureContext; readonly insecure: boolean } | null;
}

export interface ConnectEvents {
  connected(): void;
  /** The TLS handshake is complete; `validTo` is the end of the server's certificate, ms since the epoch. */
  secured(validTo: Milliseconds | null): void;
  /** Ready for the request, over TLS if asked for. */
  ready(socket: Socket): void;
  /** Called once instead of `ready`. */
  failed(outcome: Outcome): void;
}

/** Of a runtime socket, which keeps it private; −1 for none. */
const descriptorOf = (socket: Socket & { readonly _handle?: { readonly fd?: number } | null }): number =>
  socket._handle?.fd ?? -1;

/** Begins; returns what drops the connection in any phase. */
export function connectHttp(to: HttpDestination, events: ConnectEvents): () => void {
  let polled = false;
  afterTicks(SYNCHRONOUS_TICKS, () => {
    polled = true;
  });
  const socket = connectTcp({ host: to.address, port: to.port, autoSelectFamily: false, noDelay: true });
  const failed = (error: NodeJS.ErrnoException): void => {
    socket.destroy();
    const code = error.code ?? 'unknown';
    const own = !polled && code !== 'ECONNREFUSED';
    events.failed(own ? localReason(code, to.address, null) : connectError(code));
  };
  // The runtime connects in the next turn of its own queue; only then is there a descriptor.
  process.nextTick(() => ownSockets.note(descriptorOf(socket)));
  socket.once('error', failed);
  socket.once('connect', () => {
    events.connected();
    socket.off('error', failed);
    if (to.tls === null) events.ready(socket);
    else secure(socket, to.host, to.tls, events);
  });
  return () => {
    socket.on('error', () => {}); // what a dropped connection still says
    socket.destroy();
  };
}

/**
 * What connect(2) itself refuses, this host refuses, and node:net reports it before the loop polls again; what the
 * network refuses arrives by polling. The reports of today's runtime take two ticks.
 */
const SYNCHRONOUS_TICKS = 8;

function afterTicks(ticks: number, callback: () => void): void {
  if (ticks === 0) callback();
  else process.nextTick(afterTicks, ticks - 1, callback);
}

function secure(plain: Socket, host: string, tls: NonNullable<HttpDestination['tls']>, events: ConnectEvents): void {
  const name = isIP(host) === 0 ? { servername: host } : {}; // RFC 6066 §3: literal addresses are no server names
  const socket = connectTls({
    socket: plain,
    host,
    ...name,
    ALPNProtocols: ['http/1.1'],
    secureContext: tls.context(),
    rejectUnauthorized: false,
  });
  const failed = (error: NodeJS.ErrnoException): void => {
    socket.destroy();
    events.failed(exchangeError(error, 'during the TLS handshake'));
  };
  socket.once('error', failed);
  socket.once('secureConnect', () => {
    const validTo = validityEnd(socket);
    events.secured(validTo);
    socket.off('error', failed);
    if (socket.authorized || tls.insecure) return events.ready(socket);
    socket.on('error', () => {});
    socket.destroy();
    events.failed({ kind: 'error', code: 'tls', text: distrust(socket, host, validTo), from: null, mtu: null });
  });
}

function validityEnd(socket: TLSSocket): Milliseconds | null {
  const end = Date.parse(socket.getPeerX509Certificate()?.validTo ?? '');
  return Number.isNaN(end) ? null : end;
}

/** Codes of X509_verify_cert_error_string(3) as Node names them. */
const DISTRUST: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate comes from an authority that this host does not trust',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate comes from an authority that this host does not trust',
  UNABLE_TO_GET_ISSUER_CERT: 'the certificate comes from an authority that this host does not trust',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the server sends no intermediate certificate, or this host does not trust its authority',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  CERT_REVOKED: 'the certificate is revoked',
};

function distrust(socket: TLSSocket, host: string, validTo: Milliseconds | null): string {
  const code = String(socket.authorizationError);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `the certificate is not for ${host}`;
  if (code === 'CERT_HAS_EXPIRED' && validTo !== null) {
    return `the certificate has expired, on ${new Date(validTo).toISOString().slice(0, 10)}`;
  }
  return DISTRUST[code] ?? `the certificate is not trusted: ${code}`;
}
