/**
 * Files of /proc that are read again and again: each is opened once, for a read at position 0 makes the kernel write
 * it anew (1 to 5 µs each; opening it every time is three times that). Text, for the next read reuses the buffer.
 */
import { closeSync, openSync, readSync } from 'node:fs';

const FIRST_BYTES = 16_384;
/** Machines with hundreds of cores or interfaces. */
const MOST_BYTES = 1_048_576;

export class ProcFiles {
  readonly #root: string;
  readonly #open = new Map<string, number>();
  readonly #unreadable = new Set<string>();
  #buffer = Buffer.alloc(FIRST_BYTES);

  /** `root`: where /proc is found, '/' but in tests. */
  constructor(root: string) {
    this.#root = root.replace(/\/$/, '');
  }

  /** The whole text of `/proc/…`; null when there is no such file or it may not be read. */
  read(path: string): string | null {
    try {
      const text = this.#text(this.#descriptor(path));
      this.#unreadable.delete(path);
      return text;
    } catch {
      this.#close(path);
      this.#unreadable.add(path);
      return null;
    }
  }

  /** What could not be read the last time. */
  unreadable(): string[] {
    return [...this.#unreadable];
  }

  close(): void {
    for (const path of [...this.#open.keys()]) this.#close(path);
  }

  #descriptor(path: string): number {
    const known = this.#open.get(path);
    if (known !== undefined) return known;
    const opened = openSync(this.#root + path, 'r');
    this.#open.set(path, opened);
    return opened;
  }

  #text(descriptor: number): string {
    let length = 0;
    for (;;) {
      const got = readSync(descriptor, this.#buffer, length, this.#buffer.length - length, length);
      length += got;
      if (got === 0) return this.#buffer.toString('latin1', 0, length);
      if (length < this.#buffer.length) continue;
      if (length >= MOST_BYTES) throw new RangeError('more text than any host has');
      this.#buffer = Buffer.concat([this.#buffer], 2 * length);
    }
  }

  #close(path: string): void {
    const descriptor = this.#open.get(path);
    if (descriptor !== undefined) closeSync(descriptor);
    this.#open.delete(path);
  }
}
