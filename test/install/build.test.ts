/**
 * The executables: the same bytes wherever they are built, native code out of them is loaded from where they are told,
 * and the one for arm64 runs, page, history, koffi and an HTTP probe included. qemu knows neither TCP_INFO nor packet
 * stamps, so ICMP and TCP probes are for arm64 hardware.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
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

function build(folder: string, ...flags: string[]): string {
  for (const part of PARTS) cpSync(part, join(folder, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  execFileSync(process.execPath, ['--no-warnings', 'packaging/build.ts', ...flags], { cwd: folder, stdio: 'pipe' });
  return readFileSync(join(folder, 'dist/SHA256SUMS'), 'utf8');
}

/** Skips when a program is missing. */
function lacks(t: TestContext, programs: readonly string[]): boolean {
  const missing = programs.filter((program) => spawnSync(program, ['--version']).error !== undefined);
  if (missing.length > 0) t.skip(`needs ${missing.join(', ')}`);
  return missing.length > 0;
}

test('two builds in two folders are the same; arm64 built here runs under qemu', async (t) => {
  if (process.arch !== 'x64') return t.skip('builds on x64');
  if (lacks(t, ['strip', 'aarch64-linux-gnu-strip', 'qemu-aarch64-static'])) return;
  if (!existsSync(join(ARM64_ROOT, 'lib/libstdc++.so.6'))) return t.skip('needs libstdc++6-arm64-cross');
  const folders = ['one', 'another'].map((name) => mkdtempSync(join(tmpdir(), `vpc-canary-test-${name}-`)));
  t.after(() => folders.map((folder) => rmSync(folder, { recursive: true, force: true })));
  const [one = '', another] = folders.map((folder) => build(folder));
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

test('with --state-dir alone, native code is loaded from there; where it may not be, that is said', async (t) => {
  if (lacks(t, ['strip'])) return;
  const folder = scratch();
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  build(folder, '--arch', process.arch);
  const executable = join(folder, `dist/vpc-canary-${VERSION}-linux-${process.arch}`);

  const own = await started(t, [executable], scratch());
  assert.deepEqual(aboutKoffi(own.snapshot), []);
  assert.match(own.maps, new RegExp(`${own.state}/#`));

  const others = scratch();
  mkdirSync(join(others, 'state'));
  chmodSync(join(others, 'state'), 0o777);
  const open = await started(t, [executable], others);
  assert.doesNotMatch(open.maps, new RegExp(`${open.state}/#`));
  // A machine with the agent installed has another folder that will do.
  for (const text of aboutKoffi(open.snapshot))
    assert.ok(text.includes(`${open.state}: can be written by others`), text);
});

const scratch = (): string => mkdtempSync(join(tmpdir(), 'vpc-canary-test-'));

/** One that did not load is a notice. */
const aboutKoffi = ({ agent }: Snapshot): string[] =>
  agent.notices.map(({ text }) => text).filter((text) => text.includes('koffi'));

interface Started {
  readonly url: string;
  readonly state: string;
  readonly snapshot: Snapshot;
  /** What is mapped into its memory. */
  readonly maps: string;
}

/**
 * Runs it with its state in a folder, which goes with it, until a snapshot is as wanted. No STATE_DIRECTORY, no HOME: the
 * flag alone says where native code may be loaded from.
 */
async function started(
  t: TestContext,
  command: readonly string[],
  folder: string,
  flags: readonly string[] = [],
  wanted: (snapshot: Snapshot) => boolean = () => true,
): Promise<Started> {
  const [program = '', ...before] = command;
  const state = join(folder, 'state');
  const args = [...before, 'run', '--listen', '127.0.0.1:0', '--state-dir', state, ...flags];
  const child = spawn(program, args, { env: { PATH: process.env['PATH'] ?? '' } });
  t.after(async () => {
    child.kill('SIGKILL');
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
    if (snapshot === null || !wanted(snapshot)) continue;
    return { url, state, snapshot, maps: readFileSync(`/proc/${child.pid}/maps`, 'latin1') };
  }
}

async function runsEmulated(t: TestContext, executable: string): Promise<void> {
  const folder = scratch();
  const server = createServer((_request, response) => response.end('well')).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const config = join(folder, 'config.yaml');
  writeFileSync(config, `targets: [{ name: web, http: "http://127.0.0.1:${port}/" }]\n`);
  const command = ['qemu-aarch64-static', '-L', ARM64_ROOT, executable];
  const up = (snapshot: Snapshot): boolean => snapshot.targets[0]?.state === 'up';
  const { url, snapshot } = await started(t, command, folder, ['--config', config], up);
  assert.equal(snapshot.agent.history.mode, 'disk');
  assert.match(await (await fetch(`${url}/`)).text(), /<title>/);
  assert.deepEqual(aboutKoffi(snapshot), []);
}
