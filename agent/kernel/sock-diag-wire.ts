/**
 * sock_diag on the wire (include/uapi/linux/{netlink,sock_diag,inet_diag}.h): the request for a dump of TCP
 * sockets and the walk over what comes back. Host byte order (little-endian on both our machines), except ports
 * and addresses, which are in network order. Pure: buffers in, offsets out, nothing allocated a row.
 *
 *   nlmsghdr (16)      len u32 | type u16 | flags u16 | seq u32 | pid u32
 *   inet_diag_req_v2   family u8 | protocol u8 | ext u8 | pad u8 | states u32 | inet_diag_sockid (48)
 *   inet_diag_msg (72) family 0 | state 1 | timer 2 | retrans 3 | sport 4 | dport 6 | src 8[16] | dst 24[16] |
 *                      if 40 | cookie u64 44 | expires 52 | rqueue 56 | wqueue 60 | uid 64 | inode 68
 *   then attributes    len u16 | type u16 | data, each padded to 4 bytes
 */

/** include/uapi/linux/netlink.h */
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_REQUEST_DUMP = 0x301;
const NLMSG_HEADER = 16;

/** include/uapi/linux/sock_diag.h, inet_diag.h */
const SOCK_DIAG_BY_FAMILY = 20;
const INET_DIAG_REQUEST = 56;
const INET_DIAG_MESSAGE = 72;
const INET_DIAG_INFO = 2;
const IPPROTO_TCP = 6;

/** Bitmap of 1 << state (include/net/tcp_states.h). */
export const STATES = {
  /** Established, SYN_SENT, the closing states and CLOSE: the rows that carry tcp_info. */
  flows: 0xbb6,
  listen: 1 << 10,
} as const;

/** Offsets in an inet_diag_msg. */
export const DIAG = {
  FAMILY: 0,
  STATE: 1,
  SPORT: 4,
  DPORT: 6,
  SRC: 8,
  DST: 24,
  COOKIE: 44,
  RQUEUE: 56,
  UID: 64,
  INODE: 68,
} as const;

/** The kernel or the buffer broke the format; as −errno, like every failure of a door. */
export const MALFORMED = -74; // EBADMSG

/** Bytes of a dump request. */
export const DUMP_REQUEST_BYTES = NLMSG_HEADER + INET_DIAG_REQUEST;

/** Writes a request for a dump of the TCP sockets of one family (2 or 10) in these states, with tcp_info. */
export function encodeDump(view: DataView, at: number, family: number, states: number, sequence: number): void {
  for (let i = 0; i < DUMP_REQUEST_BYTES; i += 1) view.setUint8(at + i, 0);
  view.setUint32(at, DUMP_REQUEST_BYTES, true);
  view.setUint16(at + 4, SOCK_DIAG_BY_FAMILY, true);
  view.setUint16(at + 6, NLM_F_REQUEST_DUMP, true);
  view.setUint32(at + 8, sequence, true);
  view.setUint8(at + 16, family);
  view.setUint8(at + 17, IPPROTO_TCP);
  view.setUint8(at + 18, 1 << (INET_DIAG_INFO - 1));
  view.setUint32(at + 20, states, true);
}

export interface SocketRows {
  /**
   * One socket. `message` is where its inet_diag_msg begins; `info` where its tcp_info begins and `infoLength` how
   * much of it this kernel has (0: the row carries none).
   */
  row(view: DataView, message: number, info: number, infoLength: number): void;
}

/**
 * Walks one received buffer. Returns 0 when more is to come, 1 at the end of a dump, −errno for the kernel's error
 * or {@link MALFORMED}; rows before the fault have been given.
 */
export function walkMessages(view: DataView, from: number, length: number, rows: SocketRows): number {
  const end = Math.min(from + length, view.byteLength);
  let at = from;
  while (at + NLMSG_HEADER <= end) {
    const size = view.getUint32(at, true);
    const type = view.getUint16(at + 4, true);
    if (size < NLMSG_HEADER || at + size > end) return MALFORMED;
    if (type === NLMSG_DONE) return 1;
    if (type === NLMSG_ERROR) {
      if (size < NLMSG_HEADER + 4) return MALFORMED;
      const error = view.getInt32(at + NLMSG_HEADER, true);
      if (error < 0) return error;
    } else if (type === SOCK_DIAG_BY_FAMILY) {
      const fault = walkRow(view, at, size, rows);
      if (fault < 0) return fault;
    }
    at += (size + 3) & ~3;
  }
  return at >= end ? 0 : MALFORMED;
}

function walkRow(view: DataView, at: number, size: number, rows: SocketRows): number {
  const message = at + NLMSG_HEADER;
  const end = at + size;
  if (message + INET_DIAG_MESSAGE > end) return MALFORMED;
  let info = 0;
  let infoLength = 0;
  for (let attribute = message + INET_DIAG_MESSAGE; attribute + 4 <= end; ) {
    const length = view.getUint16(attribute, true);
    if (length < 4 || attribute + length > end) return MALFORMED;
    if (view.getUint16(attribute + 2, true) === INET_DIAG_INFO) {
      info = attribute + 4;
      infoLength = length - 4;
    }
    attribute += (length + 3) & ~3;
  }
  rows.row(view, message, info, infoLength);
  return 0;
}
