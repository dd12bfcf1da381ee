/** Names for what the kernel refuses with. */
import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

/** errno values by name, as <errno.h> has them on this machine. */
export const ERRNO = constants.errno;

/** "ENETUNREACH"; a number nobody named comes as "errno 531". Takes errno or −errno. */
export function errnoName(errno: number): string {
  return getSystemErrorMap().get(-Math.abs(errno))?.[0] ?? `errno ${Math.abs(errno)}`;
}

/** "network is unreachable", for people. Takes errno or −errno. */
export function errnoText(errno: number): string {
  return getSystemErrorMap().get(-Math.abs(errno))?.[1] ?? `errno ${Math.abs(errno)}`;
}
