/**
 * What the SSM agent does with a Distributor package, as far as a package can notice: the order of scripts, what is
 * kept, what comes back (rows 15 to 21 of README.md, which lists them all). Observed facts of the agent
 * (plugins/configurepackage and its packages in https://github.com/aws/amazon-ssm-agent, release 3.3).
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.ts';
import type { Package } from './packages.ts';
import { checksumHolds, folderName, type Manifest, unacceptable, unzip, zipFor } from './ssm-package.ts';
import { PackageRecord, SSM_FOLDER, STATES } from './ssm-record.ts';
import { commandOf, KILLED, parseArguments, REBOOT, runStep, SHOWN } from './ssm-step.ts';

export type InstallationType = 'Uninstall and reinstall' | 'In-place update';

export interface Outcome {
  readonly status: 'Success' | 'SuccessAndReboot' | 'TimedOut' | 'Failed';
  /** Scripts in the order in which they ran: "install.sh 1.4.0 0". */
  readonly ran: readonly string[];
  /** What an operator is shown. */
  readonly output: string;
}

interface Options {
  /** Of the document; an ARN when another account shares it. */
  readonly name?: string;
  /** Of one script; the agent's default is an hour. */
  readonly timeoutMs?: number;
}

const SUCCESS = [0, REBOOT];

export class SsmAgent {
  readonly #machine: Machine;
  readonly #name: string;
  readonly #timeoutMs: number;
  readonly #record: PackageRecord;
  #ran: string[] = [];
  #output = '';

  constructor(machine: Machine, { name = 'VpcCanary', timeoutMs = 3_600_000 }: Options = {}) {
    this.#machine = machine;
    this.#name = name;
    this.#timeoutMs = timeoutMs;
    this.#record = new PackageRecord(machine.root, name);
  }

  install(
    wanted: Pick<Package, 'folder'>,
    type: InstallationType = 'Uninstall and reinstall',
    args: Record<string, string> = {},
  ): Promise<Outcome> {
    return this.#alone(args, (given) => this.#install(wanted.folder, type, given));
  }

  uninstall(args: Record<string, string> = {}): Promise<Outcome> {
    return this.#alone(args, async (given) => {
      const version = this.#record.installed();
      if (version === null) return 0;
      this.#record.write(version, STATES.uninstalling);
      const status = await this.#script('uninstall', version, given);
      this.#record.write(version, status === 0 ? STATES.none : STATES.failed);
      if (status === 0) this.#forget(version);
      return status;
    });
  }

  /** After a reboot that exit 194 has asked for. */
  resume(): Promise<Outcome> {
    return this.#alone({}, async (args) => {
      const { state, version } = this.#record.read() ?? { state: STATES.none, version: '' };
      if (state !== STATES.installing) return 0;
      const status = await this.#validate(version, args);
      this.#record.write(version, status === 0 ? STATES.installed : STATES.failed);
      return status;
    });
  }

  /** The folder of an unpacked version, as seen from outside. */
  folderOf(version: string): string {
    return join(this.#machine.root, this.#folderInside(version));
  }

  /** Unpacks as `install` does, and runs nothing. */
  unpack(wanted: Pick<Package, 'folder'>): void {
    const refused = this.#download(wanted.folder, manifestOf(wanted.folder));
    if (refused !== null) throw new Error(refused);
  }

  /** The line that runs a script, and its environment. */
  command(action: string, version: string, args: Record<string, string>): [string, Record<string, string>] {
    return commandOf(this.#machine, this.#folderInside(version), action, args);
  }

  async #alone(
    given: Record<string, string>,
    act: (args: Record<string, string>) => Promise<number>,
  ): Promise<Outcome> {
    this.#ran = [];
    this.#output = '';
    const args = parseArguments(JSON.stringify(given));
    if (!this.#record.lock()) return this.#end(1, 'the package is locked by another command');
    try {
      return this.#end(await act(args));
    } finally {
      this.#record.unlock();
    }
  }

  async #install(folder: string, type: InstallationType, args: Record<string, string>): Promise<number> {
    const manifest = manifestOf(folder);
    const { version } = manifest;
    const before = this.#record.installed();
    if (before === version && this.#record.read()?.state === STATES.installed && this.#knows(manifest)) {
      return this.#validate(version, args);
    }
    const refused = this.#download(folder, manifest);
    if (refused !== null) {
      this.#output += refused;
      return 1;
    }
    if (before === null) return this.#first(version, args);
    if (before !== version && type === 'In-place update') return this.#update(version, before, args);
    return this.#replace(version, before, args);
  }

  async #first(version: string, args: Record<string, string>): Promise<number> {
    this.#record.write(version, STATES.installing);
    const status = await this.#script('install', version, args);
    if (status === REBOOT) return status;
    this.#record.write(version, status === 0 ? STATES.installed : STATES.failed);
    if (status !== 0) this.#forget(version);
    return status;
  }

  async #update(version: string, before: string, args: Record<string, string>): Promise<number> {
    this.#record.write(version, STATES.updating);
    if (!this.#has(version, 'update.sh')) {
      this.#output += 'update.sh is missing';
      this.#record.write(version, STATES.failed);
      return 1;
    }
    return this.#concluded(await this.#script('update', version, args), version, before, args);
  }

  /** Whatever the old uninstall.sh says, the new install.sh runs. */
  async #replace(version: string, before: string, args: Record<string, string>): Promise<number> {
    this.#record.write(before, STATES.upgrading);
    await this.#script('uninstall', before, args);
    this.#record.write(version, STATES.installing);
    const status = await this.#script('install', version, args);
    if (status === REBOOT) return status;
    return this.#concluded(status, version, before, args);
  }

  async #concluded(status: number, version: string, before: string, args: Record<string, string>): Promise<number> {
    if (SUCCESS.includes(status)) {
      if (before !== version) this.#forget(before);
      this.#record.write(version, STATES.installed);
      return status;
    }
    this.#record.write(version, STATES.rollbackUninstall);
    await this.#script('uninstall', version, args);
    this.#record.write(before, STATES.rollbackInstall);
    const back = await this.#script('install', before, args);
    this.#record.write(before, back === 0 ? STATES.installed : STATES.failed);
    if (before !== version) this.#forget(version);
    return status;
  }

  async #validate(version: string, args: Record<string, string>): Promise<number> {
    return this.#has(version, 'validate.sh') ? this.#script('validate', version, args) : 0;
  }

  async #script(action: string, version: string, args: Record<string, string>): Promise<number> {
    const { status, output } = await runStep(this.#machine, this.command(action, version, args), this.#timeoutMs);
    this.#ran.push(`${action}.sh ${version} ${status}`);
    this.#output += output;
    return status;
  }

  /** Picks the zip, checks and unpacks it. Returns what is wrong, or null. */
  #download(folder: string, manifest: Manifest): string | null {
    const release = readFileSync(join(this.#machine.root, 'usr/lib/os-release'), 'utf8');
    const file = zipFor(manifest, release);
    if (file === undefined) return 'no package found for this platform, version and architecture';
    const zip = join(folder, file);
    if (!checksumHolds(manifest.files[file]?.checksums ?? {}, zip)) return 'checksum does not match';
    const target = this.folderOf(manifest.version);
    unzip(zip, target);
    const wrong = unacceptable(target, this.#name, manifest.version);
    if (wrong === null) this.#remember(manifest);
    return wrong;
  }

  #manifestFile(version: string): string {
    return join(this.#machine.root, SSM_FOLDER, 'manifests', `${folderName(this.#name)}_${folderName(version)}.json`);
  }

  #remember(manifest: Manifest): void {
    const file = this.#manifestFile(manifest.version);
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(file, JSON.stringify(manifest));
  }

  #knows(manifest: Manifest): boolean {
    const file = this.#manifestFile(manifest.version);
    return existsSync(file) && readFileSync(file, 'utf8') === JSON.stringify(manifest);
  }

  #folderInside(version: string): string {
    return join(SSM_FOLDER, 'packages', folderName(this.#name), folderName(version));
  }

  #has(version: string, name: string): boolean {
    return existsSync(join(this.folderOf(version), name));
  }

  #forget(version: string): void {
    rmSync(this.folderOf(version), { recursive: true, force: true });
  }

  #end(status: number, more = ''): Outcome {
    const known: Readonly<Record<number, Outcome['status']>> = {
      0: 'Success',
      [REBOOT]: 'SuccessAndReboot',
      [KILLED]: 'TimedOut',
    };
    return { status: known[status] ?? 'Failed', ran: this.#ran, output: (this.#output + more).slice(0, SHOWN) };
  }
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
