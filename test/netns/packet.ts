/**
 * The little of IP and ICMP a router and a far host must know: checksum, fragments, "too big", echo replies.
 * Written apart from the agent's own codecs on purpose: a test must not prove a codec with itself.
 */

/** Internet checksum (RFC 1071) over a range, started with `sum`. */
export function checksum(packet: Buffer, from: number, to: number, sum = 0): number {
  let total = sum;
  for (let i = from; i + 1 < to; i += 2) total += packet.readUInt16BE(i);
  if ((to - from) & 1) total += packet[to - 1]! << 8;
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return ~total & 0xffff;
}

const version = (packet: Buffer): number => packet[0]! >> 4;
const headerLength = (packet: Buffer): number => (packet[0]! & 15) * 4;

/** Sum of the ICMPv6 pseudo header (RFC 8200 §8.1): addresses, upper-layer length, next header 58. */
function pseudoHeader(packet: Buffer, length: number): number {
  let sum = length + 58;
  for (let i = 8; i < 40; i += 2) sum += packet.readUInt16BE(i);
  return sum;
}

/** Fills in the IPv4 header checksum. */
export function sealHeader(packet: Buffer): void {
  packet.writeUInt16BE(0, 10);
  packet.writeUInt16BE(checksum(packet, 0, headerLength(packet)), 10);
}

/** Fills in the ICMP or ICMPv6 checksum of a packet whose ICMP header is at `at`. */
export function sealIcmp(packet: Buffer, at: number): void {
  packet.writeUInt16BE(0, at + 2);
  const sum = version(packet) === 6 ? pseudoHeader(packet, packet.length - at) : 0;
  packet.writeUInt16BE(checksum(packet, at, packet.length, sum), at + 2);
}

/** Turns an echo request (RFC 792 type 8, RFC 4443 type 128) into its reply, in place. False: it was none. */
export function answerEcho(packet: Buffer): boolean {
  if (version(packet) === 4) {
    const at = headerLength(packet);
    if (packet[9] !== 1 || packet[at] !== 8) return false;
    const source = packet.readUInt32BE(12);
    packet.writeUInt32BE(packet.readUInt32BE(16), 12);
    packet.writeUInt32BE(source, 16);
    packet[8] = 64;
    sealHeader(packet);
    packet[at] = 0;
    sealIcmp(packet, at);
    return true;
  }
  if (version(packet) !== 6 || packet[6] !== 58 || packet[40] !== 128) return false;
  const source = Buffer.from(packet.subarray(8, 24));
  packet.copy(packet, 8, 24, 40);
  source.copy(packet, 24);
  packet[7] = 64;
  packet[40] = 129;
  sealIcmp(packet, 40);
  return true;
}

/** Whether routers may fragment it: IPv4 without DF. */
export const mayFragment = (packet: Buffer): boolean => version(packet) === 4 && (packet[6]! & 0x40) === 0;

/** Splits an IPv4 packet into fragments of at most `mtu` bytes (RFC 791; packets without options). */
export function fragment(packet: Buffer, mtu: number): Buffer[] {
  const header = headerLength(packet);
  const step = (mtu - header) & ~7;
  const field = packet.readUInt16BE(6);
  const parts: Buffer[] = [];
  for (let at = header; at < packet.length; at += step) {
    const last = at + step >= packet.length;
    const part = Buffer.concat([packet.subarray(0, header), packet.subarray(at, Math.min(at + step, packet.length))]);
    part.writeUInt16BE(part.length, 2);
    const more = last ? field & 0x2000 : 0x2000;
    part.writeUInt16BE(((field & 0x1fff) + (at - header) / 8) | more, 6);
    sealHeader(part);
    parts.push(part);
  }
  return parts;
}

/**
 * The router's answer to a packet too big to pass: "fragmentation needed" (RFC 1191) or "packet too big"
 * (RFC 4443 §3.2) from `router`, quoting as much as fits.
 */
export function tooBig(packet: Buffer, mtu: number, router: { v4: Buffer; v6: Buffer }): Buffer {
  const v6 = version(packet) === 6;
  const header = v6 ? 40 : 20;
  const quoted = packet.subarray(0, (v6 ? 1280 : 576) - header - 8);
  const out = Buffer.alloc(header + 8 + quoted.length);
  quoted.copy(out, header + 8);
  if (v6) {
    out.writeUInt32BE(0x60000000, 0);
    out.writeUInt16BE(8 + quoted.length, 4);
    out.set([58, 64], 6);
    router.v6.copy(out, 8);
    packet.copy(out, 24, 8, 24);
    out[header] = 2;
    out.writeUInt32BE(mtu, header + 4);
  } else {
    out[0] = 0x45;
    out.writeUInt16BE(out.length, 2);
    out.set([64, 1], 8);
    router.v4.copy(out, 12);
    packet.copy(out, 16, 12, 16);
    sealHeader(out);
    out.set([3, 4], header);
    out.writeUInt16BE(mtu, header + 6);
  }
  sealIcmp(out, header);
  return out;
}
