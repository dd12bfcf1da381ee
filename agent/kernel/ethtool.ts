/**
 * What a network driver counts (`ethtool -S`), through the ioctl that ethtool itself uses. No privilege needed.
 *
 *   ifreq  include/uapi/linux/if.h, 40 bytes: name[16], then a pointer to the command's structure
 *   and from include/uapi/linux/ethtool.h, all in host byte order:
 *   ethtool_drvinfo    cmd u32, driver char[32], …                                       196 bytes
 *   ethtool_sset_info  cmd u32, reserved u32, sset_mask u64, data u32[]: how many strings a set has
 *   ethtool_gstrings   cmd u32, string_set u32, len u32, data char[32][len]
 *   ethtool_stats      cmd u32, n_stats u32, data u64[n_stats]
 *
 * The kernel writes as many counters as the driver has at that moment, whatever room it was told of. So the number is
 * asked for just before, and there is room for twice as many.
 */
import { Arena } from './arena.ts';
import { type Libc, libc } from './libc.ts';
import { AF, SOCK } from './sockets.ts';

const SIOCETHTOOL = 0x8946;
const GDRVINFO = 0x03;
const GSTRINGS = 0x1b;
const GSTATS = 0x1d;
const GSSET_INFO = 0x37;
const ETH_SS_STATS = 1;

const NAME_BYTES = 16;
const STRING_BYTES = 32;
const IFREQ_BYTES = 40;
const DRVINFO_BYTES = 196;
const HEAD_BYTES = 16;
/** A driver with more counters than this (hundreds of queues) is not read. */
const MOST_COUNTERS = 4_096;
const FIRST_ROOM = 256;

/** Counters of one interface, in the driver's order and by the driver's names. */
export interface DriverCounters {
  readonly names: readonly string[];
  readonly values: Float64Array;
}

export class Ethtool {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #request = new Arena(IFREQ_BYTES + DRVINFO_BYTES);
  readonly #names = new Map<string, readonly string[]>();
  #room = new Arena(HEAD_BYTES + FIRST_ROOM * STRING_BYTES);
  #counters = FIRST_ROOM;

  private constructor(c: Libc, fd: number) {
    this.#libc = c;
    this.#fd = fd;
  }

  /** −errno when no socket can be had. Throws {@link KernelUnavailable} without FFI. */
  static open(): Ethtool | number {
    const c = libc();
    const fd = c.socket(AF.INET, SOCK.DGRAM | SOCK.CLOEXEC, 0);
    return fd < 0 ? fd : new Ethtool(c, fd);
  }

  close(): void {
    this.#libc.close(this.#fd);
  }

  /** The driver's name ("ena", "veth"); null for an interface that has none to tell (lo) or that is gone. */
  driver(name: string): string | null {
    const at = IFREQ_BYTES;
    this.#request.view.setUint32(at, GDRVINFO, true);
    if (this.#ask(name, this.#request.base + at) < 0) return null;
    return text(this.#request.bytes.subarray(at + 4, at + 4 + STRING_BYTES));
  }

  /** The driver's counters now; null when it keeps none or the interface is gone. */
  counters(name: string): DriverCounters | null {
    const count = this.#count(name);
    if (count <= 0 || count > MOST_COUNTERS) return null;
    if (count > this.#counters / 2) this.#grow(count);
    const names = this.#namesOf(name, count);
    if (names === null) return null;
    const { view, base } = this.#room;
    view.setUint32(0, GSTATS, true);
    view.setUint32(4, count, true);
    if (this.#ask(name, base) < 0 || view.getUint32(4, true) !== count) return null;
    const values = new Float64Array(count);
    for (let i = 0; i < count; i += 1) values[i] = Number(view.getBigUint64(8 + 8 * i, true));
    return { names, values };
  }

  #count(name: string): number {
    const { view, base } = this.#room;
    view.setUint32(0, GSSET_INFO, true);
    view.setUint32(4, 0, true);
    view.setBigUint64(8, BigInt(1 << ETH_SS_STATS), true);
    view.setUint32(HEAD_BYTES, 0, true);
    // Without the bit set in the answer the driver knows no such set.
    return this.#ask(name, base) < 0 || view.getBigUint64(8, true) === 0n ? 0 : view.getUint32(HEAD_BYTES, true);
  }

  /** Names change only with their number (queues added or removed). */
  #namesOf(name: string, count: number): readonly string[] | null {
    const known = this.#names.get(name);
    if (known?.length === count) return known;
    const { view, base, bytes } = this.#room;
    view.setUint32(0, GSTRINGS, true);
    view.setUint32(4, ETH_SS_STATS, true);
    view.setUint32(8, count, true);
    if (this.#ask(name, base) < 0 || view.getUint32(8, true) !== count) return null;
    const names = Array.from({ length: count }, (_, i) =>
      text(bytes.subarray(12 + i * STRING_BYTES, 44 + i * STRING_BYTES)),
    );
    this.#names.set(name, names);
    return names;
  }

  /** Arenas are never freed, so the room only doubles. */
  #grow(count: number): void {
    while (this.#counters < 2 * count) this.#counters *= 2;
    this.#room = new Arena(HEAD_BYTES + this.#counters * STRING_BYTES);
  }

  #ask(name: string, command: number): number {
    if (Buffer.byteLength(name) >= NAME_BYTES) return -1;
    const request = this.#request;
    request.bytes.fill(0, 0, NAME_BYTES);
    request.setCString(0, name);
    request.setPointer(NAME_BYTES, command);
    return this.#libc.ioctl(this.#fd, SIOCETHTOOL, request.base);
  }
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end)).toString('latin1');
}
