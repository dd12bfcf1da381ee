/** What Distributor gets: the manifest in its words, zips that unpack on it, the same bytes twice, scripts for dash. */
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
function pack(out: string, executable: string): Manifest {
  writeFileSync(executable, '#!/bin/sh\necho "vpc-canary 1.4.0 (Node v24, x64)"\n');
  const flags = ['--out', out, '--executable', executable, '--version', '1.4.0', '--arch', 'x64'];
  execFileSync(process.execPath, ['--no-warnings', 'packaging/package.ts', ...flags], { stdio: 'pipe' });
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

test('packing twice in two folders gives the same bytes', (t) => {
  if (!has(t, 'zip')) return;
  const folder = scratch(t);
  for (const out of ['one', 'two']) pack(join(folder, out), join(folder, out === 'one' ? 'a' : 'b'));
  const sums = ['one', 'two'].map((out) => readFileSync(join(folder, out, 'SHA256SUMS'), 'utf8'));
  assert.equal(sums[0], sums[1]);
  assert.match(sums[0] ?? '', /sbom\.cdx\.json/);
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
  const scripts = readdirSync('packaging/install').filter((name) => name.endsWith('.sh'));
  assert.ok(scripts.length >= 8, scripts.join(' '));
  const { stdout, status } = spawnSync('shellcheck', ['-x', '-s', 'sh', ...scripts], {
    cwd: 'packaging/install',
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout);
});
