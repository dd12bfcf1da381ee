/** The event stream over real HTTP. */
import assert from 'node:assert/strict';
import { get } from 'node:http';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { WebServer } from '../../agent/web/options.ts';
import { STREAM_LIMITS } from '../../agent/web/streams.ts';
import { incident, site, snapshot, target } from '../fakes/small-snapshot.ts';
import { fakeSources } from '../fakes/web-sources.ts';
import { ask, serve, talk, until } from './client.ts';

interface Message {
  readonly event: string;
  readonly id: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire
  readonly data: any;
}

/** Opens a stream and collects its messages and comments. */
async function watch(t: TestContext, server: WebServer) {
  const messages: Message[] = [];
  const seen = { comments: 0, ended: false, head: {} as Record<string, unknown>, retry: '' };
  await new Promise<void>((resolve, reject) => {
    const request = get(`${server.url}/api/v1/stream`, (response) => {
      seen.head = response.headers;
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const block = text.slice(0, end);
          text = text.slice(end + 2);
          if (block.startsWith(':')) seen.comments += 1;
          else if (block.startsWith('retry: ')) seen.retry = block;
          else {
            const field = (name: string) => new RegExp(`^${name}: ([^\\n]*)`, 'm').exec(block)?.[1] ?? null;
            messages.push({
              event: field('event') ?? '',
              id: field('id'),
              data: JSON.parse(field('data') ?? 'null'),
            });
          }
        }
      });
      response.on('close', () => {
        seen.ended = true;
      });
      response.on('error', () => {});
      resolve();
    });
    request.on('error', reject);
    t.after(() => request.destroy());
  });
  return { messages, seen };
}

test('a full message first, then what changes, as it changes', async (t) => {
  const sources = fakeSources(incident());
  const server = await serve(t, sources);
  const { messages, seen } = await watch(t, server);
  await until(() => messages.length === 1, 'the full message');
  assert.equal(seen.head['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(seen.head['cache-control'], 'no-store');
  assert.equal(seen.retry, 'retry: 3000');
  assert.equal(messages[0]?.event, 'full');
  assert.equal(messages[0]?.id, '17');
  assert.equal(messages[0]?.data.targets.length, 4);
  const later = { ...incident(), sequence: 18, at: incident().at + 1000 };
  sources.publish(later);
  await until(() => messages.length === 2, 'the tick');
  assert.equal(messages[1]?.event, 'tick');
  assert.deepEqual(Object.keys(messages[1]?.data), ['sequence', 'at', 'structure', 'sentence']);
  assert.match(messages[1]?.data.sentence, /12 min 6 s/);
});

test('opened before the first verdict, it begins with the first verdict', async (t) => {
  const sources = fakeSources(null);
  const server = await serve(t, sources);
  const { messages } = await watch(t, server);
  sources.publish(incident());
  await until(() => messages.length === 1, 'the full message');
  assert.equal(messages[0]?.event, 'full');
  assert.equal(messages[0]?.data.columns.sites[0], 'name');
});

test('names with line ends and separators stay within their message', async (t) => {
  const name = 'a\n\ndata: x\r\u2028"';
  const view = target(name, name);
  const { messages } = await watch(t, await serve(t, fakeSources(snapshot([[site(name, [view]), [view]]]))));
  await until(() => messages.length === 1, 'the full message');
  assert.equal(messages[0]?.data.targets[0][0], name);
});

test('comments keep a quiet connection open, beyond the time for an answer', async (t) => {
  const limits = { answerMs: 150, stream: { ...STREAM_LIMITS, commentMs: 20 } };
  const { seen } = await watch(t, await serve(t, fakeSources(incident()), {}, { limits }));
  await until(() => seen.comments >= 12, 'a dozen comments');
  assert.equal(seen.ended, false);
});

test('one more than the most is turned away; when one goes, another may come', async (t) => {
  const sources = fakeSources(incident());
  const server = await serve(t, sources, {}, { limits: { stream: { ...STREAM_LIMITS, streams: 2 } } });
  const sockets = [connect(server.port), connect(server.port)];
  for (const socket of sockets) {
    socket.on('error', () => {});
    t.after(() => socket.destroy());
    socket.write('GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
  }
  const third = await talk(server, 'GET /api/v1/stream HTTP/1.0\r\n\r\n', (text) => text.includes('data:'));
  assert.match(third, /^HTTP\/1\.1 503 [\s\S]*retry-after: 2\r\n[\s\S]*2 pages are watching already/);
  sockets[0]?.destroy();
  let opened = false;
  for (let i = 0; i < 100 && !opened; i += 1) {
    const reply = await ask(server, '/api/v1/stream', { method: 'HEAD' });
    opened = reply.status === 200;
    if (!opened) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(opened);
});

test('nothing is made while nobody watches', async (t) => {
  const sources = fakeSources(incident());
  const server = await serve(t, sources);
  const before = sources.listeners.size;
  const socket = connect(server.port);
  socket.write('GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  assert.equal(sources.listeners.size, before + 1);
  socket.destroy();
  await until(() => sources.listeners.size === before, 'the stream has let go');
});

test('a reader that does not read is cut', async (t) => {
  const views = Array.from({ length: 500 }, (_, i) => target(`target-${i}`, 's'));
  const sources = fakeSources(snapshot([[site('s', views), views]]));
  const before = sources.listeners.size;
  const server = await serve(t, sources, {}, { limits: { stream: { ...STREAM_LIMITS, backlogBytes: 64 * 1024 } } });
  const socket = connect(server.port);
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  socket.write('GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n');
  socket.pause();
  await until(() => sources.listeners.size > before + 1, 'the stream is open');
  // All rows change every time; what the kernel's buffers do not take is the backlog.
  for (let sequence = 18; sources.listeners.size > before + 1 && sequence < 2000; sequence += 1) {
    const changed = views.map((view) => ({ ...view, since: sequence }));
    sources.publish({ ...snapshot([[site('s', changed), changed]]), sequence });
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(sources.listeners.size, before + 1, 'only the server itself still listens');
});

test('rubbish on an open stream cuts it and puts nothing into its middle', async (t) => {
  const server = await serve(t, fakeSources(incident()));
  const socket = connect(server.port);
  let received = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    received += chunk;
  });
  t.after(() => socket.destroy());
  socket.write('GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n');
  await until(() => received.includes('data:'), 'the stream is open');
  socket.write('\x01rubbish\r\n\r\n');
  await until(() => socket.closed, 'the connection is cut');
  assert.doesNotMatch(received, /400 Bad Request/);
});

test('HEAD has the head alone; parameters are refused', async (t) => {
  const server = await serve(t, fakeSources(incident()));
  const head = await ask(server, '/api/v1/stream', { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(head.headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal((await ask(server, '/api/v1/stream?site=x')).status, 400);
});

test('closing the server ends the streams', async (t) => {
  const sources = fakeSources(incident());
  const server = await serve(t, sources, {}, { limits: { closeMs: 60_000 } });
  const { seen } = await watch(t, server);
  const closed = server.close();
  await until(() => seen.ended, 'the stream has ended');
  await closed;
  assert.equal(sources.listeners.size, 0);
});
