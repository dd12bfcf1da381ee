/**
 * CloudWatch on loopback: takes PutMetricData as the SDK sends it, checks everything AWS checks (signature, form,
 * limits, times), keeps what it accepted, answers with AWS's own bodies and headers, and fails on demand.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { refusal, type WireDatum, type WireInput } from './metric-rules.ts';
import { checkSignature, type Key } from './sigv4.ts';

/** What is done with a request; all but `ok` and those that say so accept nothing. */
export type Behaviour =
  | 'ok'
  | 'throttle'
  | 'internal'
  /** A load balancer's 503, which is no JSON. */
  | 'html'
  | 'hang'
  /** The connection ends in the middle of the answer, nothing taken. */
  | 'cut'
  /** Taken, and the answer is lost. */
  | 'lost-answer'
  /** Taken, and the answer comes `lateMs` later. */
  | 'late'
  | 'expired'
  | 'denied'
  /** Larger than this side takes. */
  | 'too-large';

export interface FakeCloudWatchOptions {
  readonly keys?: readonly Key[];
  readonly region?: string;
  /** The server's time, ms: of signatures. */
  readonly now?: () => number;
  /** The time that data are held against, where a test moves its own clock. */
  readonly dataNow?: () => number;
  readonly behave?: (request: number, input: WireInput) => Behaviour;
  /** Data that are refused, beside those against the rules. */
  readonly refuse?: (datum: WireDatum) => boolean;
  readonly lateMs?: number;
  readonly tls?: { readonly key: string; readonly cert: string };
}

export const KEY: Key = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
export const ENVIRONMENT = { AWS_ACCESS_KEY_ID: KEY.id, AWS_SECRET_ACCESS_KEY: KEY.secret };
export const REGION = 'ap-southeast-2';

export class FakeCloudWatch {
  readonly accepted: WireDatum[] = [];
  readonly namespaces = new Set<string>();
  /** Every request, with what was done; what came in was well-formed unless `problems` says otherwise. */
  readonly requests: { readonly behaviour: Behaviour | 'refused'; readonly data: number; readonly bytes: number }[] =
    [];
  readonly problems: string[] = [];
  connections = 0;
  gzipped = 0;
  keys: readonly Key[];
  behave: NonNullable<FakeCloudWatchOptions['behave']>;
  readonly #options: FakeCloudWatchOptions;
  readonly #server: Server;

  constructor(options: FakeCloudWatchOptions = {}) {
    this.#options = options;
    this.keys = options.keys ?? [KEY];
    this.behave = options.behave ?? (() => 'ok');
    const listener = (request: IncomingMessage, response: ServerResponse): void => void this.#take(request, response);
    this.#server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
    this.#server.on('connection', () => (this.connections += 1));
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const sent = Buffer.concat(chunks);
    const fault = this.#formFault(request);
    if (fault !== null) {
      this.problems.push(fault);
      error(response, this.#now(), 400, 'InvalidAction', fault);
      return;
    }
    const zipped = request.headers['content-encoding'] === 'gzip';
    if (zipped) this.gzipped += 1;
    const body = zipped ? gunzipSync(sent) : sent;
    const input = JSON.parse(body.toString('utf8')) as WireInput;
    const { region = REGION } = this.#options;
    const signature = checkSignature(request, sent, this.keys, { region, service: 'monitoring' }, this.#now());
    if (signature !== null) {
      this.requests.push({ behaviour: 'refused', data: input.MetricData.length, bytes: body.length });
      this.problems.push(`signature: ${signature}`);
      const codes = {
        time: ['SignatureDoesNotMatch', 'Signature not yet current'],
        'unknown-key': ['InvalidClientTokenId', 'The security token included in the request is invalid.'],
        'wrong-token': ['InvalidClientTokenId', 'The security token included in the request is invalid.'],
        missing: ['MissingAuthenticationToken', 'Missing Authentication Token'],
        mismatch: ['SignatureDoesNotMatch', 'The request signature we calculated does not match'],
        scope: ['SignatureDoesNotMatch', 'Credential should be scoped to a valid region.'],
      } as const;
      const [code, message] = codes[signature];
      error(response, this.#now(), 403, code, message);
      return;
    }
    if (body.length > 1_000_000) this.problems.push(`a body of ${body.length} bytes`);
    this.#answer(this.behave(this.requests.length, input), input, body.length, request, response);
  }

  #formFault({ method, url, headers }: IncomingMessage): string | null {
    if (method !== 'POST' || url !== '/') return `${method} ${url}`;
    if (headers['content-type'] !== 'application/x-amz-json-1.0') return `content-type ${headers['content-type']}`;
    const target = headers['x-amz-target'];
    return target === 'GraniteServiceVersion20100801.PutMetricData' ? null : `x-amz-target ${String(target)}`;
  }

  #answer(
    behaviour: Behaviour,
    input: WireInput,
    bytes: number,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const now = this.#now();
    const record = (done: Behaviour | 'refused'): void => {
      this.requests.push({ behaviour: done, data: input.MetricData.length, bytes });
    };
    if (behaviour === 'ok' || behaviour === 'lost-answer' || behaviour === 'late') {
      const wrong = this.#refusal(input);
      if (wrong !== null) {
        record('refused');
        error(response, now, 400, ...wrong);
        return;
      }
      this.accepted.push(...input.MetricData);
      this.namespaces.add(input.Namespace);
    }
    record(behaviour);
    switch (behaviour) {
      case 'ok':
        answer(response, now, 200, '{}', {});
        return;
      case 'late':
        setTimeout(() => answer(response, now, 200, '{}', {}), this.#options.lateMs ?? 100);
        return;
      case 'lost-answer':
        request.socket.destroy();
        return;
      case 'throttle':
        error(response, now, 400, 'Throttling', 'Rate exceeded');
        return;
      case 'internal':
        error(response, now, 500, 'InternalFailure', 'The request processing has failed.');
        return;
      case 'html':
        answer(response, now, 503, '<html><h1>503 Service Unavailable</h1></html>', { 'content-type': 'text/html' });
        return;
      case 'hang':
        return;
      case 'cut':
        response.writeHead(500, { 'content-type': 'application/x-amz-json-1.0', 'content-length': '100' });
        response.write('{"__type"');
        setImmediate(() => request.socket.destroy());
        return;
      case 'expired':
        error(response, now, 403, 'ExpiredToken', 'The security token included in the request is expired');
        return;
      case 'denied': {
        const who = 'arn:aws:sts::111122223333:assumed-role/canary/i-0abc';
        const message = `User: ${who} is not authorized to perform: cloudwatch:PutMetricData`;
        error(response, now, 403, 'AccessDenied', message);
        return;
      }
      case 'too-large':
        error(response, now, 413, 'RequestEntityTooLarge', 'Request too large');
    }
  }

  #refusal(input: WireInput): readonly [string, string] | null {
    const bad = input.MetricData.findIndex((datum) => this.#options.refuse?.(datum) ?? false);
    if (bad !== -1) return ['InvalidParameterValue', `The parameter MetricData.member.${bad + 1}.Value is invalid.`];
    const wrong = refusal(input, this.#options.dataNow?.() ?? this.#now());
    if (wrong !== null) this.problems.push(wrong[1]);
    return wrong;
  }
}

function answer(
  response: ServerResponse,
  now: number,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': String(Buffer.byteLength(body)),
    'x-amzn-requestid': '5f2c5a4e-0000-4000-8000-000000000000',
    date: new Date(now).toUTCString(),
    ...headers,
  });
  response.end(body);
}

/** The query-compatible form: the class in the body, the old code in a header. */
function error(response: ServerResponse, now: number, status: number, code: string, message: string): void {
  const modelled: Readonly<Record<string, string>> = { InvalidParameterValue: 'InvalidParameterValueException' };
  const body = JSON.stringify({
    __type: `com.amazonaws.cloudwatch.v2010_08_01#${modelled[code] ?? code}`,
    message,
  });
  answer(response, now, status, body, { 'x-amzn-query-error': `${code};${status < 500 ? 'Sender' : 'Receiver'}` });
}
