/**
 * The instance metadata service, version 2 only: a session token by PUT, then GETs that carry it
 * (EC2 User Guide, "Retrieve instance metadata"). Version 1 is never tried, so nothing here works by accident on a
 * machine whose operator has forbidden it.
 *
 * It is asked over `node:http` with short timeouts and no proxy: the address is link-local and answers in a
 * millisecond or not at all. The way it fails tells why, and each way has a name and a remedy.
 */
import { Agent, request } from 'node:http';

export type ImdsFailure =
  /** Nothing answers at that address. */
  | { readonly code: 'unreachable'; readonly cause: string }
  /** It was connected to, and the token never came: the answer to PUT dies on its way into a container. */
  | { readonly code: 'no-answer' }
  /** 403: switched off for this instance. */
  | { readonly code: 'off' }
  /** 404: there is no such entry. */
  | { readonly code: 'absent'; readonly path: string }
  /** Anything else: 401 again with a new token, 5xx. */
  | { readonly code: 'refused'; readonly status: number };

export type ImdsResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly failure: ImdsFailure };

export interface ImdsOptions {
  /** "http://169.254.169.254"; another in tests, or by AWS_EC2_METADATA_SERVICE_ENDPOINT. */
  readonly endpoint?: string | undefined;
  readonly timeoutMs?: number;
}

const ENDPOINT = 'http://169.254.169.254';
const TIMEOUT_MS = 1000;
/** The longest IMDS gives. */
const TOKEN_SECONDS = 21_600;
/** Larger answers are none of IMDS's. */
const LARGEST_ANSWER = 65_536;

interface Answer {
  readonly status: number;
  readonly text: string;
}

export class Imds {
  readonly #endpoint: string;
  readonly #timeoutMs: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1, timeout: 5000 });
  #token: string | null = null;

  constructor({ endpoint = ENDPOINT, timeoutMs = TIMEOUT_MS }: ImdsOptions = {}) {
    this.#endpoint = endpoint;
    this.#timeoutMs = timeoutMs;
  }

  /** @param path below /latest/ */
  async get(path: string): Promise<ImdsResult> {
    const fresh = this.#token === null;
    const first = await this.#ask(path);
    // 401: the token is too old, or the instance was moved; one more with a new one
    if (fresh || !(first.ok === false && first.failure.code === 'refused' && first.failure.status === 401))
      return first;
    this.#token = null;
    return this.#ask(path);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #ask(path: string): Promise<ImdsResult> {
    if (this.#token === null) {
      const token = await this.#exchange('PUT', 'api/token', {
        'X-aws-ec2-metadata-token-ttl-seconds': String(TOKEN_SECONDS),
      });
      if ('code' in token) return { ok: false, failure: token };
      if (token.status !== 200) return { ok: false, failure: failureOf(token.status, 'api/token') };
      this.#token = token.text;
    }
    const answer = await this.#exchange('GET', path, { 'X-aws-ec2-metadata-token': this.#token });
    if ('code' in answer) return { ok: false, failure: answer };
    return answer.status === 200
      ? { ok: true, text: answer.text }
      : { ok: false, failure: failureOf(answer.status, path) };
  }

  #exchange(method: string, path: string, headers: Record<string, string>): Promise<Answer | ImdsFailure> {
    return new Promise((resolve) => {
      let connected = false;
      const url = `${this.#endpoint}/latest/${path}`;
      const signal = AbortSignal.timeout(this.#timeoutMs);
      const asked = request(url, { method, headers, agent: this.#agent, signal }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (data: string) => {
          text += data;
          if (text.length > LARGEST_ANSWER) asked.destroy(new Error('the answer is too large'));
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        response.on('error', (error) => resolve(lost(error, connected)));
      });
      asked.on('socket', (socket) => {
        if (socket.connecting) socket.once('connect', () => (connected = true));
        else connected = true;
      });
      asked.on('error', (error) => resolve(lost(error, connected)));
      asked.end();
    });
  }
}

function lost(error: Error, connected: boolean): ImdsFailure {
  const code = 'code' in error ? String(error.code) : error.message;
  const timedOut = error.name === 'AbortError' || error.name === 'TimeoutError' || code === 'ABORT_ERR';
  if (connected && timedOut) return { code: 'no-answer' };
  return { code: 'unreachable', cause: timedOut ? 'no answer' : code };
}

function failureOf(status: number, path: string): ImdsFailure {
  if (status === 403) return { code: 'off' };
  if (status === 404) return { code: 'absent', path };
  return { code: 'refused', status };
}

export interface Told {
  /** What is wrong, without a full stop. */
  readonly text: string;
  readonly remedy: string;
}

export function imdsFailureText(failure: ImdsFailure): Told {
  switch (failure.code) {
    case 'unreachable':
      return {
        text: `the instance metadata cannot be reached (${failure.cause})`,
        remedy: 'let the agent reach 169.254.169.254 port 80, or name region and VPC under publish.cloudwatch',
      };
    case 'no-answer':
      return {
        text: 'the instance metadata gives no token: its answer may travel one hop only, and a container is one further',
        remedy: 'aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2, or run on the host network',
      };
    case 'off':
      return {
        text: 'the instance metadata is switched off',
        remedy:
          'aws ec2 modify-instance-metadata-options --http-endpoint enabled, or name region and VPC under publish.cloudwatch',
      };
    case 'absent':
      return {
        text: `the instance metadata has no ${failure.path}`,
        remedy: failure.path.startsWith('meta-data/iam')
          ? 'attach an instance profile whose role may call cloudwatch:PutMetricData'
          : 'nothing to do unless this value is needed; name it under publish.cloudwatch then',
      };
    case 'refused':
      return {
        text: `the instance metadata answers ${failure.status}`,
        remedy: 'look at what stands between the agent and 169.254.169.254',
      };
  }
}
