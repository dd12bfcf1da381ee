/**
 * Lets go of the pages of our own program that only the start needed: the compiler of V8, its parser, the set-up of
 * Node. They stay mapped for good otherwise, some 15 MB on a machine of 512. What is used again is mapped again from
 * the page cache, 16 pages at a fault.
 *
 * madvise(2), MADV_DONTNEED: pages of a private mapping of a file that were never written come back from the file;
 * those that were would come back as they are in the file. Only mappings without a written page are let go, which
 * /proc/self/smaps (proc_pid_smaps(5)) tells.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { libc } from './libc.ts';

/** include/uapi/asm-generic/mman-common.h */
const MADV_DONTNEED = 4;

export interface Mapping {
  readonly start: number;
  readonly length: number;
}

/** Mappings of `program` that cannot be written and have no page that ever was. */
export function cleanMappings(smaps: string, program: string): Mapping[] {
  const mappings: Mapping[] = [];
  // An entry begins with its addresses; its other lines begin with a name and a colon.
  for (const entry of smaps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)) {
    const head = /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p \S+ \S+ [1-9]\d* +(.+)$/m.exec(entry);
    if (head === null || head[3] !== program || !/^Anonymous: +0 kB$/m.test(entry)) continue;
    const start = Number.parseInt(head[1] ?? '', 16);
    mappings.push({ start, length: Number.parseInt(head[2] ?? '', 16) - start });
  }
  return mappings;
}

/** @throws {KernelUnavailable} without a way to system calls */
export function releaseOwnCode(): void {
  const { madvise } = libc();
  try {
    const smaps = readFileSync('/proc/self/smaps', 'latin1');
    for (const { start, length } of cleanMappings(smaps, readlinkSync('/proc/self/exe'))) {
      madvise(start, length, MADV_DONTNEED);
    }
  } catch (error) {
    // /proc may be hidden: then the pages stay.
    if (!(error instanceof Error && 'syscall' in error)) throw error;
  }
}
