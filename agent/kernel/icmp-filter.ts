/**
 * What a raw ICMP socket keeps. Without a filter it gets a copy of every ICMP packet of the host (2,000 foreign ones
 * a second cost 6 % of a core); with one, echo replies that carry one of our identifiers and errors that quote an
 * echo with one. Ours are a block: those whose upper 8 bits are `block`'s.
 */
import { assemble, BPF } from './bpf.ts';

const BLOCK_MASK = 0xff00;
const WHOLE_PACKET = 0xffff_ffff;
const ICMP = 1;
const ICMPV6 = 58;
/** Next header of an IPv6 fragment header (RFC 8200 §4.5), 8 bytes long. */
const FRAGMENT = 44;

/** For IPv4, where the packet begins at the IP header. */
export function icmpFilter4(block: number): Uint8Array {
  return assemble([
    [BPF.X_HEADER_LENGTH, 0],
    [BPF.LOAD_BYTE_X, 0],
    [BPF.IF_EQUAL, 0, 'reply'],
    [BPF.IF_EQUAL, 3, 'error'],
    [BPF.IF_EQUAL, 11, 'error'],
    [BPF.IF_EQUAL, 12, 'error', 'drop'],
    'error', // ICMP header 8 bytes, then the quoted IP header with its protocol at 9
    [BPF.LOAD_BYTE_X, 8 + 9],
    [BPF.IF_EQUAL, ICMP, null, 'drop'],
    [BPF.LOAD_BYTE_X, 8],
    [BPF.AND, 0x0f],
    [BPF.SHIFT_LEFT, 2],
    [BPF.ADD_X, 0],
    [BPF.X_FROM_A, 0],
    [BPF.LOAD_HALF_X, 8 + 4],
    [BPF.AND, BLOCK_MASK],
    [BPF.IF_EQUAL, block, 'keep', 'drop'],
    'reply',
    [BPF.LOAD_HALF_X, 4],
    [BPF.AND, BLOCK_MASK],
    [BPF.IF_EQUAL, block, 'keep', 'drop'],
    'keep',
    [BPF.RETURN, WHOLE_PACKET],
    'drop',
    [BPF.RETURN, 0],
  ]);
}

/** For IPv6, where the packet begins at the ICMPv6 header. */
export function icmpFilter6(block: number): Uint8Array {
  return assemble([
    [BPF.LOAD_BYTE, 0],
    [BPF.IF_EQUAL, 129, 'reply'],
    [BPF.IF_EQUAL, 1, 'error'],
    [BPF.IF_EQUAL, 2, 'error'],
    [BPF.IF_EQUAL, 3, 'error'],
    [BPF.IF_EQUAL, 4, 'error', 'drop'],
    'error', // ICMPv6 header 8 bytes, then the quoted IPv6 header (40) with its next header at 6
    [BPF.LOAD_BYTE, 8 + 6],
    [BPF.IF_EQUAL, FRAGMENT, 'fragment'],
    [BPF.IF_EQUAL, ICMPV6, null, 'drop'],
    [BPF.LOAD_HALF, 8 + 40 + 4],
    [BPF.AND, BLOCK_MASK],
    [BPF.IF_EQUAL, block, 'keep', 'drop'],
    'fragment',
    [BPF.LOAD_BYTE, 8 + 40],
    [BPF.IF_EQUAL, ICMPV6, null, 'drop'],
    [BPF.LOAD_HALF, 8 + 40 + 8 + 4],
    [BPF.AND, BLOCK_MASK],
    [BPF.IF_EQUAL, block, 'keep', 'drop'],
    'reply',
    [BPF.LOAD_HALF, 4],
    [BPF.AND, BLOCK_MASK],
    [BPF.IF_EQUAL, block, 'keep', 'drop'],
    'keep',
    [BPF.RETURN, WHOLE_PACKET],
    'drop',
    [BPF.RETURN, 0],
  ]);
}

/** For sockets that only send. */
export function dropAll(): Uint8Array {
  return assemble([[BPF.RETURN, 0]]);
}
