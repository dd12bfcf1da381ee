/**
 * Gives back what starting up needed: some 10 MB on a machine of 512 MiB. Code compiled once, parsed schemas and the
 * first snapshots leave holes in the heap that V8 and the allocator keep unless they are asked, once.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { KernelUnavailable } from '../../kernel/kernel-unavailable.ts';
import { libc } from '../../kernel/libc.ts';

/** By then everything has been used once. */
const SETTLED_MS = 15_000;

/** @returns what cancels it */
export function settleLater(): () => void {
  const timer = setTimeout(settle, SETTLED_MS);
  timer.unref();
  return () => clearTimeout(timer);
}

function settle(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as (options: object) => void;
  gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  setFlagsFromString('--no-expose-gc');
  try {
    libc().malloc_trim(0);
  } catch (error) {
    if (!(error instanceof KernelUnavailable)) throw error;
  }
}
