/** The spool on real files: what was appended comes out, in order, once, whatever happens to the disk. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  globSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { seeded } from '../fakes/random.ts';
import { content, drain, fillUp, MINUTE, NOON, openSpool, periodData, smallDisk, temporaryDirectory } from './rig.ts';

test('what was appended comes out in order, also in the next life, and leaves nothing behind', async (t) => {
  const directory = temporaryDirectory(t);
  const first = openSpool(directory);
  await first.open();
  const wanted: ReturnType<typeof content>[] = [];
  for (let i = 0; i < 100; i += 1) {
    // series come and go
    const data = periodData(i, 1 + (i % 4));
    wanted.push({ at: NOON - (100 - i) * MINUTE, data });
    await first.append(NOON - (100 - i) * MINUTE, data);
  }
  assert.equal(first.status().waiting, 100);
  assert.equal(first.status().oldest, NOON - 100 * MINUTE);
  await first.close();
  const second = openSpool(directory);
  await second.open();
  assert.equal(second.status().waiting, 100);
  assert.deepEqual((await drain(second)).map(content), wanted);
  assert.deepEqual(readdirSync(directory), []);
  assert.equal(second.status().oldest, null);
});

test('what was accepted is not sent by the next life', async (t) => {
  const directory = temporaryDirectory(t);
  const first = openSpool(directory);
  for (let i = 0; i < 50; i += 1) {
    const stored = await first.append(NOON - (50 - i) * MINUTE, periodData(i));
    if (i % 2 === 0) first.accept(stored);
  }
  // the process dies: nothing is closed
  const second = openSpool(directory);
  await second.open();
  const times = (await drain(second)).map(({ at }) => (at - NOON) / MINUTE + 50);
  assert.deepEqual(
    times,
    Array.from({ length: 25 }, (_, i) => 2 * i + 1),
  );
});

test('writing goes on while what an earlier life left is still being read', async (t) => {
  const directory = temporaryDirectory(t);
  const first = openSpool(directory);
  await first.append(NOON - 2 * MINUTE, periodData(1));
  await first.close();
  const second = openSpool(directory);
  const opening = second.open();
  await second.append(NOON - MINUTE, periodData(2));
  await opening;
  assert.deepEqual(
    (await drain(second)).map(({ at }) => at),
    [NOON - 2 * MINUTE, NOON - MINUTE],
  );
});

test('the cap drops the oldest and counts them', async (t) => {
  const directory = temporaryDirectory(t);
  const spool = openSpool(directory, { maxBytes: 32_000 });
  for (let i = 0; i < 400; i += 1) await spool.append(NOON - (400 - i) * MINUTE, periodData(i, 10));
  const size = globSync(`${directory}/*.spool`).reduce((sum, file) => sum + statSync(file).size, 0);
  assert.ok(size <= 32_000, `${size} bytes`);
  assert.equal(spool.status().bytes, size);
  const left = await drain(spool);
  const { dropped } = spool.status();
  assert.ok(dropped > 0);
  assert.equal(left.length + dropped, 400);
  assert.equal(left.at(-1)?.at, NOON - MINUTE, 'the newest are there');
  assert.equal(left[0]?.at, NOON - left.length * MINUTE, 'and what is there has no gap');
});

test('what is older than two weeks is not sent, and counted', async (t) => {
  const directory = temporaryDirectory(t);
  let now = NOON;
  const spool = openSpool(directory, { now: () => now });
  for (let i = 0; i < 10; i += 1) await spool.append(NOON + i * MINUTE, periodData(i));
  now = NOON + 14 * 86_400_000 - 15 * MINUTE + 5 * MINUTE;
  assert.equal((await drain(spool)).length, 5);
  assert.equal(spool.status().expired, 5);
  await spool.append(NOON + 10 * MINUTE, periodData(10));
  await spool.close();
  now += 86_400_000;
  const later = openSpool(directory, { now: () => now });
  await later.open();
  assert.equal(later.status().waiting, 0);
  assert.equal(later.status().expired, 1);
  assert.deepEqual(readdirSync(directory), []);
});

test('a torn tail costs what was torn, wherever it was torn', async (t) => {
  const directory = temporaryDirectory(t);
  const spool = openSpool(directory);
  for (let i = 0; i < 5; i += 1) await spool.append(NOON - (5 - i) * MINUTE, periodData(i));
  await spool.close();
  const [file = ''] = globSync(`${directory}/*.spool`);
  const whole = readFileSync(file);
  let before = 5;
  for (let length = whole.length - 1; length > 0; length -= 7) {
    truncateSync(file, length);
    const next = openSpool(directory);
    await next.open();
    const found = (await next.oldest(1_000_000, () => false)).map(({ at }) => (NOON - at) / MINUTE);
    assert.deepEqual(found, [5, 4, 3, 2, 1].slice(0, found.length), `at ${length}`);
    assert.ok(found.length <= before);
    before = found.length;
    if (!existsSync(file)) break;
  }
  assert.equal(before, 0);
});

test('one byte in a hundred damaged: what is whole comes out as it was, the rest is counted', async (t) => {
  const directory = temporaryDirectory(t);
  const spool = openSpool(directory);
  const wanted = new Map<number, ReturnType<typeof content>>();
  for (let i = 0; i < 1000; i += 1) {
    const at = NOON - (1000 - i) * MINUTE;
    const stored = await spool.append(at, periodData(i, 5));
    wanted.set(at, content(stored));
  }
  await spool.close();
  const random = seeded(7);
  let bytes = 0;
  let damaged = 0;
  for (const file of globSync(`${directory}/*.spool`)) {
    const content = readFileSync(file);
    bytes += content.length;
    // as disks fail: a sector at a time, and single bits besides
    for (let at = 0; at + 512 <= content.length; at += 512) {
      if (random() < 0.01) {
        for (let k = 0; k < 512; k += 1) content[at + k] = Math.floor(random() * 256);
        damaged += 512;
      }
    }
    for (let k = 0; k < 5; k += 1) content[Math.floor(random() * content.length)]! ^= 1 << Math.floor(random() * 8);
    writeFileSync(file, content);
  }
  assert.ok(damaged / bytes > 0.003 && damaged / bytes < 0.03, `${damaged} of ${bytes}`);
  const next = openSpool(directory);
  await next.open();
  const left = await drain(next);
  for (const batch of left) assert.deepEqual(content(batch), wanted.get(batch.at));
  const times = left.map(({ at }) => at);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(times).size, left.length);
  const { damaged: counted } = next.status();
  assert.ok(counted > 0 && left.length >= 850 && left.length < 1000, `${left.length} left, ${counted} counted`);
  t.diagnostic(`${left.length} of 1000 batches left, ${counted} places counted`);
});

test('one byte in a hundred, wherever it stands: what comes out is as it was, the rest is counted', async (t) => {
  const directory = temporaryDirectory(t);
  const spool = openSpool(directory);
  const data = [
    { name: 'Heartbeat', unit: 'Count', dimensions: [['VpcId', 'v']], values: [[1, 1]], resolution: 60 },
  ] as const;
  const wanted = new Map<number, ReturnType<typeof content>>();
  for (let i = 0; i < 2000; i += 1) {
    const stored = await spool.append(NOON - (2000 - i) * MINUTE, data);
    wanted.set(stored.at, content(stored));
  }
  await spool.close();
  const random = seeded(11);
  let [bytes, damaged] = [0, 0];
  for (const file of globSync(`${directory}/*.spool`)) {
    const whole = readFileSync(file);
    for (let at = 0; at < whole.length; at += 1) {
      if (random() >= 0.01) continue;
      whole[at]! ^= 1 + Math.floor(random() * 255);
      damaged += 1;
    }
    bytes += whole.length;
    writeFileSync(file, whole);
  }
  assert.ok(damaged / bytes > 0.008 && damaged / bytes < 0.012, `${damaged} of ${bytes}`);
  const next = openSpool(directory);
  await next.open();
  const left = await drain(next);
  for (const batch of left) assert.deepEqual(content(batch), wanted.get(batch.at));
  const times = left.map(({ at }) => at);
  assert.deepEqual(
    times,
    [...new Set(times)].sort((a, b) => a - b),
  );
  const { damaged: counted, waiting } = next.status();
  assert.ok(left.length > 600 && counted > 100, `${left.length} left, ${counted} counted`);
  assert.equal(waiting, 0);
  t.diagnostic(`${left.length} of 2000 batches left after ${damaged} of ${bytes} bytes, ${counted} places counted`);
});

test('every single byte flipped in turn never brings out anything wrong', async (t) => {
  const directory = temporaryDirectory(t);
  const spool = openSpool(directory);
  const wanted: ReturnType<typeof content>[] = [];
  for (let i = 0; i < 3; i += 1) wanted.push(content(await spool.append(NOON - (3 - i) * MINUTE, periodData(i, 2))));
  await spool.close();
  const [file = ''] = globSync(`${directory}/*.spool`);
  const whole = readFileSync(file);
  for (let at = 0; at < whole.length; at += 1) {
    const copy = Buffer.from(whole);
    copy[at]! ^= 0x55;
    writeFileSync(file, copy);
    const next = openSpool(directory);
    await next.open();
    const left = await next.oldest(1_000_000, () => false);
    for (const batch of left) assert.ok(wanted.some((good) => isDeepStrictEqual(good, content(batch))));
    if (!existsSync(file)) writeFileSync(file, whole);
    for (const accepted of globSync(`${directory}/*.accepted`)) rmSync(accepted);
  }
});

test('damage of what was accepted means sending again, nothing else', async (t) => {
  const directory = temporaryDirectory(t);
  const spool = openSpool(directory);
  for (let i = 0; i < 10; i += 1) {
    const stored = await spool.append(NOON - (10 - i) * MINUTE, periodData(i));
    if (i < 8) spool.accept(stored);
  }
  const [file = ''] = globSync(`${directory}/*.accepted`);
  const accepted = readFileSync(file);
  accepted[3 * 8]! ^= 1;
  accepted[5 * 8 + 6]! ^= 1;
  writeFileSync(file, accepted);
  appendFileSync(file, Buffer.from([1, 2, 3]));
  const next = openSpool(directory);
  await next.open();
  assert.deepEqual(
    (await drain(next)).map(({ at }) => 10 - (NOON - at) / MINUTE),
    [3, 5, 8, 9],
  );
});

test('a full disk: the oldest go first, and are counted; what is newest is kept', async (t) => {
  const disk = smallDisk(t, '1m');
  if (disk === null) return;
  const directory = join(disk, 'spool');
  const spool = openSpool(directory, { maxBytes: 256 * 1024 });
  let minute = 0;
  const append = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1, minute += 1) await spool.append(NOON + minute * MINUTE, periodData(minute, 20));
  };
  await append(60);
  assert.equal(spool.status().waiting, 60);
  fillUp(join(disk, 'filler'));
  await append(200);
  const full = spool.status();
  assert.ok(full.writeErrors > 0 && full.dropped > 0);
  assert.equal(full.mode, 'disk', 'the oldest make room for the newest');
  assert.equal(full.waiting + full.dropped, 260, 'what is lost is counted');
  rmSync(join(disk, 'filler'));
  await append(1);
  const healed = spool.status();
  assert.equal(healed.mode, 'disk');
  assert.equal(healed.fault, null);
  await spool.close();
  const next = openSpool(directory, { now: () => NOON });
  await next.open();
  const left = await drain(next);
  assert.equal(left.length, full.waiting + 1);
  assert.equal(next.status().damaged, 0, 'what was written in part only is no damage');
  assert.equal(left.at(-1)?.at, NOON + 260 * MINUTE);
  for (const batch of left) assert.deepEqual(batch.data, periodData((batch.at - NOON) / MINUTE, 20));
});

test('no space from the beginning: batches wait in memory, and reach the disk in order when there is some', async (t) => {
  const disk = smallDisk(t, '256k');
  if (disk === null) return;
  const directory = join(disk, 'spool');
  const spool = openSpool(directory);
  fillUp(join(disk, 'filler'));
  for (let i = 0; i < 100; i += 1) await spool.append(NOON + i * MINUTE, periodData(i));
  assert.equal(spool.status().mode, 'memory');
  assert.equal(spool.status().fault, 'ENOSPC');
  assert.equal(spool.status().waiting, 100);
  rmSync(join(disk, 'filler'));
  await spool.append(NOON + 100 * MINUTE, periodData(100));
  assert.equal(spool.status().mode, 'disk');
  await spool.close();
  const next = openSpool(directory);
  await next.open();
  const left = await drain(next);
  assert.deepEqual(
    left.map(({ at }) => (at - NOON) / MINUTE),
    Array.from({ length: 101 }, (_, i) => i),
  );
});

test('a write that fails half-way leaves nothing of itself, and no batch without its names', async (t) => {
  const disk = smallDisk(t, '256k');
  if (disk === null) return;
  const spool = openSpool(join(disk, 'spool'));
  const wanted: ReturnType<typeof content>[] = [];
  const append = async (seed: number, targets: number): Promise<void> => {
    wanted.push(content(await spool.append(NOON + seed * MINUTE, periodData(seed, targets))));
  };
  for (let i = 0; i < 3; i += 1) await append(i, 2);
  fillUp(join(disk, 'filler'));
  // series that were not there before: their names are written with the first batch that has them
  for (let i = 3; i < 8; i += 1) await append(i, 30 + i);
  assert.equal(spool.status().fault, 'ENOSPC');
  rmSync(join(disk, 'filler'));
  for (let i = 8; i < 12; i += 1) await append(i, 30);
  await spool.close();
  const next = openSpool(join(disk, 'spool'));
  await next.open();
  assert.deepEqual((await drain(next)).map(content), wanted);
  assert.equal(next.status().damaged, 0);
});

test('a batch that went from memory to disk is still known to whoever holds it', async (t) => {
  const disk = smallDisk(t, '256k');
  if (disk === null) return;
  const spool = openSpool(join(disk, 'spool'));
  fillUp(join(disk, 'filler'));
  const held = await spool.append(NOON, periodData(1));
  assert.equal(held.segment, 0);
  rmSync(join(disk, 'filler'));
  await spool.append(NOON + MINUTE, periodData(2));
  const seen: string[] = [];
  await spool.oldest(1000, ({ segment, index }) => {
    seen.push(`${segment}/${index}`);
    return false;
  });
  assert.ok(seen.includes(`0/${held.index}`));
  spool.accept(held);
  assert.deepEqual(
    (await drain(spool)).map(({ at }) => at),
    [NOON + MINUTE],
  );
});

test('without a directory everything waits in memory', async () => {
  const spool = openSpool(null);
  for (let i = 0; i < 130; i += 1) await spool.append(NOON + i * MINUTE, periodData(i));
  assert.equal(spool.status().mode, 'memory');
  assert.equal(spool.status().dropped, 10);
  assert.equal((await drain(spool)).length, 120);
});
