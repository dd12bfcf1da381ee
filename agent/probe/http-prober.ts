/**
 * HTTP and HTTPS probes: one request each on a connection of its own, straight to the address that the resolver
 * knows, whatever proxy the environment names; redirects are answers and are not followed.
 *
 * The RTT of an HTTP probe is its response time: from the start of connecting to the first byte of the answer. It holds
 * the TCP and the TLS handshake, the request's way and the server's thinking; not the resolution of the name, which
 * happens beside the probes, and not the body. The phases in `detail.http`:
 *
 *   resolve     how long the name's latest resolution took (beside the probes; null for a literal address)
 *   connect     TCP handshake
 *   tls         TLS handshake, null for plain HTTP
 *   first byte  request written → first byte of the answer
 *   whole       start of connecting → last byte, or the first 256 KiB of a longer body
 *
 * All are user-space times, with the error bar of `loop-time.ts`.
 */
import type { HttpTarget } from '../measure/target.ts';
import type { Clock } from './clock.ts';
import { HttpExchange, type Undici } from './http-exchange.ts';
import { type Method, Rounds, type RoundsDependencies } from './rounds.ts';
import { TrustStore } from './trust-store.ts';

export interface HttpProberOptions {
  /** Sent unless the target's headers name another. */
  readonly userAgent: string;
  /** A file of trusted certificate authorities in place of the host's, as in SSL_CERT_FILE; null: the host's. */
  readonly certFile: string | null;
}

/** Loads undici, which costs 17 MB: call it when there is an HTTP target. */
export async function httpProber(
  options: HttpProberOptions,
  dependencies: RoundsDependencies,
): Promise<Rounds<HttpTarget>> {
  const { Client } = await import('./undici.ts');
  return new Rounds(httpMethod(options, dependencies.clock, { Client }), dependencies);
}

function httpMethod(options: HttpProberOptions, clock: Clock, undici: Undici): Method<HttpTarget> {
  const trust = new TrustStore(clock, options.certFile);
  return {
    timing: 'user',
    perTurn: 16, // a TLS handshake is a few ms of computing
    host: (target) => hostOf(new URL(target.url)),
    targets: () => {},
    start: (target, address, tookMs) => {
      const exchange = new HttpExchange(target, tookMs, clock);
      const url = new URL(target.url);
      const secured = url.protocol === 'https:';
      const tls = secured ? { context: () => trust.context(), insecure: target.insecure } : null;
      const port = url.port === '' ? (secured ? 443 : 80) : Number(url.port);
      const headers = requestHeaders(url, target.headers, options.userAgent);
      exchange.begin(undici, url, headers, { address, port, host: hostOf(url), tls });
      return exchange;
    },
  };
}

/** Without the brackets of an IPv6 literal. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function requestHeaders(url: URL, own: Readonly<Record<string, string>>, userAgent: string): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': userAgent, accept: '*/*' };
  if (url.username !== '') {
    const credentials = `${unescaped(url.username)}:${unescaped(url.password)}`;
    headers['authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }
  for (const [name, value] of Object.entries(own)) headers[name.toLowerCase()] = value;
  return headers;
}

/** What stands percent-encoded in a URL; as it is when that is malformed. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
