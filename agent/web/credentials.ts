/**
 * Basic (RFC 7617) and bearer (RFC 6750) authentication.
 *
 * What is sent and what is accepted are compared as HMACs under a key of this process, always against every entry,
 * so the time taken tells nothing about lengths, characters, or which of the entries came close.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AuthOptions } from './options.ts';

export interface Credentials {
  /** Is this Authorization header good? */
  accept(authorization: string | undefined): boolean;
  /** Values of WWW-Authenticate for a 401. */
  readonly challenges: readonly string[];
}

export function credentials(options: AuthOptions): Credentials {
  const key = randomBytes(32);
  const digest = (scheme: 'basic' | 'bearer', text: string): Buffer =>
    createHmac('sha256', key).update(scheme).update('\0').update(text).digest();
  const accepted = [
    ...options.basic.map(({ user, password }) => digest('basic', `${user}:${password}`)),
    ...options.bearer.map((token) => digest('bearer', token)),
  ];
  const challenges = [
    ...(options.basic.length > 0 ? ['Basic realm="vpc-canary", charset="UTF-8"'] : []),
    ...(options.bearer.length > 0 ? ['Bearer realm="vpc-canary"'] : []),
  ];
  const accept = (authorization: string | undefined): boolean => {
    const sent = readAuthorization(authorization ?? '');
    if (sent === null) return false;
    const proof = digest(sent.scheme, sent.text);
    let good = false;
    for (const one of accepted) good = timingSafeEqual(one, proof) || good;
    return good;
  };
  return { accept, challenges };
}

/** "Basic dXNlcjpwYXNz" → user:pass; "Bearer TOKEN" → TOKEN; null for anything else. */
function readAuthorization(header: string): { scheme: 'basic' | 'bearer'; text: string } | null {
  const match = /^(basic|bearer) +([\w+/.~-]+=*) *$/i.exec(header);
  if (match === null) return null;
  const [, scheme = '', value = ''] = match;
  if (scheme.toLowerCase() === 'bearer') return { scheme: 'bearer', text: value };
  return { scheme: 'basic', text: Buffer.from(value, 'base64').toString('utf8') };
}
