/** The .deb (deb(5), deb-control(5)), made by dpkg-deb. Packed with gzip: xz saves a quarter and takes ten times as long. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Architecture } from '../architecture.ts';
import { DESCRIPTION, EPOCH, makeTree, type NativePackage, nativeVersion, SUMMARY, wholeScript } from './native.ts';

const NAMES = { x64: 'amd64', arm64: 'arm64' } as const satisfies Record<Architecture, string>;
const SCRIPTS = ['preinst', 'postinst', 'prerm', 'postrm'];

/** Node's needs: glibc 2.28 and libstdc++ of GCC 5 (GLIBCXX_3.4.21). Older systemd lacks what the unit needs. */
const DEPENDS = 'libc6 (>= 2.28), libstdc++6 (>= 5), libgcc-s1 | libgcc1, systemd (>= 239), passwd';

function control(version: string, architecture: Architecture, kibibytes: number): string {
  return [
    'Package: vpc-canary',
    `Version: ${nativeVersion(version)}`,
    `Architecture: ${NAMES[architecture]}`,
    'Maintainer: vpc-canary <vpc-canary@localhost>',
    `Installed-Size: ${kibibytes}`,
    `Depends: ${DEPENDS}`,
    'Section: net',
    'Priority: optional',
    `Description: ${SUMMARY}`,
    ` ${DESCRIPTION}`,
    '',
  ].join('\n');
}

/** @returns the file's path */
export function makeDeb({ version, architecture, executable, out }: NativePackage): string {
  const tree = join(out, `.deb-${architecture}`);
  const files = makeTree(tree, executable).filter((name) => lstatSync(join(tree, name)).isFile());
  const bytes = files.reduce((sum, name) => sum + lstatSync(join(tree, name)).size, 0);
  const meta = join(tree, 'DEBIAN');
  mkdirSync(meta, { mode: 0o755 });
  writeFileSync(join(meta, 'control'), control(version, architecture, Math.ceil(bytes / 1024)));
  // for dpkg --verify
  const sums = files.map(
    (name) =>
      `${createHash('md5')
        .update(readFileSync(join(tree, name)))
        .digest('hex')}  ${name}\n`,
  );
  writeFileSync(join(meta, 'md5sums'), sums.join(''));
  for (const name of SCRIPTS) writeFileSync(join(meta, name), wholeScript(`deb-${name}.sh`));
  for (const name of ['control', 'md5sums', ...SCRIPTS])
    chmodSync(join(meta, name), SCRIPTS.includes(name) ? 0o755 : 0o644);
  const file = join(out, `vpc-canary_${nativeVersion(version)}_${NAMES[architecture]}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z6', '--build', tree, file], {
    env: EPOCH,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  rmSync(tree, { recursive: true });
  return file;
}
