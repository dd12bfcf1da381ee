/**
 * Asks the running agent for its snapshot over HTTP, for `status` and `check`. These are clients like any other:
 * they need no privilege, and work from another host just as well.
 *
 * Passwords and tokens come from files ("-" is standard input), for what stands on a command line every user of the
 * host can read in the process list.
 */
import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import type { Command } from 'commander';
import type { Snapshot } from '../verdict/snapshot.ts';

export const DEFAULT_URL = 'http://127.0.0.1:8080';
const DEFAULT_TIMEOUT_S = 10;
/** 10,000 targets make 30 MB. */
const MAX_BYTES = 64 * 1024 * 1024;

export interface AskOptions {
  readonly url: string;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly insecure?: boolean;
  /** Seconds, as written. */
  readonly timeout: string;
  /** Value of the header, for one who knows the secret itself and needs no file. */
  readonly authorization?: string;
}

export type AskFailure =
  | 'usage' // an option or a file named by one is wrong
  | 'unreachable' // nobody answers there, or not in time, or not over TLS as asked
  | 'denied' // the agent refused us
  | 'not-ready' // it has no verdict yet
  | 'not-an-agent'; // something else answers there, or another version

export type AskResult =
  | {
      readonly ok: true;
      readonly snapshot: Snapshot;
      /** The answer as it came, for --json. */
      readonly body: string;
      /** Age of the verdict by the agent's own clock; null when it did not say what time it has. */
      readonly ageMs: number | null;
    }
  | { readonly ok: false; readonly code: AskFailure; readonly text: string };

/** Adds what both commands need to reach the agent. */
export function withAskOptions(command: Command): Command {
  return command
    .option('--url <url>', 'where the agent listens', DEFAULT_URL)
    .option('--user <name>', 'user of http.auth; its password comes from --password-file')
    .option('--password-file <file>', 'file with the password ("-" reads standard input)')
    .option('--token-file <file>', 'file with a bearer token ("-" reads standard input)')
    .option('--ca <file>', 'certificate (PEM) to trust, for an agent with a certificate of your own')
    .option('--insecure', 'accept any certificate')
    .option('--timeout <seconds>', 'how long to wait for the answer', String(DEFAULT_TIMEOUT_S));
}

const fail = (code: AskFailure, text: string): Refusal => ({ ok: false, code, text });

export async function askAgent(options: AskOptions): Promise<AskResult> {
  const asked = await askBody(options, '/api/v1/state');
  if (!asked.ok) return asked;
  const { body, date } = asked;
  const snapshot = parse(body);
  if (snapshot === null) return strange(asked);
  return { ok: true, snapshot, body, ageMs: Number.isNaN(date) ? null : Math.max(0, date - snapshot.at) };
}

export interface AgentAnswer {
  readonly ok: true;
  readonly status: number;
  readonly body: string;
  /** The agent's own time, NaN when it did not say. */
  readonly date: number;
  readonly url: URL;
}
export type Refusal = Extract<AskResult, { ok: false }>;

/** Asks for one path of the agent's interface. @param taken statuses that are answers there, not refusals */
export async function askBody(
  options: AskOptions,
  path: string,
  taken: readonly number[] = [],
): Promise<AgentAnswer | Refusal> {
  const prepared = prepare(options, path);
  if ('ok' in prepared) return prepared;
  const { url, settings } = prepared;
  try {
    return await read(await open(url, settings), url, taken);
  } catch (error) {
    return fail('unreachable', unreachable(error, url, Number(options.timeout)));
  }
}

/** Something answers, but not what this version understands. */
export function strange({ url, status }: AgentAnswer): Refusal {
  return fail(
    'not-an-agent',
    `What answers at ${url.origin} is not a vpc-canary of this version (${status}). Is it the right port? --url names another.`,
  );
}

type Prepared = { readonly url: URL; readonly settings: RequestOptions };

function prepare(options: AskOptions, path: string): Prepared | Refusal {
  const url = URL.parse(options.url.includes('://') ? options.url : `http://${options.url}`);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return fail('usage', `--url "${options.url}" is not an address such as ${DEFAULT_URL}.`);
  }
  const seconds = Number(options.timeout);
  if (!(seconds > 0 && seconds <= 3600)) {
    return fail('usage', `--timeout "${options.timeout}" is not a number of seconds from 0 to 3600.`);
  }
  if ((options.user === undefined) !== (options.passwordFile === undefined)) {
    return fail('usage', '--user and --password-file belong together.');
  }
  if (options.user !== undefined && options.tokenFile !== undefined) {
    return fail('usage', 'Give either --user or --token-file.');
  }
  try {
    const ca = options.ca === undefined ? {} : { ca: readFileSync(options.ca) };
    const settings = {
      headers: { accept: 'application/json', ...authorization(options) },
      signal: AbortSignal.timeout(seconds * 1000),
      agent: false,
      rejectUnauthorized: options.insecure !== true,
      ...ca,
    };
    return { url: new URL(path, url), settings };
  } catch (error) {
    return fail('usage', `Cannot read a file named on the command line: ${words(error)}.`);
  }
}

/** @throws when the file cannot be read */
function authorization({ user, passwordFile, tokenFile, authorization: known }: AskOptions): {
  authorization?: string;
} {
  if (known !== undefined) return { authorization: known };
  if (tokenFile !== undefined) return { authorization: `Bearer ${secret(tokenFile)}` };
  if (user === undefined || passwordFile === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${user}:${secret(passwordFile)}`).toString('base64')}` };
}

/** One line; the line end that editors put there does not count. */
const secret = (file: string): string => readFileSync(file === '-' ? 0 : file, 'utf8').replace(/\r?\n$/, '');

function open(url: URL, settings: RequestOptions): Promise<IncomingMessage> {
  // Every verb's file reaches this one: TLS, 7 MB, is for those who ask over it.
  const make = url.protocol === 'https:' ? process.getBuiltinModule('node:https').request : httpRequest;
  return new Promise((resolve, reject) => {
    make(url, settings, resolve).on('error', reject).end();
  });
}

async function read(response: IncomingMessage, url: URL, taken: readonly number[]): Promise<AgentAnswer | Refusal> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_BYTES) return fail('not-an-agent', `${url.origin} answers without end; it is no vpc-canary.`);
  }
  const body = Buffer.concat(chunks).toString('utf8');
  const refusal = taken.includes(response.statusCode ?? 0) ? null : refused(response.statusCode ?? 0, url);
  if (refusal !== null) return refusal;
  const date = Date.parse(response.headers.date ?? '');
  return { ok: true, status: response.statusCode ?? 0, body, date, url };
}

function refused(status: number, url: URL): Refusal | null {
  switch (status) {
    case 401:
      return fail(
        'denied',
        `The agent at ${url.origin} wants a password or token it did not get. Give --user and --password-file, or --token-file.`,
      );
    case 403:
      return fail(
        'denied',
        `The agent at ${url.origin} does not let this host in. Add its address to http.allow in the agent's configuration.`,
      );
    case 421:
      return fail(
        'denied',
        `The agent does not go by the name ${url.hostname}. Use its address in --url, or add the name to http.names in its configuration.`,
      );
    case 503:
      return fail(
        'not-ready',
        `The agent at ${url.origin} has just started and has no verdict yet. Ask again in a few seconds.`,
      );
    default:
      return null;
  }
}

/** null when this is not a snapshot this version understands. */
function parse(body: string): Snapshot | null {
  try {
    const value: unknown = JSON.parse(body);
    const isOurs = typeof value === 'object' && value !== null && 'schema' in value && value.schema === 1;
    return isOurs ? (value as Snapshot) : null;
  } catch {
    return null;
  }
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function unreachable(error: unknown, url: URL, seconds: number): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const where = `No agent answers at ${url.origin}`;
  const remedy = 'Is it running (systemctl status vpc-canary)? If it listens elsewhere, say so with --url.';
  if (code === 'ECONNREFUSED') return `${where}: connection refused. ${remedy}`;
  if (code === 'ABORT_ERR' || (error instanceof Error && error.name === 'TimeoutError')) {
    return `${where} within ${seconds} s. ${remedy}`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `${where}: the name ${url.hostname} does not resolve.`;
  if (/CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(code)) {
    return `The certificate at ${url.origin} is not trusted (${words(error)}). Name the one to trust with --ca FILE.`;
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return `${url.origin} does not speak TLS as expected. Does the agent serve plain HTTP? Then write http:// in --url.`;
  }
  if (code === 'ECONNRESET' || code.startsWith('HPE_')) {
    return `${url.origin} ended the connection without an answer. Does the agent serve TLS? Then write https:// in --url.`;
  }
  return `${where}: ${words(error)}. ${remedy}`;
}
