/**
 * Echo requests, their replies, and the errors that quote them (RFC 792, RFC 4443). Pure, over DataViews.
 *
 *   0  type   1  code   2  checksum     echo request 8 (v6: 128), reply 0 (v6: 129)
 *   4  identifier       6  sequence
 *   8  index of the target (ours)
 *   12 nonce, 64 random bits (ours)     a reply without it is not a reply to this probe
 *   20 pattern, byte i of the payload is i & 255, up to the size asked for
 *
 * Errors (v4 3, 11, 12; v6 1 to 4) carry 4 bytes of their own at 4 and then the packet they are about, from its IP
 * header on. RFC 792 promises no more than 8 bytes behind that header: identifier and sequence, not the nonce.
 */
import { destinationOffset, foldChecksum, icmpOffset, onesSum } from './wire-ip.ts';

/** ICMP header, target index and nonce. */
export const SMALLEST_PAYLOAD = 12;
const HEADER = 8;
const INDEX_AT = 8;
const NONCE_AT = 12;
const PATTERN_AT = 20;

const ECHO_REQUEST = { 4: 8, 6: 128 } as const;
const ECHO_REPLY = { 4: 0, 6: 129 } as const;

/** What the checksum of an IPv4 echo request starts from: type, and the pattern of a payload of `size` bytes. */
export function echoSeed(size: number): number {
  let sum = ECHO_REQUEST[4] << 8;
  for (let i = SMALLEST_PAYLOAD; i < size; i += 1) sum += i & 1 ? i & 0xff : (i & 0xff) << 8;
  return sum;
}

/**
 * Writes an echo request with `size` bytes of payload (at least {@link SMALLEST_PAYLOAD}) at `at`. `seed` is
 * {@link echoSeed} of that size; for IPv6 the kernel fills in the checksum, which covers the addresses.
 */
export function writeEchoRequest(
  view: DataView,
  at: number,
  family: 4 | 6,
  size: number,
  seed: number,
  identifier: number,
  sequence: number,
  index: number,
  nonceHigh: number,
  nonceLow: number,
): void {
  view.setUint16(at, ECHO_REQUEST[family] << 8);
  view.setUint16(at + 4, identifier);
  view.setUint16(at + 6, sequence);
  view.setUint32(at + INDEX_AT, index);
  view.setUint32(at + NONCE_AT, nonceHigh);
  view.setUint32(at + NONCE_AT + 4, nonceLow);
  for (let i = SMALLEST_PAYLOAD; i < size; i += 1) view.setUint8(at + HEADER + i, i & 0xff);
  view.setUint16(at + 2, family === 4 ? foldChecksum(onesSum(view, at + 4, 16, seed)) : 0);
}

/** A decoded message. Filled in place by {@link readIcmp}, so that reading a packet allocates nothing. */
export interface IcmpMessage {
  /**
   * `reply`: an echo reply. `error`: quotes an echo request. `other`: well formed, none of these.
   * `malformed`: too short, or the checksum is wrong; identifier, sequence and index are then hints at best.
   */
  kind: 'reply' | 'error' | 'other' | 'malformed';
  type: number;
  code: number;
  identifier: number;
  sequence: number;
  /** Whether index and nonce are there; errors may quote too little. */
  marked: boolean;
  index: number;
  nonceHigh: number;
  nonceLow: number;
  /** Payload bytes of a reply. */
  size: number;
  /** Next-hop MTU of "fragmentation needed" and "packet too big"; 0 when the router did not tell. */
  mtu: number;
  /** Offset in the view of the destination that the quoted packet was sent to; −1 for replies. */
  destinationAt: number;
}

export function newIcmpMessage(): IcmpMessage {
  return {
    kind: 'other',
    type: 0,
    code: 0,
    identifier: 0,
    sequence: 0,
    marked: false,
    index: 0,
    nonceHigh: 0,
    nonceLow: 0,
    size: 0,
    mtu: 0,
    destinationAt: -1,
  };
}

/**
 * Reads the ICMP message of `length` bytes at `at`. The checksum is judged for IPv4 only: with IPv6 it covers the
 * addresses too and the kernel drops what does not match.
 */
export function readIcmp(view: DataView, at: number, length: number, family: 4 | 6, into: IcmpMessage): void {
  into.kind = 'malformed';
  into.marked = false;
  into.destinationAt = -1;
  if (length < HEADER) return;
  into.type = view.getUint8(at);
  into.code = view.getUint8(at + 1);
  const sound = family === 6 || foldChecksum(onesSum(view, at, length)) === 0;
  if (into.type === ECHO_REPLY[family]) {
    readEcho(view, at, length, into);
    if (sound && into.code === 0 && into.marked) into.kind = 'reply';
  } else if (sound) {
    into.kind = isError(family, into.type) && readQuote(view, at, length, family, into) ? 'error' : 'other';
  }
}

function isError(family: 4 | 6, type: number): boolean {
  return family === 4 ? type === 3 || type === 11 || type === 12 : type >= 1 && type <= 4;
}

function readEcho(view: DataView, at: number, length: number, into: IcmpMessage): void {
  into.identifier = view.getUint16(at + 4);
  into.sequence = view.getUint16(at + 6);
  into.size = length - HEADER;
  into.marked = length >= PATTERN_AT;
  if (!into.marked) return;
  into.index = view.getUint32(at + INDEX_AT);
  into.nonceHigh = view.getUint32(at + NONCE_AT);
  into.nonceLow = view.getUint32(at + NONCE_AT + 4);
}

/** False when what is quoted is not the beginning of an echo request. */
function readQuote(view: DataView, at: number, length: number, family: 4 | 6, into: IcmpMessage): boolean {
  const quote = at + HEADER;
  const offset = icmpOffset(view, quote, length - HEADER, family);
  if (offset < 0) return false;
  if (!readQuotedEcho(view, quote + offset, length - HEADER - offset, family, into)) return false;
  into.destinationAt = quote + destinationOffset(family);
  if (family === 4) into.mtu = into.type === 3 && into.code === 4 ? view.getUint16(at + 6) : 0;
  else into.mtu = into.type === 2 ? view.getUint32(at + 4) : 0;
  return true;
}

/** Reads an echo request of ours from inside an error or from a looped-back frame. */
export function readQuotedEcho(view: DataView, at: number, length: number, family: 4 | 6, into: IcmpMessage): boolean {
  if (length < HEADER || view.getUint8(at) !== ECHO_REQUEST[family]) return false;
  readEcho(view, at, length, into);
  return true;
}
