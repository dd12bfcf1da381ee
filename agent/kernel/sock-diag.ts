/**
 * The kernel's list of TCP sockets (sock_diag(7)): dumps of the living and the announcement of every dying one.
 * Neither needs a privilege inside the own network namespace.
 *
 * A dump is pulled, 32 KiB (some 80 sockets) a read, so the caller can let the loop breathe between reads. The
 * dying are multicast (groups SKNLGRP_INET_TCP_DESTROY and its IPv6 twin) into a receive buffer that holds 1,280
 * bytes each; what does not fit is lost, and {@link SockDiag.dropped} counts it exactly.
 */
import { Arena } from './arena.ts';
import { type Libc, libc } from './libc.ts';
import { DUMP_REQUEST_BYTES, encodeDump, type SocketRows, walkMessages } from './sock-diag-wire.ts';
import { AF, MSG, SO, SOCK, SOL } from './sockets.ts';

/** include/uapi/linux/netlink.h */
const NETLINK_SOCK_DIAG = 4;
const NETLINK_ADD_MEMBERSHIP = 1;
/** include/uapi/linux/sock_diag.h: enum sknetlink_groups */
const TCP_DESTROY_GROUPS = [1, 3];
const SOCKADDR_NL = 12;

/** The kernel fills at most this much a read. */
const DUMP_BUFFER = 32 * 1024;
/** sk_rcvbuf is twice this: 8 MiB, 6,553 dying sockets between two drains. */
const WANTED_RECEIVE_BUFFER = 4 * 1024 * 1024;
/** One message is 380 bytes here; later kernels add to tcp_info. */
const SLOT = 1024;
const SLOTS = 128;
/** struct mmsghdr and struct iovec */
const MMSGHDR = 64;
const IOVEC = 16;
const SK_MEMINFO_DROPS = 8;
const SK_MEMINFO_VARS = 9;

const EAGAIN = -11;
const EINTR = -4;
const ENOBUFS = -105;

export type SockDiagFailure = {
  /** `no-module`: the kernel has no inet_diag and may not load it; `kernel`: another errno. */
  readonly code: 'no-module' | 'kernel';
  readonly errno: number;
};

const ENOENT = -2;

export class SockDiag {
  readonly #libc: Libc;
  readonly #arena: Arena;
  readonly #dumpFd: number;
  readonly #destroyFd: number;
  readonly #dumpBuffer: number;
  readonly #request: number;
  readonly #headers: number;
  readonly #slots: number;
  readonly #option: number;
  #sequence = 0;

  private constructor(c: Libc, arena: Arena, dumpFd: number, destroyFd: number) {
    this.#libc = c;
    this.#arena = arena;
    this.#dumpFd = dumpFd;
    this.#destroyFd = destroyFd;
    this.#dumpBuffer = arena.reserve(DUMP_BUFFER);
    this.#request = arena.reserve(DUMP_REQUEST_BYTES);
    this.#option = arena.reserve(SK_MEMINFO_VARS * 4 + 8);
    this.#headers = arena.reserve(SLOTS * (MMSGHDR + IOVEC));
    this.#slots = arena.reserve(SLOTS * SLOT);
    this.#prepareSlots();
  }

  /** Opens both sockets and joins the DESTROY groups. Throws KernelUnavailable without FFI. @param receiveBuffer bytes; the kernel doubles it */
  static open(receiveBuffer = WANTED_RECEIVE_BUFFER): SockDiag | SockDiagFailure {
    const c = libc();
    const arena = new Arena(DUMP_BUFFER + SLOTS * (SLOT + MMSGHDR + IOVEC) + 4096);
    const dumpFd = openNetlink(c, arena);
    if (dumpFd < 0) return failure(dumpFd);
    const destroyFd = openNetlink(c, arena);
    if (destroyFd < 0) {
      c.close(dumpFd);
      return failure(destroyFd);
    }
    arena.view.setUint32(0, receiveBuffer, true);
    if (c.setsockopt(destroyFd, SOL.SOCKET, SO.RCVBUFFORCE, arena.base, 4) < 0) {
      c.setsockopt(destroyFd, SOL.SOCKET, SO.RCVBUF, arena.base, 4);
    }
    for (const group of TCP_DESTROY_GROUPS) {
      arena.view.setUint32(0, group, true);
      const joined = c.setsockopt(destroyFd, SOL.NETLINK, NETLINK_ADD_MEMBERSHIP, arena.base, 4);
      if (joined < 0) {
        c.close(dumpFd);
        c.close(destroyFd);
        return failure(joined);
      }
    }
    return new SockDiag(c, arena, dumpFd, destroyFd);
  }

  #prepareSlots(): void {
    const { base, view } = this.#arena;
    for (let i = 0; i < SLOTS; i += 1) {
      const header = this.#headers + i * MMSGHDR;
      const vector = this.#headers + SLOTS * MMSGHDR + i * IOVEC;
      this.#arena.setPointer(header + 16, base + vector);
      view.setUint32(header + 24, 1, true);
      this.#arena.setPointer(vector, base + this.#slots + i * SLOT);
      view.setUint32(vector + 8, SLOT, true);
    }
  }

  /** Asks for a dump of one address family (AF.INET or AF.INET6) in these states. 0 or −errno. */
  beginDump(family: number, states: number): number {
    this.#sequence = (this.#sequence + 1) >>> 0;
    encodeDump(this.#arena.view, this.#request, family, states, this.#sequence);
    const sent = this.#libc.send(this.#dumpFd, this.#arena.base + this.#request, DUMP_REQUEST_BYTES, MSG.NOSIGNAL);
    return sent < 0 ? sent : 0;
  }

  /** Reads one piece of the dump that was begun: 0 more to come, 1 at its end, −errno. */
  readDump(rows: SocketRows): number {
    const { base, view } = this.#arena;
    let got = EINTR;
    while (got === EINTR) got = this.#libc.recv(this.#dumpFd, base + this.#dumpBuffer, DUMP_BUFFER, MSG.DONTWAIT);
    return got < 0 ? got : walkMessages(view, this.#dumpBuffer, got, rows);
  }

  /**
   * Gives the sockets that died since the last call, at most about `limit`. Returns how many buffers were read; when
   * that is `limit` or more there may be others.
   */
  drainDestroyed(rows: SocketRows, limit: number): number {
    const { base, view } = this.#arena;
    let total = 0;
    while (total < limit) {
      const got = this.#libc.recvmmsg(this.#destroyFd, base + this.#headers, SLOTS, MSG.DONTWAIT);
      // After an overrun the kernel says so once; what is queued follows, what is lost is in dropped().
      if (got === ENOBUFS || got === EINTR) continue;
      if (got <= 0) return got === EAGAIN || got === 0 ? total : got;
      for (let i = 0; i < got; i += 1) {
        const header = this.#headers + i * MMSGHDR;
        walkMessages(view, this.#slots + i * SLOT, view.getUint32(header + 56, true), rows);
      }
      total += got;
      if (got < SLOTS) return total;
    }
    return total;
  }

  /** Announcements lost since the socket was opened, because the receive buffer was full (SO_MEMINFO); null if unknown. */
  dropped(): number | null {
    const { base, view } = this.#arena;
    const length = this.#option + SK_MEMINFO_VARS * 4;
    view.setUint32(length, SK_MEMINFO_VARS * 4, true);
    if (this.#libc.getsockopt(this.#destroyFd, SOL.SOCKET, SO.MEMINFO, base + this.#option, base + length) < 0)
      return null;
    return view.getUint32(this.#option + SK_MEMINFO_DROPS * 4, true);
  }

  close(): void {
    this.#libc.close(this.#dumpFd);
    this.#libc.close(this.#destroyFd);
  }
}

function openNetlink(c: Libc, arena: Arena): number {
  const fd = c.socket(AF.NETLINK, SOCK.RAW | SOCK.CLOEXEC | SOCK.NONBLOCK, NETLINK_SOCK_DIAG);
  if (fd < 0) return fd;
  for (let i = 0; i < SOCKADDR_NL; i += 1) arena.view.setUint8(i, 0);
  arena.view.setUint16(0, AF.NETLINK, true);
  const bound = c.bind(fd, arena.base, SOCKADDR_NL);
  if (bound < 0) {
    c.close(fd);
    return bound;
  }
  return fd;
}

function failure(errno: number): SockDiagFailure {
  return { code: errno === ENOENT ? 'no-module' : 'kernel', errno: -errno };
}
