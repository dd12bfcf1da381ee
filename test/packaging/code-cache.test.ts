/** The bundle compiled ahead: the same bytes each time, and refused where V8 would not take it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EXEC_ARGV } from '../../packaging/executable.ts';

const SEEDS = ['--hash-seed=1', '--random-seed=1'];
const PARTS: Readonly<Record<string, string>> = {
  'main.cjs': 'exports.word = require("./start-1.cjs").word;',
  'start-1.cjs': 'exports.word = (() => ["a", "b"].join(""))();',
  'later.cjs': 'exports.never = () => 1;',
};

function folderOf(t: TestContext, parts = PARTS): string {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(parts)) {
    writeFileSync(join(folder, name), `(function(exports,require,module){${text}\n})`);
  }
  return folder;
}

function run(task: 'make' | 'check', folder: string, flags: readonly string[]) {
  const { status, stderr } = spawnSync(
    process.execPath,
    [...flags, 'packaging/code-cache.cjs', task, folder, '/dev/null'],
    { encoding: 'utf8' },
  );
  return { status, stderr };
}

test('made twice it is the same, and the executable’s flags take it', (t) => {
  const folders = [folderOf(t), folderOf(t)];
  for (const folder of folders) {
    assert.deepEqual(run('make', folder, SEEDS), { status: 0, stderr: '' });
    assert.deepEqual(run('check', folder, EXEC_ARGV), { status: 0, stderr: '' });
  }
  for (const name of Object.keys(PARTS)) {
    const [one, other] = folders.map((folder) => readFileSync(join(folder, `${name}.cache`)));
    assert.ok(one !== undefined && one.length > 0 && one.equals(other ?? new Uint8Array()), name);
  }
});

test('a flag that V8 counts, or a cache of something else, ends the build with the names', (t) => {
  const folder = folderOf(t);
  assert.equal(run('make', folder, SEEDS).status, 0);
  const flagged = run('check', folder, [...EXEC_ARGV, '--expose-gc']);
  assert.notEqual(flagged.status, 0);
  assert.match(flagged.stderr, /V8 does not take the code cache of main\.cjs, start-1\.cjs, later\.cjs/);
  writeFileSync(join(folder, 'later.cjs'), '(function(exports,require,module){})');
  const changed = run('check', folder, EXEC_ARGV);
  assert.notEqual(changed.status, 0);
  assert.match(changed.stderr, /V8 does not take the code cache of later\.cjs$/m);
});

test('a bundle that fails when it is run ends the build', (t) => {
  const folder = folderOf(t, { ...PARTS, 'main.cjs': 'process.exitCode = 1;' });
  assert.equal(run('make', folder, SEEDS).status, 1);
});
