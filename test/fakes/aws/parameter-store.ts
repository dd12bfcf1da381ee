/** Parameter Store on loopback: GetParameters and GetParametersByPath with paging and SecureStrings, signatures checked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KEY, REGION } from './cloudwatch.ts';
import { checkSignature, type Key } from './sigv4.ts';

interface Input {
  readonly Names?: readonly string[];
  readonly Path?: string;
  readonly Recursive?: boolean;
  readonly WithDecryption?: boolean;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

export class FakeParameterStore {
  /** By name. */
  readonly parameters = new Map<string, { readonly value: string; readonly secure?: boolean }>();
  readonly calls: string[] = [];
  readonly problems: string[] = [];
  keys: readonly Key[] = [KEY];
  mode: 'on' | 'denied' | 'throttle' | 'internal' = 'on';
  readonly #server = createServer((request, response) => void this.#take(request, response));

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const answer = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', date: new Date().toUTCString() });
      response.end(JSON.stringify(value));
    };
    const signature = checkSignature(request, body, this.keys, { region: REGION, service: 'ssm' }, Date.now());
    if (signature !== null) {
      this.problems.push(signature);
      return answer(400, { __type: 'IncompleteSignature', message: signature });
    }
    const target = String(request.headers['x-amz-target']).replace('AmazonSSM.', '');
    this.calls.push(target);
    if (this.mode === 'denied') {
      const message = `User: arn:aws:sts::111122223333:assumed-role/canary/i-0 is not authorized to perform: ssm:${target}`;
      return answer(400, { __type: 'AccessDeniedException', message });
    }
    if (this.mode === 'throttle') return answer(400, { __type: 'ThrottlingException', message: 'Rate exceeded' });
    if (this.mode === 'internal') return answer(500, { __type: 'InternalServerError' });
    answer(200, this.#answer(target, JSON.parse(body.toString('utf8')) as Input));
  }

  #answer(target: string, input: Input): unknown {
    const shown = (name: string) => {
      const { value = '', secure = false } = this.parameters.get(name) ?? {};
      const open = !secure || input.WithDecryption === true;
      return { Name: name, Type: secure ? 'SecureString' : 'String', Value: open ? value : 'AQICAH…', Version: 1 };
    };
    if (target === 'GetParameters') {
      const names = input.Names ?? [];
      if (names.length > 10) this.problems.push('more than 10 names');
      const known = names.filter((name) => this.parameters.has(name));
      return { Parameters: known.map(shown), InvalidParameters: names.filter((name) => !known.includes(name)) };
    }
    const { Path: path = '', MaxResults: most = 10, NextToken: token = '0' } = input;
    if (most > 10 || !path.startsWith('/')) this.problems.push(`${most} results of ${path}`);
    const below = [...this.parameters.keys()].filter((name) => name.startsWith(`${path}/`)).sort();
    const from = Number(token);
    const page = below.slice(from, from + most);
    const more = from + most < below.length ? { NextToken: String(from + most) } : {};
    return { Parameters: page.map(shown), ...more };
  }
}
