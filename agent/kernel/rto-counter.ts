/**
 * Counts retransmission timeouts of each connection where tcp_info does not tell them (before Linux 6.7): a BPF
 * program of type sock_ops (4.13; RTO_CB 4.16, cookies 4.19) on the root of cgroup v2, so on every TCP socket of the
 * machine. The kernel runs it when a connection is begun or accepted, where it asks to be told of timeouts, and then
 * at each timeout, where it adds one beside the socket's cookie, the number by which sock_diag knows it as well.
 *
 * It hangs on a link (5.7): that goes with its descriptor, so with this process however it ends. Nothing stays behind.
 * Sockets older than the program are never told of: their timeouts stay unknown.
 */
import { closeSync, openSync } from 'node:fs';
import { Arena } from './arena.ts';
import * as asm from './ebpf.ts';
import { libc } from './libc.ts';

/** include/uapi/linux/bpf.h */
const BPF_MAP_TYPE_LRU_HASH = 9;
const BPF_PROG_TYPE_SOCK_OPS = 13;
export const BPF_CGROUP_SOCK_OPS = 3;
const HELPER = { map_lookup_elem: 1, map_update_elem: 2, get_socket_cookie: 46, sock_ops_cb_flags_set: 59 } as const;

/** Offsets in struct bpf_sock_ops. */
const OP = 0;
const ARGS_2 = 12;
const CB_FLAGS = 84;
/** Values of op. */
const TCP_CONNECT_CB = 3;
const PASSIVE_ESTABLISHED_CB = 5;
const RTO_CB = 8;
const RTO_CB_FLAG = 1;

/**
 * Connections with timeouts that are held at a time; the ones longest without another make room. A connection of
 * ours is let go when it ends, those of other network namespaces age. 2.6 MB of the kernel's memory.
 */
const ENTRIES = 32_768;

/** The program, with the map's descriptor in it. */
export function rtoProgram(map: number): Uint8Array {
  const [result, context, value, stack] = [0, 6, 1, 10];
  return asm.assemble([
    asm.move(context, 1),
    asm.load32(2, context, OP),
    asm.ifEqual(2, RTO_CB, 'timeout'),
    asm.ifEqual(2, TCP_CONNECT_CB, 'begun'),
    asm.ifNot(2, PASSIVE_ESTABLISHED_CB, 'done'),
    'begun',
    // Others on the same machine may have asked for more.
    asm.load32(2, context, CB_FLAGS),
    asm.or(2, RTO_CB_FLAG),
    asm.move(1, context),
    asm.call(HELPER.sock_ops_cb_flags_set),
    asm.jump('done'),
    'timeout',
    // args[2]: the timer gave the connection up; the kernel's own count has no such timeout.
    asm.load32(2, context, ARGS_2),
    asm.ifNot(2, 0, 'done'),
    asm.move(1, context),
    asm.call(HELPER.get_socket_cookie),
    asm.store64(stack, -8, result),
    ...asm.loadMap(1, map),
    asm.move(2, stack),
    asm.add(2, -8),
    asm.call(HELPER.map_lookup_elem),
    asm.ifEqual(result, 0, 'first'),
    asm.set(value, 1),
    asm.atomicAdd64(result, 0, value),
    asm.jump('done'),
    'first',
    asm.storeNumber64(stack, -16, 1),
    ...asm.loadMap(1, map),
    asm.move(2, stack),
    asm.add(2, -8),
    asm.move(3, stack),
    asm.add(3, -16),
    asm.set(4, 0),
    asm.call(HELPER.map_update_elem),
    'done',
    // 1: go on as without a program.
    asm.set(result, 1),
    asm.exit,
  ]);
}

/** What went wrong at which step, with −errno. */
export interface RtoCounterFailure {
  readonly step: 'cgroup' | 'map' | 'program' | 'link';
  readonly errno: number;
}

/** The largest bpf_attr used here, with room. */
const ATTRIBUTE = 128;
const ELEMENT_ATTRIBUTE = 32;
const TWO_32 = 2 ** 32;

export class RtoCounter {
  readonly #map: number;
  readonly #link: number;
  /** bpf_attr of element commands: map_fd u32 0 | key u64 8 | value u64 16 | flags u64 24; then key and value themselves. */
  readonly #element = new Arena(ELEMENT_ATTRIBUTE + 16);

  private constructor(map: number, link: number) {
    this.#map = map;
    this.#link = link;
    const { base, view } = this.#element;
    view.setUint32(0, map, true);
    this.#element.setPointer(8, base + ELEMENT_ATTRIBUTE);
    this.#element.setPointer(16, base + ELEMENT_ATTRIBUTE + 8);
  }

  /** Loads and attaches. Throws {@link KernelUnavailable} without FFI. @param cgroup folder of the root of cgroup v2 */
  static attach(cgroup: string): RtoCounter | RtoCounterFailure {
    const arena = new Arena(ATTRIBUTE + 4096);
    const map = createMap(arena);
    if (map < 0) return { step: 'map', errno: map };
    const program = loadProgram(arena, map);
    if (program < 0) {
      libc().close(map);
      return { step: 'program', errno: program };
    }
    const link = createLink(arena, program, cgroup);
    // The link holds the program, and the program its map.
    libc().close(program);
    if (typeof link === 'number' && link >= 0) return new RtoCounter(map, link);
    libc().close(map);
    return typeof link === 'number' ? { step: 'link', errno: link } : link;
  }

  /** Timeouts of the socket with this cookie so far. */
  of(cookie: number): number {
    return this.#call(asm.BPF_COMMAND.MAP_LOOKUP_ELEM, cookie) < 0 ? 0 : this.#value();
  }

  /** The same for a socket that is gone; it is let go. */
  take(cookie: number): number {
    const count = this.of(cookie);
    if (count > 0) this.#call(asm.BPF_COMMAND.MAP_DELETE_ELEM, cookie);
    return count;
  }

  close(): void {
    libc().close(this.#link);
    libc().close(this.#map);
  }

  #call(command: number, cookie: number): number {
    const { base, view } = this.#element;
    view.setUint32(ELEMENT_ATTRIBUTE, cookie >>> 0, true);
    view.setUint32(ELEMENT_ATTRIBUTE + 4, Math.floor(cookie / TWO_32), true);
    return asm.bpf(command, base, ELEMENT_ATTRIBUTE);
  }

  #value(): number {
    const { view } = this.#element;
    return view.getUint32(ELEMENT_ATTRIBUTE + 8, true) + view.getUint32(ELEMENT_ATTRIBUTE + 12, true) * TWO_32;
  }
}

/** map_type u32 0 | key_size u32 4 | value_size u32 8 | max_entries u32 12 | … | map_name[16] 28 */
function createMap(arena: Arena): number {
  arena.bytes.fill(0, 0, ATTRIBUTE);
  for (const [at, value] of [BPF_MAP_TYPE_LRU_HASH, 8, 8, ENTRIES].entries()) {
    arena.view.setUint32(at * 4, value, true);
  }
  arena.setCString(28, 'canary_rto');
  return asm.bpf(asm.BPF_COMMAND.MAP_CREATE, arena.base, 44);
}

/** prog_type u32 0 | insn_cnt u32 4 | insns u64 8 | license u64 16 | … | prog_name[16] 48 | ifindex 64 | expected_attach_type u32 68 */
function loadProgram(arena: Arena, map: number): number {
  const program = rtoProgram(map);
  const license = ATTRIBUTE;
  const instructions = ATTRIBUTE + 16;
  arena.bytes.fill(0, 0, ATTRIBUTE);
  arena.setCString(license, 'Apache-2.0');
  arena.bytes.set(program, instructions);
  arena.view.setUint32(0, BPF_PROG_TYPE_SOCK_OPS, true);
  arena.view.setUint32(4, program.length / 8, true);
  arena.setPointer(8, arena.base + instructions);
  arena.setPointer(16, arena.base + license);
  arena.setCString(48, 'canary_rto');
  arena.view.setUint32(68, BPF_CGROUP_SOCK_OPS, true);
  return asm.bpf(asm.BPF_COMMAND.PROG_LOAD, arena.base, 72);
}

/** prog_fd u32 0 | target_fd u32 4 | attach_type u32 8 | flags u32 12 */
function createLink(arena: Arena, program: number, cgroup: string): number | RtoCounterFailure {
  let folder: number;
  try {
    folder = openSync(cgroup, 'r');
  } catch (error) {
    const errno = error instanceof Error && 'errno' in error ? Number(error.errno) : 0;
    return { step: 'cgroup', errno };
  }
  arena.bytes.fill(0, 0, ATTRIBUTE);
  for (const [at, value] of [program, folder, BPF_CGROUP_SOCK_OPS].entries()) {
    arena.view.setUint32(at * 4, value, true);
  }
  const link = asm.bpf(asm.BPF_COMMAND.LINK_CREATE, arena.base, 16);
  closeSync(folder);
  return link;
}
