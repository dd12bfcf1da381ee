import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readMemory, type SavedMemory, VpcMemory } from '../../agent/vpc/memory.ts';
import { MemoryFile } from '../../agent/vpc/memory-file.ts';

const AT = Date.UTC(2026, 0, 1);

function saved(): SavedMemory {
  const memory = new VpcMemory();
  memory.trend('subnet-1').add(AT, 40);
  memory.book.note('vpn vpn-1', 'available', 'up', AT - 5);
  memory.marks.set('tunnel vpn-1/203.0.113.8', AT - 9);
  return memory.saved('vpc-1', AT);
}

function place(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-memory-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'state', 'vpc.json');
}

test('what is written is read again, by the agent alone', async (t) => {
  const path = place(t);
  const file = new MemoryFile(path);
  assert.equal(await file.read(), null);
  await file.write(saved());
  assert.equal(file.fault, null);
  assert.deepEqual(await new MemoryFile(path).read(), saved());
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.ok(!existsSync(`${path}.new`));
});

test('a damaged file is set aside and stops nothing', async (t) => {
  const path = place(t);
  const file = new MemoryFile(path);
  await file.write(saved());
  const torn = readFileSync(path, 'utf8').slice(0, 60);
  writeFileSync(path, torn);
  assert.equal(await file.read(), null);
  assert.ok(!existsSync(path));
  assert.equal(readFileSync(`${path}.bad`, 'utf8'), torn);
  await file.write(saved());
  assert.deepEqual(await file.read(), saved());
});

test('a place that cannot be written is a fault with the system’s code', async (t) => {
  const path = place(t);
  writeFileSync(dirname(path), 'a file where the directory should be');
  const file = new MemoryFile(path);
  await file.write(saved());
  assert.match(file.fault ?? '', /^(EEXIST|ENOTDIR)$/);
});

test('nothing but what was written is taken', () => {
  assert.deepEqual(readMemory(JSON.stringify(saved())), saved());
  const good = saved();
  for (const bad of [
    'null',
    '[]',
    '{}',
    JSON.stringify({ ...good, version: 2 }),
    JSON.stringify({ ...good, trends: [] }),
    JSON.stringify({ ...good, trends: { a: { hour: [[1]], day: [] } } }),
    JSON.stringify({ ...good, book: [['a', { said: 'x', state: 'fine', since: 1 }]] }),
    JSON.stringify({ ...good, book: {} }),
    JSON.stringify({ ...good, marks: { a: '1' } }),
  ])
    assert.equal(readMemory(bad), null, bad);
});

test('what was said before is forgotten after a day away, or when it is of the future', () => {
  const entry = (now: number) => new VpcMemory(saved(), now).book.get('vpn vpn-1');
  assert.equal(entry(AT + 1000)?.since, AT - 5);
  assert.equal(entry(AT + 25 * 3_600_000), undefined);
  assert.equal(entry(AT - 1000), undefined);
});
