/** Who is let in, over real HTTP: addresses, host names, passwords, tokens. */
import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { incident } from '../fakes/small-snapshot.ts';
import { fakeSources } from '../fakes/web-sources.ts';
import { ask, serve, talk } from './client.ts';

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
const AUTH = { basic: [{ user: 'noc', password: 's3cret' }], bearer: ['t0ken'] };
const PROTECTED = ['/', '/prtg', '/metrics', '/healthz', '/readyz', '/api/v1/state', '/api/v1/stream', '/nothing'];

test('an address that is not allowed gets 403 and no hint; the log has the remedy, once', async (t) => {
  const lines: string[] = [];
  const log = (_: string, message: string) => lines.push(message);
  const server = await serve(t, fakeSources(incident()), { allow: ['192.0.2.0/24'], log });
  for (const path of PROTECTED) {
    const reply = await ask(server, path);
    assert.equal(reply.status, 403, path);
    assert.doesNotMatch(reply.text, /http\.allow|192/, path);
  }
  assert.deepEqual(lines, ['refused 127.0.0.1: not in http.allow; add it there if it should be let in']);
  assert.equal((await ask(server, '/livez')).status, 200, '/livez needs nothing');
});

test('an allowed address is let in, X-Forwarded-For believed from nobody', async (t) => {
  const inside = await serve(t, fakeSources(incident()), { allow: ['127.0.0.0/8'] });
  const claim = { 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.1' };
  assert.equal((await ask(inside, '/metrics', { headers: claim })).status, 200);
  const outside = await serve(t, fakeSources(incident()), { allow: ['192.0.2.0/24'] });
  assert.equal((await ask(outside, '/metrics', { headers: claim })).status, 403);
});

test('passwords and tokens: right ones pass, wrong and missing ones get 401 with both challenges', async (t) => {
  const lines: string[] = [];
  const log = (_: string, message: string) => lines.push(message);
  const server = await serve(t, fakeSources(incident()), { auth: AUTH, log });
  for (const headers of [basic('noc:s3cret'), { authorization: 'Bearer t0ken' }]) {
    assert.equal((await ask(server, '/metrics', { headers })).status, 200);
  }
  for (const path of PROTECTED) {
    const none = await ask(server, path);
    assert.equal(none.status, 401, path);
    assert.equal(
      none.headers['www-authenticate'],
      'Basic realm="vpc-canary", charset="UTF-8", Bearer realm="vpc-canary"',
    );
    assert.doesNotMatch(none.text, /mel-dc2/, path);
  }
  assert.deepEqual(lines, [], 'a first request without credentials is no failure');
  for (const headers of [basic('noc:wrong'), basic('root:s3cret'), { authorization: 'Bearer s3cret' }]) {
    assert.equal((await ask(server, '/metrics', { headers })).status, 401);
  }
  assert.deepEqual(lines, ['refused 127.0.0.1: wrong user, password or token']);
  assert.doesNotMatch(lines.join(), /s3cret|wrong:/);
  assert.equal((await ask(server, '/livez')).status, 200);
});

test('only the very path /livez is open', async (t) => {
  const server = await serve(t, fakeSources(incident()), { auth: AUTH });
  for (const [path, status] of [
    ['/livez/', 404],
    ['//livez', 404],
    ['/livez/../metrics', 404],
    ['/livez/x', 401],
    ['/%6civez', 401],
    ['/livez%2f..%2fmetrics', 401],
    ['/LIVEZ', 401],
    ['/livezz', 401],
  ] as const) {
    const reply = await ask(server, path);
    assert.equal(reply.status, status, path);
    assert.doesNotMatch(reply.text, /mel-dc2|vpc_canary/, path);
  }
  assert.equal((await ask(server, '/livez?x=/metrics')).text, 'ok\n');
});

test('both: the address is looked at before the password', async (t) => {
  const server = await serve(t, fakeSources(incident()), { allow: ['192.0.2.1'], auth: AUTH });
  assert.equal((await ask(server, '/metrics', { headers: basic('noc:s3cret') })).status, 403);
});

test("a foreign page's name (DNS rebinding) is refused without a password, and harmless with one", async (t) => {
  const lines: string[] = [];
  const log = (_: string, message: string) => lines.push(message);
  const open = await serve(t, fakeSources(incident()), { names: ['canary.corp.example'], log });
  const host = (name: string) => ({ headers: { host: name } });
  const refused = await ask(open, '/metrics', host('evil.example:8080'));
  assert.equal(refused.status, 421);
  assert.match(refused.text, /http\.names/);
  assert.match(lines.join(), /refused the host name "evil\.example:8080": add it to http\.names/);
  for (const name of ['canary.corp.example:8080', 'localhost', '10.0.0.5:8080', hostname()]) {
    assert.equal((await ask(open, '/metrics', host(name))).status, 200, name);
  }
  const absolute = await talk(
    open,
    'GET http://evil.example/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  );
  assert.match(absolute, /^HTTP\/1\.1 421 /, 'the authority of the target stands in for Host (RFC 9112 3.2.2)');
  assert.match(await talk(open, 'GET /livez HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 /);
  assert.match(await talk(open, 'GET /prtg HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 /, 'HTTP/1.0 has no Host');
  const closed = await serve(t, fakeSources(incident()), { auth: AUTH });
  const headers = { ...basic('noc:s3cret'), host: 'evil.example' };
  assert.equal((await ask(closed, '/metrics', { headers })).status, 200);
});
