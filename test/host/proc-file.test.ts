import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ProcFiles } from '../../agent/host/proc-file.ts';

test('a file is read anew each time, whatever its size', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'vpc-canary-proc-'));
  t.after(() => rmSync(root, { recursive: true }));
  const files = new ProcFiles(`${root}/`);
  t.after(() => files.close());
  for (const text of ['one\n', 'x'.repeat(100_000), '', 'y'.repeat(16_384), 'two\n']) {
    writeFileSync(join(root, 'file'), text);
    assert.equal(files.read('/file'), text);
  }
  assert.deepEqual(files.unreadable(), []);
});

test('what is missing is null, is named, and is found when it comes', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'vpc-canary-proc-'));
  t.after(() => rmSync(root, { recursive: true }));
  const files = new ProcFiles(root);
  t.after(() => files.close());
  assert.equal(files.read('/late'), null);
  assert.deepEqual(files.unreadable(), ['/late']);
  writeFileSync(join(root, 'late'), 'here');
  assert.equal(files.read('/late'), 'here');
  assert.deepEqual(files.unreadable(), []);
  writeFileSync(join(root, 'endless'), 'z'.repeat(2_000_000));
  assert.equal(files.read('/endless'), null);
});

test('a file of /proc changes between two reads of the same descriptor', (t) => {
  const files = new ProcFiles('/');
  t.after(() => files.close());
  const before = files.read('/proc/self/stat');
  const until = performance.now() + 30;
  while (performance.now() < until);
  assert.ok(before?.startsWith(String(process.pid)));
  assert.notEqual(files.read('/proc/self/stat'), before);
});
