/**
 * What the SSM agent does with a Distributor package, as far as a package can notice. Observed facts of the agent
 * (plugins/configurepackage and its packages in https://github.com/aws/amazon-ssm-agent, release 3.3):
 *
 *   - the version key is matched exactly, then by prefix ("12.*", the longest wins), then "_any"; the zip's sha256
 *     must be the manifest's
 *   - the package's folder is root's alone (0700); a folder that the zip does not list gets the mode of its first file
 *   - a script is run by `sh` in that folder with the agent's environment, BWS_… facts and the SSM_… arguments; its
 *     step lasts until its output is closed
 *   - 0 is success, 194 success and reboot, anything else failure
 *   - over another version: the old uninstall.sh, whatever it says, then the new install.sh, or, in place, the new
 *     update.sh; when that fails, the new uninstall.sh and then the old install.sh
 *   - over the same version: validate.sh alone, if the manifest is the same, else uninstall.sh and install.sh
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../packaging/payload.ts';
import type { Machine } from './machine.ts';
import type { Package } from './packages.ts';

export type InstallationType = 'Uninstall and reinstall' | 'In-place update';

export interface Outcome {
  readonly status: 'Success' | 'SuccessAndReboot' | 'Failed';
  /** Scripts in the order in which they ran: "install.sh 1.4.0 0". */
  readonly ran: readonly string[];
  readonly output: string;
}

interface Manifest {
  readonly version: string;
  readonly packages: Record<string, Record<string, Record<string, { file: string }>>>;
  readonly files: Record<string, { checksums: { sha256: string } }>;
}

const NAME = 'VpcCanary';
const REBOOT = 194;
const FOLDER = `var/lib/amazon/ssm/packages/${NAME}`;

/** Go's names; arm64 stays arm64. */
const GO_ARCHITECTURE = process.arch === 'x64' ? 'x86_64' : 'arm64';

export class SsmAgent {
  readonly #machine: Machine;
  #installed: { version: string; manifest: string } | null = null;
  #ran: string[] = [];
  #output = '';

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  async install(
    wanted: Package,
    type: InstallationType = 'Uninstall and reinstall',
    args: Record<string, string> = {},
  ): Promise<Outcome> {
    this.#begin(args);
    const text = readFileSync(join(wanted.folder, 'manifest.json'), 'utf8');
    const before = this.#installed;
    if (before?.version === wanted.version && before.manifest === text) {
      return this.#end(
        this.#has(wanted.version, 'validate.sh') ? await this.#script('validate', wanted.version, args) : 0,
      );
    }
    const refused = this.#download(wanted.folder, JSON.parse(text) as Manifest);
    if (refused !== null) {
      this.#output += refused;
      return this.#end(1);
    }
    const status = await this.#putInForce(wanted.version, before?.version ?? null, type, args);
    if (status === 0) {
      if (before !== null && before.version !== wanted.version) this.#forget(before.version);
      this.#installed = { version: wanted.version, manifest: text };
    } else {
      if (before !== null) await this.#rollBack(wanted.version, before.version, args);
      if (before?.version !== wanted.version) this.#forget(wanted.version);
    }
    return this.#end(status);
  }

  async uninstall(args: Record<string, string> = {}): Promise<Outcome> {
    this.#begin(args);
    const { version } = this.#installed ?? {};
    if (version === undefined) return this.#end(0);
    const status = await this.#script('uninstall', version, args);
    if (status === 0) {
      this.#forget(version);
      this.#installed = null;
    }
    return this.#end(status);
  }

  /** The folder of an unpacked version, as seen from outside. */
  folderOf(version: string): string {
    return join(this.#machine.root, FOLDER, version);
  }

  /** Unpacks as `install` does, and runs nothing. */
  unpack(wanted: Package): void {
    const refused = this.#download(
      wanted.folder,
      JSON.parse(readFileSync(join(wanted.folder, 'manifest.json'), 'utf8')) as Manifest,
    );
    if (refused !== null) throw new Error(refused);
  }

  /** The line that runs a script, and its environment. */
  command(action: string, version: string, args: Record<string, string>): [string, Record<string, string>] {
    const folder = `/${FOLDER}/${version}`;
    const script = `echo Running sh ${action}.sh\nsh ${action}.sh\n`;
    writeFileSync(join(this.#machine.root, folder, '_script.sh'), script, { mode: 0o700 });
    return [`umask 077; cd ${folder} && exec sh ./_script.sh`, environment(action, args)];
  }

  async #putInForce(
    version: string,
    before: string | null,
    type: InstallationType,
    args: Record<string, string>,
  ): Promise<number> {
    if (before === null) return this.#script('install', version, args);
    if (before !== version && type === 'In-place update') {
      return this.#has(version, 'update.sh') ? this.#script('update', version, args) : 1;
    }
    await this.#script('uninstall', before, args);
    return this.#script('install', version, args);
  }

  async #rollBack(failed: string, before: string, args: Record<string, string>): Promise<void> {
    await this.#script('uninstall', failed, args);
    await this.#script('install', before, args);
  }

  async #script(action: string, version: string, args: Record<string, string>): Promise<number> {
    const [line, environment] = this.command(action, version, args);
    const { status, output } = await this.#machine.run(line, { environment });
    this.#ran.push(`${action}.sh ${version} ${status}`);
    this.#output += output;
    return status ?? 137;
  }

  /** Picks the zip, checks and unpacks it. Returns what is wrong, or null. */
  #download(folder: string, manifest: Manifest): string | null {
    const file = this.#match(manifest)?.[GO_ARCHITECTURE]?.file;
    if (file === undefined) return 'no package found for this platform, version and architecture';
    const zip = join(folder, file);
    if (manifest.files[file]?.checksums.sha256 !== sha256(zip)) return 'checksum does not match';
    const target = this.folderOf(manifest.version);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true, mode: 0o700 });
    chmodSync(target, 0o700);
    execFileSync('unzip', ['-q', '-o', zip, '-d', target]);
    spoilUnlistedFolders(zip, target);
    return this.#has(manifest.version, 'install.sh') ? null : 'install.sh is missing';
  }

  #match(manifest: Manifest): Record<string, { file: string }> | undefined {
    const release = readFileSync(join(this.#machine.root, 'usr/lib/os-release'), 'utf8');
    const id = /^ID=(.*)$/m.exec(release)?.[1] ?? '';
    const version = /^VERSION_ID="?([^"\n]*)/m.exec(release)?.[1] ?? '';
    const versions = manifest.packages[id] ?? {};
    const parts = version.split('.');
    const prefixes = parts.map((_part, index) => `${parts.slice(0, parts.length - index).join('.')}.*`);
    const key = [version, ...prefixes, '_any'].find((candidate) => versions[candidate] !== undefined);
    return key === undefined ? undefined : versions[key];
  }

  #has(version: string, name: string): boolean {
    return existsSync(join(this.folderOf(version), name));
  }

  #forget(version: string): void {
    rmSync(this.folderOf(version), { recursive: true, force: true });
  }

  #begin(args: Record<string, string>): void {
    const wrong = Object.keys(args).filter((key) => !/^SSM_./.test(key));
    if (wrong.length > 0) throw new Error(`the agent refuses ${wrong.join(', ')}`);
    this.#ran = [];
    this.#output = '';
  }

  #end(status: number): Outcome {
    const words = status === 0 ? 'Success' : status === REBOOT ? 'SuccessAndReboot' : 'Failed';
    return { status: words, ran: this.#ran, output: this.#output };
  }
}

function spoilUnlistedFolders(zip: string, target: string): void {
  const listed = execFileSync('unzip', ['-Z1', zip], { encoding: 'utf8' }).trim().split('\n');
  for (const entry of listed) {
    const folder = entry.includes('/') && !entry.endsWith('/') ? entry.slice(0, entry.lastIndexOf('/') + 1) : '';
    if (folder !== '' && !listed.includes(folder))
      chmodSync(join(target, folder), statSync(join(target, entry)).mode & 0o777);
  }
}

/** No HOME: the agent is a system service. Proxies are always set, if only to nothing. */
function environment(action: string, args: Record<string, string>): Record<string, string> {
  return {
    ...{
      BWS_ACTION_NAME: action,
      BWS_PLATFORM_NAME: 'debian',
      BWS_PLATFORM_VERSION: '12',
      BWS_PLATFORM_FAMILY: 'debian',
    },
    ...{ BWS_ARCHITECTURE: GO_ARCHITECTURE, BWS_INIT_SYSTEM: 'systemd', BWS_PACKAGE_MANAGER: 'apt-get' },
    ...{ BWS_INSTANCE_ID: 'i-0123456789abcdef0', BWS_INSTANCE_TYPE: 't4g.nano', BWS_REGION: 'ap-southeast-2' },
    ...{ BWS_AVAILABILITY_ZONE: 'ap-southeast-2a', BWS_ACCOUNT_ID: '', http_proxy: '', https_proxy: '', no_proxy: '' },
    ...args,
    ...{ AWS_SSM_INSTANCE_ID: 'i-0123456789abcdef0', AWS_SSM_REGION_NAME: 'ap-southeast-2' },
    ...{ AWS_SSM_PLATFORM_NAME: 'Debian GNU/Linux', AWS_SSM_PLATFORM_VERSION: '12', SSM_COMMAND_ID: 'c0ffee' },
  };
}
