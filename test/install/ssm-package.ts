/**
 * How the SSM agent gets from a manifest to a folder of files (rows 4 to 9 of README.md): which zip, whether it is the
 * right one, where it is unpacked, with which modes, and what it must hold.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

export interface Manifest {
  readonly version: string;
  readonly packages: Record<string, Record<string, Record<string, { file: string }>>>;
  readonly files: Record<string, { checksums: Record<string, string> }>;
}

/** Go's names; arm64 stays arm64. */
export const GO_ARCHITECTURE = process.arch === 'x64' ? 'x86_64' : 'arm64';

/** The zip for the host that os-release describes; a version is matched exactly, then by prefix, then by "_any". */
export function zipFor(manifest: Manifest, osRelease: string): string | undefined {
  const id = /^ID=(.*)$/m.exec(osRelease)?.[1] ?? '';
  const version = /^VERSION_ID="?([^"\n]*)/m.exec(osRelease)?.[1] ?? '';
  const versions = manifest.packages[id] ?? {};
  const parts = version.split('.');
  const prefixes = parts.map((_part, index) => `${parts.slice(0, parts.length - index).join('.')}.*`);
  const key = [version, ...prefixes, '_any'].find((candidate) => versions[candidate] !== undefined);
  return key === undefined ? undefined : versions[key]?.[GO_ARCHITECTURE]?.file;
}

/** No checksum at all passes, and so does a single empty one; algorithms that are unknown alone do not. */
export function checksumHolds(checksums: Readonly<Record<string, string>>, file: string): boolean {
  const given = Object.entries(checksums);
  if (given.length === 0 || (given.length === 1 && given[0]?.[1] === '')) return true;
  const known = given.filter(([algorithm]) => ['sha256', 'md5'].includes(algorithm.toLowerCase()));
  const content = readFileSync(file);
  return (
    known.length > 0 &&
    known.every(([algorithm, sum]) => createHash(algorithm).update(content).digest('hex') === sum.toLowerCase())
  );
}

const PLAIN_NAME = /^[A-Za-z0-9][ \w+=()[\]{}-]*(\.[ \w+=()[\]{}-]+)*$/;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A name or version as a folder: "VpcCanary" as it is, an ARN as "_arn-aws-…_3A_J5Q…": its length and its hash. */
export function folderName(name: string): string {
  if (PLAIN_NAME.test(name)) return name;
  const bits = [...createHash('sha256').update(name).digest()]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  const hash = (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
  return `_${name.replace(/[^A-Za-z0-9]/g, '-')}_${name.length.toString(16).toUpperCase()}_${hash}`;
}

/** A folder the zip does not list gets the mode of the file in it, a link becomes a file of its target's name. */
export function unzip(zip: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o700);
  execFileSync('unzip', ['-q', '-o', zip, '-d', folder]);
  const listed = execFileSync('unzip', ['-Z1', zip], { encoding: 'utf8' }).trim().split('\n');
  for (const entry of listed) {
    const path = join(folder, entry);
    if (lstatSync(path).isSymbolicLink()) {
      const target = readlinkSync(path);
      rmSync(path);
      writeFileSync(path, target);
    }
    const parent = entry.includes('/') && !entry.endsWith('/') ? entry.slice(0, entry.lastIndexOf('/') + 1) : '';
    if (parent !== '' && !listed.includes(parent)) chmodSync(join(folder, parent), statSync(path).mode & 0o777);
  }
}

/** What is wrong with an unpacked package, or null. A manifest.json in it is another kind of file than ours. */
export function unacceptable(folder: string, name: string, version: string): string | null {
  const entries = readdirSync(folder, { withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  if (files.length < 2 && files.length === entries.length) return 'the package holds too little';
  if (!existsSync(join(folder, 'install.sh'))) return 'install.sh is missing';
  const inside = join(folder, 'manifest.json');
  if (!existsSync(inside)) return null;
  const told = JSON.parse(readFileSync(inside, 'utf8')) as { name?: string; version?: string };
  if (told.name === undefined || !name.endsWith(told.name)) return `manifest.json names ${told.name}, not ${name}`;
  return told.version === version ? null : `manifest.json is of version ${told.version}, not ${version}`;
}
