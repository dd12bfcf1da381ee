/** What is installed: manifest and zips for Distributor, .deb and .rpm beside them, the same bytes twice, scripts for dash. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { manifest } from '../../packaging/package.ts';
import { sha256 } from '../../packaging/payload.ts';
import { PLATFORMS } from '../../packaging/platforms.ts';

interface Manifest {
  readonly schemaVersion: string;
  readonly version: string;
  readonly packages: Record<string, Record<string, Record<string, { file: string }>>>;
  readonly files: Record<string, { checksums: { sha256: string } }>;
}

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function has(t: TestContext, ...tools: string[]): boolean {
  const missing = tools.filter((tool) => spawnSync(tool, ['--help']).error !== undefined);
  if (missing.length > 0) t.skip(`needs ${missing.join(', ')}`);
  return missing.length === 0;
}

/** Packs a stand-in for the executable. */
function pack(out: string, executable: string, ...more: string[]): Manifest {
  writeFileSync(executable, '#!/bin/sh\necho "vpc-canary 1.4.0 (Node v24, x64)"\n');
  const flags = ['--out', out, '--executable', executable, '--version', '1.4.0', '--arch', 'x64', '--formats', 'zip'];
  execFileSync(process.execPath, ['--no-warnings', 'packaging/package.ts', ...flags, ...more], { stdio: 'pipe' });
  return JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as Manifest;
}

const ZIP = 'vpc-canary-1.4.0-linux-x64.zip';

test('the manifest names files, platforms and architectures as the SSM agent knows them', (t) => {
  const zip = join(scratch(t), 'arm.zip');
  writeFileSync(zip, 'zip');
  const made = manifest('1.4.0', [{ architecture: 'arm64', file: zip }]) as Manifest;
  assert.equal(made.schemaVersion, '2.0');
  assert.match(made.version, /^[A-Za-z0-9_.-]{1,128}$/);
  assert.deepEqual(made.packages['amazon']?.['2023'], { arm64: { file: 'arm.zip' } });
  assert.deepEqual(made.files, { 'arm.zip': { checksums: { sha256: sha256(zip) } } });
  const known = ['amazon', 'ubuntu', 'debian', 'redhat', 'rocky', 'almalinux', 'oracle', 'centos', 'suse'];
  assert.deepEqual(Object.keys(PLATFORMS).sort(), [...known].sort());
  for (const version of Object.values(PLATFORMS).flat()) assert.match(version, /^\d+(\.\d+)?(\.\*)?$/);
});

test('the zip is flat, complete, and its checksums hold', (t) => {
  if (!has(t, 'zip', 'unzip')) return;
  const folder = scratch(t);
  const made = pack(join(folder, 'out'), join(folder, 'executable'));
  const zip = join(folder, 'out', ZIP);
  assert.equal(made.files[ZIP]?.checksums.sha256, sha256(zip));
  execFileSync('unzip', ['-q', zip, '-d', join(folder, 'in')]);
  const names = readdirSync(join(folder, 'in'));
  for (const name of ['install.sh', 'uninstall.sh', 'update.sh', 'validate.sh', 'vpc-canary', 'vpc-canary.service'])
    assert.ok(names.includes(name), `${name} is missing in ${names.join(' ')}`);
  assert.ok(!names.includes('manifest.json'), 'the agent would take it for a description of the package');
  for (const name of names) assert.ok(statSync(join(folder, 'in', name)).isFile(), `${name} is not a file`);
  assert.equal(statSync(join(folder, 'in', 'vpc-canary')).mode & 0o777, 0o755);
  execFileSync('sha256sum', ['--status', '-c', 'SHA256SUMS'], { cwd: join(folder, 'in') });
});

/** Both architectures in all formats, of a pre-release. */
const EVERYTHING = ['--formats', 'zip,deb,rpm', '--version', '1.4.0-rc.1'];

test('packing twice in two folders gives the same bytes, whatever the umask', (t) => {
  if (!has(t, 'zip', 'dpkg-deb', 'rpmbuild')) return;
  const folder = scratch(t);
  const executable = join(folder, 'a');
  writeFileSync(executable, '#!/bin/sh\n');
  const sums = ['022', '077'].map((umask) => {
    const command = ['packaging/package.ts', '--out', join(folder, umask), '--executable', executable, ...EVERYTHING];
    const before = process.umask(umask);
    execFileSync(process.execPath, ['--no-warnings', ...command], {
      stdio: 'pipe',
      env: { ...process.env, HOME: folder },
    });
    process.umask(before);
    return readFileSync(join(folder, umask, 'SHA256SUMS'), 'utf8');
  });
  assert.equal(sums[0], sums[1]);
  const named = [...(sums[0] ?? '').matchAll(/ {2}(\S+)$/gm)].map((match) => match[1]);
  assert.deepEqual(named.sort(), [
    'manifest.json',
    'sbom.cdx.json',
    'vpc-canary-1.4.0-rc.1-linux-arm64.zip',
    'vpc-canary-1.4.0-rc.1-linux-x64.zip',
    'vpc-canary-1.4.0~rc.1-1.aarch64.rpm',
    'vpc-canary-1.4.0~rc.1-1.x86_64.rpm',
    'vpc-canary_1.4.0~rc.1_amd64.deb',
    'vpc-canary_1.4.0~rc.1_arm64.deb',
  ]);
});

test('.deb and .rpm hold the same files, for their architecture, owned by root, with whole scripts', (t) => {
  if (!has(t, 'dpkg-deb', 'rpmbuild', 'zip')) return;
  const folder = scratch(t);
  pack(folder, join(folder, 'executable'), '--formats', 'zip,deb,rpm', '--arch', 'arm64');
  const deb = join(folder, 'vpc-canary_1.4.0_arm64.deb');
  const rpm = join(folder, 'vpc-canary-1.4.0-1.aarch64.rpm');
  const run = (command: string, ...args: string[]): string => execFileSync(command, args, { encoding: 'utf8' });

  assert.equal(
    run('dpkg-deb', '-f', deb, 'Package', 'Version', 'Architecture'),
    'Package: vpc-canary\nVersion: 1.4.0\nArchitecture: arm64\n',
  );
  assert.match(run('dpkg-deb', '-f', deb, 'Depends'), /libc6 \(>= 2\.28\)/);
  assert.equal(
    run('rpm', '-qp', '--qf', '%{NAME} %{VERSION} %{RELEASE} %{ARCH} %{BUILDHOST}', rpm),
    'vpc-canary 1.4.0 1 aarch64 localhost',
  );

  // "-rwxr-xr-x root/root  … ./opt/…" and "-rwxr-xr-x root root /opt/…"
  const inDeb = [...run('dpkg-deb', '-c', deb).matchAll(/^([-l]\S+) (\w+)\/(\w+) .* \.(\/\S+)(?: -> \S+)?$/gm)];
  const inRpm = [
    ...run('rpm', '-qp', '--qf', '[%{FILEMODES:perms} %{FILEUSERNAME} %{FILEGROUPNAME} %{FILENAMES}\n]', rpm).matchAll(
      /^([-l]\S+) (\w+) (\w+) (\S+)$/gm,
    ),
  ];
  const listed = (found: RegExpMatchArray[]): string[] => found.map((match) => match.slice(1).join(' ')).sort();
  assert.deepEqual(listed(inDeb), listed(inRpm));
  assert.ok(listed(inDeb).includes('-rwxr-xr-x root root /opt/vpc-canary/bin/vpc-canary'), listed(inDeb).join('\n'));
  assert.ok(!listed(inDeb).some((line) => line.includes('/etc/')), "the configuration is its owner's");

  const scripts = ['preinst', 'postinst', 'prerm', 'postrm'].map((name) => run('dpkg-deb', '-I', deb, name));
  scripts.push(run('rpm', '-qp', '--scripts', rpm));
  for (const script of scripts) {
    assert.doesNotMatch(script, /^\. /m, 'sources a file that is not there');
    assert.match(script, /^check_distribution\(\) \{$/m);
  }
  // what the spec file takes for a macro
  assert.ok(/link_target%%\/\*\}/.test(scripts.at(-1) ?? ''), 'a percent sign was lost');
});

test('the bill of materials lists every dependency that ships and no tool', (t) => {
  if (!has(t, 'zip')) return;
  const folder = scratch(t);
  pack(join(folder, 'out'), join(folder, 'executable'));
  const bill = JSON.parse(readFileSync(join(folder, 'out', 'sbom.cdx.json'), 'utf8')) as {
    bomFormat: string;
    components: { name: string }[];
  };
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, object>;
  const names = new Set(bill.components.map(({ name }) => name));
  assert.equal(bill.bomFormat, 'CycloneDX');
  for (const name of Object.keys(dependencies ?? {})) assert.ok(names.has(name), `${name} is missing`);
  for (const name of Object.keys(devDependencies ?? {})) assert.ok(!names.has(name), `${name} does not ship`);
});

test('the scripts are POSIX sh without findings of shellcheck', (t) => {
  if (!has(t, 'shellcheck')) return;
  for (const cwd of ['packaging/install', 'packaging/native']) {
    const scripts = readdirSync(cwd).filter((name) => name.endsWith('.sh'));
    assert.ok(scripts.length >= 8, scripts.join(' '));
    const { stdout, status } = spawnSync('shellcheck', ['-x', '-s', 'sh', ...scripts], { cwd, encoding: 'utf8' });
    assert.equal(status, 0, stdout);
  }
});
