/**
 * Socket addresses in memory, as the kernel reads and writes them.
 *
 *   struct sockaddr_in  (16): family u16 host order @0, port u16 network order @2, address 4 bytes @4
 *   struct sockaddr_in6 (28): family @0, port @2, flow label @4, address 16 bytes @8, scope id u32 host order @24
 */
import { formatAddress, parseAddress } from '../measure/address.ts';
import { ERRNO } from './errno.ts';
import { libc } from './libc.ts';
import { AF } from './sockets.ts';

/** Room for the longer of the two. */
export const SOCKADDR_ROOM = 28;

/**
 * Writes address and port and gives the structure's length; −EINVAL when `address` is no address literal. IPv6 may
 * carry a zone, by interface name or number ("fe80::1%eth0"); −ENODEV when there is no such interface.
 */
export function writeSocketAddress(view: DataView, at: number, address: string, port: number): number {
  const [literal = '', zone] = address.split('%');
  const bytes = parseAddress(literal);
  if (bytes === null) return -ERRNO.EINVAL;
  const six = bytes.length === 16;
  view.setUint16(at, six ? AF.INET6 : AF.INET, true);
  view.setUint16(at + 2, port);
  for (const [index, byte] of bytes.entries()) view.setUint8(at + (six ? 8 : 4) + index, byte);
  if (!six) {
    view.setBigUint64(at + 8, 0n);
    return zone === undefined ? 16 : -ERRNO.EINVAL;
  }
  view.setUint32(at + 4, 0);
  const index = zone === undefined ? 0 : zoneIndex(zone);
  if (index < 0) return index;
  view.setUint32(at + 24, index, true);
  return 28;
}

/** The address at `at`; null for a family other than IPv4 and IPv6. */
export function readSocketAddress(view: DataView, at: number): string | null {
  const family = view.getUint16(at, true);
  const bytes = (length: number, offset: number): Uint8Array =>
    new Uint8Array(view.buffer, view.byteOffset + at + offset, length);
  if (family === AF.INET) return formatAddress(bytes(4, 4), 4);
  if (family === AF.INET6) return formatAddress(bytes(16, 8), 6);
  return null;
}

function zoneIndex(zone: string): number {
  return /^\d+$/.test(zone) ? Number(zone) : libc().if_nametoindex(zone);
}
