/**
 * A socket's error queue (MSG_ERRQUEUE): ICMP errors about what it sent, with who sent them (IP_RECVERR, ip(7)), and
 * the stamps of when its packets left (SO_TIMESTAMPING).
 *
 * An entry is a message with control data:
 *
 *   struct cmsghdr (16): length u64 @0, level i32 @8, type i32 @12; the data follows; entries are 8-aligned
 *   struct sock_extended_err (16): errno u32 @0, origin u8 @4, type u8 @5, code u8 @6, info u32 @8, data u32 @12
 *     behind it the offender's socket address
 *   struct scm_timestamping (48): three struct timespec, the software stamp first
 *
 * All in host byte order. `info` is the next hop's MTU where the type has one.
 */
import { readSocketAddress } from './socket-address.ts';
import { SO, SOL } from './sockets.ts';

/** include/uapi/linux/in.h, in6.h */
const IP_RECVERR = 11;
const IPV6_RECVERR = 25;
/** include/uapi/linux/errqueue.h */
const SO_EE_ORIGIN = { LOCAL: 1, ICMP: 2, ICMP6: 3, TIMESTAMPING: 4 } as const;

/** An ICMP error about a packet of the socket. */
export interface QueuedIcmpError {
  /** What the kernel makes of it, positive. */
  readonly errno: number;
  readonly family: 4 | 6;
  readonly type: number;
  readonly code: number;
  /** Next-hop MTU where the type has one, else 0. */
  readonly info: number;
  /** Who sent the error; null when the kernel does not tell. */
  readonly from: string | null;
}

/** What control data of one message can hold. */
export interface ControlData {
  icmp: QueuedIcmpError | null;
  /** Software stamp, CLOCK_REALTIME in ms: of the way out, or of when the ICMP error came; null without one. */
  stampMs: number | null;
}

/** Reads the control data of one received message, `length` bytes at `at`. */
export function readControl(view: DataView, at: number, length: number): ControlData {
  const found: ControlData = { icmp: null, stampMs: null };
  const end = at + length;
  for (let entry = at; entry + 16 <= end; ) {
    const size = view.getUint32(entry, true);
    if (size < 16 || entry + size > end) break;
    const level = view.getInt32(entry + 8, true);
    const type = view.getInt32(entry + 12, true);
    if (level === SOL.SOCKET && type === SO.TIMESTAMPING && size >= 16 + 16) found.stampMs = stamp(view, entry + 16);
    else if ((level === SOL.IP && type === IP_RECVERR) || (level === SOL.IPV6 && type === IPV6_RECVERR)) {
      found.icmp = extendedError(view, entry + 16, size - 16) ?? found.icmp;
    }
    entry += (size + 7) & ~7;
  }
  return found;
}

function stamp(view: DataView, at: number): number | null {
  const seconds = view.getUint32(at, true);
  return seconds === 0 ? null : seconds * 1000 + view.getUint32(at + 8, true) / 1e6;
}

function extendedError(view: DataView, at: number, size: number): QueuedIcmpError | null {
  if (size < 16) return null;
  const origin = view.getUint8(at + 4);
  if (origin !== SO_EE_ORIGIN.ICMP && origin !== SO_EE_ORIGIN.ICMP6) return null;
  return {
    errno: view.getUint32(at, true),
    family: origin === SO_EE_ORIGIN.ICMP ? 4 : 6,
    type: view.getUint8(at + 5),
    code: view.getUint8(at + 6),
    info: view.getUint32(at + 8, true),
    from: size >= 16 + 16 ? readSocketAddress(view, at + 16) : null,
  };
}
