/**
 * Parameter Store through the SDK, loaded at the first call: a parameter and all below it, decrypted, page by page.
 */
import type { SSMClient } from '@aws-sdk/client-ssm';
import { type AwsOptions, CredentialSource, clientOptions } from './connection.ts';
import { type AwsFailure, classify } from './errors.ts';

export interface Parameter {
  readonly name: string;
  readonly value: string;
}

export type ParametersResult =
  | { readonly ok: true; readonly parameters: readonly Parameter[] }
  | { readonly ok: false; readonly failure: AwsFailure };

/** Pages of ten; a path with more parameters than this is taken for a mistake. */
const MOST_PAGES = 100;

export class ParameterStore {
  readonly #options: AwsOptions;
  readonly #credentials: CredentialSource;
  #client: SSMClient | null = null;

  constructor(options: AwsOptions) {
    this.#options = options;
    this.#credentials = new CredentialSource(options);
  }

  /** The parameters of these names and all below them; a name that is none gives nothing. */
  async read(names: readonly string[], signal: AbortSignal): Promise<ParametersResult> {
    const first = await this.#read(names, signal);
    if (first.ok) return first;
    const { class: kind } = first.failure;
    if (kind !== 'credentials' && kind !== 'clock') return first;
    if (kind === 'credentials') {
      this.#credentials.drop();
      this.close();
    }
    return this.#read(names, signal);
  }

  close(): void {
    this.#client?.destroy();
    this.#client = null;
  }

  async #read(names: readonly string[], abortSignal: AbortSignal): Promise<ParametersResult> {
    try {
      const { GetParametersByPathCommand, GetParametersCommand, SSMClient } = await import('@aws-sdk/client-ssm');
      this.#client ??= new SSMClient(clientOptions(this.#options, this.#credentials));
      const client = this.#client;
      const named = new GetParametersCommand({ Names: [...names], WithDecryption: true });
      const found = [...((await client.send(named, { abortSignal })).Parameters ?? [])];
      for (const name of names) {
        let token: string | undefined;
        for (let page = 0; page < MOST_PAGES; page += 1) {
          const next = token === undefined ? {} : { NextToken: token };
          const below = { Path: name, Recursive: true, WithDecryption: true, MaxResults: 10, ...next };
          const answer = await client.send(new GetParametersByPathCommand(below), { abortSignal });
          found.push(...(answer.Parameters ?? []));
          token = answer.NextToken;
          if (!token) break;
        }
      }
      return { ok: true, parameters: found.map(({ Name = '', Value = '' }) => ({ name: Name, value: Value })) };
    } catch (error) {
      return { ok: false, failure: classify(error, this.#call(names)) };
    }
  }

  #call(names: readonly string[]): Parameters<typeof classify>[1] {
    const { endpoint, region, fips } = this.#options;
    const root = names[0]?.split('/').slice(0, -1).join('/') ?? '';
    return {
      action: 'ssm:GetParametersByPath',
      statement: JSON.stringify({
        Effect: 'Allow',
        Action: ['ssm:GetParameters', 'ssm:GetParametersByPath'],
        Resource: `arn:aws:ssm:${region}:*:parameter${root}/*`,
      }),
      host: endpoint === null ? `ssm${fips ? '-fips' : ''}.${region}.amazonaws.com` : new URL(endpoint).host,
    };
  }
}
