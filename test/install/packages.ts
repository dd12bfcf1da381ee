/**
 * The packages to install: the real one of this source, the one before it, and one that never becomes healthy.
 *
 * Building takes half a minute, so the result is kept in the temp folder under a hash of what it is made from.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VERSION } from '../../agent/version.ts';
import type { Architecture } from '../../packaging/architecture.ts';
import { bundle } from '../../packaging/bundle.ts';
import { makeExecutable } from '../../packaging/executable.ts';

export interface Package {
  readonly version: string;
  /** With manifest.json and the zips that it names. */
  readonly folder: string;
  /** Files of the same for dpkg and rpm; `before` and `current` have them. */
  readonly deb: string;
  readonly rpm: string;
}

export interface Packages {
  readonly before: Package;
  readonly current: Package;
  /** Starts, and ends at once with an error. */
  readonly broken: Package;
  /** For the other architecture, unpackable here, but not to be run. */
  readonly foreign: Package;
}

const ARCHITECTURE = process.arch as Architecture;
const OTHER: Architecture = ARCHITECTURE === 'x64' ? 'arm64' : 'x64';
const NATIVE_NAMES = { deb: { x64: 'amd64', arm64: 'arm64' }, rpm: { x64: 'x86_64', arm64: 'aarch64' } };
const ALL_FORMATS = 'zip,deb,rpm';
const BEFORE = VERSION.replace(/\d/g, '0');

export async function makePackages(): Promise<Packages> {
  const scratch = mkdtempSync(join(tmpdir(), 'vpc-canary-test-build-'));
  try {
    await bundle(join(scratch, 'bundle'));
    const sources = [
      ...globSync(join(scratch, 'bundle/*')).sort(),
      ...globSync([
        'packaging/*.{ts,cjs}',
        'packaging/{install,native}/*',
        'systemd/*',
        'package-lock.json',
        'test/install/packages.ts',
      ]).sort(),
    ];
    const hash = createHash('sha256');
    for (const source of sources) hash.update(readFileSync(source));
    const kept = join(tmpdir(), `vpc-canary-test-packages-${hash.digest('hex').slice(0, 16)}`);
    if (!existsSync(kept)) {
      forgetOld();
      build(scratch);
      rmSync(join(scratch, 'bundle'), { recursive: true });
      try {
        renameSync(scratch, kept);
      } catch (error) {
        // another run was faster
        if (!existsSync(kept)) throw error;
      }
    }
    const named = (name: string, version: string): Package => ({
      version,
      folder: join(kept, name),
      deb: join(kept, name, `vpc-canary_${version}_${NATIVE_NAMES.deb[ARCHITECTURE]}.deb`),
      rpm: join(kept, name, `vpc-canary-${version}-1.${NATIVE_NAMES.rpm[ARCHITECTURE]}.rpm`),
    });
    return {
      before: named('before', BEFORE),
      current: named('current', VERSION),
      broken: named('broken', '9.9.9'),
      foreign: named('foreign', '9.9.8'),
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** What earlier sources gave, 80 MB each; what is younger may be in use by another run. */
function forgetOld(): void {
  const anHourAgo = Date.now() - 3_600_000;
  for (const folder of globSync(join(tmpdir(), 'vpc-canary-test-packages-*'))) {
    if (statSync(folder).mtimeMs < anHourAgo) rmSync(folder, { recursive: true, force: true });
  }
}

function build(scratch: string): void {
  const executable = join(scratch, 'executable');
  makeExecutable(ARCHITECTURE, join(scratch, 'bundle'), executable);
  pack(scratch, 'current', executable, VERSION, ARCHITECTURE, ALL_FORMATS);
  setVersion(join(scratch, 'bundle'), BEFORE);
  makeExecutable(ARCHITECTURE, join(scratch, 'bundle'), executable);
  pack(scratch, 'before', executable, BEFORE, ARCHITECTURE, ALL_FORMATS);
  rmSync(executable);
  const fake = (version: string): string =>
    `#!/bin/sh\ncase $1 in version) echo "vpc-canary ${version} (none)" ;; run) echo "cannot run today" >&2; exit 1 ;; esac\n`;
  writeFileSync(executable, fake('9.9.9'), { mode: 0o755 });
  pack(scratch, 'broken', executable, '9.9.9', ARCHITECTURE);
  writeFileSync(executable, fake('9.9.8'), { mode: 0o755 });
  pack(scratch, 'foreign', executable, '9.9.8', OTHER);
  // the manifest of a package that was mixed up: the zip of the other architecture under this one's name
  const manifest = join(scratch, 'foreign', 'manifest.json');
  const names = { x64: '"x86_64"', arm64: '"arm64"' };
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replaceAll(names[OTHER], names[ARCHITECTURE]));
  rmSync(executable);
}

/** Gives the bundle another version. */
function setVersion(bundle: string, version: string): void {
  const written = `="${VERSION}"`;
  const files = readdirSync(bundle).map((name) => join(bundle, name));
  const holders = files.filter((file) => readFileSync(file, 'latin1').includes(written));
  const parts = holders.flatMap((file) => readFileSync(file, 'latin1').split(written));
  const [file] = holders;
  if (file === undefined || parts.length !== 2) throw new Error(`${written} is not in the bundle just once`);
  writeFileSync(file, parts.join(`="${version}"`), 'latin1');
}

function pack(
  scratch: string,
  name: string,
  executable: string,
  version: string,
  architecture: Architecture,
  formats = 'zip',
): void {
  const out = join(scratch, name);
  mkdirSync(out);
  const what = ['--executable', executable, '--version', version, '--arch', architecture, '--formats', formats];
  const flags = ['--out', out, ...what];
  execFileSync(process.execPath, ['--no-warnings', 'packaging/package.ts', ...flags], { stdio: 'pipe' });
}

/** Copies a package, so that a test can spoil it. */
export function copyOf(original: Package, folder: string): Package {
  cpSync(original.folder, folder, { recursive: true });
  return { ...original, folder };
}
