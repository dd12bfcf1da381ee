/** Starting and ending: ports in use, addresses that are not there, TLS files, certificates that change. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import type { WebOptions } from '../../agent/web/options.ts';
import { listeners, portHolder } from '../../agent/web/port-holder.ts';
import { startWeb } from '../../agent/web/server.ts';
import { listenError, type WebStartCode, WebStartError } from '../../agent/web/start-error.ts';
import { loadTls } from '../../agent/web/tls.ts';
import { incident } from '../fakes/small-snapshot.ts';
import { fakeSources } from '../fakes/web-sources.ts';
import { ask, LOOPBACK, serve, until } from './client.ts';

const HAS_OPENSSL = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'canary-web-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

/** A self-signed certificate for localhost and 127.0.0.1, and its key. */
function certificate(path: string, name: string): { certFile: string; keyFile: string } {
  const certFile = join(path, `${name}.crt`);
  const keyFile = join(path, `${name}.key`);
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, '-out', certFile, ...subject], { stdio: 'ignore' });
  return { certFile, keyFile };
}

async function failure(options: Partial<WebOptions>): Promise<WebStartError> {
  const error = await startWeb({ ...LOOPBACK, ...options }, fakeSources(null)).then(
    (server) => server.close().then(() => null),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof WebStartError, String(error));
  return error;
}

test('a port in use: who holds it, and the flag to change', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const address = other.address();
  assert.ok(address !== null && typeof address === 'object');
  const { code, message } = await failure({ port: address.port });
  assert.equal(code, 'port-in-use');
  assert.match(
    message,
    new RegExp(`^Port ${address.port} on 127\\.0\\.0\\.1 is in use by node \\(pid ${process.pid}, `),
  );
  assert.match(message, new RegExp(`--listen 127\\.0\\.0\\.1:${address.port + 1} `));
});

test("another process's port is found by its descriptors", async (t) => {
  const script = "const s=require('net').createServer().listen(0,'::',()=>console.log(s.address().port))";
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => child.kill());
  const port = Number(
    await new Promise((resolve) => child.stdout.once('data', (data: Buffer) => resolve(data.toString()))),
  );
  const holder = portHolder(port);
  assert.equal(holder?.pid, child.pid);
  assert.equal(holder?.uid, process.getuid?.());
  assert.equal(holder?.command, basename(process.execPath));
});

test('what /proc says is read as it stands; a free port is held by nobody', () => {
  const line = (local: string, state: string) =>
    `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000    33        0 4711 1 0 100 0 0 10 0`;
  const text = [
    '  sl  local_address …',
    line('0100007F:1F90', '0A'),
    line('0100007F:1F90', '01'),
    line('00000000:0050', '0A'),
  ];
  assert.deepEqual(listeners(text.join('\n'), 8080), [{ uid: 33, inode: '4711' }]);
  assert.deepEqual(listeners(text.join('\n'), 80), [{ uid: 33, inode: '4711' }]);
  assert.deepEqual(listeners(text.join('\n'), 90), []);
  assert.equal(portHolder(1), null);
});

test('what else can stand in the way of listening', async () => {
  const { code, message } = await failure({ host: '192.0.2.1' });
  assert.equal(code, 'no-such-address');
  assert.match(message, /^This host has no address 192\.0\.2\.1\..*--listen 0\.0\.0\.0:0/);
  const told = (errno: string, host: string, port: number): [WebStartCode, string] => {
    const error = listenError(Object.assign(new Error('why'), { code: errno }), host, port);
    return [error.code, error.message];
  };
  const [denied, words] = told('EACCES', '::', 80);
  assert.equal(denied, 'port-denied');
  assert.match(words, /port 80 on \[::\]: .*CAP_NET_BIND_SERVICE.*--listen \[::\]:8080/);
  assert.deepEqual(told('EMFILE', '127.0.0.1', 8080), [
    'listen-failed',
    'Cannot listen on port 8080 on 127.0.0.1: why.',
  ]);
});

test('the address of the page is one a browser on this host can open', async (t) => {
  const all = await serve(t, fakeSources(incident()), { host: '0.0.0.0' });
  assert.equal(all.url, `http://127.0.0.1:${all.port}`);
  assert.equal((await ask(all, '/livez')).status, 200);
});

test('IPv6', async (t) => {
  const server = await serve(t, fakeSources(incident()), { host: '::1' }).catch((error: unknown) => {
    assert.ok(error instanceof WebStartError && error.code === 'no-such-address', String(error));
    return null;
  });
  if (server === null) return t.skip('needs IPv6 on the loopback interface');
  assert.equal(server.url, `http://[::1]:${server.port}`);
  assert.equal((await ask(server, '/prtg')).status, 200);
});

test('close lets a running answer end, and frees the port', async () => {
  const server = await startWeb(LOOPBACK, fakeSources(incident()));
  const kept = connect(server.port, '127.0.0.1');
  kept.on('error', () => {});
  kept.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((resolve) => kept.once('data', resolve));
  await server.close();
  await until(() => kept.closed || kept.destroyed || kept.readableEnded, 'the idle connection is closed');
  kept.destroy();
  const again = await startWeb({ ...LOOPBACK, port: server.port }, fakeSources(incident()));
  await again.close();
});

test('HTTPS with our certificate; TLS 1.1 and plain HTTP get nowhere', async (t) => {
  if (!HAS_OPENSSL) return t.skip('needs openssl');
  const tls = certificate(folder(t), 'one');
  assert.equal(loadTls(tls).minVersion, 'TLSv1.2', 'where OpenSSL itself would still take 1.1');
  const server = await serve(t, fakeSources(incident()), { tls });
  assert.match(server.url, /^https:\/\/127\.0\.0\.1:/);
  const ca = readFileSync(tls.certFile, 'utf8');
  assert.equal((await ask(server, '/prtg', { ca })).status, 200);
  await assert.rejects(ask(server, '/prtg'), /self-signed/);
  await assert.rejects(ask({ url: server.url.replace('https', 'http') }, '/prtg'));
  const old = { port: server.port, host: '127.0.0.1', ca, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } as const;
  await assert.rejects(
    new Promise((resolve, reject) =>
      tlsConnect({ ...old, ciphers: 'DEFAULT@SECLEVEL=0' }, () => resolve(0)).on('error', reject),
    ),
    /protocol version|unsupported protocol|handshake/i,
  );
  assert.equal((await ask(server, '/livez', { ca })).status, 200);
});

test('certificates that cannot be used are told by file and cause', async (t) => {
  if (!HAS_OPENSSL) return t.skip('needs openssl');
  const path = folder(t);
  const one = certificate(path, 'one');
  const two = certificate(path, 'two');
  const text = join(path, 'text.pem');
  writeFileSync(text, 'not a certificate');
  for (const [tls, words] of [
    [{ ...one, certFile: join(path, 'gone') }, /^Cannot read .*gone \(http\.tls\.certificate\): ENOENT/],
    [{ ...one, keyFile: join(path, 'gone') }, /^Cannot read .*gone \(http\.tls\.key\): ENOENT/],
    [{ ...one, keyFile: two.keyFile }, /do not work: .*mismatch.*belong together/i],
    [{ ...one, certFile: text }, /text\.pem.* do not work/],
  ] as const) {
    const { code, message } = await failure({ tls });
    assert.equal(code, 'tls');
    assert.match(message, words);
  }
});

test('a renewed certificate is taken over while the server runs, a broken one is not', async (t) => {
  if (!HAS_OPENSSL) return t.skip('needs openssl');
  const path = folder(t);
  const tls = certificate(path, 'one');
  const lines: string[] = [];
  const log = (_: string, message: string) => lines.push(message);
  const server = await serve(t, fakeSources(incident()), { tls, log }, { limits: { certificateCheckMs: 20 } });
  const commonName = () =>
    new Promise((resolve, reject) => {
      const socket = tlsConnect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().subject.CN);
        socket.destroy();
      });
      socket.on('error', reject);
    });
  assert.equal(await commonName(), 'one');
  const two = certificate(path, 'two');
  copyFileSync(two.keyFile, tls.keyFile);
  copyFileSync(two.certFile, tls.certFile);
  await until(() => lines.includes('took over the new certificate'), 'the new certificate is in force');
  assert.equal(await commonName(), 'two');
  writeFileSync(tls.certFile, 'broken');
  utimesSync(tls.certFile, 1, 1);
  await until(() => lines.some((line) => /does not work; the old one stays/.test(line)), 'the broken one is told');
  assert.equal(await commonName(), 'two');
});
