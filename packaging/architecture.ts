/**
 * The two machines we build for, and where their Node binary and their koffi come from.
 *
 * npm installs optional packages only for the machine it runs on. For the other one the same tarball is taken
 * by `npm pack` and held against the lock file's integrity hash, so both are pinned in one place.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

export type Architecture = 'x64' | 'arm64';
export const ARCHITECTURES: readonly Architecture[] = ['x64', 'arm64'];

const CACHE = 'node_modules/.cache/vpc-canary';

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity: string }>>;
}

/** Folder of the npm package `name`, from node_modules or fetched and verified. */
function packageFolder(name: string): string {
  const installed = join('node_modules', name);
  if (existsSync(join(installed, 'package.json'))) return installed;
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as LockFile;
  const locked = lock.packages[installed];
  if (locked === undefined) throw new Error(`${name} is not in package-lock.json: run npm install`);
  const folder = join(CACHE, `${name.replace('/', '+')}-${locked.version}`);
  if (existsSync(folder)) return folder;
  return fetchPackage(`${name}@${locked.version}`, locked.integrity, folder);
}

function fetchPackage(specifier: string, integrity: string, folder: string): string {
  const scratch = `${folder}.${process.pid}`;
  mkdirSync(scratch, { recursive: true });
  try {
    console.log(`fetching ${specifier}`);
    const printed = execFileSync('npm', ['pack', '--json', '--silent', '--pack-destination', scratch, specifier], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [packed] = JSON.parse(printed) as { filename: string }[];
    if (packed === undefined) throw new Error(`npm pack gave no file for ${specifier}`);
    const tarball = join(scratch, packed.filename.replace('@', '').replace('/', '-'));
    const hash = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
    if (hash !== integrity) throw new Error(`${specifier}: integrity is ${hash}, the lock file says ${integrity}`);
    execFileSync('tar', ['-xzf', tarball, '-C', scratch]);
    renameSync(join(scratch, 'package'), folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return folder;
}

export function nodeBinary(architecture: Architecture): string {
  return join(packageFolder(`node-linux-${architecture}`), 'bin/node');
}

/** koffi's addon for glibc. */
export function koffiAddon(architecture: Architecture): string {
  return join(packageFolder(`@koromix/koffi-linux-${architecture}`), `linux_${architecture}/koffi.node`);
}

/** Command that strips an ELF file of this architecture on this machine. */
export function stripCommand(architecture: Architecture): string {
  const native = process.arch === architecture;
  const command = native ? 'strip' : architecture === 'arm64' ? 'aarch64-linux-gnu-strip' : 'x86_64-linux-gnu-strip';
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
  } catch {
    const debian = native ? 'binutils' : `binutils-${architecture === 'arm64' ? 'aarch64' : 'x86-64'}-linux-gnu`;
    throw new Error(
      `${command} is not installed: apt-get install ${debian} (or your system's binutils for ${architecture})`,
    );
  }
  return command;
}

/** Command that runs this architecture's Node on this machine: by itself, or in qemu with Debian's cross libraries. */
export function nodeCommand(architecture: Architecture): readonly string[] {
  const node = resolve(nodeBinary(architecture));
  if (process.arch === architecture) return [node];
  const [machine, debian] = architecture === 'arm64' ? ['aarch64', 'arm64'] : ['x86_64', 'amd64'];
  const command = [`qemu-${machine}-static`, '-L', `/usr/${machine}-linux-gnu`, node];
  try {
    execFileSync(command[0] ?? '', [...command.slice(1), '--version'], { stdio: 'ignore' });
  } catch {
    throw new Error(
      `Node for ${architecture} does not run here: ` +
        `apt-get install qemu-user-static libc6-${debian}-cross libstdc++6-${debian}-cross ` +
        `(or build for this machine alone: npm run build -- --arch ${process.arch})`,
    );
  }
  return command;
}
