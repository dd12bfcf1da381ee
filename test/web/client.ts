/** Talks to a server over loopback: with node:http for what is well-formed, with a bare socket for what is not. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import type { WebOptions, WebServer } from '../../agent/web/options.ts';
import { startWeb, type WebParts } from '../../agent/web/server.ts';
import type { Sources } from '../../agent/web/sources.ts';

export const LOOPBACK: WebOptions = { host: '127.0.0.1', port: 0, allow: null, auth: null, tls: null };

/** A server that goes with the test. */
export async function serve(
  t: TestContext,
  sources: Sources,
  options: Partial<WebOptions> = {},
  parts: WebParts = {},
): Promise<WebServer> {
  const server = await startWeb({ ...LOOPBACK, ...options }, sources, {
    ...parts,
    limits: { closeMs: 50, ...parts.limits },
  });
  t.after(() => server.close());
  return server;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly ca?: string;
  readonly body?: string;
}

/** One request on a connection of its own; the path goes out as it stands. */
export function ask(server: { readonly url: string }, path: string, options: Ask = {}): Promise<Reply> {
  const { protocol, hostname, port } = new URL(server.url);
  const make = protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = make(
      {
        host: hostname.replace(/^\[|\]$/g, ''),
        port,
        path,
        method: options.method ?? 'GET',
        headers: { ...options.headers },
        agent: false,
        ...(options.ca === undefined ? {} : { ca: options.ca }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const body = Buffer.concat(chunks);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body, text: body.toString() });
        });
      },
    );
    request.on('error', reject);
    request.end(options.body);
  });
}

/** Sends these bytes and reads until the other end closes, or until `enough` says so. */
export function talk(
  server: { readonly port: number },
  bytes: string | Buffer,
  enough: (received: string) => boolean = () => false,
): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      received += chunk;
      if (enough(received)) socket.destroy();
    });
    // A reset is an end too: what was received until then counts.
    socket.on('error', () => {});
    socket.on('close', () => resolve(received));
  });
}

/** Waits until this holds; fails after ten seconds. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
