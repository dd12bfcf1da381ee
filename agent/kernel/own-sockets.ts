/**
 * The TCP sockets with which this process probes, by cookie (SO_COOKIE, the number sock_diag knows them by), so that
 * who counts the host's connections can tell the agent's own probes from the traffic of others to the same place.
 *
 * One register for the process, because sockets belong to the process. Nothing is noted until somebody wants it.
 */
import { Arena } from './arena.ts';
import { KernelUnavailable } from './kernel-unavailable.ts';
import { libc } from './libc.ts';
import { SOL } from './sockets.ts';

/** include/uapi/asm-generic/socket.h */
const SO_COOKIE = 57;
/** A cookie leaves when its socket is announced dead; where announcements are lost, the oldest make room. */
const MOST = 16_384;

const cookies = new Set<number>();
let wanted = false;
let arena: Arena | null = null;

export const ownSockets = {
  /** From now on sockets are noted; false forgets all. */
  want(on: boolean): void {
    wanted = on;
    if (!on) cookies.clear();
  },

  /** To be called for every probe's socket as soon as it has a descriptor. */
  note(fd: number): void {
    if (!wanted || fd < 0) return;
    const cookie = cookieOf(fd);
    if (cookie === null) return;
    cookies.add(cookie);
    if (cookies.size <= MOST) return;
    for (const oldest of cookies) {
      cookies.delete(oldest);
      break;
    }
  },

  has: (cookie: number): boolean => cookies.has(cookie),
  forget: (cookie: number): boolean => cookies.delete(cookie),
} as const;

/** The socket's cookie; null when it has none (no socket, no FFI, before 4.12). */
export function cookieOf(fd: number): number | null {
  try {
    arena ??= new Arena(16);
    const { view, base } = arena;
    view.setUint32(8, 8, true);
    if (libc().getsockopt(fd, SOL.SOCKET, SO_COOKIE, base, base + 8) < 0) return null;
    return view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  } catch (error) {
    if (error instanceof KernelUnavailable) return null;
    throw error;
  }
}
