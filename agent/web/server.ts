/**
 * The HTTP server: node:http or node:https with limits that a t4g.nano can bear, a gate, a dozen routes, and nothing
 * else. (A framework would cost 9 to 15 MB of memory for routing that a map does.)
 *
 * What guards it from slow, endless or too many clients:
 * - headers within 10 s and 8 KiB, the request within 15 s, an answer read within 30 s, a quiet connection 10 s;
 * - 256 connections, of which one address may hold half;
 * - bodies are not read: whoever sends one gets its answer and the end of the connection.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { type Answer, textAnswer } from './answer.ts';
import { createGate, type Gate } from './gate.ts';
import type { WebOptions, WebServer } from './options.ts';
import { assets, renderPage } from './page/pages.ts';
import { answerBadRequests, limitAddresses } from './protect.ts';
import { readTarget } from './request-target.ts';
import { send, sendOnce } from './respond.ts';
import { checkStreamQuery, createRoutes, type Pages, type Routes } from './routes.ts';
import type { Sources } from './sources.ts';
import { listenError } from './start-error.ts';
import { createStreams, STREAM_LIMITS, type StreamLimits, type Streams } from './streams.ts';
import { throttled } from './throttled-log.ts';
import { loadTls, watchTls } from './tls.ts';

export interface WebLimits {
  readonly headersMs: number;
  readonly requestMs: number;
  /** How often the two above are looked after. */
  readonly checkMs: number;
  readonly answerMs: number;
  readonly idleMs: number;
  readonly connections: number;
  readonly closeMs: number;
  readonly certificateCheckMs: number;
  readonly stream: StreamLimits;
}

export const WEB_LIMITS: WebLimits = {
  headersMs: 10_000,
  requestMs: 15_000,
  checkMs: 2000,
  answerMs: 30_000,
  idleMs: 10_000,
  connections: 256,
  closeMs: 2000,
  certificateCheckMs: 60_000,
  stream: STREAM_LIMITS,
};

const MAX_HEADER_BYTES = 8192;

/** Parts that tests replace. */
export interface WebParts {
  readonly limits?: Partial<WebLimits>;
  readonly pages?: Pages;
}

/** Starts listening. @throws {WebStartError} whose message says why not and what to do */
export async function startWeb(options: WebOptions, sources: Sources, parts: WebParts = {}): Promise<WebServer> {
  const limits = { ...WEB_LIMITS, ...parts.limits };
  const log = throttled(options.log ?? (() => {}));
  const pages = parts.pages ?? { render: renderPage, assets: assets() };
  const streams = createStreams(sources, limits.stream);
  const age = snapshotAge(sources);
  const gate = createGate(options, hostname(), log);
  const handle = handler(
    gate,
    createRoutes(sources, pages, () => performance.now()),
    streams,
    age.ms,
    limits.answerMs,
  );

  const server = createHttpServer(options, limits);
  server.on('request', (request, response) => {
    try {
      handle(request, response);
    } catch (error) {
      options.log?.('error', `cannot answer ${request.url?.slice(0, 200)}`, { error });
      if (response.headersSent) response.destroy();
      else sendOnce(request, response, textAnswer(500, 'The agent cannot answer this; its log says why.'));
    }
  });
  answerBadRequests(server);
  limitAddresses(server, Math.ceil(limits.connections / 2), log);
  const stopWatching = watchCertificate(server, options, limits);

  await listen(server, options.host, options.port);
  server.on('error', (error) => options.log?.('error', 'the web server has a problem', { error }));
  const { port } = server.address() as AddressInfo;
  return {
    url: urlOf(options, port),
    port,
    async close() {
      stopWatching();
      age.stop();
      streams.close();
      const cut = setTimeout(() => server.closeAllConnections(), limits.closeMs);
      await new Promise<void>((resolve) => server.close(() => resolve()));
      clearTimeout(cut);
    },
  };
}

const STREAM_PATH = '/api/v1/stream';

function handler(gate: Gate, routes: Routes, streams: Streams, ageMs: () => number, answerMs: number) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const target = readTarget(request.url ?? '');
    if (!target.ok) {
      sendOnce(request, response, textAnswer(target.status, target.text));
      return;
    }
    const { path, search } = target;
    const refusal = gate(request, path, target.authority) ?? methodRefusal(request) ?? streamRefusal(path, search);
    if (refusal !== null) {
      sendOnce(request, response, refusal);
    } else if (path === STREAM_PATH) {
      streams.open(request, response);
    } else {
      const slow = setTimeout(() => response.destroy(), answerMs).unref();
      response.on('close', () => clearTimeout(slow));
      const question = { path, search, accept: request.headers.accept, now: Date.now(), ageMs: ageMs() };
      send(request, response, routes(question));
    }
  };
}

function methodRefusal({ method }: IncomingMessage): Answer | null {
  if (method === 'GET' || method === 'HEAD') return null;
  return textAnswer(405, 'Only GET and HEAD are answered; nothing can be changed here.', { allow: 'GET, HEAD' });
}

const streamRefusal = (path: string, search: string): Answer | null =>
  path === STREAM_PATH ? checkStreamQuery(search) : null;

/** Age of the latest snapshot by the monotonic clock, which a step of the wall clock does not move. */
function snapshotAge(sources: Sources): { ms(): number; stop(): void } {
  let last = performance.now();
  const stop = sources.subscribe(() => {
    last = performance.now();
  });
  return { ms: () => performance.now() - last, stop };
}

function createHttpServer(options: WebOptions, limits: WebLimits): Server {
  const common = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkMs,
    keepAliveTimeout: limits.idleMs,
  };
  const server: Server =
    options.tls === null
      ? createServer(common)
      : // Loaded when asked for: TLS costs 7 MB and 20 ms of the start.
        process
          .getBuiltinModule('node:https')
          .createServer({ ...common, ...loadTls(options.tls), handshakeTimeout: limits.headersMs });
  server.maxConnections = limits.connections;
  return server;
}

function watchCertificate(server: Server, options: WebOptions, limits: WebLimits): () => void {
  if (options.tls === null || !('setSecureContext' in server)) return () => {};
  const tlsServer = server as TlsServer;
  return watchTls(
    options.tls,
    limits.certificateCheckMs,
    (material) => {
      tlsServer.setSecureContext(material);
      options.log?.('info', 'took over the new certificate', { file: options.tls?.certFile });
    },
    (error) => options.log?.('error', 'the new certificate does not work; the old one stays', { error }),
  );
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(listenError(error, host, port));
    server.once('error', failed);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

/** As a browser on this host reaches it: "all addresses" is no address. */
function urlOf(options: WebOptions, port: number): string {
  const host = options.host === '0.0.0.0' ? '127.0.0.1' : options.host === '::' ? '::1' : options.host;
  return `${options.tls === null ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
