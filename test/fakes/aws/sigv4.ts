/** AWS Signature Version 4, checked as AWS does: recomputed from the request as it came in, then compared. */
import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Key {
  readonly id: string;
  readonly secret: string;
  readonly token?: string;
}

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

export type SignatureProblem = 'missing' | 'unknown-key' | 'wrong-token' | 'mismatch' | 'scope' | 'time';

/** Seconds a request may be off. */
const TOLERANCE_MS = 5 * 60_000;

/** null when the signature is good. @param now the server's time */
export function checkSignature(
  request: IncomingMessage,
  body: Buffer,
  keys: readonly Key[],
  scope: { readonly region: string; readonly service: string },
  now: number,
): SignatureProblem | null {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (match === null) return 'missing';
  const [, id = '', day = '', region = '', service = '', signed = '', signature = ''] = match;
  const token = request.headers['x-amz-security-token'];
  const ofId = keys.filter((known) => known.id === id);
  const key = ofId.find((known) => known.token === token);
  if (key === undefined) return ofId.length === 0 ? 'unknown-key' : 'wrong-token';
  if (region !== scope.region || service !== scope.service) return 'scope';
  const stamp = String(request.headers['x-amz-date']);
  const names = signed.split(';');
  if (!names.includes('host') || !names.includes('x-amz-date')) return 'mismatch';
  const url = new URL(request.url ?? '/', 'http://any');
  const query = [...url.searchParams].map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(v)}`).sort();
  const canonical = [
    request.method,
    url.pathname,
    query.join('&'),
    ...names.map((name) => `${name}:${String(request.headers[name]).trim().replace(/\s+/g, ' ')}`),
    '',
    signed,
    sha256(body),
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', stamp, `${day}/${region}/${service}/aws4_request`, sha256(canonical)].join('\n');
  const signing = hmac(hmac(hmac(hmac(`AWS4${key.secret}`, day), region), service), 'aws4_request');
  if (hmac(signing, text).toString('hex') !== signature) return 'mismatch';
  const at = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  return Math.abs(at - now) > TOLERANCE_MS ? 'time' : null;
}
