import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import type { Outcome } from '../../agent/measure/singleton.ts';
import type { HttpTarget } from '../../agent/measure/target.ts';
import { probeClock } from '../../agent/probe/clock.ts';
import { httpProber } from '../../agent/probe/http-prober.ts';
import { fixedAddresses } from '../fakes/addresses.ts';
import { Authority, certificateSkip, type KeyAndCertificate } from '../fakes/certificates.ts';
import { RecordingSink } from '../fakes/sink.ts';
import { httpTarget } from '../fakes/targets.ts';

const skip = certificateSkip;

async function listening(t: TestContext, server: Server, address = '127.0.0.1'): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  server.listen(0, address);
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

const serve = (t: TestContext, listener: RequestListener, address?: string): Promise<number> =>
  listening(t, createHttpServer(listener), address);

/** A server that answers each connection's first bytes with bytes of its own. */
const serveRaw = (t: TestContext, answer: (socket: Socket) => void): Promise<number> =>
  listening(
    t,
    createServer((socket) => socket.once('data', () => answer(socket))),
  );

async function probe(t: TestContext, fields: Partial<HttpTarget>, certFile: string | null = null) {
  const sink = new RecordingSink();
  const addresses = fixedAddresses({ 'erp.example': '127.0.0.1', 'other.example': '127.0.0.1' });
  const options = { userAgent: 'vpc-canary/test', certFile };
  const prober = await httpProber(options, { sink, addresses, clock: probeClock(), random: () => 0 });
  t.after(() => prober.close());
  prober.setTargets([{ id: 3, target: httpTarget({ everyMs: 30_000, timeoutMs: 2000, ...fields }) }]);
  return { sink, prober };
}

async function outcomeOf(
  t: TestContext,
  fields: Partial<HttpTarget>,
  certFile: string | null = null,
): Promise<Outcome> {
  const { sink } = await probe(t, fields, certFile);
  return (await sink.outcomes())[0]!;
}

const expectError = (outcome: Outcome, code: string, text: RegExp): Outcome & { kind: 'error' } => {
  assert.ok(outcome.kind === 'error', JSON.stringify(outcome));
  assert.equal(outcome.code, code);
  assert.match(outcome.text, text);
  return outcome;
};

test('a page answers: response time from connecting to the first byte, and each phase', async (t) => {
  const port = await serve(t, (_request, response) => {
    setTimeout(() => {
      response.writeHead(200);
      response.flushHeaders();
      setTimeout(() => response.end('all well'), 60);
    }, 80);
  });
  const outcome = await outcomeOf(t, { url: `http://127.0.0.1:${port}/health`, expectBody: 'all well' });
  assert.ok(outcome.kind === 'reply', JSON.stringify(outcome));
  assert.equal(outcome.timing, 'user');
  assert.ok(outcome.errorBarMs > 0 && outcome.errorBarMs <= outcome.rttMs);
  const { phases, status, certificateDaysLeft } = outcome.detail!.http!;
  assert.deepEqual([status, certificateDaysLeft, phases.resolveMs, phases.tlsMs], [200, null, null, null]);
  assert.ok(phases.connectMs! > 0 && phases.connectMs! < 80, `connect ${phases.connectMs}`);
  assert.ok(phases.firstByteMs! > 75 && phases.firstByteMs! < 500, `first byte ${phases.firstByteMs}`);
  assert.ok(phases.wholeMs! > phases.firstByteMs! + 50, `whole ${phases.wholeMs}`);
  const sum = phases.connectMs! + phases.firstByteMs!;
  assert.ok(outcome.rttMs >= sum && outcome.rttMs < sum + 20, `RTT ${outcome.rttMs}, phases ${sum}`);
});

test('what is sent: method, path with query, host, our user agent, own headers, credentials of the URL', async (t) => {
  const seen: unknown[] = [];
  const port = await serve(t, (request, response) => {
    const { host, authorization, 'user-agent': agent, 'x-token': token, connection } = request.headers;
    seen.push([request.method, request.url, host, authorization, agent, token, connection]);
    response.end();
  });
  const url = `http://me:p%40ss@erp.example:${port}/health?deep=1`;
  assert.equal((await outcomeOf(t, { url, method: 'HEAD', headers: { 'X-Token': 'abc' } })).kind, 'reply');
  const own = await outcomeOf(t, { url: `http://127.0.0.1:${port}`, headers: { 'User-Agent': 'mine', host: 'vhost' } });
  assert.equal(own.kind, 'reply');
  const basic = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
  assert.deepEqual(seen, [
    ['HEAD', '/health?deep=1', `erp.example:${port}`, basic, 'vpc-canary/test', 'abc', 'close'],
    ['GET', '/', 'vhost', undefined, 'mine', undefined, 'close'],
  ]);
});

test('IPv6 literals, names with IPv6 addresses', async (t) => {
  const port = await serve(t, (_request, response) => response.end(), '::1');
  assert.equal((await outcomeOf(t, { url: `http://[::1]:${port}/` })).kind, 'reply');
});

test('every probe has a connection of its own, and no proxy in between', async (t) => {
  for (const name of ['http_proxy', 'HTTP_PROXY', 'all_proxy']) {
    process.env[name] = 'http://127.0.0.1:1';
    t.after(() => delete process.env[name]);
  }
  const ports = new Set<number | undefined>();
  const port = await serve(t, (request, response) => {
    ports.add(request.socket.remotePort);
    response.end('x');
  });
  const { sink } = await probe(t, { url: `http://127.0.0.1:${port}`, everyMs: 100 });
  const outcomes = await sink.outcomes(4);
  assert.ok(
    outcomes.every(({ kind }) => kind === 'reply'),
    JSON.stringify(outcomes),
  );
  assert.ok(ports.size >= 4);
});

test('a status that is not expected is an error with its phases; a redirect is an answer', async (t) => {
  let asked = 0;
  const port = await serve(t, (request, response) => {
    asked += 1;
    response.writeHead(request.url === '/moved' ? 302 : 503, { location: '/elsewhere' }).end('sorry');
  });
  const outcome = await outcomeOf(t, { url: `http://127.0.0.1:${port}/`, expectStatus: [200, 204] });
  const error = expectError(outcome, 'http-status', /^503 Service Unavailable; expected 200, 204$/);
  assert.equal(error.detail?.http?.status, 503);
  assert.ok(error.detail.http.phases.wholeMs! > 0);
  assert.equal((await outcomeOf(t, { url: `http://127.0.0.1:${port}/moved`, expectStatus: [302] })).kind, 'reply');
  assert.equal(asked, 2);
});

test('a body without the expected text is an error; of a long body the beginning counts', async (t) => {
  const port = await serve(t, (request, response) => {
    if (request.url !== '/long') return void response.end('database: down');
    response.write('begins here');
    const more = (): void => {
      while (response.writable && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  });
  const url = `http://127.0.0.1:${port}`;
  expectError(
    await outcomeOf(t, { url, expectBody: 'database: up' }),
    'http-body',
    /^"database: up" is not in the body$/,
  );
  const long = await outcomeOf(t, { url: `${url}/long`, expectBody: 'begins here' });
  assert.equal(long.kind, 'reply');
  const beyond = await outcomeOf(t, { url: `${url}/long`, expectBody: 'never' });
  expectError(beyond, 'http-body', /not in the first 256 KiB of the body/);
});

test('informational answers come before the answer and are not it', async (t) => {
  const port = await serve(t, (_request, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    setTimeout(() => response.end('fine'), 20);
  });
  const outcome = await outcomeOf(t, { url: `http://127.0.0.1:${port}` });
  assert.ok(outcome.kind === 'reply', JSON.stringify(outcome));
  assert.equal(outcome.detail?.http?.status, 200);
});

test('without an answer in time a probe is lost, and says how far it came', async (t) => {
  const silent = await serveRaw(t, () => {});
  const slowHead = await serveRaw(t, (socket) => socket.write('HTTP/1.1 200 OK\r\nx-a: b\r\n'));
  const onlyHint = await serveRaw(t, (socket) => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'));
  const slowBody = await serveRaw(t, (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'));
  const texts: unknown[] = [];
  for (const [port, scheme] of [
    [silent, 'http'],
    [silent, 'https'],
    [slowHead, 'http'],
    [onlyHint, 'http'],
    [slowBody, 'http'],
  ] as const) {
    const outcome = await outcomeOf(t, { url: `${scheme}://127.0.0.1:${port}/`, timeoutMs: 300 });
    assert.ok(outcome.kind === 'lost', JSON.stringify(outcome));
    assert.ok(outcome.detail?.http?.phases.connectMs !== null);
    texts.push(outcome.text);
  }
  assert.deepEqual(texts, [
    'connected, no answer to the request within 0.3 s',
    'connected, the TLS handshake not complete within 0.3 s',
    'the header of the answer not complete within 0.3 s',
    'the header of the answer not complete within 0.3 s',
    'the answer not complete within 0.3 s: 4 bytes of its body',
  ]);
});

test('connections that break are resets, what is not HTTP is named', async (t) => {
  const cases: [RegExp, string, (socket: Socket) => void][] = [
    [/reset before an answer/, 'reset', (socket) => socket.resetAndDestroy()],
    [/closed the connection before an answer/, 'reset', (socket) => socket.end()],
    [
      /closed the connection after 4 bytes of the body|announced length/,
      'reset',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'),
    ],
    [
      /reset after 4 bytes of the body/,
      'reset',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf');
        setTimeout(() => socket.resetAndDestroy(), 50);
      },
    ],
    [/not understood as HTTP/, 'http-protocol', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
    [/not understood as HTTP/, 'http-protocol', (socket) => socket.end(Buffer.alloc(100, 0))],
    [
      /not understood as HTTP/,
      'http-protocol',
      (socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`),
    ],
  ];
  for (const [text, code, answer] of cases) {
    const port = await serveRaw(t, answer);
    expectError(await outcomeOf(t, { url: `http://127.0.0.1:${port}/` }), code, text);
  }
});

test('where nobody listens the probe is refused; what this host refuses is its own', async (t) => {
  const server = createServer();
  const port = await listening(t, server);
  server.close();
  await once(server, 'close');
  expectError(await outcomeOf(t, { url: `http://127.0.0.1:${port}/` }), 'refused', /^connection refused$/);
  const own = await outcomeOf(t, { url: 'http://255.255.255.255/' });
  assert.equal(own.kind, 'local', JSON.stringify(own));
});

test('a header that cannot be sent is a local reason', async (t) => {
  const outcome = await outcomeOf(t, { url: 'http://127.0.0.1/', headers: { 'x-bad': 'a\nb' } });
  assert.ok(outcome.kind === 'local' && /request cannot be made/.test(outcome.text), JSON.stringify(outcome));
});

async function serveTls(t: TestContext, certificate: KeyAndCertificate, names: string[] = []): Promise<number> {
  const server = createHttpsServer(certificate, (_request, response) => response.end('secret'));
  server.on('tlsClientError', () => {});
  server.on('secureConnection', (socket) => names.push(String(socket.servername)));
  return listening(t, server);
}

test('HTTPS: a certificate of a trusted authority, with the days it has left and the handshake timed', {
  skip,
}, async (t) => {
  const authority = new Authority(t);
  const names: string[] = [];
  const port = await serveTls(t, authority.issue('DNS:erp.example,IP:127.0.0.1', 20), names);
  for (const host of ['erp.example', '127.0.0.1']) {
    const outcome = await outcomeOf(t, { url: `https://${host}:${port}/` }, authority.file);
    assert.ok(outcome.kind === 'reply', JSON.stringify(outcome));
    const { certificateDaysLeft, phases } = outcome.detail!.http!;
    assert.equal(certificateDaysLeft, 19, 'whole days');
    assert.ok(phases.tlsMs! > 0 && outcome.rttMs > phases.connectMs! + phases.tlsMs!);
  }
  assert.deepEqual(names, ['erp.example', 'false'], 'a name is sent as SNI, an address is not');
});

test('HTTPS: each certificate that is not to be trusted says why, and how long it lasts', { skip }, async (t) => {
  const authority = new Authority(t);
  const stranger = new Authority(t);
  const cases: [KeyAndCertificate, RegExp, (days: number) => boolean][] = [
    [authority.issue('DNS:erp.example', -1), /has expired, on 20\d\d-\d\d-\d\d$/, (days) => days === -2 || days === -1],
    [authority.issue('DNS:elsewhere.example', 20), /is not for erp\.example/, (days) => days === 19],
    [authority.selfSigned('DNS:erp.example'), /self-signed/, (days) => days === 9],
    [
      stranger.issue('DNS:erp.example', 20),
      /no intermediate certificate, or this host does not trust/,
      (days) => days === 19,
    ],
  ];
  for (const [certificate, text, fits] of cases) {
    const port = await serveTls(t, certificate);
    const url = `https://erp.example:${port}/`;
    const error = expectError(await outcomeOf(t, { url }, authority.file), 'tls', text);
    const days = error.detail?.http?.certificateDaysLeft;
    assert.ok(typeof days === 'number' && fits(days), `${days} days left`);
    const insecure = await outcomeOf(t, { url, insecure: true }, authority.file);
    assert.ok(insecure.kind === 'reply', JSON.stringify(insecure));
    assert.equal(insecure.detail?.http?.certificateDaysLeft, days);
  }
});

test('HTTPS: what goes wrong in the handshake is named', { skip }, async (t) => {
  const authority = new Authority(t);
  const plain = await serve(t, (_request, response) => response.end());
  expectError(await outcomeOf(t, { url: `https://127.0.0.1:${plain}/` }), 'tls', /during the TLS handshake$/);
  const hangsUp = await serveRaw(t, (socket) => socket.resetAndDestroy());
  expectError(await outcomeOf(t, { url: `https://127.0.0.1:${hangsUp}/` }), 'reset', /during the TLS handshake$/);
  const ends = await serveRaw(t, (socket) => socket.end());
  expectError(await outcomeOf(t, { url: `https://127.0.0.1:${ends}/` }), 'reset', /during the TLS handshake$/);
  const own = authority.issue('IP:127.0.0.1', 5);
  const wantsOurs = createTlsServer({ ...own, requestCert: true, ca: own.cert, maxVersion: 'TLSv1.2' });
  wantsOurs.on('tlsClientError', () => {});
  const mutual = await listening(t, wantsOurs);
  const refused = await outcomeOf(t, { url: `https://127.0.0.1:${mutual}/` }, authority.file);
  assert.ok(refused.kind === 'error' && /^(tls|reset)$/.test(refused.code), JSON.stringify(refused));
  const dropping = createTlsServer(own, (socket) => socket.on('error', () => {}).once('data', () => socket.destroy()));
  const port = await listening(t, dropping);
  expectError(await outcomeOf(t, { url: `https://127.0.0.1:${port}/` }, authority.file), 'reset', /before an answer/);
});

test('close leaves nothing open: no socket, no timer of ours', { skip }, async (t) => {
  const silent = await serveRaw(t, () => {});
  const open = (): string[] =>
    process.getActiveResourcesInfo().filter((name) => /^(TCPSocketWrap|TLSWrap|TCPConnectWrap|Timeout)$/.test(name));
  const before = open().length;
  const { sink, prober } = await probe(t, { url: `http://127.0.0.1:${silent}/`, everyMs: 100, timeoutMs: 250 });
  await sink.outcomes(2);
  await prober.close();
  for (let n = 0; n < 100 && open().length > before; n++) await sleep(20);
  assert.ok(open().length <= before, open().join(', '));
  const told = sink.singletons.length;
  await sleep(300);
  assert.equal(sink.singletons.length, told);
});
