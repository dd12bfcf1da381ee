/**
 * The open event streams (`/api/v1/stream`, HTML's server-sent events).
 *
 * A message is made once a second for all of them, and only while there is one. A reader that does not read is cut
 * before its backlog costs memory; its browser comes back by itself and gets a full message. Comments in between keep
 * proxies from closing a quiet connection; they are no messages, so a page still notices when verdicts stop.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sentence } from '../verdict/sentence.ts';
import type { Snapshot } from '../verdict/snapshot.ts';
import { problemAnswer } from './answer.ts';
import { SAFETY_HEADERS, sendOnce } from './respond.ts';
import type { Sources } from './sources.ts';
import { type FullMessage, fullMessage, tickMessage } from './stream-message.ts';

export interface StreamLimits {
  /** Streams at once; one more is turned away with 503. */
  readonly streams: number;
  /** Unsent bytes at which a reader counts as too slow. */
  readonly backlogBytes: number;
  readonly commentMs: number;
}

export const STREAM_LIMITS: StreamLimits = { streams: 20, backlogBytes: 256 * 1024, commentMs: 15_000 };
/** How long a browser waits before it comes back. */
const RETRY_MS = 3000;

export interface Streams {
  open(request: IncomingMessage, response: ServerResponse): void;
  /** Ends them all; browsers come back when the agent does. */
  close(): void;
  count(): number;
}

export function createStreams(sources: Sources, limits: StreamLimits = STREAM_LIMITS): Streams {
  const open = new Set<ServerResponse>();
  let latest: FullMessage | null = null;
  let stop: (() => void) | null = null;
  let comments: NodeJS.Timeout | null = null;

  const full = (snapshot: Snapshot): FullMessage => fullMessage(snapshot, sentence(snapshot.verdict, snapshot.at));

  const sendAll = (text: string): void => {
    const chunk = Buffer.from(text);
    for (const response of [...open]) {
      if (response.writableLength > limits.backlogBytes) drop(response);
      else response.write(chunk);
    }
  };
  const onSnapshot = (snapshot: Snapshot): void => {
    const next = full(snapshot);
    sendAll(latest === null ? eventText('full', next) : eventText('tick', tickMessage(latest, next), next.sequence));
    latest = next;
  };
  const begin = (): void => {
    const snapshot = sources.snapshot();
    latest = snapshot === null ? null : full(snapshot);
    stop = sources.subscribe(onSnapshot);
    comments = setInterval(() => sendAll(':\n\n'), limits.commentMs).unref();
  };
  const end = (): void => {
    stop?.();
    if (comments !== null) clearInterval(comments);
    stop = comments = latest = null;
  };
  const drop = (response: ServerResponse): void => {
    forget(response);
    response.destroy();
  };
  const forget = (response: ServerResponse): void => {
    if (open.delete(response) && open.size === 0) end();
  };

  return {
    count: () => open.size,
    open(request, response) {
      if (open.size >= limits.streams) {
        const busy = `${limits.streams} pages are watching already, which is the most; close one and try again.`;
        return sendOnce(request, response, problemAnswer(503, busy));
      }
      response.writeHead(200, {
        ...SAFETY_HEADERS,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // Asks nginx not to collect the messages into larger pieces.
        'x-accel-buffering': 'no',
      });
      if (request.method === 'HEAD') return void response.end();
      if (open.size === 0) begin();
      open.add(response);
      response.on('close', () => forget(response));
      response.on('error', () => drop(response));
      response.write(`retry: ${RETRY_MS}\n\n${latest === null ? '' : eventText('full', latest, latest.sequence)}`);
    },
    close() {
      for (const response of [...open]) {
        forget(response);
        response.end();
      }
    },
  };
}

/** JSON has no raw line ends, so one `data:` line holds it. */
function eventText(event: 'full' | 'tick', message: object, id?: number): string {
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(message)}\n\n`;
}
