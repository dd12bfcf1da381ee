/**
 * As much of the Internet protocol as a prober must read: the checksum, and IP headers around or inside ICMP.
 *
 *   IPv4 (RFC 791 §3.1)                            IPv6 (RFC 8200 §3)
 *   0  version 4, header length in 4 bytes         0  version 6, class, flow label
 *   2  total length      6  flags, fragment offset 4  payload length
 *   8  TTL   9 protocol                            6  next header   7 hop limit
 *   12 source   16 destination   20 options        8  source   24 destination   40 payload
 *
 * All in network byte order. Nothing here trusts a length that it reads.
 */

const PROTOCOL_ICMP = 1;
const PROTOCOL_ICMPV6 = 58;
const IPV6_HEADER = 40;
/** RFC 8200 §4.5: next header 44, 8 bytes, the fragment offset in the upper 13 bits at 2. */
const IPV6_FRAGMENT = 44;

/** One's complement sum of 16-bit words (RFC 1071), not folded to the end and not complemented. */
export function onesSum(view: DataView, at: number, length: number, seed = 0): number {
  let sum = seed;
  const even = at + length - (length & 1);
  for (let i = at; i < even; i += 2) sum += view.getUint16(i);
  // An odd last byte counts as the upper half of a word.
  if (length & 1) sum += view.getUint8(even) << 8;
  return sum;
}

/** Folds a sum and complements it: the value of a checksum field. 64 KiB of 16-bit words stay below 2^32. */
export function foldChecksum(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return ~((once & 0xffff) + (once >>> 16)) & 0xffff;
}

/** Header length of an IPv4 packet of `length` bytes at `at`; −1 when it is none. */
export function ipv4HeaderLength(view: DataView, at: number, length: number): number {
  if (length < 20) return -1;
  const first = view.getUint8(at);
  const header = (first & 0x0f) * 4;
  return first >> 4 === 4 && header >= 20 && header <= length ? header : -1;
}

/**
 * Where the ICMP message begins in an IP packet, as an offset from `at`; −1 when the packet holds no beginning
 * of one. A packet quoted in an error may be cut off anywhere, so only what is there is asked of it.
 */
export function icmpOffset(view: DataView, at: number, length: number, family: 4 | 6): number {
  if (family === 4) {
    const header = ipv4HeaderLength(view, at, length);
    if (header < 0 || view.getUint8(at + 9) !== PROTOCOL_ICMP) return -1;
    return (view.getUint16(at + 6) & 0x1fff) === 0 ? header : -1;
  }
  if (length < IPV6_HEADER || view.getUint8(at) >> 4 !== 6) return -1;
  const next = view.getUint8(at + 6);
  if (next === PROTOCOL_ICMPV6) return IPV6_HEADER;
  if (next !== IPV6_FRAGMENT || length < IPV6_HEADER + 8) return -1;
  const first = (view.getUint16(at + IPV6_HEADER + 2) & 0xfff8) === 0;
  return first && view.getUint8(at + IPV6_HEADER) === PROTOCOL_ICMPV6 ? IPV6_HEADER + 8 : -1;
}

/** Offset of the destination address in an IP header, from its start. */
export function destinationOffset(family: 4 | 6): number {
  return family === 4 ? 16 : 24;
}

/** Link headers a looped-back packet may carry: Ethernet, none (TUN, WireGuard), one VLAN tag, 4 bytes (loopback-like). */
const LINK_HEADERS = [14, 0, 18, 4];

/**
 * The kernel gives a sent packet back from its link header on, whose length depends on the device and is not told.
 * Finds the ICMP message by trying the usual ones; −1 when none makes sense.
 */
export function icmpOffsetInFrame(view: DataView, at: number, length: number, family: 4 | 6): number {
  for (const link of LINK_HEADERS) {
    if (link >= length) continue;
    const offset = icmpOffset(view, at + link, length - link, family);
    if (offset >= 0) return link + offset;
  }
  return -1;
}
