/** Events that wait on disk: over lives, over a full disk, over damage, within bounds. */
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { BusEvent } from '../../agent/aws/event-bridge.ts';
import { EventStore } from '../../agent/publish/event-store.ts';
import { fillUp, NOON, smallDisk, temporaryDirectory } from './rig.ts';

const event = (name: string, size = 0): BusEvent => ({
  source: 'vpc-canary',
  detailType: 'VPC Canary Agent Event',
  detail: JSON.stringify({ name, pad: 'x'.repeat(size) }),
  at: NOON,
  resources: [],
});

const names = (store: EventStore): string[] =>
  store.oldest(10_000).map(({ event: { detail } }) => (JSON.parse(detail) as { name: string }).name);

async function opened(t: TestContext, directory: string | null, maxBytes = 1e6): Promise<EventStore> {
  const store = new EventStore({ directory, maxBytes });
  await store.open();
  t.after(() => store.close());
  return store;
}

test('what waits outlives the agent, in order, without what was done', async (t) => {
  const directory = join(temporaryDirectory(t), 'state', 'events');
  const first = await opened(t, directory);
  await first.append(['a', 'b', 'c'].map((name) => event(name)));
  const [, b] = first.oldest(3);
  await first.done([b?.number ?? 0]);
  await first.append([event('d')]);
  const second = await opened(t, directory);
  assert.deepEqual(names(second), ['a', 'c', 'd']);
  await second.append([event('e')]);
  await second.done(second.oldest(1).map(({ number }) => number));
  const third = await opened(t, directory);
  assert.deepEqual(names(third), ['c', 'd', 'e']);
  assert.deepEqual(third.status(), { mode: 'disk', waiting: 3, oldest: NOON, dropped: 0, fault: null });
});

test('the file is empty once nothing waits, and only its owner may read it', async (t) => {
  const directory = temporaryDirectory(t);
  const store = await opened(t, directory);
  await store.append([event('a'), event('b')]);
  const file = join(directory, 'events');
  assert.ok(statSync(file).size > 0);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  await store.done(store.oldest(2).map(({ number }) => number));
  assert.equal(statSync(file).size, 0);
  await store.append([event('c')]);
  assert.deepEqual(names(await opened(t, directory)), ['c']);
});

test('a torn end and a flipped bit cost what they hit', async (t) => {
  const directory = temporaryDirectory(t);
  const store = await opened(t, directory);
  await store.append(['a', 'b', 'c'].map((name) => event(name)));
  await store.close();
  const file = join(directory, 'events');
  const content = readFileSync(file);
  content[content.indexOf('"b\\"') + 1] = 0x21;
  writeFileSync(file, content);
  appendFileSync(file, content.subarray(0, 30));
  assert.deepEqual(names(await opened(t, directory)), ['a', 'c']);
});

test('more than there is room for: the oldest go, counted, and do not come back', async (t) => {
  const directory = temporaryDirectory(t);
  const store = await opened(t, directory, 20_000);
  for (let i = 0; i < 40; i += 1) await store.append([event(String(i), 800)]);
  const { waiting, dropped } = store.status();
  assert.equal(waiting + dropped, 40);
  assert.ok(waiting >= 15 && waiting < 25, String(waiting));
  assert.equal(names(store).at(-1), '39');
  assert.ok(statSync(join(directory, 'events')).size < 45_000);
  assert.deepEqual(names(await opened(t, directory, 20_000)), names(store));
});

test('acceptances out of the middle do not let the file grow without end', async (t) => {
  const directory = temporaryDirectory(t);
  const store = await opened(t, directory, 20_000);
  await store.append([event('stays', 100)]);
  for (let i = 0; i < 200; i += 1) {
    await store.append([event(String(i), 500)]);
    await store.done([store.oldest(2)[1]?.number ?? 0]);
  }
  assert.ok(statSync(join(directory, 'events')).size < 45_000);
  assert.deepEqual(names(await opened(t, directory)), ['stays']);
});

test('a full disk: events wait in memory, and are on the disk when there is room again', async (t) => {
  const directory = smallDisk(t, '128k');
  if (directory === null) return;
  const store = await opened(t, join(directory, 'events'));
  await store.append([event('a')]);
  fillUp(join(directory, 'filler'));
  await store.append([event('b', 5000)]);
  assert.equal(store.status().mode, 'memory');
  assert.equal(store.status().fault, 'ENOSPC');
  assert.deepEqual(names(store), ['a', 'b']);
  rmSync(join(directory, 'filler'));
  await store.append([event('c')]);
  assert.equal(store.status().mode, 'disk');
  assert.deepEqual(names(await opened(t, join(directory, 'events'))), ['a', 'b', 'c']);
});

test('a folder that cannot be used at first: what an earlier life left in it is not written over', async (t) => {
  const directory = join(temporaryDirectory(t), 'events');
  const before = await opened(t, directory);
  await before.append([event('old'), event('older')]);
  await before.close();
  const hidden = `${directory}-away`;
  // a file in its place: no folder can be made
  renameSync(directory, hidden);
  writeFileSync(directory, '');
  const store = await opened(t, directory);
  assert.equal(store.status().mode, 'memory');
  await store.append([event('new')]);
  const [held] = store.oldest(1);
  rmSync(directory);
  renameSync(hidden, directory);
  await store.append([event('newer')]);
  assert.deepEqual(names(store), ['old', 'older', 'new', 'newer']);
  await store.done([held?.number ?? 0]);
  assert.deepEqual(names(store), ['old', 'older', 'newer'], 'a number that was handed out stays its event’s');
  assert.deepEqual(names(await opened(t, directory)), ['old', 'older', 'newer']);
});

test('without a folder events wait in memory', async (t) => {
  const store = await opened(t, null);
  await store.append([event('a')]);
  assert.deepEqual(store.status(), { mode: 'memory', waiting: 1, oldest: NOON, dropped: 0, fault: null });
  assert.deepEqual(names(store), ['a']);
});
