/**
 * A control group with a memory limit, as systemd's MemoryMax makes one: file pages count, swap is none. On version 2
 * of control groups, and on version 1 where the memory controller is still there.
 */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOTS = { v1: '/sys/fs/cgroup/memory', v2: '/sys/fs/cgroup' };

/** Why none can be made here, or null. */
export function lackingCgroup(): string | null {
  if (process.getuid?.() !== 0) return 'needs root';
  return version() === null ? 'needs a memory controller in /sys/fs/cgroup' : null;
}

function version(): 'v1' | 'v2' | null {
  if (existsSync(join(ROOTS.v1, 'memory.limit_in_bytes'))) return 'v1';
  try {
    const controllers = readFileSync(join(ROOTS.v2, 'cgroup.subtree_control'), 'utf8');
    return controllers.includes('memory') ? 'v2' : null;
  } catch {
    return null;
  }
}

export class MemoryCgroup {
  readonly #v1: boolean;
  readonly folder: string;

  constructor(name: string, maxBytes: number) {
    const found = version();
    if (found === null) throw new Error('no memory controller');
    this.#v1 = found === 'v1';
    this.folder = join(ROOTS[found], name);
    mkdirSync(this.folder);
    this.#write(this.#v1 ? 'memory.limit_in_bytes' : 'memory.max', String(maxBytes));
    if (!this.#v1) this.#write('memory.swap.max', '0');
    else if (existsSync(join(this.folder, 'memory.memsw.limit_in_bytes')))
      this.#write('memory.memsw.limit_in_bytes', String(maxBytes));
  }

  /** A line of sh that enters it; what is started after that is in it. */
  get enter(): string {
    return `echo $$ >${join(this.folder, 'cgroup.procs')}`;
  }

  /** Processes the kernel has killed for want of memory. */
  get killed(): number {
    const text = this.#read(this.#v1 ? 'memory.oom_control' : 'memory.events');
    return Number(/^oom_kill (\d+)$/m.exec(text)?.[1]);
  }

  /** Most that was ever charged, bytes; with file pages it reaches the limit soon. */
  get peakBytes(): number {
    return Number(this.#read(this.#v1 ? 'memory.max_usage_in_bytes' : 'memory.peak'));
  }

  /** When its processes have ended. */
  close(): void {
    rmdirSync(this.folder);
  }

  #read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }
}
