/**
 * Whether an address is this host's own. The kernel answers a packet from a source that went away with "no route"
 * (IPv4) or "invalid argument" (IPv6); binding to the address tells the two troubles apart.
 */
import { Arena } from './arena.ts';
import { ERRNO } from './errno.ts';
import { libc } from './libc.ts';
import { SOCKADDR_ROOM, writeSocketAddress } from './socket-address.ts';
import { AF, SOCK } from './sockets.ts';

let room: Arena | null = null;

/** False only when the kernel says so: EADDRNOTAVAIL. */
export function isLocalAddress(literal: string): boolean {
  room ??= new Arena(SOCKADDR_ROOM);
  const length = writeSocketAddress(room.view, 0, literal, 0);
  if (length < 0) return true;
  const fd = libc().socket(literal.includes(':') ? AF.INET6 : AF.INET, SOCK.DGRAM | SOCK.CLOEXEC, 0);
  if (fd < 0) return true;
  const bound = libc().bind(fd, room.base, length);
  libc().close(fd);
  return bound !== -ERRNO.EADDRNOTAVAIL;
}
