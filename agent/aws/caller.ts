/**
 * Calls of one service: the client is made at the first call, what goes wrong is classified for whoever asked.
 *
 * Refused credentials and a refused time are worth one more try at once: the credentials are fetched anew, and the
 * SDK has taken the time from AWS's answer. Everything else is for the caller's own clock.
 */
import { type AwsOptions, CredentialSource, clientOptions } from './connection.ts';
import { type AwsCall, type AwsFailure, classify } from './errors.ts';

/** An answer, or why there is none. */
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: AwsFailure };

/** What every client of the SDK has. */
interface Client {
  readonly config: { systemClockOffset: number };
  destroy(): void;
}

export type ClientOptions = ReturnType<typeof clientOptions> & { readonly systemClockOffset: number };

/** What is called: "ec2:DescribeSubnets", and the policy statement that allows it. */
export type Action = Pick<AwsCall, 'action' | 'statement'>;

/** A statement for one action, which cannot be narrowed to resources (every Describe of EC2 and Direct Connect). */
export function anywhere(action: string): Action {
  return { action, statement: JSON.stringify({ Effect: 'Allow', Action: action, Resource: '*' }) };
}

export class Caller<C extends Client> {
  readonly #options: AwsOptions;
  /** Name of the endpoint: "ec2" of ec2.eu-west-1.amazonaws.com and com.amazonaws.eu-west-1.ec2. */
  readonly #service: string;
  readonly #make: (options: ClientOptions) => Promise<C>;
  readonly #credentials: CredentialSource;
  #client: Promise<C> | null = null;
  /** How far AWS's clock is ahead of this host's, ms, as the client before knew it. */
  #clockOffsetMs = 0;

  /** @param make imports the SDK's client and constructs it */
  constructor(options: AwsOptions, service: string, make: (options: ClientOptions) => Promise<C>) {
    this.#options = options;
    this.#service = service;
    this.#make = make;
    this.#credentials = new CredentialSource(options);
  }

  async ask<T>(action: Action, run: (client: C) => Promise<T>): Promise<Answer<T>> {
    const first = await this.#ask(action, run);
    if (first.ok) return first;
    const { class: kind } = first.failure;
    if (kind !== 'credentials' && kind !== 'clock') return first;
    if (kind === 'credentials') {
      this.#credentials.drop();
      // the client keeps what it was given; a new one asks again
      await this.#drop();
    }
    return this.#ask(action, run);
  }

  close(): void {
    void this.#drop();
  }

  async #ask<T>(action: Action, run: (client: C) => Promise<T>): Promise<Answer<T>> {
    try {
      return { ok: true, value: await run(await this.#connected()) };
    } catch (error) {
      return { ok: false, failure: classify(error, { ...action, ...this.#place() }) };
    }
  }

  #connected(): Promise<C> {
    if (this.#client !== null) return this.#client;
    const made = this.#create();
    this.#client = made;
    made.catch(() => {
      if (this.#client === made) this.#client = null;
    });
    return made;
  }

  async #create(): Promise<C> {
    const options = clientOptions(this.#options, this.#credentials);
    return this.#make({ ...options, systemClockOffset: this.#clockOffsetMs });
  }

  async #drop(): Promise<void> {
    const dropped = this.#client;
    this.#client = null;
    const client = await dropped?.catch(() => null);
    if (!client) return;
    this.#clockOffsetMs = client.config.systemClockOffset;
    client.destroy();
  }

  #place(): Pick<AwsCall, 'host' | 'region' | 'endpointService'> {
    const { endpoint, region, fips } = this.#options;
    if (endpoint !== null) return { region, host: new URL(endpoint).host };
    return {
      region,
      host: `${this.#service}${fips ? '-fips' : ''}.${region}.amazonaws.com`,
      endpointService: `com.amazonaws.${region}.${this.#service}${fips ? '-fips' : ''}`,
    };
  }
}
