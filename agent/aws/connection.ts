/**
 * What every client is made with: region, endpoint, credentials, proxy, certificates, time limits; and the SDK's own
 * retries off, because the callers here have queues and know better when to come back.
 *
 * Node's own agent speaks to a proxy (CONNECT for https) and honours NO_PROXY. Connections are kept between calls.
 */
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { type Credentials, environmentCredentials, InstanceCredentials } from './credentials.ts';
import type { Imds } from './imds.ts';

export interface AwsOptions {
  readonly region: string;
  /** URL; null takes the region's own. */
  readonly endpoint: string | null;
  readonly fips: boolean;
  /** URL of an HTTP proxy; null takes HTTPS_PROXY and NO_PROXY of the environment. */
  readonly proxy: string | null;
  /** PEM file of further certificate authorities; null takes AWS_CA_BUNDLE of the environment. */
  readonly certificates: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The instance's metadata; null off EC2. */
  readonly imds: Imds | null;
  /** Longest wait for an answer, ms; default 20 s. */
  readonly answerMs?: number;
}

const CONNECT_MS = 5000;
const ANSWER_MS = 20_000;
/** A connection nobody used for this long is closed; longer than a minute's period. */
const IDLE_MS = 90_000;

/** What the clients of the SDK are constructed with. */
export function clientOptions(options: AwsOptions, source: CredentialSource) {
  const { region, endpoint, fips } = options;
  const file = options.certificates ?? (options.environment['AWS_CA_BUNDLE'] || null);
  const agent = { keepAlive: true, maxSockets: 2, timeout: IDLE_MS, proxyEnv: proxyOf(options) };
  const trust =
    file === null
      ? {}
      : { ca: [...process.getBuiltinModule('node:tls').getCACertificates('default'), readFileSync(file, 'latin1')] };
  const { provider } = source;
  return {
    region,
    ...(endpoint === null ? {} : { endpoint }),
    useFipsEndpoint: fips,
    maxAttempts: 1,
    ...(provider === null ? {} : { credentials: provider }),
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: options.answerMs ?? ANSWER_MS,
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent(agent),
      // TLS is loaded here and not at the start, of which it would be 20 ms and 7 MB.
      httpsAgent: new (process.getBuiltinModule('node:https').Agent)({ ...agent, ...trust }),
    },
  };
}

function proxyOf({ proxy, environment }: AwsOptions): NodeJS.Dict<string> {
  const noProxy = environment['no_proxy'] || environment['NO_PROXY'];
  const https = proxy ?? (environment['https_proxy'] || environment['HTTPS_PROXY']);
  const http = proxy ?? environment['http_proxy'];
  return {
    ...(https ? { HTTPS_PROXY: https } : {}),
    ...(http ? { HTTP_PROXY: http } : {}),
    ...(noProxy ? { NO_PROXY: noProxy } : {}),
  };
}

/** Credentials that can be dropped when AWS refuses them. */
export class CredentialSource {
  /** null leaves it to the SDK's own chain. */
  readonly provider: (() => Promise<Credentials>) | null;
  readonly #instance: InstanceCredentials | null;

  constructor({ environment, imds }: AwsOptions) {
    const fixed = environmentCredentials(environment);
    const instance = fixed === null && imds !== null ? new InstanceCredentials(imds) : null;
    this.#instance = instance;
    // off EC2 the last link of the SDK's chain would ask 169.254.169.254, which may be anybody, by version 1 even
    if (fixed === null && imds === null) process.env['AWS_EC2_METADATA_DISABLED'] ??= 'true';
    this.provider = fixed ? async () => fixed : instance ? () => instance.get() : null;
  }

  drop(): void {
    this.#instance?.drop();
  }
}
