/** What happens to clients that do not speak HTTP, speak too much of it, or come too often at once. */
import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { plainAddress } from './access-list.ts';
import { TEXT } from './answer.ts';
import type { ThrottledLog } from './gate.ts';
import { SAFETY_HEADERS } from './respond.ts';

const ANSWERS: Readonly<Record<string, readonly [status: number, words: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers are longer than 8 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive.'],
};

/** What cannot be parsed gets one answer in plain words, then the end of the connection. */
export function answerBadRequests(server: Server): void {
  const latest = new WeakMap<Socket, ServerResponse>();
  server.on('request', (request, response) => latest.set(request.socket, response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const before = latest.get(socket);
    // An answer that is under way, an event stream say, must not get another in its middle.
    const underWay = before?.headersSent === true && !before.writableFinished;
    if (!socket.writable || underWay || error.code === 'ECONNRESET') socket.destroy();
    else socket.end(badRequest(error.code ?? ''), () => socket.destroy());
  });
}

function badRequest(code: string): string {
  const [status, words] = ANSWERS[code] ?? [400, 'This is not an HTTP request that can be understood.'];
  const body = `${words}\n`;
  const headers = Object.entries({
    ...SAFETY_HEADERS,
    'content-type': TEXT,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers.join('')}\r\n${body}`;
}

/** One address may hold this many connections; the next is closed at once. */
export function limitAddresses(server: Server, most: number, log: ThrottledLog): void {
  const held = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = plainAddress(socket.remoteAddress ?? '');
    const count = held.get(address) ?? 0;
    if (count >= most) {
      log(`many ${address}`, `${address} holds ${count} connections, which is the most; closed one more`, { address });
      socket.destroy();
      return;
    }
    held.set(address, count + 1);
    socket.on('close', () => {
      const left = (held.get(address) ?? 1) - 1;
      if (left > 0) held.set(address, left);
      else held.delete(address);
    });
  });
}
