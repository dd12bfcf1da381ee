/**
 * Classic BPF for socket filters (include/uapi/linux/filter.h): a small assembler, and SO_ATTACH_FILTER.
 *
 * `struct sock_filter { u16 code; u8 jt; u8 jf; u32 k; }`, host order, jumps counted from the next instruction.
 * Loads are in network order; one beyond the packet's end drops the packet.
 */
import { Arena } from './arena.ts';
import { libc } from './libc.ts';
import { SO, SOL } from './sockets.ts';

export const BPF = {
  /** A = byte, or 16 bits, at k. */
  LOAD_BYTE: 0x30,
  LOAD_HALF: 0x28,
  /** A = byte, or 16 bits, at X + k. */
  LOAD_BYTE_X: 0x50,
  LOAD_HALF_X: 0x48,
  /** X = 4 * (byte at k & 15): the length of the IPv4 header there. */
  X_HEADER_LENGTH: 0xb1,
  /** A = A & k, A << k, A + X; X = A. */
  AND: 0x54,
  SHIFT_LEFT: 0x64,
  ADD_X: 0x0c,
  X_FROM_A: 0x07,
  /** On to the first label when A equals k, else to the second; no label is the next instruction. */
  IF_EQUAL: 0x15,
  RETURN: 0x06,
} as const;

/** A label, or an instruction with its labels. */
export type Line = string | readonly [code: number, k: number, whenTrue?: string | null, whenFalse?: string | null];

/** One `struct sock_filter` each, ready for the kernel. */
export function assemble(lines: readonly Line[]): Uint8Array {
  const labels = new Map<string, number>();
  let count = 0;
  for (const line of lines) {
    if (typeof line === 'string') labels.set(line, count);
    else count += 1;
  }
  const program = new Uint8Array(count * 8);
  const view = new DataView(program.buffer);
  let at = 0;
  const jump = (label: string | null | undefined): number => {
    if (label === null || label === undefined) return 0;
    const distance = (labels.get(label) ?? -1) - at / 8 - 1;
    if (distance < 0 || distance > 255) throw new RangeError(`no label ${label} ahead`);
    return distance;
  };
  for (const line of lines) {
    if (typeof line === 'string') continue;
    const [code, k, whenTrue, whenFalse] = line;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, jump(whenTrue));
    view.setUint8(at + 3, jump(whenFalse));
    view.setUint32(at + 4, k, true);
    at += 8;
  }
  return program;
}

const LONGEST = 64;
let scratch: Arena | null = null;

/** Puts a program before a socket's receive queue; the kernel copies it. 0, or −errno. */
export function attachFilter(fd: number, program: Uint8Array): number {
  // struct sock_fprog { u16 len; struct sock_filter *filter, at 8; }
  scratch ??= new Arena(16 + LONGEST * 8);
  scratch.view.setUint16(0, program.length / 8, true);
  scratch.setPointer(8, scratch.base + 16);
  scratch.bytes.set(program, 16);
  return libc().setsockopt(fd, SOL.SOCKET, SO.ATTACH_FILTER, scratch.base, 16);
}
