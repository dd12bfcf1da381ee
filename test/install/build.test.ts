/** The executables: the same bytes wherever they are built, and the one for arm64 runs. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { VERSION } from '../../agent/version.ts';

const PARTS = ['agent', 'packaging', 'package.json', 'package-lock.json', 'tsconfig.json', '.npmrc'];
/** Debian's libc6-arm64-cross and libstdc++6-arm64-cross. */
const ARM64_ROOT = '/usr/aarch64-linux-gnu';

function build(folder: string): string {
  for (const part of PARTS) cpSync(part, join(folder, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  execFileSync(process.execPath, ['--no-warnings', 'packaging/build.ts'], { cwd: folder, stdio: 'pipe' });
  return readFileSync(join(folder, 'dist/SHA256SUMS'), 'utf8');
}

test('two builds in two folders are the same; arm64 built here runs under qemu', (t) => {
  const tools = ['strip', 'aarch64-linux-gnu-strip', 'qemu-aarch64-static'];
  const missing = tools.filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
  if (process.arch !== 'x64') return t.skip('builds on x64');
  if (missing.length > 0) return t.skip(`needs ${missing.join(', ')}`);
  if (!existsSync(join(ARM64_ROOT, 'lib/libstdc++.so.6'))) return t.skip('needs libstdc++6-arm64-cross');
  const folders = ['one', 'another'].map((name) => mkdtempSync(join(tmpdir(), `vpc-canary-test-${name}-`)));
  t.after(() => folders.map((folder) => rmSync(folder, { recursive: true, force: true })));
  const [one = '', another] = folders.map(build);
  assert.equal(one, another);
  assert.match(one, /-linux-x64\n[0-9a-f]{64} {2}\S+-linux-arm64\n$/);

  const dist = join(folders[0] ?? '', 'dist');
  // NODE_OPTIONS must not reach into the executable
  const env = { ...process.env, NODE_OPTIONS: '--require /nonexistent.js' };
  const native = execFileSync(join(dist, `vpc-canary-${VERSION}-linux-x64`), ['version'], { encoding: 'utf8', env });
  assert.match(native, new RegExp(`^vpc-canary ${VERSION} .*x64`));
  const emulated = execFileSync(
    'qemu-aarch64-static',
    ['-L', ARM64_ROOT, join(dist, `vpc-canary-${VERSION}-linux-arm64`), 'version'],
    { encoding: 'utf8', env },
  );
  assert.match(emulated, new RegExp(`^vpc-canary ${VERSION} .*arm64`));
});
