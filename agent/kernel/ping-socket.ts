/**
 * ICMP without privileges: ping sockets (SOCK_DGRAM, IPPROTO_ICMP), which the kernel gives to the groups in
 * net.ipv4.ping_group_range. For IPv6 too, despite the name.
 *
 * One socket sends and receives. The kernel chooses the identifier (the socket's "port") and the checksum, takes
 * only replies to it, and reports ICMP errors through the error queue, beside the TX stamps. An error also becomes
 * the socket's pending error and would fail whichever send comes next, so the queue is read before sending.
 */
import { Arena } from './arena.ts';
import type { IcmpDoor, IcmpListener } from './icmp-door.ts';
import { Outbox } from './icmp-outbox.ts';
import { ReplyReader } from './icmp-replies.ts';
import { type RouteSpec, RouteTable } from './icmp-route.ts';
import { StampReader } from './icmp-stamps.ts';
import { libc } from './libc.ts';
import { enlarge, setPathOptions } from './raw-icmp.ts';
import { getOption, setOption } from './socket-option.ts';
import { AF, IP, IPPROTO, IPV6, SO, SOCK, SOL, TIMESTAMP } from './sockets.ts';
import { stampsCarryNumbers } from './stamp-numbers.ts';

const RECEIVE_BUFFER = 4 << 20;
const SO_ERROR = 4;

/** One socket with the identifier the kernel gave it. */
interface PingSocket {
  readonly fd: number;
  readonly identifier: number;
  readonly replies: ReplyReader;
}

export class PingIcmp implements IcmpDoor {
  readonly kind = 'ping';
  readonly family: 4 | 6;
  readonly #listener: IcmpListener;
  readonly #numbered: boolean;
  /** Sockets by whether they forbid fragmentation. */
  readonly #sockets: [plain: PingSocket | null, whole: PingSocket | null];
  readonly #routes: RouteTable;
  readonly #outbox: Outbox;
  readonly #stamps: StampReader;
  #longest = 0;

  /** Use {@link openPingIcmp}. */
  constructor(family: 4 | 6, fd: number, numbered: boolean, listener: IcmpListener) {
    this.family = family;
    this.#listener = listener;
    this.#numbered = numbered;
    this.#sockets = [this.#setUp(fd, false), null];
    this.#routes = new RouteTable(family, this.#numbered);
    this.#outbox = new Outbox(this.#routes, (df) => this.#descriptor(df), true, listener);
    this.#stamps = new StampReader(family, this.#numbered, listener);
  }

  get outgoing(): DataView {
    return this.#outbox.outgoing;
  }

  get overflows(): number {
    return (this.#sockets[0]?.replies.overflows ?? 0) + (this.#sockets[1]?.replies.overflows ?? 0);
  }

  openRoute(spec: RouteSpec, longest: number): number {
    this.#longest = Math.max(this.#longest, longest);
    const route = this.#outbox.openRoute(spec);
    for (const socket of this.#sockets) socket?.replies.makeRoom(this.#longest);
    return route;
  }

  closeRoute(route: number): void {
    this.#outbox.closeRoute(route);
  }

  identifier(route: number, wished: number): number {
    return this.#sockets[this.#routes.get(route)?.df ? 1 : 0]?.identifier ?? wished;
  }

  stage(route: number, token: number, length: number): number {
    return this.#outbox.stage(route, token, length);
  }

  flush(): void {
    this.drainStamps();
    this.#outbox.flush();
  }

  drainStamps(): void {
    for (const socket of this.#sockets) {
      if (socket === null) continue;
      this.#stamps.drain(socket.fd);
      getOption(socket.fd, SOL.SOCKET, SO_ERROR, 1);
    }
  }

  drain(): boolean {
    let emptied = true;
    for (const socket of this.#sockets) {
      if (socket !== null && !socket.replies.drain(socket.fd)) emptied = false;
    }
    return emptied;
  }

  close(): void {
    for (const socket of this.#sockets) if (socket !== null) libc().close(socket.fd);
  }

  #descriptor(df: boolean): number {
    const socket = this.#sockets[df ? 1 : 0];
    if (socket !== null) return socket.fd;
    const fd = pingSocket(this.family);
    if (fd >= 0) this.#sockets[df ? 1 : 0] = this.#setUp(fd, df);
    return fd;
  }

  #setUp(fd: number, df: boolean): PingSocket {
    const stamps =
      TIMESTAMP.TX_SOFTWARE | TIMESTAMP.RX_SOFTWARE | TIMESTAMP.SOFTWARE | TIMESTAMP.OPT_ID | TIMESTAMP.OPT_CMSG;
    setOption(fd, SOL.SOCKET, SO.TIMESTAMPING, this.#numbered ? stamps | TIMESTAMP.OPT_TSONLY : stamps);
    enlarge(fd, SO.RCVBUFFORCE, SO.RCVBUF, RECEIVE_BUFFER);
    setPathOptions(fd, this.family, df);
    if (this.family === 4) {
      setOption(fd, SOL.IP, IP.RECVERR, 1);
      setOption(fd, SOL.IP, IP.RECVTTL, 1);
    } else {
      setOption(fd, SOL.IPV6, IPV6.RECVERR, 1);
      setOption(fd, SOL.IPV6, IPV6.RECVHOPLIMIT, 1);
    }
    const replies = new ReplyReader(this.family, false, this.#listener);
    replies.makeRoom(this.#longest);
    return { fd, identifier: bindAny(fd, this.family), replies };
  }
}

/** A door through ping sockets; −errno (EACCES) when this process's groups are not in the range. */
export function openPingIcmp(
  family: 4 | 6,
  listener: IcmpListener,
  numbered = stampsCarryNumbers(),
): PingIcmp | number {
  const fd = pingSocket(family);
  return fd < 0 ? fd : new PingIcmp(family, fd, numbered, listener);
}

function pingSocket(family: 4 | 6): number {
  const [domain, protocol] = family === 4 ? [AF.INET, IPPROTO.ICMP] : [AF.INET6, IPPROTO.ICMPV6];
  return libc().socket(domain, SOCK.DGRAM | SOCK.NONBLOCK | SOCK.CLOEXEC, protocol);
}

/** Binds to no address in particular and gives the identifier the kernel chose. */
function bindAny(fd: number, family: 4 | 6): number {
  const arena = new Arena(40);
  const length = family === 4 ? 16 : 28;
  arena.view.setUint16(0, family === 4 ? AF.INET : AF.INET6, true);
  libc().bind(fd, arena.base, length);
  arena.view.setUint32(32, length, true);
  libc().getsockname(fd, arena.base, arena.base + 32);
  return arena.view.getUint16(2);
}
