/**
 * A TCP or UDP socket connected to one address, asked at leisure instead of waited for.
 *
 * Nothing here needs the event loop to wake: the kernel keeps the handshake's RTT, the stamps of a datagram's way
 * out and in, and ICMP errors with their senders, until somebody looks. So what a probe measures does not depend
 * on how busy this process is. Runtime sockets (node:net, node:dgram) hide all three: their descriptor is private
 * and closed before an error can be asked for its sender.
 *
 * Descriptors are not collected: whoever opens a socket closes it.
 */
import { Arena } from './arena.ts';
import { ERRNO } from './errno.ts';
import { type ControlData, type QueuedIcmpError, readControl } from './error-queue.ts';
import { type Libc, libc } from './libc.ts';
import { ownSockets } from './own-sockets.ts';
import { SOCKADDR_ROOM, writeSocketAddress } from './socket-address.ts';
import { AF, MSG, SO, SOCK, SOL } from './sockets.ts';
import { readTcpInfo, type TcpInfo } from './tcp-info.ts';

/** include/uapi/linux/in.h, in6.h */
const IP_RECVERR = 11;
const IPV6_RECVERR = 25;
/** Leaves the choice of the port to connect, which may then use one port for many destinations. */
const IP_BIND_ADDRESS_NO_PORT = 24;
const SO_ERROR = 4;
const SHUT_WR = 1;
/** include/uapi/linux/net_tstamp.h: TX_SOFTWARE, RX_SOFTWARE, SOFTWARE (report), OPT_TSONLY (no copy of the packet). */
const STAMPS = 0x2 | 0x8 | 0x10 | 0x800;

/** struct msghdr: name u64 @0, namelen u32 @8, iov u64 @16, iovlen u64 @24, control u64 @32, controllen u64 @40. */
const MSGHDR = 56;
const CONTROL = 512;
/** The largest datagram there is. */
const DATA = 65_536;

export interface Destination {
  /** Address literal. */
  readonly address: string;
  readonly port: number;
  /** Address literal to send from, or null for the kernel's choice. */
  readonly source: string | null;
}

export type Opening =
  | { readonly ok: true; readonly socket: ConnectedSocket }
  | {
      readonly ok: false;
      readonly step: 'address' | 'socket' | 'bind' | 'connect';
      /** Positive. */
      readonly errno: number;
      /** The ICMP error behind a refused connect; null when this host itself refused. */
      readonly icmp: QueuedIcmpError | null;
    };

interface Scratch {
  readonly arena: Arena;
  readonly message: number;
  readonly control: number;
  readonly data: number;
  readonly address: number;
  readonly integer: number;
}

let scratch: Scratch | null = null;

/** Memory for one call at a time: every call here is synchronous. */
function room(): Scratch {
  if (scratch !== null) return scratch;
  const arena = new Arena(MSGHDR + 16 + CONTROL + DATA + 64);
  const message = arena.reserve(MSGHDR);
  const iovec = arena.reserve(16);
  const control = arena.reserve(CONTROL);
  const data = arena.reserve(DATA);
  const address = arena.reserve(SOCKADDR_ROOM);
  const integer = arena.reserve(8);
  arena.setPointer(iovec, arena.base + data);
  arena.view.setUint32(iovec + 8, DATA, true);
  arena.setPointer(message + 16, arena.base + iovec);
  arena.view.setUint32(message + 24, 1, true);
  arena.setPointer(message + 32, arena.base + control);
  scratch = { arena, message, control, data, address, integer };
  return scratch;
}

/** Starts a TCP handshake; `tcpInfo` tells how it goes. What is sent and received is stamped. Throws KernelUnavailable. */
export function openTcp(to: Destination): Opening {
  return open(to, SOCK.STREAM);
}

/** A UDP socket that takes datagrams from `to` only, with stamps both ways. Throws KernelUnavailable. */
export function openUdp(to: Destination): Opening {
  return open(to, SOCK.DGRAM);
}

/**
 * Keeps the host stamping what it receives until the returned function is called. The kernel starts that a moment
 * after the first socket wants it and stops after the last, so sockets that live for one datagram would miss it.
 */
export function keepStamping(): () => void {
  const c = libc();
  const fd = c.socket(AF.INET, SOCK.DGRAM | SOCK.NONBLOCK | SOCK.CLOEXEC, 0);
  if (fd < 0) return () => {};
  setInteger(c, fd, SOL.SOCKET, SO.TIMESTAMPING, STAMPS);
  return () => c.close(fd);
}

function open(to: Destination, type: number): Opening {
  const c = libc();
  const { arena, address } = room();
  const length = writeSocketAddress(arena.view, address, to.address, to.port);
  if (length < 0) return { ok: false, step: 'address', errno: -length, icmp: null };
  const family = length === 16 ? 4 : 6;
  const fd = c.socket(family === 4 ? AF.INET : AF.INET6, type | SOCK.NONBLOCK | SOCK.CLOEXEC, 0);
  if (fd < 0) return { ok: false, step: 'socket', errno: -fd, icmp: null };
  const socket = new ConnectedSocket(c, fd, family);
  const failed = (step: 'bind' | 'connect', errno: number): Opening => {
    const icmp = socket.nextError().icmp;
    socket.close();
    return { ok: false, step, errno, icmp };
  };
  if (family === 4) setInteger(c, fd, SOL.IP, IP_RECVERR, 1);
  else setInteger(c, fd, SOL.IPV6, IPV6_RECVERR, 1);
  setInteger(c, fd, SOL.SOCKET, SO.TIMESTAMPING, STAMPS);
  if (to.source !== null) {
    const bound = bindTo(c, fd, to.source);
    if (bound < 0) return failed('bind', -bound);
  }
  if (type === SOCK.STREAM) ownSockets.note(fd);
  writeSocketAddress(arena.view, address, to.address, to.port);
  const result = c.connect(fd, arena.base + address, length);
  return result < 0 && result !== -ERRNO.EINPROGRESS ? failed('connect', -result) : { ok: true, socket };
}

function bindTo(c: Libc, fd: number, source: string): number {
  const { arena, address } = room();
  setInteger(c, fd, SOL.IP, IP_BIND_ADDRESS_NO_PORT, 1);
  const length = writeSocketAddress(arena.view, address, source, 0);
  return length < 0 ? length : c.bind(fd, arena.base + address, length);
}

function setInteger(c: Libc, fd: number, level: number, option: number, value: number): void {
  const { arena, integer } = room();
  arena.view.setInt32(integer, value, true);
  c.setsockopt(fd, level, option, arena.base + integer, 4);
}

export interface Received {
  readonly bytes: Uint8Array;
  /** When the kernel received it, CLOCK_REALTIME in ms; null without a stamp. */
  readonly stampMs: number | null;
}

export class ConnectedSocket {
  readonly family: 4 | 6;
  readonly #libc: Libc;
  #fd: number;

  constructor(c: Libc, fd: number, family: 4 | 6) {
    this.#libc = c;
    this.#fd = fd;
    this.family = family;
  }

  /** What the kernel knows of the connection; null when it is no TCP socket or closed. */
  tcpInfo(): TcpInfo | null {
    return readTcpInfo(this.#fd);
  }

  /** The socket's pending error, positive, 0 for none; taking it clears it. */
  takeError(): number {
    const { arena, integer } = room();
    arena.view.setUint32(integer, 0, true);
    arena.view.setUint32(integer + 4, 4, true);
    const at = arena.base + integer;
    const result = this.#libc.getsockopt(this.#fd, SOL.SOCKET, SO_ERROR, at, at + 4);
    return result < 0 ? -result : arena.view.getUint32(integer, true);
  }

  /** Sends one datagram, or a few bytes of a stream; 0 or a positive errno. */
  send(bytes: Uint8Array): number {
    const { arena, data } = room();
    arena.bytes.set(bytes, data);
    const sent = this.#libc.send(this.#fd, arena.base + data, bytes.length, MSG.NOSIGNAL);
    return sent < 0 ? -sent : 0;
  }

  /**
   * The next datagram, or what has come of a stream (empty at its end), with the stamp of its last byte; null when there
   * is nothing, or a positive errno. The bytes are a copy.
   */
  receive(): Received | number | null {
    const length = this.#receive(MSG.DONTWAIT);
    if (length < 0) return length === -ERRNO.EAGAIN ? null : -length;
    const { arena, data } = room();
    return { bytes: arena.bytes.slice(data, data + length), stampMs: this.#control().stampMs };
  }

  /** The next entry of the error queue; both fields null when it is empty. */
  nextError(): ControlData {
    if (this.#receive(MSG.ERRQUEUE | MSG.DONTWAIT) < 0) return { icmp: null, stampMs: null };
    return this.#control();
  }

  /** Says that nothing more will be sent (TCP: FIN). */
  shutdownWrite(): void {
    this.#libc.shutdown(this.#fd, SHUT_WR);
  }

  /** Throws away what has come. True when nothing more can come: the peer has ended, or the connection failed. */
  discard(): boolean {
    const { arena, data } = room();
    for (;;) {
      const length = this.#libc.recv(this.#fd, arena.base + data, DATA, MSG.DONTWAIT);
      if (length === -ERRNO.EAGAIN) return false;
      if (length <= 0) return true;
    }
  }

  /** May be called twice. */
  close(): void {
    if (this.#fd >= 0) this.#libc.close(this.#fd);
    this.#fd = -1;
  }

  #receive(flags: number): number {
    const { arena, message } = room();
    arena.view.setUint32(message + 40, CONTROL, true);
    return this.#libc.recvmsg(this.#fd, arena.base + message, flags);
  }

  #control(): ControlData {
    const { arena, message, control } = room();
    return readControl(arena.view, control, arena.view.getUint32(message + 40, true));
  }
}
