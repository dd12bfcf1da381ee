/**
 * Extended BPF (include/uapi/linux/bpf.h): as much of an assembler as one small program takes, and bpf(2).
 *
 * `struct bpf_insn { u8 code; u8 dst:4, src:4; s16 off; s32 imm; }`, host order, jumps counted from the next
 * instruction. Registers: r0 result, r1 to r5 arguments (lost in a call), r6 to r9 kept, r10 end of the stack.
 */
import { libc } from './libc.ts';

/** One instruction; `to` is the label that a jump goes to. */
export interface Instruction {
  readonly code: number;
  readonly dst?: number;
  readonly src?: number;
  readonly off?: number;
  readonly imm?: number;
  readonly to?: string;
}

/** A label, or an instruction. */
export type Step = string | Instruction;

/** BPF_PSEUDO_MAP_FD: the immediate is a descriptor, and the kernel puts the map's address there. */
const PSEUDO_MAP_FD = 1;

export const load32 = (dst: number, src: number, off: number): Step => ({ code: 0x61, dst, src, off });
/** *(u64 *)(dst + off) = src */
export const store64 = (dst: number, off: number, src: number): Step => ({ code: 0x7b, dst, src, off });
export const storeNumber64 = (dst: number, off: number, imm: number): Step => ({ code: 0x7a, dst, off, imm });
/** Atomic *(u64 *)(dst + off) += src */
export const atomicAdd64 = (dst: number, off: number, src: number): Step => ({ code: 0xdb, dst, src, off });
export const move = (dst: number, src: number): Step => ({ code: 0xbf, dst, src });
export const set = (dst: number, imm: number): Step => ({ code: 0xb7, dst, imm });
export const add = (dst: number, imm: number): Step => ({ code: 0x07, dst, imm });
export const or = (dst: number, imm: number): Step => ({ code: 0x47, dst, imm });
/** A 64-bit immediate takes two instructions. */
export const loadMap = (dst: number, fd: number): readonly Step[] => [
  { code: 0x18, dst, src: PSEUDO_MAP_FD, imm: fd },
  { code: 0 },
];
export const ifEqual = (dst: number, imm: number, to: string): Step => ({ code: 0x15, dst, imm, to });
export const ifNot = (dst: number, imm: number, to: string): Step => ({ code: 0x55, dst, imm, to });
export const jump = (to: string): Step => ({ code: 0x05, to });
export const call = (helper: number): Step => ({ code: 0x85, imm: helper });
export const exit: Step = { code: 0x95 };

/** One `struct bpf_insn` each, ready for the kernel. */
export function assemble(steps: readonly Step[]): Uint8Array {
  const labels = new Map<string, number>();
  const instructions: Instruction[] = [];
  for (const step of steps) {
    if (typeof step === 'string') labels.set(step, instructions.length);
    else instructions.push(step);
  }
  const program = new Uint8Array(instructions.length * 8);
  const view = new DataView(program.buffer);
  for (const [index, { code, dst = 0, src = 0, off = 0, imm = 0, to }] of instructions.entries()) {
    const target = to === undefined ? index + 1 + off : labels.get(to);
    if (target === undefined) throw new RangeError(`no label ${to}`);
    view.setUint8(index * 8, code);
    view.setUint8(index * 8 + 1, (src << 4) | dst);
    view.setInt16(index * 8 + 2, target - index - 1, true);
    view.setInt32(index * 8 + 4, imm, true);
  }
  return program;
}

/** enum bpf_cmd */
export const BPF_COMMAND = {
  MAP_CREATE: 0,
  MAP_LOOKUP_ELEM: 1,
  MAP_DELETE_ELEM: 3,
  PROG_LOAD: 5,
  PROG_QUERY: 16,
  LINK_CREATE: 28,
} as const;

/** Asm-generic and x86-64 number the call differently; other machines do not ship. */
const SYS_BPF: Readonly<Record<string, number>> = { x64: 321, arm64: 280 };
const ENOSYS = 38;

/** bpf(2) with the `union bpf_attr` at an address of an {@link Arena}: what the kernel returns, or −errno. */
export function bpf(command: number, attribute: number, size: number): number {
  const number = SYS_BPF[process.arch];
  return number === undefined ? -ENOSYS : libc().syscall(number, command, attribute, size);
}
