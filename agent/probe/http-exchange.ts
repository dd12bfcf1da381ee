/** One HTTP exchange from connecting to the last byte of the body, its stages stamped as they are reached. */
import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import type { Detail, Outcome } from '../measure/singleton.ts';
import type { HttpTarget, Milliseconds } from '../measure/target.ts';
import type { Clock } from './clock.ts';
import { connectHttp, type HttpDestination } from './http-connect.ts';
import { type LoopStamp, loopErrorMs, loopStamp } from './loop-time.ts';
import { type Exchange, local, seconds } from './rounds.ts';
import { exchangeError } from './stream-error.ts';

export type Undici = Pick<typeof import('undici'), 'Client'>;

/** As much of a body as is read: enough for a health page, bounded for an agent of 80 MB. */
const MOST_BODY = 256 * 1024;
const DAY_MS = 86_400_000;

export class HttpExchange implements Exchange {
  readonly #target: HttpTarget;
  readonly #resolveMs: Milliseconds | null;
  readonly #clock: Clock;
  #outcome: Outcome | null = null;
  #drop: () => void = () => {};
  /** The stages reached, in order. */
  #begun: LoopStamp | null = null;
  #connected: LoopStamp | null = null;
  #secured: LoopStamp | null = null;
  #requested: LoopStamp | null = null;
  #firstByte: LoopStamp | null = null;
  #whole: LoopStamp | null = null;
  #status: number | null = null;
  #statusText = '';
  #certificateDaysLeft: number | null = null;
  readonly #body: Buffer[] = [];
  #bodyBytes = 0;

  constructor(target: HttpTarget, resolveMs: Milliseconds | null, clock: Clock) {
    this.#target = target;
    this.#resolveMs = resolveMs;
    this.#clock = clock;
  }

  begin(undici: Undici, url: URL, headers: Record<string, string>, to: HttpDestination): void {
    let connections = 0;
    const client = new undici.Client(url.origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_options, callback) => {
        connections += 1;
        // undici connects again when a request was not yet written; a probe is one attempt.
        if (connections > 1) return callback(new Error('one attempt only'), null);
        this.#connect(to, (socket) =>
          socket === null ? callback(new Error('not connected'), null) : callback(null, socket),
        );
      },
    });
    this.#drop = () => void client.destroy().catch(() => {});
    const { method } = this.#target;
    try {
      client.dispatch({ path: url.pathname + url.search, method, headers, reset: true }, this.#handler());
    } catch (error) {
      this.#cannotAsk(error);
    }
  }

  /** undici refuses what cannot stand in a request. */
  #cannotAsk(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#finish(local('other', `the request cannot be made: ${reason}`));
  }

  poll(): Outcome | null {
    return this.#outcome;
  }

  expire(): Outcome {
    const text = this.#unfinished();
    this.#finish({ kind: 'lost', ...(text === null ? {} : { text }) });
    return this.#outcome ?? { kind: 'lost' };
  }

  wind(): boolean {
    return true;
  }

  close(): void {
    this.#finish({ kind: 'lost' });
  }

  /** Gives the socket to send the request on, or null after an outcome. */
  #connect(to: HttpDestination, use: (socket: Socket | null) => void): void {
    this.#begun = loopStamp(this.#clock);
    const dropClient = this.#drop;
    const dropSocket = connectHttp(to, {
      connected: () => {
        this.#connected = loopStamp(this.#clock);
      },
      secured: (validTo) => {
        this.#secured = loopStamp(this.#clock);
        this.#certificateDaysLeft = validTo === null ? null : Math.floor((validTo - this.#clock.wall()) / DAY_MS);
      },
      ready: (socket) => {
        // Before undici's own listener, so that the byte is stamped before it is parsed.
        socket.on('readable', () => {
          if (this.#firstByte === null && socket.readableLength > 0) this.#firstByte = loopStamp(this.#clock);
        });
        use(socket);
      },
      failed: (outcome) => {
        this.#finish(outcome);
        use(null);
      },
    });
    this.#drop = () => {
      dropClient();
      dropSocket();
    };
  }

  #handler(): Dispatcher.DispatchHandler {
    return {
      onRequestStart: () => {
        this.#requested = loopStamp(this.#clock);
      },
      onResponseStart: (_controller, status, _headers, statusText) => {
        if (status < 200) return; // an interim answer, another follows
        this.#status = status;
        this.#statusText = statusText ?? '';
      },
      onResponseData: (_controller, chunk) => {
        this.#bodyBytes += chunk.length;
        if (this.#target.expectBody !== null) this.#body.push(chunk);
        if (this.#bodyBytes >= MOST_BODY) this.#complete();
      },
      onResponseEnd: () => this.#complete(),
      onResponseError: (_controller, error: NodeJS.ErrnoException) => {
        if (error.code === 'UND_ERR_INVALID_ARG') this.#cannotAsk(error);
        else this.#finish(exchangeError(error, this.#stage()));
      },
    };
  }

  /** The body is there, or as much of it as is read. */
  #complete(): void {
    this.#whole = loopStamp(this.#clock);
    this.#finish(this.#judge(this.#begun ?? this.#whole, this.#firstByte ?? this.#whole));
  }

  #judge(begun: LoopStamp, firstByte: LoopStamp): Outcome {
    const { expectStatus, expectBody } = this.#target;
    const error = (code: 'http-status' | 'http-body', text: string): Outcome => {
      return { kind: 'error', code, text, from: null, mtu: null };
    };
    if (this.#status === null || !expectStatus.includes(this.#status)) {
      const got = `${this.#status} ${this.#statusText}`.trim();
      return error('http-status', `${got}; expected ${expectStatus.join(', ')}`);
    }
    if (expectBody !== null && !Buffer.concat(this.#body).includes(expectBody)) {
      const read = this.#bodyBytes >= MOST_BODY ? `the first ${MOST_BODY / 1024} KiB of the body` : 'the body';
      return error('http-body', `"${expectBody}" is not in ${read}`);
    }
    const rttMs = firstByte.mono - begun.mono;
    return { kind: 'reply', rttMs, timing: 'user', errorBarMs: loopErrorMs(begun, firstByte), replyTtl: null };
  }

  /** The first outcome counts; everything is dropped. */
  #finish(outcome: Outcome): void {
    if (this.#outcome !== null) return;
    this.#outcome = outcome.kind === 'local' ? outcome : { ...outcome, detail: this.#detail() };
    this.#body.length = 0;
    this.#drop();
  }

  #detail(): Detail {
    const between = (from: LoopStamp | null, to: LoopStamp | null): Milliseconds | null =>
      from === null || to === null ? null : to.mono - from.mono;
    const phases = {
      resolveMs: this.#resolveMs,
      connectMs: between(this.#begun, this.#connected),
      tlsMs: between(this.#connected, this.#secured),
      firstByteMs: between(this.#requested, this.#firstByte),
      wholeMs: between(this.#begun, this.#whole),
    };
    return { http: { phases, status: this.#status, certificateDaysLeft: this.#certificateDaysLeft } };
  }

  /** Where it stands, for an error: "while waiting for the answer". */
  #stage(): string {
    if (this.#status !== null) return `after ${this.#bodyBytes} bytes of the body`;
    return this.#firstByte === null ? 'before an answer' : 'in the middle of the header';
  }

  /** How far it got within the timeout; null before the connection stood. */
  #unfinished(): string | null {
    const within = `within ${seconds(this.#target.timeoutMs)}`;
    if (this.#connected === null) return null;
    if (this.#requested === null) return `connected, the TLS handshake not complete ${within}`;
    if (this.#firstByte === null) return `connected, no answer to the request ${within}`;
    if (this.#status === null) return `the header of the answer not complete ${within}`;
    return `the answer not complete ${within}: ${this.#bodyBytes} bytes of its body`;
  }
}
