/**
 * EC2 (query in, XML out), Direct Connect (JSON 1.1) and CloudWatch's GetMetricData (JSON 1.0) on one loopback port,
 * answering from a world (world.ts); PutMetricData, taken unseen; EventBridge (JSON 1.1) with a bus, SQS (JSON 1.0) with a queue in us-west-2.
 * Signatures and parameters are checked, errors have AWS's own bodies.
 *
 * `denied`, `throttled` and `broken` work for an action ("ec2:DescribeSubnets") or for '*', from the next request on.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KEY, REGION } from './cloudwatch.ts';
import { describeDirectConnect, metricData } from './direct-connect-actions.ts';
import { describe, Refusal } from './ec2-actions.ts';
import { errorXml } from './ec2-xml.ts';
import { FakeBus } from './event-bus.ts';
import { FakeQueue } from './message-queue.ts';
import { checkSignature, type Key, type SignatureProblem } from './sigv4.ts';
import { ACCOUNT, SECRETS, type World } from './world.ts';

/** How an action fails, beside denial and throttling. */
export type Breakage =
  | 'internal'
  /** A load balancer's page with 503. */
  | 'html'
  | 'hang'
  /** The connection ends in the middle of the answer. */
  | 'cut'
  /** 200 with a body no parser takes, secrets in it. */
  | 'garbled'
  /** The session's token has ended. */
  | 'expired';

interface Protocol {
  /** Of the signature's scope. */
  readonly service: string;
  /** Before the colon in a policy. */
  readonly prefix: string;
  readonly action: string;
}

/** Network Manager's events come out in this one only. */
export const QUEUE_REGION = 'us-west-2';

export class FakeAws {
  world: World;
  keys: readonly Key[] = [KEY];
  readonly denied = new Set<string>();
  readonly throttled = new Set<string>();
  readonly broken = new Map<string, Breakage>();
  /** Actions in order, "ec2:DescribeSubnets"; refused ones too. */
  readonly calls: string[] = [];
  /** What a client of AWS must not send. */
  readonly problems: string[] = [];
  /** Most items of a page, whatever was asked for. */
  pageSize = 1000;
  readonly bus = new FakeBus('default');
  readonly queue = new FakeQueue();
  /** The server's time, ms. */
  now: () => number = Date.now;
  readonly #server = createServer((request, response) => void this.#take(request, response));

  constructor(world: World) {
    this.world = world;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.queue.close();
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks);
    const protocol = protocolOf(request, body);
    if (protocol === null) {
      this.problems.push(`${request.method} ${request.url} ${String(request.headers['x-amz-target'])}`);
      response.writeHead(404).end();
      return;
    }
    const name = `${protocol.prefix}:${protocol.action}`;
    this.calls.push(name);
    const scope = { region: protocol.prefix === 'sqs' ? QUEUE_REGION : REGION, service: protocol.service };
    const signature = checkSignature(request, body, this.keys, scope, this.now());
    const answer = new Answering(response, protocol.prefix === 'ec2', this.now());
    if (signature !== null) {
      this.problems.push(`${name}: signature: ${signature}`);
      answer.refuse(...signatureError(signature, protocol));
      return;
    }
    const has = (set: { has(name: string): boolean }): boolean => set.has(name) || set.has('*');
    if (has(this.denied)) answer.deny(name);
    else if (has(this.throttled)) answer.throttle();
    else if (has(this.broken)) this.#break(this.broken.get(name) ?? this.broken.get('*') ?? 'internal', answer);
    else await this.#answer(protocol, body.toString('utf8'), answer);
  }

  async #answer({ prefix, action }: Protocol, body: string, answer: Answering): Promise<void> {
    try {
      // cloudwatch.ts looks into metrics; here they are taken
      if (action === 'PutMetricData') answer.send(200, '{}');
      else if (prefix === 'ec2') answer.send(200, describe(this.world, new URLSearchParams(body), this.pageSize));
      else answer.send(200, JSON.stringify(await this.#json(prefix, action, JSON.parse(body))));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.problems.push(`${prefix}:${action}: ${error.code}: ${error.message}`);
      answer.refuse(400, error.code, error.message);
    }
  }

  #json(prefix: string, action: string, input: Readonly<Record<string, unknown>>): object | Promise<object> {
    switch (`${prefix}:${action}`) {
      case 'cloudwatch:GetMetricData':
        return metricData(this.world, input, this.now());
      case 'events:PutEvents':
        return this.bus.put(input);
      case 'sqs:ReceiveMessage':
        return this.queue.receive(input);
      case 'sqs:DeleteMessage':
        return this.queue.remove(input);
      default:
        return describeDirectConnect(this.world, action, input, this.pageSize);
    }
  }

  #break(how: Breakage, answer: Answering): void {
    switch (how) {
      case 'internal':
        answer.refuse(500, answer.xml ? 'InternalError' : 'InternalServerError', 'An internal error has occurred');
        return;
      case 'html':
        answer.send(503, '<html><body>503 Service Unavailable</body></html>', 'text/html');
        return;
      case 'hang':
        return;
      case 'cut':
        answer.cut();
        return;
      case 'garbled':
        answer.send(200, `{"virtualInterfaces":[{"authKey": ${SECRETS.authKey}</vpnConnectionSet>`);
        return;
      case 'expired':
        if (answer.xml) answer.refuse(400, 'RequestExpired', 'Request has expired.');
        else answer.refuse(400, 'ExpiredTokenException', 'The security token included in the request is expired');
    }
  }
}

/** Writes answers in the form of the protocol. */
class Answering {
  readonly xml: boolean;
  readonly #response: ServerResponse;
  readonly #now: number;

  constructor(response: ServerResponse, xml: boolean, now: number) {
    this.#response = response;
    this.xml = xml;
    this.#now = now;
  }

  send(status: number, body: string, type = this.xml ? 'text/xml;charset=UTF-8' : 'application/x-amz-json-1.1'): void {
    this.#response.writeHead(status, {
      'content-type': type,
      'content-length': String(Buffer.byteLength(body)),
      date: new Date(this.#now).toUTCString(),
    });
    this.#response.end(body);
  }

  refuse(status: number, code: string, message: string): void {
    this.send(status, this.xml ? errorXml(code, message) : JSON.stringify({ __type: code, message }));
  }

  deny(action: string): void {
    const who = `User: arn:aws:sts::${ACCOUNT}:assumed-role/canary/i-0 is not authorized to perform: ${action}`;
    const why = `because no identity-based policy allows the ${action} action`;
    if (this.xml) {
      this.refuse(403, 'UnauthorizedOperation', `You are not authorized to perform this operation. ${who} ${why}`);
    } else this.refuse(400, 'AccessDeniedException', `${who} ${why}`);
  }

  throttle(): void {
    if (this.xml) this.refuse(503, 'RequestLimitExceeded', 'Request limit exceeded.');
    else this.refuse(400, 'ThrottlingException', 'Rate exceeded');
  }

  cut(): void {
    this.#response.writeHead(200, { 'content-length': '100000' });
    this.#response.write('<');
    setImmediate(() => this.#response.socket?.destroy());
  }
}

function protocolOf({ method, url, headers }: IncomingMessage, body: Buffer): Protocol | null {
  if (method !== 'POST' || url !== '/') return null;
  const target = String(headers['x-amz-target'] ?? '');
  const [service = '', action = ''] = target.split('.');
  if (service === 'OvertureService' && headers['content-type'] === 'application/x-amz-json-1.1') {
    return { service: 'directconnect', prefix: 'directconnect', action };
  }
  if (service === 'GraniteServiceVersion20100801' && ['GetMetricData', 'PutMetricData'].includes(action)) {
    return { service: 'monitoring', prefix: 'cloudwatch', action };
  }
  if (target === 'AWSEvents.PutEvents' && headers['content-type'] === 'application/x-amz-json-1.1') {
    return { service: 'events', prefix: 'events', action };
  }
  if (service === 'AmazonSQS' && headers['content-type'] === 'application/x-amz-json-1.0') {
    // a batch is permitted as its single action
    return { service: 'sqs', prefix: 'sqs', action: action.replace(/Batch$/, '') };
  }
  if (target !== '' || headers['content-type'] !== 'application/x-www-form-urlencoded') return null;
  const query = new URLSearchParams(body.toString('utf8'));
  if (query.get('Version') !== '2016-11-15') return null;
  return { service: 'ec2', prefix: 'ec2', action: query.get('Action') ?? '' };
}

function signatureError(problem: SignatureProblem, { prefix }: Protocol): readonly [number, string, string] {
  if (prefix === 'ec2') {
    if (problem === 'time') return [400, 'RequestExpired', 'Request has expired.'];
    return [401, 'AuthFailure', 'AWS was not able to validate the provided access credentials'];
  }
  if (problem === 'time') return [400, 'InvalidSignatureException', 'Signature not yet current'];
  return [400, 'UnrecognizedClientException', 'The security token included in the request is invalid.'];
}
