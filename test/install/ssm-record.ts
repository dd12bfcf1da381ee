/** What the SSM agent keeps of a package on the machine's disk (row 21): its state and a lock. */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { folderName } from './ssm-package.ts';

export const STATES = {
  none: 0,
  failed: 2,
  uninstalling: 3,
  new: 5,
  upgrading: 6,
  installing: 7,
  installed: 8,
  rollbackUninstall: 9,
  rollbackInstall: 10,
  updating: 11,
} as const;

export interface InstallState {
  readonly name: string;
  readonly version: string;
  readonly state: (typeof STATES)[keyof typeof STATES];
  readonly time: string;
  readonly lastinstalledversion: string;
  readonly retrycount: number;
}

export const SSM_FOLDER = 'var/lib/amazon/ssm';
const LOCK_MS = 30 * 60_000;

export class PackageRecord {
  readonly #name: string;
  readonly #state: string;
  readonly #lock: string;

  constructor(root: string, name: string) {
    this.#name = name;
    this.#state = join(root, SSM_FOLDER, 'packages', folderName(name), 'installstate');
    this.#lock = join(root, SSM_FOLDER, 'locks/packages', `${folderName(name)}.lockfile`);
  }

  read(): InstallState | null {
    try {
      return JSON.parse(readFileSync(this.#state, 'utf8')) as InstallState;
    } catch {
      return null;
    }
  }

  /** The version that counts as installed. */
  installed(): string | null {
    const known = this.read();
    if (known === null) return null;
    return (known.state === STATES.installed ? known.version : known.lastinstalledversion) || null;
  }

  write(version: string, state: InstallState['state']): void {
    const { installed } = STATES;
    const last = state === installed ? version : state === STATES.none ? '' : (this.installed() ?? '');
    const entry: InstallState = {
      name: this.#name,
      version,
      state,
      time: new Date().toISOString(),
      lastinstalledversion: last,
      retrycount: 0,
    };
    mkdirSync(dirname(this.#state), { recursive: true, mode: 0o700 });
    writeFileSync(this.#state, JSON.stringify(entry));
  }

  /** False when another command holds the package. */
  lock(): boolean {
    mkdirSync(dirname(this.#lock), { recursive: true, mode: 0o700 });
    try {
      if (Date.now() - statSync(this.#lock).mtimeMs > LOCK_MS) rmSync(this.#lock);
    } catch {
      // there is none
    }
    try {
      writeFileSync(this.#lock, '', { flag: 'wx' });
      return true;
    } catch {
      return false;
    }
  }

  unlock(): void {
    rmSync(this.#lock, { force: true });
  }
}
