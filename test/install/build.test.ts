/**
 * The executables: the same bytes wherever they are built, and the one for arm64 runs, page, history, koffi and an HTTP
 * probe included. qemu knows neither TCP_INFO nor packet stamps, so ICMP and TCP probes are for arm64 hardware.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Snapshot } from '../../agent/verdict/snapshot.ts';
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

test('two builds in two folders are the same; arm64 built here runs under qemu', async (t) => {
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
  await runsEmulated(t, join(dist, `vpc-canary-${VERSION}-linux-arm64`));
});

async function runsEmulated(t: TestContext, executable: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-test-'));
  const server = createServer((_request, response) => response.end('well')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  writeFileSync(join(folder, 'config.yaml'), `targets: [{ name: web, http: "http://127.0.0.1:${port}/" }]\n`);
  const flags = [
    '--config',
    join(folder, 'config.yaml'),
    '--listen',
    '127.0.0.1:0',
    '--state-dir',
    join(folder, 'state'),
  ];
  const child = spawn('qemu-aarch64-static', ['-L', ARM64_ROOT, executable, 'run', ...flags], {
    // No STATE_DIRECTORY, no HOME: the flag alone says where native code may be loaded from.
    env: { PATH: process.env['PATH'] ?? '' },
  });
  t.after(async () => {
    child.kill('SIGKILL');
    server.close();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  for (const end = Date.now() + 90_000; ; await new Promise((resolve) => setTimeout(resolve, 250))) {
    assert.ok(Date.now() < end && child.exitCode === null, said);
    const url = /The page is at (http\S+)\//.exec(said)?.[1];
    if (url === undefined) continue;
    const snapshot = (await fetch(`${url}/api/v1/state`).then(
      // 503 with a problem's words until the first verdict
      (answer) => (answer.ok ? answer.json() : null),
      () => null,
    )) as Snapshot | null;
    if (snapshot?.targets[0]?.state !== 'up') continue;
    assert.equal(snapshot.agent.history.mode, 'disk');
    assert.match(await (await fetch(`${url}/`)).text(), /<title>/);
    // one that did not load is a notice
    assert.deepEqual(
      snapshot.agent.notices.filter(({ text }) => text.includes('koffi')),
      [],
    );
    return;
  }
}
