/** Bad places: no directory, somebody else's, open to others, held by another agent, damaged, newer, taken away. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { event, NOON, Rig, temporaryDirectory } from './rig.ts';

const root = process.geteuid?.() === 0;
const codes = (rig: Rig): string[] => rig.history.notices().map((notice) => notice.code);

function filled(directory: string, seconds = 2_000): Rig {
  const rig = new Rig(directory);
  rig.history.writeEvent(event(1, NOON));
  for (let i = 0; i < seconds; i += 1) rig.second('a', [10 + Math.sin(i)]);
  return rig;
}

test('a directory that is missing is made, for nobody else to read', (t) => {
  const directory = join(temporaryDirectory(t), 'state', 'canary');
  const rig = new Rig(directory);
  assert.equal(rig.history.status().mode, 'disk');
  assert.equal(rig.history.status().path, join(directory, 'history.db'));
  assert.equal(rig.history.status().text, null);
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  rig.history.close();
});

test('a link to a fit directory is followed, as systemd makes one', (t) => {
  const directory = temporaryDirectory(t);
  mkdirSync(join(directory, 'private'), { mode: 0o700 });
  symlinkSync(join(directory, 'private'), join(directory, 'state'));
  const rig = new Rig(join(directory, 'state'));
  assert.equal(rig.history.status().mode, 'disk');
  rig.history.close();
});

/** History works in memory, says why, and what to do. */
function assertInMemory(rig: Rig, code: string, text: RegExp, remedy: RegExp): void {
  const [notice] = rig.history.notices();
  assert.equal(notice?.code, code);
  assert.match(notice.text, text);
  assert.match(notice.remedy ?? '', remedy);
  const status = rig.history.status();
  assert.deepEqual([status.mode, status.path], ['memory', null]);
  assert.match(status.text ?? '', /kept in memory only/);
  for (let i = 0; i < 100; i += 1) rig.second('a', [1]);
  rig.history.writeEvent(event(1, NOON));
  assert.equal(rig.history.series('a', NOON, rig.now, 100).rows.length, 100);
  assert.equal(rig.history.lastEventId(), 1);
  rig.history.close();
}

test('without a place history lives in memory and says why', (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'file'), '');
  assertInMemory(new Rig(join(directory, 'file')), 'history-not-a-directory', /not a directory/, /state\.directory/);
  assertInMemory(new Rig(join(directory, 'file', 'x')), 'history-missing', /cannot be reached or made/, /install -d/);
  const open = join(directory, 'open');
  mkdirSync(open);
  chmodSync(open, 0o770);
  assertInMemory(new Rig(open), 'history-open-to-others', /written by others \(mode 770\)/, /chmod go-w/);
  const linked = join(directory, 'linked');
  mkdirSync(linked, { mode: 0o700 });
  symlinkSync('/etc/passwd', join(linked, 'history.db'));
  assertInMemory(new Rig(linked), 'history-not-a-file', /not a regular file/, /move/);
  assert.equal(new Rig(null).history.status().text, null, 'in memory by wish is nothing to report');
});

test("somebody else's directory or file is not used", { skip: root ? false : 'needs root to give files away' }, (t) => {
  const directory = temporaryDirectory(t);
  const theirs = join(directory, 'theirs');
  mkdirSync(theirs, { mode: 0o700 });
  chownSync(theirs, 65_534, 65_534);
  assertInMemory(new Rig(theirs), 'history-foreign-owner', /belongs to user 65534/, /chown 0/);
  const planted = join(directory, 'planted');
  mkdirSync(planted, { mode: 0o700 });
  writeFileSync(join(planted, 'history.db-wal'), '');
  chownSync(join(planted, 'history.db-wal'), 65_534, 65_534);
  assertInMemory(new Rig(planted), 'history-foreign-owner', /history\.db-wal belongs to user 65534/, /chown/);
});

test('two agents on one file: the second one is refused and told who holds it', async (t) => {
  const directory = temporaryDirectory(t);
  const script = `
    const { History } = await import(${JSON.stringify(join(process.cwd(), 'agent/history/history.ts'))});
    const history = new History({ directory: ${JSON.stringify(directory)}, maxBytes: 2 ** 26, now: Date.now });
    console.log('ready');
    process.stdin.resume();
    process.stdin.on('end', () => history.close());`;
  const other = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script]);
  await once(other.stdout, 'data');
  const rig = new Rig(directory);
  assertInMemory(rig, 'history-in-use', new RegExp(`held by process ${other.pid}`), /stop the other agent/);
  other.stdin.end();
  await once(other, 'exit');
  const alone = new Rig(directory);
  assert.equal(alone.history.status().mode, 'disk');
  alone.history.close();
});

test('a file that is no database is set aside and a new one begun; of many only the last two are kept', (t) => {
  const directory = temporaryDirectory(t);
  for (let i = 0; i < 4; i += 1) {
    writeFileSync(join(directory, 'history.db'), `this is not a database, number ${i} `.repeat(1_000));
    const rig = new Rig(directory);
    rig.now += 60_000 * i;
    assert.deepEqual(codes(rig), ['history-corrupt']);
    assert.match(rig.history.notices()[0]?.text ?? '', /set aside as .*history\.db\.corrupt-20260601T120000Z/);
    assert.equal(rig.history.status().mode, 'disk');
    rig.second('a', [1]);
    rig.restart();
    assert.deepEqual(codes(rig), [], 'the new file is good');
    rig.history.close();
  }
  const aside = readdirSync(directory).filter((name) => name.includes('corrupt'));
  assert.equal(aside.length, 2);
  assert.ok(aside.some((name) => readFileSync(join(directory, name), 'utf8').includes('number 3')));
});

test('pages damaged while the agent runs: set aside, a new file begun, what is open in memory goes on', (t) => {
  const directory = temporaryDirectory(t);
  let rig = filled(directory);
  rig.history.close();
  const file = join(directory, 'history.db');
  const bytes = readFileSync(file);
  // All but the first page: the header is good, so it opens.
  bytes.fill(0xa5, 4_096);
  writeFileSync(file, bytes);
  rig = new Rig(directory);
  rig.now = NOON + 10_000_000;
  for (let i = 0; i < 30; i += 1) rig.second('b', [7]);
  assert.ok(codes(rig).includes('history-corrupt'), String(codes(rig)));
  assert.equal(rig.history.series('b', rig.now - 30_000, rig.now, 30).rows.length, 30);
  rig.restart();
  assert.equal(rig.history.series('b', rig.now - 30_000, rig.now, 30).rows.length, 30);
  rig.history.close();
});

test('a file cut short is set aside', (t) => {
  const directory = temporaryDirectory(t);
  const rig = filled(directory);
  rig.history.close();
  truncateSync(join(directory, 'history.db'), 12_288);
  const again = new Rig(directory);
  again.second('b', [7]);
  again.history.events({});
  again.history.series('a', NOON, again.now, 10);
  assert.deepEqual(codes(again), ['history-corrupt']);
  assert.equal(again.history.series('b', NOON, again.now, 10).rows.length, 1);
  again.history.close();
});

test('one damaged chunk costs its own rows and nothing else', (t) => {
  const directory = temporaryDirectory(t);
  let rig = filled(directory);
  const before = rig.history.series('a', NOON, NOON + 2_000_000, 2_000).rows.length;
  rig.history.close();
  const db = new DatabaseSync(join(directory, 'history.db'));
  const [chunk] = db.prepare('SELECT id, body FROM chunk WHERE tier = 0 ORDER BY id').all() as {
    id: number;
    body: Uint8Array;
  }[];
  assert.ok(chunk);
  chunk.body[chunk.body.length - 9]! ^= 0x40;
  db.prepare('UPDATE chunk SET body = ? WHERE id = ?').run(chunk.body, chunk.id);
  db.close();
  rig = new Rig(directory);
  const after = rig.history.series('a', NOON, NOON + 2_000_000, 2_000).rows.length;
  assert.equal(before, 2_000);
  assert.equal(after, 2_000 - 900);
  assert.deepEqual(codes(rig), []);
  rig.history.close();
});

test('a damaged tail costs what it held; the chunk before it stays readable', (t) => {
  const directory = temporaryDirectory(t);
  let rig = filled(directory, 200);
  rig.history.close();
  const db = new DatabaseSync(join(directory, 'history.db'));
  const tails = db.prepare('SELECT id FROM tail WHERE tier = 0 ORDER BY id').all() as { id: number }[];
  assert.ok(tails.length >= 30);
  db.prepare('UPDATE tail SET body = zeroblob(50) WHERE id = ?').run(tails[20]!.id);
  db.close();
  rig = new Rig(directory);
  const rows = rig.history.series('a', NOON, NOON + 200_000, 200).rows;
  assert.ok(rows.length >= 90 && rows.length <= 120, String(rows.length));
  rig.now = NOON + 200_000;
  for (let i = 0; i < 20; i += 1) rig.second('a', [5]);
  rig.restart();
  assert.equal(rig.history.series('a', NOON + 200_000, NOON + 220_000, 20).rows.length, 20);
  rig.history.close();
});

test('a file of a later schema is left alone under another name', (t) => {
  const directory = temporaryDirectory(t);
  filled(directory, 10).history.close();
  const db = new DatabaseSync(join(directory, 'history.db'));
  db.exec('PRAGMA user_version = 99');
  db.close();
  const rig = new Rig(directory);
  assert.deepEqual(codes(rig), ['history-newer']);
  assert.equal(rig.history.lastEventId(), 0);
  const aside = readdirSync(directory).find((name) => name.startsWith('history.db.newer-'));
  assert.ok(aside);
  const kept = new DatabaseSync(join(directory, aside));
  assert.equal(kept.prepare('SELECT count(*) AS n FROM event').get()?.['n'], 1);
  kept.close();
  rig.history.close();
});

test('a file moved away under the agent is begun anew, with what is open in memory', (t) => {
  const directory = temporaryDirectory(t);
  const rig = filled(directory, 20);
  renameSync(join(directory, 'history.db'), join(directory, 'elsewhere.db'));
  for (let i = 0; i < 10; i += 1) rig.second('a', [5]);
  assert.deepEqual(codes(rig), ['history-gone']);
  rig.restart();
  assert.equal(rig.history.series('a', NOON, rig.now, 30).rows.length, 30);
  rig.history.close();
});
