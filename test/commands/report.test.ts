/** The report is asked for when things are broken: it must come to its end and keep secrets. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { VERSION } from '../../agent/version.ts';
import { incident } from '../fakes/small-snapshot.ts';
import { fakeSources } from '../fakes/web-sources.ts';
import { serve } from '../web/client.ts';
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

/** Secrets, each where it may stand in a configuration that is good. */
const PLANTED = {
  password: 'hunter2-password',
  token: 'hunter2-"token"/+',
  header: 'Bearer hunter2-header',
  proxy: 'hunter2-proxy',
  query: 'hunter2-query',
};

test('no secret of the configuration is in it, whatever state and log say', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const reference = (name: keyof typeof PLANTED): string => {
    writeFileSync(join(folder, name), `${PLANTED[name]}\n`, { mode: 0o600 });
    return `file:${join(folder, name)}`;
  };
  const url = `https://10.0.0.1/health?token=${PLANTED.query}&x=1`;
  writeFileSync(
    join(folder, 'config.yaml'),
    `http: { auth: { basic: [{ user: noc, password: "${reference('password')}" }], bearer: ["${reference('token')}"] } }
aws: { proxy: "http://proxy-user:${PLANTED.proxy}@10.0.0.9:3128" }
targets:
  - { name: web, http: "${url}", headers: { Authorization: "${reference('header')}" } }
`,
  );
  // programs that print what they should not
  mkdirSync(join(folder, 'bin'));
  const basic = Buffer.from(`noc:${PLANTED.password}`).toString('base64');
  const line = `GET ${url} Authorization: Basic ${basic} ${PLANTED.header} ${Object.values(PLANTED).slice(0, 2).join(' ')} http://u:${PLANTED.proxy}@p`;
  for (const program of ['journalctl', 'systemctl'])
    writeFileSync(join(folder, 'bin', program), `#!/bin/sh\ncat <<'end'\nlogged: ${line}\nend\n`, { mode: 0o755 });
  const shot = incident();
  const titled = { ...shot, at: Date.now(), agent: { ...shot.agent, title: line } };
  const { url: agent } = await serve(t, fakeSources(titled));
  const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH']}`, AWS_SECRET_ACCESS_KEY: 'hunter2-aws' };
  const file = join(folder, 'report.txt');
  const options = ['--config', join(folder, 'config.yaml'), '--url', agent];
  const { code, stdout, stderr } = await cli(['report', ...options, '--output', file], { env });
  assert.deepEqual([code, stdout], [0, ''], stderr);
  const report = readFileSync(file, 'utf8');
  assert.doesNotMatch(report, /hunter2/);
  assert.ok(!report.includes(basic));
  // what is no secret is there: the test looked at the right places
  for (const sign of [
    /^logged: GET/m,
    /"title": "GET/,
    /token=\[not shown\]&x=/,
    /proxy: "http:\/\/\[not shown\]@10\.0\.0\.9:3128/,
  ])
    assert.match(report, sign);
  assert.ok(report.includes(join(folder, 'password')), 'where a secret is kept is told');
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('a file that cannot be written is 73', async () => {
  const { code, stderr } = await cli(['report', ...NOBODY, '--output', '/proc/none/report.txt']);
  assert.equal(code, 73);
  assert.match(stderr, /\/proc\/none\/report\.txt cannot be written/);
});

test('without --url the agent is asked where the configuration says, with its password', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const auth = { basic: [], bearer: ['hunter2-token'] };
  const { url } = await serve(t, fakeSources({ ...incident(), at: Date.now() }), { auth });
  writeFileSync(join(folder, 'token'), 'hunter2-token\n', { mode: 0o600 });
  const http = `{ listen: "0.0.0.0:${new URL(url).port}", auth: { bearer: ["file:${join(folder, 'token')}"] } }`;
  writeFileSync(join(folder, 'config.yaml'), `http: ${http}\n`);
  const { stdout } = await cli(['report', '--config', join(folder, 'config.yaml')]);
  assert.ok(stdout.includes('mel-dc2 is unreachable'), 'the state is there');
  assert.doesNotMatch(stdout, /hunter2/);
});
