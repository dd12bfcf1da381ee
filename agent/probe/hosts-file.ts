/**
 * /etc/hosts (hosts(5)): names that are known without asking anybody.
 *
 * Read here because the c-ares functions of Node ask DNS only, and the system's getaddrinfo, which reads it too,
 * occupies one of four worker threads for as long as a dead DNS server lets it wait.
 */
import { isIP } from 'node:net';

/** Addresses by name in lower case, in the file's order. Lines that are no entries are passed over, as libc does. */
export function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address, ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (address === undefined || isIP(address) === 0) continue;
    for (const alias of aliases) {
      const name = plainName(alias);
      const known = names.get(name);
      if (known === undefined) names.set(name, [address]);
      else if (!known.includes(address)) known.push(address);
    }
  }
  return names;
}

/** A name as it is compared: lower case, without the closing dot. */
export function plainName(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}
