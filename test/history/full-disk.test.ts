/** A file system without space: measuring goes on, history waits in memory, and is all there when space comes back. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { event, NOON, Rig, secondRow } from './rig.ts';

/** A tmpfs of 2 MiB; null with the reason when this machine gives none. */
function smallDisk(t: TestContext): string | null {
  const directory = mkdtempSync(join(tmpdir(), 'vpc-canary-history-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=700', 'tmpfs', directory]);
  if (mounted.status !== 0) {
    rmdirSync(directory);
    t.skip(`needs to mount a tmpfs: ${mounted.error?.message ?? mounted.stderr}`);
    return null;
  }
  t.after(() => {
    spawnSync('umount', ['-l', directory]);
    rmdirSync(directory);
  });
  return directory;
}

function fillUp(file: string): void {
  writeFileSync(file, '');
  for (const size of [65_536, 4_096, 1]) {
    try {
      for (;;) appendFileSync(file, Buffer.alloc(size));
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
    }
  }
}

test('a full disk is counted and named; nothing is lost while memory lasts; it heals by itself', (t) => {
  const disk = smallDisk(t);
  if (disk === null) return;
  const rig = new Rig(disk);
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const seconds = (count: number): void => {
    for (let i = 0; i < count; i += 1) {
      const row = rig.now;
      for (const name of names.slice(1)) rig.history.writeRows(name, [secondRow(row, [], 1)]);
      rig.second('a', [1 + (i % 13)]);
      rig.history.observe({ at: rig.now, targets: [{ name: 'a', state: 'up', since: NOON }], sites: [] });
    }
  };
  seconds(100);
  assert.deepEqual(rig.history.notices(), []);
  fillUp(join(disk, 'filler'));

  seconds(2_000);
  rig.history.writeEvent(event(1, rig.now));
  const [notice] = rig.history.notices();
  assert.equal(notice?.code, 'history-disk-full');
  assert.match(notice.text, /^no space for history: measuring goes on, history waits in memory$/);
  assert.match(notice.remedy ?? '', /free space/);
  assert.ok(rig.history.status().writeErrors > 0);
  assert.equal(rig.history.series('a', NOON, rig.now, 2_100).rows.length, 2_100, 'the page still shows all of it');
  assert.equal(rig.history.events({}).length, 1);
  assert.equal(rig.history.lastEventId(), 1);

  rmSync(join(disk, 'filler'));
  seconds(20);
  assert.deepEqual(rig.history.notices(), []);
  rig.restart();
  assert.equal(rig.history.series('a', NOON, rig.now, 2_120).rows.length, 2_120);
  assert.equal(rig.history.events({}).length, 1);
  const spans = rig.history.spans('target', 'a', NOON + 10_000, NOON + 2_115_000);
  assert.deepEqual(
    spans.map((span) => span.state),
    ['up'],
  );
  rig.history.close();
});

test('no space at the start: in memory, with the remedy', (t) => {
  const disk = smallDisk(t);
  if (disk === null) return;
  fillUp(join(disk, 'filler'));
  const rig = new Rig(disk);
  rig.second('a', [1]);
  assert.equal(rig.history.status().mode, 'memory');
  assert.equal(rig.history.notices()[0]?.code, 'history-disk-full');
  assert.match(rig.history.notices()[0]?.remedy ?? '', /free space, then restart/);
  assert.equal(rig.history.series('a', NOON, rig.now, 1).rows.length, 1);
  rig.history.close();
});

test('a file system that is read-only: in memory, with the remedy', (t) => {
  const disk = smallDisk(t);
  if (disk === null) return;
  assert.equal(spawnSync('mount', ['-o', 'remount,ro', disk]).status, 0);
  const rig = new Rig(disk);
  rig.second('a', [1]);
  assert.equal(rig.history.status().mode, 'memory');
  const [notice] = rig.history.notices();
  assert.equal(notice?.code, 'history-not-writable');
  assert.match(notice.text, /may not write to .* \(EROFS\)/);
  rig.history.close();
});

test('a file system taken away under the agent: history begins anew below its mount point', (t) => {
  const disk = smallDisk(t);
  if (disk === null) return;
  const rig = new Rig(disk);
  for (let i = 0; i < 20; i += 1) rig.second('a', [1]);
  assert.equal(spawnSync('umount', ['-l', disk]).status, 0);
  for (let i = 0; i < 20; i += 1) rig.second('a', [2]);
  assert.deepEqual(
    rig.history.notices().map(({ code }) => code),
    ['history-gone'],
  );
  assert.equal(rig.history.series('a', NOON, rig.now, 40).rows.length, 40);
  rig.history.close();
  rmSync(join(disk, 'history.db'));
});
