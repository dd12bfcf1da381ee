/**
 * A Debian machine to install on: a real root file system, systemd as process 1, a network of its own (loopback).
 *
 * The root is made once by mmdebstrap and kept in the temp folder; each machine writes to an overlay over it, so
 * they all start the same. systemd-nspawn boots it.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { TestContext } from 'node:test';

const PACKAGES = 'systemd,systemd-sysv,dbus,iproute2,curl,ca-certificates,libstdc++6,procps,rpm';
const PRISTINE = join(
  tmpdir(),
  `vpc-canary-test-debian-12-${createHash('sha256').update(PACKAGES).digest('hex').slice(0, 8)}`,
);
const TOOLS = ['mmdebstrap', 'systemd-nspawn', 'nsenter', 'mount', 'zip', 'unzip', 'strip'];
const BOOT_MS = 60_000;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface Ran {
  readonly status: number | null;
  readonly output: string;
}

/** Why no machine can be had here, or null. */
export function lacking(): string | null {
  const missing = TOOLS.filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
  if (missing.length > 0) return `needs ${missing.join(', ')}`;
  return process.getuid?.() === 0 ? null : 'needs root';
}

function must(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}

function pristineRoot(): string {
  if (existsSync(PRISTINE)) return PRISTINE;
  const folder = mkdtempSync(`${PRISTINE}.`);
  must('mmdebstrap', '--variant=minbase', `--include=${PACKAGES}`, 'bookworm', folder);
  try {
    renameSync(folder, PRISTINE);
  } catch (error) {
    // another run was faster
    rmSync(folder, { recursive: true, force: true });
    if (!existsSync(PRISTINE)) throw error;
  }
  return PRISTINE;
}

export class Machine {
  readonly #folder = mkdtempSync(join(tmpdir(), 'vpc-canary-test-machine-'));
  readonly root = join(this.#folder, 'root');
  #nspawn: ChildProcess | null = null;

  constructor() {
    const lower = pristineRoot();
    for (const name of ['root', 'upper', 'work']) mkdirSync(join(this.#folder, name), { mode: 0o755 });
    const layers = `lowerdir=${lower},upperdir=${join(this.#folder, 'upper')},workdir=${join(this.#folder, 'work')}`;
    must('mount', '-t', 'overlay', 'overlay', '-o', layers, this.root);
  }

  async boot(): Promise<void> {
    this.#nspawn = spawn(
      'systemd-nspawn',
      [
        ...['-D', this.root, `--machine=canary-${process.pid}`, '--boot', '--private-network'],
        ...['--register=no', '--keep-unit', '--console=pipe', '--quiet'],
      ],
      { stdio: 'ignore' },
    );
    await this.#booted();
  }

  /** All the way down and up again: with --keep-unit, systemd-nspawn ends when its system reboots. */
  async reboot(): Promise<void> {
    const ended = this.#nspawn === null ? null : once(this.#nspawn, 'exit');
    await this.run('systemctl reboot');
    await ended;
    await this.boot();
  }

  async close(): Promise<void> {
    const { pid } = this.#nspawn ?? {};
    if (this.#nspawn !== null && pid !== undefined && this.#nspawn.exitCode === null) {
      const init = this.#init();
      if (init !== null) process.kill(Number(init), 'SIGKILL');
      this.#nspawn.kill('SIGKILL');
      if (this.#nspawn.exitCode === null && this.#nspawn.signalCode === null) await once(this.#nspawn, 'exit');
    }
    await this.until('the root to be free', () => spawnSync('umount', [this.root]).status === 0);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Runs a line of sh in the root while it is off, as one who builds an image does: there is no systemd to talk to. */
  runOff(line: string): Ran {
    if (this.#init() !== null) throw new Error('the machine is on');
    const { status, stdout, stderr } = spawnSync('chroot', [this.root, '/bin/sh', '-c', line], {
      encoding: 'utf8',
      env: { PATH },
    });
    return { status, output: stdout + stderr };
  }

  /** Runs a line of sh inside, as root, in the environment given. Ends when its output ends, as the agent's pipes do. */
  run(line: string, options: { environment?: Record<string, string>; timeoutMs?: number } = {}): Promise<Ran> {
    return this.start(line, options).ended;
  }

  start(
    line: string,
    { environment = {}, timeoutMs = 120_000 }: { environment?: Record<string, string>; timeoutMs?: number } = {},
  ): { child: ChildProcess; ended: Promise<Ran> } {
    const init = this.#init();
    if (init === null) throw new Error('the machine is off');
    const child = spawn('nsenter', ['-t', init, '-m', '-p', '-n', '-u', '-i', '-r', '-w', '/bin/sh', '-c', line], {
      env: { PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const ended = new Promise<Ran>((resolve) => {
      let cut = false;
      const timer = setTimeout(() => {
        cut = true;
        output += '\n(timed out)';
        child.stdout?.destroy();
        child.stderr?.destroy();
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      }, timeoutMs);
      child.once('close', (status) => {
        clearTimeout(timer);
        resolve({ status: cut ? null : status, output });
      });
    });
    return { child, ended };
  }

  /** Output of a line that must succeed, without the last line break. */
  async read(line: string): Promise<string> {
    const { status, output } = await this.run(line);
    if (status !== 0) throw new Error(`${line}: ${status}: ${output}`);
    return output.trimEnd();
  }

  /** Process 1 of the machine, in our numbers; also how the network is entered from outside. */
  get init(): string {
    const init = this.#init();
    if (init === null) throw new Error('the machine is off');
    return init;
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.root, path), text);
  }

  /** Copies a file of ours in; returns its path inside. */
  bring(file: string): string {
    copyFileSync(file, join(this.root, 'root', basename(file)));
    return `/root/${basename(file)}`;
  }

  async until(what: string, holds: () => boolean | Promise<boolean>, patienceMs = BOOT_MS): Promise<void> {
    for (const end = Date.now() + patienceMs; Date.now() < end; ) {
      if (await holds()) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`not within ${patienceMs / 1000} s: ${what}`);
  }

  async #booted(): Promise<void> {
    await this.until('the machine to boot', async () => {
      if (this.#init() === null) return false;
      const { output } = await this.run('systemctl is-system-running', { timeoutMs: 5000 });
      return /^(running|degraded)$/m.test(output);
    });
  }

  #init(): string | null {
    try {
      const { pid } = this.#nspawn ?? {};
      return /^\d+/.exec(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'))?.[0] ?? null;
    } catch {
      return null;
    }
  }
}

/** A machine that is off, or null after skipping the test. */
export function newMachine(t: TestContext): Machine | null {
  const reason = lacking();
  if (reason !== null) {
    t.skip(reason);
    return null;
  }
  const machine = new Machine();
  t.after(() => machine.close());
  return machine;
}

/** A booted machine, or null after skipping the test. */
export async function bootMachine(t: TestContext): Promise<Machine | null> {
  const machine = newMachine(t);
  await machine?.boot();
  return machine;
}
