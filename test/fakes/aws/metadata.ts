/** The instance metadata service, version 2: no token, no answer. What it tells and how it fails is set by the test. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const MAC = '06:00:00:00:00:01';
const SECOND = '06:00:00:00:00:02';

export const INSTANCE: Readonly<Record<string, string>> = {
  'dynamic/instance-identity/document': JSON.stringify({
    accountId: '111122223333',
    region: 'ap-southeast-2',
    availabilityZone: 'ap-southeast-2a',
    instanceId: 'i-0123456789abcdef0',
    instanceType: 't4g.nano',
    privateIp: '10.0.3.17',
    billingProducts: null,
  }),
  'meta-data/mac': MAC,
  'meta-data/placement/availability-zone-id': 'apse2-az1',
  'meta-data/network/interfaces/macs/': `${MAC}/\n${SECOND}/`,
  [`meta-data/network/interfaces/macs/${MAC}/vpc-id`]: 'vpc-0a1b2c3d4e5f67890',
  [`meta-data/network/interfaces/macs/${MAC}/subnet-id`]: 'subnet-0aaaaaaaaaaaaaaaa',
  [`meta-data/network/interfaces/macs/${SECOND}/subnet-id`]: 'subnet-0bbbbbbbbbbbbbbbb',
  [`meta-data/network/interfaces/macs/${MAC}/vpc-ipv4-cidr-blocks`]: '10.0.0.0/16\n10.1.0.0/16',
  [`meta-data/network/interfaces/macs/${MAC}/vpc-ipv6-cidr-blocks`]: '2001:db8:1::/56',
  'meta-data/tags/instance/': 'Name\ncost centre',
  'meta-data/tags/instance/Name': 'canary-syd',
  'meta-data/tags/instance/cost%20centre': 'net 7',
  'meta-data/iam/security-credentials/': 'canary',
};

export type MetadataMode = 'on' | 'off' | 'hop-limit' | 'broken';

export class FakeMetadata {
  mode: MetadataMode = 'on';
  entries: Record<string, string> = { ...INSTANCE };
  /** Paths that answer 500. */
  readonly failing = new Set<string>();
  readonly asked: string[] = [];
  tokens = 0;
  /** Tokens from before this one are refused. */
  validFrom = 0;
  readonly #server = createServer((request, response) => this.#answer(request, response));

  /** Credentials of the role, with how long they last from now. */
  role(id: string, secret: string, token: string, expiresAt: number): void {
    this.entries['meta-data/iam/security-credentials/canary'] = JSON.stringify({
      Code: 'Success',
      Type: 'AWS-HMAC',
      AccessKeyId: id,
      SecretAccessKey: secret,
      Token: token,
      Expiration: new Date(expiresAt).toISOString(),
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').replace(/^\/latest\//, '');
    this.asked.push(`${request.method} ${path}`);
    const [status, text] = this.#judge(request, path) ?? [0, ''];
    // 0: the answer never arrives
    if (status !== 0) response.writeHead(status, { 'content-length': Buffer.byteLength(text) }).end(text);
  }

  #judge({ method, headers }: IncomingMessage, path: string): readonly [status: number, text: string] | null {
    if (this.mode === 'off') return [403, ''];
    if (this.mode === 'broken') return [500, ''];
    if (method === 'PUT' && path === 'api/token') {
      if (this.mode === 'hop-limit') return null;
      const seconds = Number(headers['x-aws-ec2-metadata-token-ttl-seconds']);
      if (!(seconds >= 1 && seconds <= 21_600)) return [400, ''];
      this.tokens += 1;
      return [200, `token-${this.tokens}`];
    }
    const token = /^token-(\d+)$/.exec(String(headers['x-aws-ec2-metadata-token']))?.[1];
    if (token === undefined || Number(token) < this.validFrom) return [401, ''];
    if (this.failing.has(path)) return [500, ''];
    const text = this.entries[path];
    return text === undefined ? [404, ''] : [200, text];
  }
}
