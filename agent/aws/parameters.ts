/**
 * Parameter Store through the SDK, loaded at the first call: a parameter and all below it, decrypted, page by page.
 */
import type { SSMClient } from '@aws-sdk/client-ssm';
import { Caller } from './caller.ts';
import type { AwsOptions } from './connection.ts';
import type { AwsFailure } from './errors.ts';

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
  readonly #region: string;
  readonly #caller: Caller<SSMClient>;

  constructor(options: AwsOptions) {
    this.#region = options.region;
    this.#caller = new Caller(options, 'ssm', async (config) => {
      const { SSMClient } = await import('./sdk-ssm.ts');
      return new SSMClient(config);
    });
  }

  /** The parameters of these names and all below them; a name that is none gives nothing. */
  async read(names: readonly string[], signal: AbortSignal): Promise<ParametersResult> {
    const answer = await this.#caller.ask(this.#action(names), (client) => readAll(client, names, signal));
    return answer.ok ? { ok: true, parameters: answer.value } : answer;
  }

  close(): void {
    this.#caller.close();
  }

  #action(names: readonly string[]): { readonly action: string; readonly statement: string } {
    const root = names[0]?.split('/').slice(0, -1).join('/') ?? '';
    return {
      action: 'ssm:GetParametersByPath',
      statement: JSON.stringify({
        Effect: 'Allow',
        Action: ['ssm:GetParameters', 'ssm:GetParametersByPath'],
        Resource: `arn:aws:ssm:${this.#region}:*:parameter${root}/*`,
      }),
    };
  }
}

async function readAll(client: SSMClient, names: readonly string[], abortSignal: AbortSignal): Promise<Parameter[]> {
  const { GetParametersByPathCommand, GetParametersCommand } = await import('./sdk-ssm.ts');
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
  return found.map(({ Name = '', Value = '' }) => ({ name: Name, value: Value }));
}
