/**
 * Gives back memory that is not needed: some 10 MB after the start, and what gathers later.
 *
 * The start leaves compiled code, parsed schemas and first snapshots behind. Later, an agent that makes little garbage
 * gives V8 no reason for a full collection before its heap has grown by 8 MB; on a machine of 512 MiB that is worth
 * asking for, and from then on V8 is told to let it grow by less. Not before, for that would make the start slower. A
 * collection stands still for some tens of milliseconds, which the kernel's stamps make harmless.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { KernelUnavailable } from '../../kernel/kernel-unavailable.ts';
import { libc } from '../../kernel/libc.ts';
import { releaseOwnCode } from '../../kernel/own-code.ts';

/** By then everything has been used once. */
const SETTLED_MS = 15_000;
const AGAIN_MS = 5 * 60_000;

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'regular' | 'last-resort' }) => void;

/** @returns what cancels it */
export function settleLater(): () => void {
  const collect = collector();
  const first = setTimeout(() => {
    settle(collect, 'last-resort');
    setFlagsFromString('--optimize-for-size');
  }, SETTLED_MS);
  const again = setInterval(() => settle(collect, 'regular'), AGAIN_MS);
  first.unref();
  again.unref();
  return () => {
    clearTimeout(first);
    clearInterval(again);
  };
}

/** A context of its own has it. As a flag of the program it would make every start slower, see packaging/executable.ts. */
function collector(): Collect {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  return collect;
}

function settle(collect: Collect, flavor: 'regular' | 'last-resort'): void {
  collect({ type: 'major', execution: 'sync', flavor });
  try {
    libc().malloc_trim(0);
    releaseOwnCode();
  } catch (error) {
    if (!(error instanceof KernelUnavailable)) throw error;
  }
}
