/**
 * Memory outside the JavaScript heap, for structures whose addresses the kernel or other structures hold.
 *
 * An address in an iovec keeps no Buffer alive and a moving collector may move small ones, so what the kernel
 * points at lives here: allocated once, never moved, never freed (freeing under a live view is a crash). Rooms
 * allocate one arena when they open and reuse it for as long as the process lives.
 */
import { foreign } from './koffi.ts';

export class Arena {
  /** Address of the first byte. Addresses are below 2^47 on Linux, so a number holds them exactly. */
  readonly base: number;
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly #size: number;
  #used = 0;

  /** Zeroed memory; throws KernelUnavailable without koffi. */
  constructor(size: number) {
    const koffi = foreign();
    const pointer: unknown = koffi.alloc('uint8_t', size);
    const buffer = koffi.view(pointer, size);
    this.base = Number(koffi.address(pointer));
    this.view = new DataView(buffer);
    this.bytes = new Uint8Array(buffer);
    this.bytes.fill(0);
    this.#size = size;
  }

  /** Reserves bytes and gives their offset. `align` is a power of two; 8 suits every kernel structure we use. */
  reserve(size: number, align = 8): number {
    const offset = (this.#used + align - 1) & -align;
    if (offset + size > this.#size) throw new RangeError(`arena of ${this.#size} bytes is full`);
    this.#used = offset + size;
    return offset;
  }

  /** Writes a pointer field. */
  setPointer(at: number, address: number): void {
    this.view.setUint32(at, address >>> 0, true);
    this.view.setUint32(at + 4, Math.floor(address / 0x1_0000_0000), true);
  }

  /** Writes text and a closing NUL; the room is the caller's business. */
  setCString(at: number, text: string): void {
    const encoded = new TextEncoder().encode(text);
    this.bytes.set(encoded, at);
    this.bytes[at + encoded.length] = 0;
  }
}
