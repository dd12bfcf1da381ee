/**
 * `http.allow`: which addresses may ask. The address is the connection's own; X-Forwarded-For is not believed,
 * because anybody can write it. Behind a proxy, allow the proxy and let it decide.
 */
import { BlockList, isIP } from 'node:net';

/** IPv4 within IPv6, as a dual-stack socket sees IPv4 clients (RFC 4291 2.5.5.2). */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

export function plainAddress(address: string): string {
  return MAPPED.exec(address)?.[1] ?? address.replace(/%.*$/, '');
}

export type AccessList = (address: string | undefined) => boolean;

/** @throws {RangeError} for an entry that is neither an address nor a CIDR; `config/` has refused it before. */
export function accessList(entries: readonly string[] | null): AccessList {
  if (entries === null || entries.length === 0) return () => true;
  const list = new BlockList();
  for (const entry of entries) add(list, entry);
  return (address) => {
    if (address === undefined) return false;
    const plain = plainAddress(address);
    const version = isIP(plain);
    return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
  };
}

function add(list: BlockList, entry: string): void {
  const [address = '', length, ...more] = entry.split('/');
  const version = isIP(address);
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const longest = version === 4 ? 32 : 128;
  const bits = length === undefined ? longest : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (version === 0 || more.length > 0 || !(bits >= 0 && bits <= longest)) {
    throw new RangeError(`"${entry}" is neither an address nor a CIDR such as 10.0.0.0/8`);
  }
  list.addSubnet(address, bits, family);
}
