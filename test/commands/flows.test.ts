/** `flows` as a process of its own: against a real server, and against the real kernel. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import type { FlowsView } from '../../agent/verdict/flows-view.ts';
import { flowsView } from '../fakes/flows.ts';
import { incident } from '../fakes/small-snapshot.ts';
import { fakeSources } from '../fakes/web-sources.ts';
import { serve } from '../web/client.ts';
import { cli } from './cli.ts';

test('asks the agent and shows what it says', async (t) => {
  const server = await serve(t, fakeSources({ ...incident(), flows: flowsView(Date.now()) }));
  const { code, stdout, stderr } = await cli(['flows', '--url', server.url, '--sort', 'bytes']);
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.match(stdout, /the agent at http:\/\/127\.0\.0\.1/);
  assert.match(stdout, /10\.40\.0\.7 +443 mel-dc2/);
  const chosen = await cli(['flows', '--url', server.url, '--sort', 'bytes', '--group', 'internet', '--port', '5432']);
  assert.match(chosen.stdout, /2001:db8:1::9 +5432 internet/);
  assert.doesNotMatch(chosen.stdout, /10\.40\.0\.7/);
  const unknown = await cli(['flows', '--url', server.url, '--group', 'nowhere']);
  assert.match(unknown.stdout, /No connection was seen of a group or site nowhere; there are mel-dc2, internet\./);
  const json = await cli(['flows', '--url', server.url, '--json']);
  assert.equal((JSON.parse(json.stdout) as FlowsView).coverage.retransmissions.kernel, 2401);
});

test('an agent that reads no connections, and one that is away, are told apart', async (t) => {
  const server = await serve(t, fakeSources({ ...incident(), flows: null }));
  const off = await cli(['flows', '--once', '--url', server.url]);
  assert.equal(off.code, 69);
  assert.match(off.stderr, /flows\.enabled is false/);
  const away = await cli(['flows', '--once', '--url', 'http://127.0.0.1:1']);
  assert.equal(away.code, 69);
  assert.match(away.stderr, /No agent answers/);
  assert.equal((await cli(['flows', '--sort', 'beauty'])).code, 64);
  assert.equal((await cli(['flows', '--port', '0'])).code, 64);
});

test('reads the kernel itself, and names the process', async (t) => {
  const server = createServer((socket) => socket.on('data', () => {})).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sockets = new Set<ReturnType<typeof connect>>();
  const timer = setInterval(() => {
    const socket = connect(port, '127.0.0.1', () => socket.write('x'.repeat(1000)));
    sockets.add(socket);
  }, 200);
  t.after(() => {
    clearInterval(timer);
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const args = [
    'flows',
    '--local',
    '--loopback',
    '--once',
    '--seconds',
    '4',
    '--sort',
    'bytes',
    '--port',
    String(port),
  ];
  const { code, stdout, stderr } = await cli([...args, '--rows', '40', '--process']);
  if (code === 69) return t.skip(`connections cannot be read here: ${stderr}`);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /this host's kernel: /);
  assert.match(
    stdout,
    new RegExp(`127\\.0\\.0\\.1 → 127\\.0\\.0\\.1 +${port} loopback .* ${process.pid}( \\+\\d)?$`, 'm'),
  );
});
