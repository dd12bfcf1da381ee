/**
 * Puts an answer on the wire: Content-Length always (PRTG and HTTP/1.0 know no chunks), HEAD without the body,
 * gzip only when asked for, 304 when the client has it already, and the headers every answer carries.
 */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Answer, Caching } from './answer.ts';
import type { StoredAnswer } from './answer-cache.ts';

/** CONSOLE: nothing from elsewhere, no inline code, no frames, Trusted Types. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // No policy either: the console fetches its own parts as parsed documents and needs none.
  "trusted-types 'none'",
].join('; ');

export const SAFETY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

const CACHE_CONTROL: Readonly<Record<Caching, string>> = {
  never: 'no-store',
  revalidate: 'private, no-cache',
  forever: 'public, max-age=31536000, immutable',
};

/** Below this a packet holds the answer anyway. */
const WORTH_COMPRESSING = 1400;

/** Does Accept-Encoding ask for gzip by name, with a weight above 0 (RFC 9110 12.5.3)? "*" alone does not. */
export function wantsGzip(header: string | string[] | undefined): boolean {
  return String(header ?? '')
    .split(',')
    .some((coding) => {
      const [name = '', ...parameters] = coding.split(';').map((part) => part.trim().toLowerCase());
      return (name === 'gzip' || name === 'x-gzip') && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    });
}

/** Weak comparison of If-None-Match (RFC 9110 13.1.2). */
export function hasIt(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const bare = etag.replace(/^W\//, '');
  return ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === bare);
}

/** Sends an answer that is made once and not kept: an error, a refusal. */
export function sendOnce(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(answer.body);
  write(request, response, answer, body, {});
}

/** Sends a stored answer, compressed if the client asked for that, or 304. */
export function send(request: IncomingMessage, response: ServerResponse, stored: StoredAnswer): void {
  const { answer, etag } = stored;
  const headers: OutgoingHttpHeaders = {};
  if (answer.status === 200 && etag !== null) {
    headers['etag'] = etag;
    if (hasIt(request.headers['if-none-match'], etag)) {
      respond(request, response, 304, {
        ...SAFETY_HEADERS,
        ...headers,
        'cache-control': CACHE_CONTROL[answer.caching],
        vary: 'accept, accept-encoding',
      });
      return;
    }
  }
  headers['vary'] = 'accept, accept-encoding';
  if (stored.size >= WORTH_COMPRESSING && wantsGzip(request.headers['accept-encoding'])) {
    headers['content-encoding'] = 'gzip';
    write(request, response, answer, stored.gzip(), headers);
  } else {
    write(request, response, answer, stored.plain, headers);
  }
}

function write(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  body: Buffer,
  more: OutgoingHttpHeaders,
): void {
  respond(
    request,
    response,
    answer.status,
    {
      ...SAFETY_HEADERS,
      'content-type': answer.type,
      'content-length': body.length,
      'cache-control': CACHE_CONTROL[answer.caching],
      ...more,
      ...answer.headers,
    },
    request.method === 'HEAD' ? undefined : body,
  );
}

function respond(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  body?: Buffer,
): void {
  // A body nobody asked for is not read: the connection ends with the answer.
  const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length']) > 0;
  response.writeHead(status, hasBody ? { ...headers, connection: 'close' } : headers);
  response.end(body);
}
