/**
 * ICMP through raw sockets (CAP_NET_RAW): one that receives, and one or two that send.
 *
 * The senders receive nothing and are never polled: TX stamps wake up whoever polls them as an error. The receiver
 * sends nothing, so its error queue stays empty. The kernel begins to
 * stamp arrivals a moment after the first socket asks for it; until then they have no stamp.
 */
import { attachFilter } from './bpf.ts';
import { ERRNO } from './errno.ts';
import type { IcmpDoor, IcmpListener } from './icmp-door.ts';
import { dropAll, icmpFilter4, icmpFilter6 } from './icmp-filter.ts';
import { Outbox } from './icmp-outbox.ts';
import { ReplyReader } from './icmp-replies.ts';
import { DEFAULT_TTL, type RouteSpec, RouteTable } from './icmp-route.ts';
import { StampReader } from './icmp-stamps.ts';
import { libc } from './libc.ts';
import { setOption } from './socket-option.ts';
import { AF, IP, IPPROTO, IPV6, PMTUDISC, SO, SOCK, SOL, TIMESTAMP } from './sockets.ts';
import { stampsCarryNumbers } from './stamp-numbers.ts';

/** 4 MiB hold some 5,000 replies: half a second at 10,000 a second. */
const RECEIVE_BUFFER = 4 << 20;
/** Room for the stamps of a batch, and for a batch of large packets in the interface's queue. */
const SEND_BUFFER = 1 << 20;

export class RawIcmp implements IcmpDoor {
  readonly kind = 'raw';
  readonly family: 4 | 6;
  readonly #receiver: number;
  /** Sending sockets by whether they forbid fragmentation; −1 until needed. */
  readonly #senders: [plain: number, whole: number] = [-1, -1];
  readonly #numbered: boolean;
  readonly #outbox: Outbox;
  readonly #stamps: StampReader;
  readonly #replies: ReplyReader;

  /** Use {@link openRawIcmp}. */
  constructor(family: 4 | 6, receiver: number, numbered: boolean, listener: IcmpListener) {
    this.family = family;
    this.#receiver = receiver;
    this.#numbered = numbered;
    this.#outbox = new Outbox(new RouteTable(family, this.#numbered), (df) => this.#sender(df), false, listener);
    this.#stamps = new StampReader(family, this.#numbered, listener);
    this.#replies = new ReplyReader(family, family === 4, listener);
  }

  get outgoing(): DataView {
    return this.#outbox.outgoing;
  }

  get overflows(): number {
    return this.#replies.overflows;
  }

  openRoute(spec: RouteSpec, longest: number): number {
    this.#replies.makeRoom(longest);
    return this.#outbox.openRoute(spec);
  }

  closeRoute(route: number): void {
    this.#outbox.closeRoute(route);
  }

  identifier(_route: number, wished: number): number {
    return wished;
  }

  stage(route: number, token: number, length: number): number {
    return this.#outbox.stage(route, token, length);
  }

  flush(): void {
    this.#outbox.flush();
  }

  drainStamps(): void {
    for (const fd of this.#senders) if (fd >= 0) this.#stamps.drain(fd);
  }

  drain(): boolean {
    return this.#replies.drain(this.#receiver);
  }

  close(): void {
    for (const fd of [this.#receiver, ...this.#senders]) if (fd >= 0) libc().close(fd);
    this.#senders.fill(-1);
  }

  #sender(df: boolean): number {
    const index = df ? 1 : 0;
    if (this.#senders[index] < 0) this.#senders[index] = openSender(this.family, df, this.#numbered);
    return this.#senders[index];
  }
}

/**
 * A door whose identifiers are those with the upper 8 bits of `block`; −errno when raw sockets are refused. Without
 * `numbered`, stamps come with their packets, as on kernels before 6.13.
 */
export function openRawIcmp(
  family: 4 | 6,
  block: number,
  listener: IcmpListener,
  numbered = stampsCarryNumbers(),
): RawIcmp | number {
  const fd = rawSocket(family);
  if (fd < 0) return fd;
  const filter = family === 4 ? icmpFilter4(block) : icmpFilter6(block);
  const attached = attachFilter(fd, filter);
  if (attached < 0) {
    libc().close(fd);
    return attached;
  }
  // Not SO_TIMESTAMPNS: where the kernel has no stamp yet, that one makes one up when the message is read.
  setOption(fd, SOL.SOCKET, SO.TIMESTAMPING, TIMESTAMP.RX_SOFTWARE | TIMESTAMP.SOFTWARE);
  enlarge(fd, SO.RCVBUFFORCE, SO.RCVBUF, RECEIVE_BUFFER);
  if (family === 6) setOption(fd, SOL.IPV6, IPV6.RECVHOPLIMIT, 1);
  return new RawIcmp(family, fd, numbered, listener);
}

function rawSocket(family: 4 | 6): number {
  const [domain, protocol] = family === 4 ? [AF.INET, IPPROTO.ICMP] : [AF.INET6, IPPROTO.ICMPV6];
  return libc().socket(domain, SOCK.RAW | SOCK.NONBLOCK | SOCK.CLOEXEC, protocol);
}

function openSender(family: 4 | 6, df: boolean, numbered: boolean): number {
  const fd = rawSocket(family);
  if (fd < 0) return fd;
  attachFilter(fd, dropAll());
  // With numbers the stamp comes alone, which is cheaper than with its packet.
  const stamps = TIMESTAMP.TX_SOFTWARE | TIMESTAMP.SOFTWARE | TIMESTAMP.OPT_ID | TIMESTAMP.OPT_CMSG;
  setOption(fd, SOL.SOCKET, SO.TIMESTAMPING, numbered ? stamps | TIMESTAMP.OPT_TSONLY : stamps);
  enlarge(fd, SO.RCVBUFFORCE, SO.RCVBUF, SEND_BUFFER);
  enlarge(fd, SO.SNDBUFFORCE, SO.SNDBUF, SEND_BUFFER);
  // Over IPv4 a raw socket hears that the interface's queue was full (ENOBUFS) only if it asks for ICMP errors too, in
  // raw_sendmsg(); without, what this host dropped would look lost. The errors, about anybody's echoes, come with the
  // stamps and fail no send of a raw socket.
  if (family === 4) setOption(fd, SOL.IP, IP.RECVERR, 1);
  setPathOptions(fd, family, df);
  return fd;
}

/** TTL and path MTU discovery. PROBE sets DF and asks the network each time, not the kernel's memory of it. */
export function setPathOptions(fd: number, family: 4 | 6, df: boolean): void {
  const discover = df ? PMTUDISC.PROBE : PMTUDISC.DONT;
  if (family === 4) {
    setOption(fd, SOL.IP, IP.TTL, DEFAULT_TTL);
    setOption(fd, SOL.IP, IP.MTU_DISCOVER, discover);
  } else {
    setOption(fd, SOL.IPV6, IPV6.UNICAST_HOPS, DEFAULT_TTL);
    setOption(fd, SOL.IPV6, IPV6.MTU_DISCOVER, discover);
  }
}

/** Beyond the system's limit with CAP_NET_ADMIN, else up to it. */
export function enlarge(fd: number, force: number, ordinary: number, bytes: number): void {
  if (setOption(fd, SOL.SOCKET, force, bytes) === -ERRNO.EPERM) setOption(fd, SOL.SOCKET, ordinary, bytes);
}
