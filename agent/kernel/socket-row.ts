/**
 * One TCP socket as sock_diag tells it, decoded into a record that is used again for every row: 50,000 rows a dump
 * must not make 50,000 objects. Pure.
 *
 * What the running kernel's tcp_info is too short for is NaN here (a number that nothing equals and that poisons
 * every sum it gets into), and becomes null where numbers leave for people.
 */
import { DIAG } from './sock-diag-wire.ts';

export interface SocketRow {
  family: 4 | 6;
  /** include/net/tcp_states.h; always 7 (CLOSE) in an announcement of death. */
  state: number;
  localPort: number;
  remotePort: number;
  /** 4 or 16 bytes at the front, network order; IPv4 in IPv6 (::ffff:0:0/96) is unmapped. */
  readonly local: Uint8Array;
  readonly remote: Uint8Array;
  /** Unique for the life of the machine (5.4); below 2^53 for every host we will see. */
  cookie: number;
  inode: number;
  /** Bytes received that nobody has read yet; an unread FIN is one of them. */
  unread: number;
  /** False for rows without tcp_info (TIME_WAIT, half-open requests). */
  hasInfo: boolean;
  retransmits: number;
  rttUs: number;
  totalRetrans: number;
  /** SYN (of the side that sent it first) and FIN count as a byte each. */
  bytesAcked: number;
  /** The peer's FIN counts as a byte. */
  bytesReceived: number;
  segsOut: number;
  segsIn: number;
  /** NaN before the first sample. */
  minRttUs: number;
  /** Bytes a second, 0 before there is an estimate. */
  deliveryRate: number;
  /** Payload bytes sent, retransmitted ones included (4.19). */
  bytesSent: number;
  bytesRetrans: number;
  /** Modulo 65536 (6.7). */
  totalRto: number;
}

export function emptyRow(): SocketRow {
  return {
    family: 4,
    state: 0,
    localPort: 0,
    remotePort: 0,
    local: new Uint8Array(16),
    remote: new Uint8Array(16),
    cookie: 0,
    inode: 0,
    unread: 0,
    hasInfo: false,
    retransmits: 0,
    rttUs: 0,
    totalRetrans: 0,
    bytesAcked: 0,
    bytesReceived: 0,
    segsOut: 0,
    segsIn: 0,
    minRttUs: Number.NaN,
    deliveryRate: 0,
    bytesSent: Number.NaN,
    bytesRetrans: Number.NaN,
    totalRto: Number.NaN,
  };
}

const AF_INET6 = 10;
const NO_SAMPLE = 0xffff_ffff;
const TWO_32 = 0x1_0000_0000;

function u64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * TWO_32;
}

/** ::ffff:0:0/96 */
function isMapped(view: DataView, at: number): boolean {
  return view.getUint32(at) === 0 && view.getUint32(at + 4) === 0 && view.getUint32(at + 8) === 0xffff;
}

function copyAddress(view: DataView, at: number, length: number, into: Uint8Array): void {
  for (let i = 0; i < length; i += 1) into[i] = view.getUint8(at + i);
}

/**
 * Fills `row` from the inet_diag_msg at `message` and the tcp_info of `length` bytes at `info`.
 * A dual-stack socket may know one of its addresses no more (:: after a reset): the other decides the family.
 */
export function decodeSocketRow(view: DataView, message: number, info: number, length: number, row: SocketRow): void {
  const src = message + DIAG.SRC;
  const dst = message + DIAG.DST;
  const mapped = view.getUint8(message + DIAG.FAMILY) === AF_INET6 && (isMapped(view, dst) || isMapped(view, src));
  row.family = view.getUint8(message + DIAG.FAMILY) === AF_INET6 && !mapped ? 6 : 4;
  copyAddress(view, mapped ? src + 12 : src, row.family === 4 ? 4 : 16, row.local);
  copyAddress(view, mapped ? dst + 12 : dst, row.family === 4 ? 4 : 16, row.remote);
  row.state = view.getUint8(message + DIAG.STATE);
  row.localPort = view.getUint16(message + DIAG.SPORT);
  row.remotePort = view.getUint16(message + DIAG.DPORT);
  row.cookie = u64(view, message + DIAG.COOKIE);
  row.inode = view.getUint32(message + DIAG.INODE, true);
  row.unread = view.getUint32(message + DIAG.RQUEUE, true);
  decodeInfo(view, info, length, row);
}

/** Offsets of struct tcp_info, include/uapi/linux/tcp.h. */
function decodeInfo(view: DataView, at: number, length: number, row: SocketRow): void {
  row.hasInfo = length >= 192;
  if (!row.hasInfo) return;
  row.retransmits = view.getUint8(at + 2);
  row.rttUs = view.getUint32(at + 68, true);
  row.totalRetrans = view.getUint32(at + 100, true);
  row.bytesAcked = u64(view, at + 120);
  row.bytesReceived = u64(view, at + 128);
  row.segsOut = view.getUint32(at + 136, true);
  row.segsIn = view.getUint32(at + 140, true);
  const minRtt = view.getUint32(at + 148, true);
  row.minRttUs = minRtt === NO_SAMPLE ? Number.NaN : minRtt;
  row.deliveryRate = u64(view, at + 160);
  row.bytesSent = length >= 208 ? u64(view, at + 200) : Number.NaN;
  row.bytesRetrans = length >= 216 ? u64(view, at + 208) : Number.NaN;
  row.totalRto = length >= 242 ? view.getUint16(at + 240, true) : Number.NaN;
}
