import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { Arena } from '../../agent/kernel/arena.ts';
import { ERRNO, errnoName, errnoText } from '../../agent/kernel/errno.ts';
import { libc } from '../../agent/kernel/libc.ts';
import { AF, SOCK } from '../../agent/kernel/sockets.ts';

test('a refused call returns −errno', () => {
  assert.equal(libc().socket(99, 1, 1), -ERRNO.EAFNOSUPPORT);
  assert.equal(libc().close(100_000), -ERRNO.EBADF);
  assert.equal(errnoName(-ERRNO.ENETUNREACH), 'ENETUNREACH');
  assert.equal(errnoText(ERRNO.EPERM), 'operation not permitted');
  assert.equal(errnoName(9999), 'errno 9999');
});

test('sendto and recv carry bytes through an arena', async (t) => {
  const receiver = createSocket('udp4');
  t.after(() => receiver.close());
  await new Promise<void>((done) => receiver.bind(0, '127.0.0.1', done));
  const arena = new Arena(256);
  const address = arena.reserve(16);
  arena.view.setUint16(address, AF.INET, true);
  arena.view.setUint16(address + 2, receiver.address().port);
  arena.view.setUint32(address + 4, 0x7f00_0001);
  const text = arena.reserve(16);
  arena.setCString(text, 'chirp');
  const fd = libc().socket(AF.INET, SOCK.DGRAM | SOCK.NONBLOCK | SOCK.CLOEXEC, 0);
  t.after(() => libc().close(fd));
  const heard = new Promise<string>((done) => receiver.once('message', (message) => done(message.toString())));
  assert.equal(libc().sendto(fd, arena.base + text, 5, 0, arena.base + address, 16), 5);
  assert.equal(await heard, 'chirp');
  assert.equal(libc().recv(fd, arena.base + text, 16, 0), -ERRNO.EAGAIN);
});

test('interfaces are found by name', () => {
  assert.ok(libc().if_nametoindex('lo') > 0);
  assert.equal(libc().if_nametoindex('no-such-if'), -ERRNO.ENODEV);
  assert.equal(libc().if_nametoindex('a-name-far-too-long-for-an-interface'), -ERRNO.ENODEV);
});

test('an arena aligns, zeroes, and refuses more than it has', () => {
  const arena = new Arena(64);
  assert.deepEqual([...arena.bytes.subarray(0, 64)], new Array(64).fill(0));
  assert.equal(arena.reserve(3), 0);
  assert.equal(arena.reserve(8), 8);
  assert.equal(arena.reserve(4, 4), 16);
  assert.throws(() => arena.reserve(64), /full/);
  arena.setPointer(8, arena.base);
  assert.equal(Number(arena.view.getBigUint64(8, true)), arena.base);
});

const SHOW = `import { libc } from '${resolve('agent/kernel/libc.ts')}';
try { console.log(libc().socket(99, 1, 1)); } catch (error) { console.log(error.name, error.code); }`;

test('the same code works as a CommonJS bundle beside node_modules, and fails by name without them', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'canary-libc-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const outfile = join(folder, 'bundle.cjs');
  await build({
    stdin: { contents: SHOW, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['koffi'],
    outfile,
    logLevel: 'error',
  });
  const show = (): string => execFileSync(process.execPath, [outfile], { cwd: '/', encoding: 'utf8' }).trim();
  assert.equal(show(), 'KernelUnavailable koffi');
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  assert.equal(show(), String(-ERRNO.EAFNOSUPPORT));
});
