/** Clients that are slow, endless, too many, or do not speak HTTP: each is cut, and the next one is served. */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { WebLimits } from '../../agent/web/server.ts';
import { incident, site, snapshot, target } from '../fakes/small-snapshot.ts';
import { fakeSources } from '../fakes/web-sources.ts';
import { ask, serve, talk, until } from './client.ts';

const start = (t: TestContext, limits: Partial<WebLimits> = {}, shot = incident()) =>
  serve(t, fakeSources(shot), {}, { limits: { checkMs: 20, ...limits } });

/** A connection that is kept, with what came over it. */
function hold(t: TestContext, port: number): Socket & { received: string } {
  const socket = Object.assign(connect(port, '127.0.0.1'), { received: '' });
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    socket.received += chunk;
  });
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  return socket;
}

test('slowloris: headers that trickle are cut off with 408', async (t) => {
  const server = await start(t, { headersMs: 200, requestMs: 400 });
  const socket = hold(t, server.port);
  socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n');
  const drip = setInterval(() => socket.write('X-A: b\r\n'), 30);
  t.after(() => clearInterval(drip));
  await until(() => socket.closed, 'the slow client is cut');
  assert.match(socket.received, /^HTTP\/1\.1 408 Request Timeout\r\n/);
  assert.match(socket.received, /took too long to arrive/);
  assert.equal((await ask(server, '/livez')).status, 200);
});

test('a connection on which nothing is said is cut', async (t) => {
  const server = await start(t, { headersMs: 200, requestMs: 400 });
  const silent = hold(t, server.port);
  await until(() => silent.closed, 'the silent client is cut');
});

test('a kept connection on which nothing more is asked is cut', async (t) => {
  const server = await start(t, { idleMs: 2000 });
  const socket = hold(t, server.port);
  socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
  await until(() => socket.closed, 'the idle connection is closed');
  assert.match(socket.received, /\r\nkeep-alive: timeout=2\r\n[\s\S]*ok\n$/i);
});

test('an endless body is not read: the answer comes, then the end', async (t) => {
  const server = await start(t, { requestMs: 60_000, headersMs: 60_000 });
  const socket = hold(t, server.port);
  socket.write('GET /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  const drip = setInterval(() => socket.write('5\r\nhello\r\n'), 20);
  t.after(() => clearInterval(drip));
  await until(() => socket.closed, 'the sender is cut');
  assert.match(socket.received, /^HTTP\/1\.1 200 /);
  assert.match(socket.received, /\r\nconnection: close\r\n/i);
});

test('a client that does not read its answer is cut', async (t) => {
  const views = Array.from({ length: 3000 }, (_, i) => target(`target-${i}`, 's'));
  const server = await start(t, { answerMs: 300 }, snapshot([[site('s', views), views]]));
  const socket = hold(t, server.port);
  socket.pause();
  socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(4));
  await new Promise((resolve) => setTimeout(resolve, 600));
  socket.resume();
  await until(() => socket.closed, 'the reader is cut');
  assert.ok(!socket.received.endsWith('# EOF\n') && socket.received.split('HTTP/1.1 200').length < 5);
});

test('headers and addresses that are too long: 431 and 414 in words', async (t) => {
  const server = await start(t);
  const long = await talk(server, `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`);
  assert.match(long, /^HTTP\/1\.1 431 [\s\S]*The headers are longer than 8 KiB\.\n$/);
  assert.match(long, /x-content-type-options: nosniff/);
  const many = await talk(server, `GET / HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(5000)}\r\n`);
  assert.match(many, /^HTTP\/1\.1 431 /);
  const address = await ask(server, `/${'a'.repeat(3000)}`);
  assert.equal(address.status, 414);
  assert.match(address.text, /longer than 2048/);
});

test('what is not HTTP gets 400 in words', async (t) => {
  const server = await start(t);
  for (const bytes of [
    'hello\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\x00b\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello',
  ]) {
    assert.match(
      await talk(server, Buffer.from(bytes, 'latin1')),
      /^HTTP\/1\.1 400 Bad Request\r\n/,
      bytes.slice(0, 60),
    );
  }
  assert.match(await talk(server, 'GET / HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 /, 'HTTP/1.1 without Host');
  assert.equal((await ask(server, '/livez')).status, 200);
});

test('paths no client should send', async (t) => {
  const server = await start(t);
  for (const [target, status] of [
    ['//etc/passwd', 404],
    ['/../../etc/passwd', 404],
    ['/%2e%2e/%2e%2e/etc/passwd', 404],
    ['/a/..%2f..%2fetc', 404],
    ['/%00', 400],
    ['/a%0d%0aX: y', 400],
    ['/\\..\\', 400],
    ['*', 400],
    ['http://127.0.0.1/livez', 200],
    ['http://127.0.0.1', 200],
  ] as const) {
    const reply = await talk(server, `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
    assert.match(reply, new RegExp(`^HTTP/1.1 ${status} `), `${target}: ${reply.slice(0, 30)}`);
    assert.doesNotMatch(reply, /root:|ENOENT|\/agent\//, target);
  }
});

test('methods other than GET and HEAD: 405 with Allow, and nothing is read', async (t) => {
  const server = await start(t);
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND']) {
    const reply = await ask(server, '/api/v1/state', { method, ...(method === 'POST' ? { body: '{"x":1}' } : {}) });
    assert.equal(reply.status, 405, method);
    assert.equal(reply.headers.allow, 'GET, HEAD', method);
    assert.match(reply.text, /Only GET and HEAD/, method);
  }
  const made = 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n';
  assert.match(await talk(server, made), /^HTTP\/1\.1 400 /);
  const tunnel = await talk(server, 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n');
  assert.doesNotMatch(tunnel, /^HTTP\/1\.1 2/);
});

test('an upgrade is not taken up', async (t) => {
  const server = await start(t);
  const head = 'GET /livez HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n';
  assert.match(await talk(server, head), /^HTTP\/1\.1 200 /);
});

test('a hundred pipelined requests are answered in order', async (t) => {
  const server = await start(t);
  const targets = Array.from({ length: 100 }, (_, i) => `/api/v1/history?target=none${i}`);
  const sent = targets.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join('');
  const received = await talk(server, `${sent}GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  const named = [...received.matchAll(/There is no target \\"none(\d+)\\"/g)].map(([, number]) => Number(number));
  assert.deepEqual(
    named,
    targets.map((_, i) => i),
  );
  assert.match(received, /ok\n$/);
});

test('rubbish after a request: the request is answered, then 400 and the end', async (t) => {
  const server = await start(t);
  const received = await talk(server, 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n\x01\x02rubbish\r\n\r\n');
  assert.match(received, /^HTTP\/1\.1 200 [\s\S]*ok\n/);
  assert.ok(received.endsWith('ok\n') || /ok\nHTTP\/1\.1 400 /.test(received));
});

test('one address holds half of the connections and no more; when some go, others come', async (t) => {
  const lines: string[] = [];
  const options = { log: (_: string, message: string) => lines.push(message) };
  const server = await serve(t, fakeSources(incident()), options, { limits: { connections: 6 } });
  const held = [hold(t, server.port), hold(t, server.port), hold(t, server.port)];
  await Promise.all(held.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  const fourth = hold(t, server.port);
  await until(() => fourth.closed, 'the fourth is turned away');
  assert.match(lines.join(), /127\.0\.0\.1 holds 3 connections/);
  held[0]?.destroy();
  await until(() => held[0]?.closed === true, 'one has gone');
  let status = 0;
  for (let i = 0; i < 50 && status !== 200; i += 1) {
    status = await ask(server, '/livez').then(
      (reply) => reply.status,
      () => 0,
    );
  }
  assert.equal(status, 200);
});
