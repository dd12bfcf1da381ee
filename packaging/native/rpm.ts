/**
 * The .rpm, made by rpmbuild from a spec of what is already built: nothing is compiled, stripped or searched for
 * dependencies. Needs are named by what every family of distributions calls alike. glibc's version is not among them:
 * %pre checks it and says why Amazon Linux 2 will not do, where rpm would name a symbol.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Architecture } from '../architecture.ts';
import { DESCRIPTION, EPOCH, makeTree, type NativePackage, nativeVersion, SUMMARY, wholeScript } from './native.ts';

const NAMES = { x64: 'x86_64', arm64: 'aarch64' } as const satisfies Record<Architecture, string>;
const SCRIPTS = ['pre', 'post', 'preun', 'postun'];
const REQUIRES = ['libc.so.6()(64bit)', 'libstdc++.so.6()(64bit)', 'libgcc_s.so.1()(64bit)', 'systemd', 'diffutils'];
/** Folders that are ours alone. */
const FOLDERS = ['opt/vpc-canary', 'opt/vpc-canary/bin', 'opt/vpc-canary/share', 'usr/share/doc/vpc-canary'];

const MACROS = {
  debug_package: '%{nil}',
  __os_install_post: '%{nil}',
  _build_id_links: 'none',
  // as the .deb; also what the oldest rpm reads
  _binary_payload: 'w6.gzdio',
  // the same bytes wherever it is built
  _buildhost: 'localhost',
  use_source_date_epoch_as_buildtime: '1',
  clamp_mtime_to_source_date_epoch: '1',
};

function spec(version: string, tree: string, files: readonly string[]): string {
  return [
    'Name: vpc-canary',
    `Version: ${nativeVersion(version)}`,
    'Release: 1',
    `Summary: ${SUMMARY}`,
    'License: Apache-2.0',
    'AutoReqProv: no',
    ...REQUIRES.map((name) => `Requires: ${name}`),
    '%description',
    DESCRIPTION,
    '%install',
    `cp -a ${tree}/. %{buildroot}/`,
    ...SCRIPTS.flatMap((name) => [`%${name}`, wholeScript(`rpm-${name}.sh`).replaceAll('%', '%%')]),
    '%files',
    '%defattr(-,root,root,0755)',
    ...FOLDERS.map((name) => `%dir /${name}`),
    ...files.map((name) => `${name.startsWith('usr/share/doc/') ? '%doc ' : ''}/${name}`),
    '',
  ].join('\n');
}

/** @returns the file's path */
export function makeRpm({ version, architecture, executable, out }: NativePackage): string {
  const scratch = join(resolve(out), `.rpm-${architecture}`);
  const tree = join(scratch, 'tree');
  const files = makeTree(tree, executable);
  const specFile = join(scratch, 'vpc-canary.spec');
  writeFileSync(specFile, spec(version, tree, files));
  const macros = { ...MACROS, _topdir: scratch, _rpmdir: scratch, _rpmfilename: 'out.rpm' };
  const defines = Object.entries(macros).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  mkdirSync(join(scratch, 'home'));
  execFileSync('rpmbuild', ['-bb', '--quiet', `--target=${NAMES[architecture]}-linux`, ...defines, specFile], {
    // the builder's own ~/.rpmmacros shall change nothing
    env: { ...EPOCH, HOME: join(scratch, 'home') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const file = join(out, `vpc-canary-${nativeVersion(version)}-1.${NAMES[architecture]}.rpm`);
  renameSync(join(scratch, 'out.rpm'), file);
  rmSync(scratch, { recursive: true });
  return file;
}
