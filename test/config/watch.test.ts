import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileIdentity, NO_FILE } from '../../agent/config/files.ts';
import { watchFile } from '../../agent/config/watch.ts';

/** Long enough that only inotify can have told; short enough that polling has. */
const INOTIFY = { pollMs: 600_000, settleMs: 20 };
const POLLING = { pollMs: 50, settleMs: 20 };
const PATIENCE_MS = 10_000;

interface Watched {
  readonly folder: string;
  readonly path: string;
  /** Waits until so many changes were told. */
  told(count: number): Promise<void>;
  count(): number;
}

async function watched(
  t: TestContext,
  times: typeof POLLING,
  text: string | null,
  inFolder = 'config.yaml',
): Promise<Watched> {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-watch-'));
  const path = join(folder, inFolder);
  if (text !== null) writeFileSync(path, text);
  let count = 0;
  const watch = watchFile(path, await fileIdentity(path), () => (count += 1), times);
  t.after(() => {
    watch.close();
    rmSync(folder, { recursive: true });
  });
  await sleep(100);
  return {
    folder,
    path,
    count: () => count,
    told: async (wanted) => {
      const end = Date.now() + PATIENCE_MS;
      while (count < wanted && Date.now() < end) await sleep(10);
      assert.equal(count, wanted);
    },
  };
}

test('inotify sees a file written in place, and again', async (t) => {
  const { path, told } = await watched(t, INOTIFY, 'a');
  writeFileSync(path, 'b');
  await told(1);
  writeFileSync(path, 'c');
  await told(2);
});

test('inotify sees a file replaced by rename, of the same size', async (t) => {
  const { folder, path, told } = await watched(t, INOTIFY, 'a');
  for (const [index, text] of ['b', 'c'].entries()) {
    writeFileSync(join(folder, 'new'), text);
    renameSync(join(folder, 'new'), path);
    await told(index + 1);
  }
});

test('inotify sees a file go and come', async (t) => {
  const { path, told } = await watched(t, INOTIFY, 'a');
  unlinkSync(path);
  await told(1);
  writeFileSync(path, 'a');
  await told(2);
});

test('inotify sees links switched as Kubernetes does', async (t) => {
  const { folder, path, told } = await watched(t, INOTIFY, null);
  for (const version of ['v1', 'v2']) {
    mkdirSync(join(folder, version));
    writeFileSync(join(folder, version, 'config.yaml'), 'same text');
  }
  symlinkSync('v1', join(folder, '..data'));
  symlinkSync('..data/config.yaml', path);
  await told(1);
  symlinkSync('v2', join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  await told(2);
});

test('polling sees what inotify cannot: the far side of a link', async (t) => {
  const { folder, path, told } = await watched(t, POLLING, null);
  mkdirSync(join(folder, 'far'));
  const far = join(folder, 'far', 'real.yaml');
  writeFileSync(far, 'a');
  symlinkSync('far/real.yaml', path);
  await told(1);
  writeFileSync(far, 'b');
  await told(2);
  unlinkSync(far);
  await told(3);
});

test('a file that is still being written is left alone until it rests', async (t) => {
  const { path, told, count } = await watched(t, { pollMs: 600_000, settleMs: 150 }, 'a');
  for (let i = 0; i < 20; i += 1) {
    appendFileSync(path, 'b');
    await sleep(25);
  }
  assert.ok(count() <= 1, `${count()} changes told during 500 ms of writing`);
  await told(Math.max(1, count()));
});

test('a directory that comes later is found by polling, then watched', async (t) => {
  const { folder, path, told } = await watched(t, POLLING, null, 'later/config.yaml');
  mkdirSync(join(folder, 'later'));
  writeFileSync(path, 'a');
  await told(1);
});

test('what happened between reading and watching is told', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-watch-'));
  const path = join(folder, 'config.yaml');
  writeFileSync(path, 'a');
  let count = 0;
  const watch = watchFile(path, NO_FILE, () => (count += 1), INOTIFY);
  t.after(() => {
    watch.close();
    rmSync(folder, { recursive: true });
  });
  for (let i = 0; i < 500 && count === 0; i += 1) await sleep(20);
  assert.equal(count, 1);
});

test('neighbours in the directory, and nothing at all after close, are told', async (t) => {
  const { folder, path, count } = await watched(t, POLLING, 'a');
  for (let i = 0; i < 10; i += 1) {
    writeFileSync(join(folder, `neighbour-${i}`), 'x');
    await sleep(20);
  }
  assert.equal(count(), 0);
  const watch = watchFile(path, await fileIdentity(path), () => assert.fail('told after close'), POLLING);
  writeFileSync(path, 'b');
  watch.close();
  await sleep(200);
});
