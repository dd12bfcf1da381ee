/**
 * Where the SDK takes credentials from.
 *
 * In the environment they are read by us; on EC2 from the role of the instance through our own metadata client,
 * which speaks version 2 only and keeps its answer; anywhere else (a profile, a container, web identity) the SDK's
 * own chain looks, which reads files and may start programs, so it comes last.
 *
 * Static stability: when the metadata cannot give new credentials, the old ones go on being used past their time.
 * AWS may take them, and if it does not, it says so and nothing is lost by having tried.
 */
import type { Imds } from './imds.ts';
import { imdsFailureText } from './imds.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** No credentials, in words: the error classifier knows it by its name. */
export class NoCredentials extends Error {
  override readonly name = 'CredentialsProviderError';
  readonly remedy: string;

  constructor(text: string, remedy: string) {
    super(text);
    this.remedy = remedy;
  }
}

export function environmentCredentials(environment: Readonly<Record<string, string | undefined>>): Credentials | null {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  const { AWS_SESSION_TOKEN: sessionToken } = environment;
  if (!accessKeyId || !secretAccessKey) return null;
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

/** New ones are fetched this long before the old ones end; IMDS has them five minutes before. */
const AHEAD_MS = 4 * 60_000;
/** After a failed refresh the old ones serve this long before the next attempt. */
const STATIC_MS = 5 * 60_000;

export class InstanceCredentials {
  readonly #imds: Imds;
  readonly #now: () => number;
  #kept: Credentials | null = null;
  #until = 0;
  #running: Promise<Credentials> | null = null;

  constructor(imds: Imds, now: () => number = Date.now) {
    this.#imds = imds;
    this.#now = now;
  }

  /** @throws {NoCredentials} when there have never been any */
  get(): Promise<Credentials> {
    if (this.#kept !== null && this.#now() < this.#until) return Promise.resolve(this.#kept);
    this.#running ??= this.#refresh().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** AWS refused them: the next call asks the metadata again. */
  drop(): void {
    this.#until = 0;
  }

  async #refresh(): Promise<Credentials> {
    const fetched = await this.#fetch();
    if ('accessKeyId' in fetched) {
      this.#kept = fetched;
      this.#until = (fetched.expiration?.getTime() ?? Number.POSITIVE_INFINITY) - AHEAD_MS;
      return fetched;
    }
    if (this.#kept === null) throw fetched;
    this.#until = this.#now() + STATIC_MS;
    return this.#kept;
  }

  async #fetch(): Promise<Credentials | NoCredentials> {
    const base = 'meta-data/iam/security-credentials/';
    const roles = await this.#imds.get(base);
    if (!roles.ok) return refused(imdsFailureText(roles.failure));
    const role = roles.text.trim().split('\n')[0] ?? '';
    const answer = await this.#imds.get(`${base}${role}`);
    if (!answer.ok) return refused(imdsFailureText(answer.failure));
    return parse(answer.text) ?? refused({ text: `the metadata's credentials of role ${role} cannot be read`, remedy });
  }
}

const remedy = 'attach an instance profile whose role may call cloudwatch:PutMetricData';

function refused(told: { readonly text: string; readonly remedy: string }): NoCredentials {
  return new NoCredentials(`no credentials: ${told.text}`, told.remedy);
}

function parse(text: string): Credentials | null {
  try {
    const { AccessKeyId, SecretAccessKey, Token, Expiration } = JSON.parse(text) as Record<string, unknown>;
    if (typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string' || typeof Token !== 'string')
      return null;
    const expiration = new Date(String(Expiration));
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: Token,
      ...(Number.isNaN(expiration.getTime()) ? {} : { expiration }),
    };
  } catch {
    return null;
  }
}
