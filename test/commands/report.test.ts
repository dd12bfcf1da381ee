/** The report is asked for when things are broken: it must come to its end and keep secrets. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { VERSION } from '../../agent/version.ts';
import { cli } from './cli.ts';

/** Nobody listens on the discard port. */
const NOBODY = ['--url', 'http://127.0.0.1:9'];

test('without an agent the report says so and tells the rest', async () => {
  const { code, stdout, stderr } = await cli(['report', ...NOBODY]);
  assert.equal(code, 0, stderr);
  for (const title of ['vpc-canary', 'host', 'kernel', 'service', 'routes', 'configuration', 'state', 'log'])
    assert.match(stdout, new RegExp(`^== ${title} ==\n.+`, 'm'));
  assert.match(stdout, new RegExp(`^${VERSION.replaceAll('.', '\\.')}, Node v24`, 'm'));
  assert.match(stdout, /No agent answers at http:\/\/127\.0\.0\.1:9/);
  assert.match(stdout, /Linux version/);
});

test('what is secret in the configuration is not in the report', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'config.yaml');
  const target = 'name: web, site: dc, http: "https://10.0.0.1/", headers: { Authorization: Bearer hunter2 }';
  writeFileSync(file, `title: here\nsites: { dc: {} }\ntargets: [{ ${target} }]\n`);
  const { stdout } = await cli(['report', '--config', file, ...NOBODY]);
  assert.match(stdout, /title: here/);
  assert.doesNotMatch(stdout, /hunter2/);
});
