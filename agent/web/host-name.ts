/**
 * Which Host headers are taken: the guard against DNS rebinding.
 *
 * A page somewhere on the internet can point its own name at this agent's address and then read, with an operator's
 * browser as the courier, everything the agent tells without a password. The browser still sends that page's name as
 * Host. So without a password only these are served:
 * - addresses and `localhost`;
 * - names without a dot, and names under `.localhost`, `.local`, `.internal` and `.home.arpa`, none of which anybody
 *   can register (RFC 6761, RFC 6762, RFC 8375; ICANN keeps .internal free), EC2's private names among them;
 * - this host's own name, and the names the operator lists (`http.names`; "*.corp.example" and "*" too).
 * With a password the check is off: the foreign page's origin has no credentials to send.
 */
import { isIP } from 'node:net';

const PRIVATE_SUFFIXES = ['.localhost', '.local', '.internal', '.home.arpa'];

/** The name or address of "name:8080", "10.0.0.5", "[::1]:8080", in lower case; null when it is none of these. */
export function hostOf(authority: string): string | null {
  const match = /^(?:\[([0-9a-f:.]+(?:%25[\w.-]+)?)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(authority);
  const host = match?.[1] ?? match?.[2];
  return host === undefined ? null : host.toLowerCase().replace(/\.$/, '');
}

/** @param names this host's own name and those of `http.names` */
export function isKnownHost(authority: string, names: readonly string[]): boolean {
  const host = hostOf(authority);
  if (host === null || host === '') return false;
  if (isIP(host) !== 0 || !host.includes('.')) return true;
  if (PRIVATE_SUFFIXES.some((suffix) => host.endsWith(suffix))) return true;
  return names.some((entry) => matches(host, entry.toLowerCase()));
}

function matches(host: string, entry: string): boolean {
  if (entry === '*') return true;
  return entry.startsWith('*.') ? host.endsWith(entry.slice(1)) : host === entry;
}
