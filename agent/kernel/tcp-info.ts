/**
 * struct tcp_info (include/uapi/linux/tcp.h), what the kernel knows about one connection.
 *
 * The structure grows at its end; a kernel copies as much as it has. A field beyond the returned length is
 * unknown and stays null: RTO counts, for one, exist from 6.7 on.
 */
import { Arena } from './arena.ts';
import { libc } from './libc.ts';
import { AF, SOCK, SOL } from './sockets.ts';

export interface TcpInfo {
  /** tcpi_state: 1 established, 7 closed … (include/net/tcp_states.h). */
  readonly state: number;
  /** tcpi_retransmits: retransmissions of the segment now waited for. */
  readonly retransmits: number;
  /** tcpi_rto. */
  readonly rtoMs: number;
  /** tcpi_last_ack_recv: time since the last segment with an ACK came, in whole ticks of the kernel's timer. */
  readonly lastAckRecvMs: number;
  /** tcpi_pmtu, bytes. */
  readonly pmtu: number;
  /** tcpi_rtt: smoothed RTT (RFC 6298). Right after connect it is the handshake's own. 0 before a sample. */
  readonly rttMs: number;
  /** tcpi_rttvar. */
  readonly rttvarMs: number;
  /** tcpi_snd_cwnd, segments. */
  readonly sndCwnd: number;
  /** tcpi_total_retrans, segments. */
  readonly totalRetrans: number;
  /** tcpi_min_rtt; null before the first sample. */
  readonly minRttMs: number | null;
  /** tcpi_bytes_sent, retransmissions included (4.19). */
  readonly bytesSent: number | null;
  /** tcpi_bytes_retrans (4.19). */
  readonly bytesRetrans: number | null;
  /** tcpi_total_rto, modulo 65536 (6.7). */
  readonly totalRto: number | null;
}

/** Shortest structure we read: up to tcpi_total_retrans, older than every supported kernel. */
const SHORTEST = 104;
const NO_SAMPLE = 0xffff_ffff;
/** include/uapi/linux/tcp.h */
const TCP_INFO = 11;
/** Room for fields that later kernels add. */
const ROOM = 512;

/** Layout: u8 at 0 to 7, then host-order u32, u64 and, in total_rto, u16. Times are in µs. */
export function decodeTcpInfo(view: DataView, at: number, length: number): TcpInfo | null {
  if (length < SHORTEST || at + length > view.byteLength) return null;
  const u32 = (offset: number): number => view.getUint32(at + offset, true);
  const u64 = (offset: number): number | null =>
    length < offset + 8 ? null : u32(offset) + u32(offset + 4) * 0x1_0000_0000;
  const minRtt = length < 152 ? NO_SAMPLE : u32(148);
  return {
    state: view.getUint8(at),
    retransmits: view.getUint8(at + 2),
    rtoMs: u32(8) / 1000,
    lastAckRecvMs: u32(56),
    pmtu: u32(60),
    rttMs: u32(68) / 1000,
    rttvarMs: u32(72) / 1000,
    sndCwnd: u32(80),
    totalRetrans: u32(100),
    minRttMs: minRtt === NO_SAMPLE ? null : minRtt / 1000,
    bytesSent: u64(200),
    bytesRetrans: u64(208),
    totalRto: length < 242 ? null : view.getUint16(at + 240, true),
  };
}

let arena: Arena | null = null;

/** getsockopt(TCP_INFO) of an open TCP socket; null when the descriptor is none. Throws KernelUnavailable. */
export function readTcpInfo(fd: number): TcpInfo | null {
  arena ??= new Arena(ROOM + 8);
  arena.view.setUint32(ROOM, ROOM, true);
  if (libc().getsockopt(fd, SOL.TCP, TCP_INFO, arena.base, arena.base + ROOM) < 0) return null;
  return decodeTcpInfo(arena.view, 0, arena.view.getUint32(ROOM, true));
}

/** Does this kernel tell retransmission timeouts of each connection (6.7)? Throws KernelUnavailable. */
export function kernelTellsTimeouts(): boolean {
  const fd = libc().socket(AF.INET, SOCK.STREAM | SOCK.CLOEXEC, 0);
  if (fd < 0) return false;
  const info = readTcpInfo(fd);
  libc().close(fd);
  return info !== null && info.totalRto !== null;
}
