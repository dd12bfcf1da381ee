/** In which folders native code is looked for a place, and what is said when none will do. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadAsset, offerFolder } from '../../agent/kernel/koffi-asset.ts';

/** An addon that loads from nowhere, so that every folder is tried. */
const broken = { isSea: () => true, getRawAsset: () => new ArrayBuffer(8) };

function refusal(t: TestContext, environment: NodeJS.ProcessEnv): string {
  const before = { ...process.env };
  t.after(() => Object.assign(process.env, before));
  for (const name of ['STATE_DIRECTORY', 'XDG_RUNTIME_DIR', 'HOME']) delete process.env[name];
  Object.assign(process.env, environment);
  try {
    loadAsset(broken);
  } catch (error) {
    return error instanceof Error ? (error.message.split('; tried ')[1] ?? '') : '';
  }
  return assert.fail('it loaded');
}

test('the folder offered comes first, and each says why it would not do', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [own, open, home] = ['own', 'open', 'home'].map((name) => join(folder, name)) as [string, string, string];
  for (const path of [own, open, home]) mkdirSync(path, { mode: 0o700 });
  chmodSync(open, 0o777);
  offerFolder(own);
  const tried = refusal(t, { STATE_DIRECTORY: open, HOME: home });
  const paths = tried.split('; ').map((part) => part.split(': ')[0]);
  assert.deepEqual(paths, [own, open, '/var/lib/vpc-canary', home]);
  assert.match(tried, /\/own: \S+ file too short; \S+\/open: can be written by others; /);
  offerFolder(open);
  assert.match(refusal(t, {}), /^\S+\/open: can be written by others; \/var\/lib\/vpc-canary: /);
});
