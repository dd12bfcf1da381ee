/** `status` and `check` as processes of their own, against a real server. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sentence } from '../../agent/verdict/sentence.ts';
import type { Snapshot } from '../../agent/verdict/snapshot.ts';
import { startWeb } from '../../agent/web/server.ts';
import { incident } from '../fakes/small-snapshot.ts';
import { troubledVpc } from '../fakes/vpc.ts';
import { fakeSources } from '../fakes/web-sources.ts';
import { LOOPBACK, serve, until } from '../web/client.ts';
import { cli } from './cli.ts';

/** The incident as if it were now, so that its verdict is young. */
const today = (): Snapshot => ({ ...incident(), at: Date.now() });

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'canary-cli-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

/** A port nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('status begins with the verdict in its very words, and exits 0 even when all is down', async (t) => {
  const shot = today();
  const { url } = await serve(t, fakeSources(shot));
  const { code, stdout, stderr } = await cli(['status', '--url', url]);
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.equal(stdout.split('\n')[0], `■ ${sentence(shot.verdict, shot.at)}`);
  assert.ok(!stdout.includes('\x1b'), 'no colours into a pipe');
});

test('status --json is the state as the agent gives it', async (t) => {
  const shot = today();
  const { url } = await serve(t, fakeSources(shot));
  const { stdout } = await cli(['status', '--json', '--url', url.replace('http://', '')]);
  assert.deepEqual(JSON.parse(stdout), JSON.parse(JSON.stringify(shot)));
});

test('--vpc: status and check tell of the VPC; an agent that does not ask AWS says so', async (t) => {
  const shot = { ...today(), vpc: troubledVpc(Date.now()) };
  const { url } = await serve(t, fakeSources(shot));
  const { code, stdout } = await cli(['status', '--vpc', '--url', url]);
  assert.equal(code, 0);
  assert.match(stdout, /^■ vpc-0a1b2c3d4e5f67890 prod-syd is down: /);
  assert.deepEqual(JSON.parse((await cli(['status', '--vpc', '--json', '--url', url])).stdout), shot.vpc);
  assert.match((await cli(['status', '--url', url])).stdout, /^■ VPC down: /m);
  const checked = await cli(['check', '--vpc', '--url', url]);
  assert.deepEqual([checked.code, checked.stdout.slice(0, 22)], [2, 'VPC-CANARY CRITICAL - ']);
  assert.equal((await cli(['check', '--vpc', '--site', 'x', '--url', url])).code, 3);
  const without = await serve(t, fakeSources(today()));
  const refused = await cli(['status', '--vpc', '--url', without.url]);
  assert.equal(refused.code, 69);
  assert.match(refused.stderr, /does not ask AWS about its VPC/);
  assert.equal((await cli(['check', '--vpc', '--url', without.url])).code, 3);
});

test('passwords and tokens come from files; a refusal says which option', async (t) => {
  const auth = { basic: [{ user: 'noc', password: 's3 cret' }], bearer: ['t0ken'] };
  const { url } = await serve(t, fakeSources(today()), { auth });
  const path = folder(t);
  writeFileSync(join(path, 'pw'), 's3 cret\n');
  writeFileSync(join(path, 'token'), 't0ken\r\n');
  const run = (...args: string[]) => cli(['status', '--url', url, ...args]);
  assert.equal((await run('--user', 'noc', '--password-file', join(path, 'pw'))).code, 0);
  assert.equal((await run('--token-file', join(path, 'token'))).code, 0);
  assert.equal((await cli(['status', '--url', url, '--token-file', '-'], { input: 't0ken\n' })).code, 0);
  const refused = await run();
  assert.equal(refused.code, 77);
  assert.match(refused.stderr, /^vpc-canary: .*--user and --password-file, or --token-file\.\n$/);
  for (const [args, words] of [
    [['--user', 'noc'], /belong together/],
    [['--token-file', join(path, 'gone')], /Cannot read a file.*ENOENT/],
    [['--timeout', 'soon'], /not a number of seconds/],
    [['--watch', '0'], /1 to 3600 seconds/],
    [['--no-such-option'], /unknown option/],
  ] as const) {
    const { code, stderr } = await run(...args);
    assert.equal(code, 64, stderr);
    assert.match(stderr, words);
  }
});

test('no agent, another server, a refused address, no verdict yet: each with its code and remedy', async (t) => {
  const gone = await cli(['status', '--url', `127.0.0.1:${await freePort()}`]);
  assert.equal(gone.code, 69);
  assert.match(gone.stderr, /connection refused\. Is it running \(systemctl status vpc-canary\)\?.*--url\.\n$/);
  assert.equal(gone.stdout, '');

  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  const port = await listening(silent);
  const late = await cli(['status', '--timeout', '0.3', '--url', `127.0.0.1:${port}`]);
  assert.equal(late.code, 69);
  assert.match(late.stderr, /within 0\.3 s/);

  const other = await serve(t, fakeSources({ ...today(), schema: 2 } as unknown as Snapshot));
  const strange = await cli(['status', '--url', other.url]);
  assert.equal(strange.code, 69);
  assert.match(strange.stderr, /not a vpc-canary of this version/);

  const guarded = await serve(t, fakeSources(today()), { allow: ['192.0.2.1'] });
  const denied = await cli(['status', '--url', guarded.url]);
  assert.equal(denied.code, 77);
  assert.match(denied.stderr, /http\.allow/);

  const young = await serve(t, fakeSources(null));
  const early = await cli(['status', '--url', young.url]);
  assert.equal(early.code, 75);
  assert.match(early.stderr, /has just started/);

  const wrong = await cli(['status', '--url', 'ftp://x']);
  assert.equal(wrong.code, 64);
});

test('TLS: an untrusted certificate says --ca, and with it all is well', async (t) => {
  const path = folder(t);
  const [certFile, keyFile] = [join(path, 'c.pem'), join(path, 'k.pem')];
  try {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
    const subject = ['-subj', '/CN=canary', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', ['req', '-x509', ...key, '-out', certFile, ...subject], { stdio: 'ignore' });
  } catch {
    return t.skip('needs openssl');
  }
  const { url } = await serve(t, fakeSources(today()), { tls: { certFile, keyFile } });
  const untrusted = await cli(['status', '--url', url]);
  assert.equal(untrusted.code, 69);
  assert.match(untrusted.stderr, /not trusted .*--ca FILE/);
  assert.equal((await cli(['status', '--url', url, '--ca', certFile])).code, 0);
  assert.equal((await cli(['status', '--url', url, '--insecure'])).code, 0);
  const plain = await cli(['status', '--url', url.replace('https', 'http')]);
  assert.equal(plain.code, 69);
  assert.match(plain.stderr, /https:\/\/ in --url/);
  const { url: http } = await serve(t, fakeSources(today()));
  assert.match((await cli(['status', '--url', http.replace('http', 'https')])).stderr, /http:\/\/ in --url/);
});

test('check: one line, perfdata and the code of the state', async (t) => {
  const shot = today();
  const { url } = await serve(t, fakeSources(shot));
  const run = (...args: string[]) => cli(['check', '--url', url, ...args]);
  const all = await run();
  assert.equal(all.code, 2);
  assert.ok(all.stdout.startsWith(`VPC-CANARY CRITICAL - ${sentence(shot.verdict, shot.at)} | `), all.stdout);
  assert.equal((await run('--site', 'syd-dc1')).code, 0);
  assert.equal((await run('--target', 'erp')).code, 1);
  const limited = await run('--target', 'erp', '-w', '1', '-c', '50,3%');
  assert.equal(limited.code, 2);
  assert.match(limited.stdout, /'erp loss'=3\.1%;;3;0;100/);
});

test('check: whatever keeps it from asking is UNKNOWN, exit 3, on standard output', async (t) => {
  const { url } = await serve(t, fakeSources(incident()));
  for (const [args, words] of [
    [['--url', `127.0.0.1:${await freePort()}`], /connection refused/],
    [['--url', url], /verdict is .* old: it has stopped judging/],
    [['--url', url, '--site', 'x'], /stopped judging|no site "x"/],
    [['-w', 'x'], /-w "x" is not "100", "5%" or "100,5%"/],
    [['--url', '::'], /not an address/],
  ] as const) {
    const { code, stdout } = await cli(['check', ...args]);
    assert.equal(code, 3, args.join(' '));
    assert.match(stdout, /^VPC-CANARY UNKNOWN - /);
    assert.match(stdout, words);
  }
  assert.equal((await cli(['check', '--no-such-option'])).code, 3, 'not 1, which would be WARNING');
  const help = await cli(['check', '--help']);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /Exit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN/);
});

test('status --help has examples and exit codes', async () => {
  const { code, stdout } = await cli(['status', '--help']);
  assert.equal(code, 0);
  assert.match(stdout, /Examples:\n {2}\$ vpc-canary status\n/);
  for (const exit of ['0 ', '64', '69', '75', '77']) assert.match(stdout, new RegExp(`^ {2}${exit} `, 'm'));
});

test('status --watch shows it again, and outlives an agent that goes away', async (t) => {
  const port = await freePort();
  const first = await startWeb({ ...LOOPBACK, port }, fakeSources(today()));
  t.after(() => first.close());
  const child = spawn(process.execPath, [
    '--no-warnings',
    'agent/main.ts',
    'status',
    '--watch',
    '1',
    '--url',
    first.url,
  ]);
  t.after(() => child.kill());
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const verdicts = () => text.split('■ mel-dc2 is unreachable').length - 1;
  await until(() => verdicts() >= 2, 'the second verdict');
  await first.close();
  await until(() => /connection refused/.test(text), 'the agent is missed');
  const seen = verdicts();
  const second = await startWeb({ ...LOOPBACK, port }, fakeSources(today()));
  t.after(() => second.close());
  await until(() => verdicts() > seen, 'the agent is back');
});
