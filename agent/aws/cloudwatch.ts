/**
 * PutMetricData through the SDK, loaded at the first call. One call, one request: what to do about a failure is the
 * caller's (publish/sender.ts).
 */
import type { CloudWatchClient, MetricDatum } from '@aws-sdk/client-cloudwatch';
import { type AwsOptions, CredentialSource, clientOptions } from './connection.ts';
import { type AwsFailure, classify } from './errors.ts';

/** One datum as PutMetricData takes it, without the namespace. */
export interface PutDatum {
  readonly name: string;
  readonly unit: string;
  readonly dimensions: readonly (readonly [name: string, value: string])[];
  /** ms since the epoch */
  readonly at: number;
  readonly values: readonly number[];
  readonly counts: readonly number[];
  /** Seconds: 60, or 1 for high resolution. */
  readonly resolution: 1 | 60;
}

export type PutResult = { readonly ok: true } | { readonly ok: false; readonly failure: AwsFailure };

export class CloudWatch {
  readonly #options: AwsOptions;
  readonly #namespace: string;
  readonly #credentials: CredentialSource;
  #client: CloudWatchClient | null = null;
  /** As the client before knew it. */
  #clockOffsetMs: number;

  /** @param clockOffsetMs how far AWS's clock is ahead, when that is known already */
  constructor(options: AwsOptions, namespace: string, clockOffsetMs = 0) {
    this.#options = options;
    this.#namespace = namespace;
    this.#clockOffsetMs = clockOffsetMs;
    this.#credentials = new CredentialSource(options);
  }

  async put(data: readonly PutDatum[], signal: AbortSignal): Promise<PutResult> {
    try {
      const { CloudWatchClient, PutMetricDataCommand } = await import('./sdk-cloudwatch.ts');
      this.#client ??= new CloudWatchClient({
        ...clientOptions(this.#options, this.#credentials),
        systemClockOffset: this.#clockOffsetMs,
      });
      const input = { Namespace: this.#namespace, MetricData: data.map(toSdk) };
      await this.#client.send(new PutMetricDataCommand(input), { abortSignal: signal });
      return { ok: true };
    } catch (error) {
      const failure = classify(error, {
        action: 'cloudwatch:PutMetricData',
        statement: statementFor(this.#namespace),
        host: this.#host(),
        region: this.#options.region,
      });
      return { ok: false, failure };
    }
  }

  /** How far AWS's clock is ahead of this host's, ms, by its last answer; 0 before there was one. */
  clockOffsetMs(): number {
    return this.#client?.config.systemClockOffset ?? this.#clockOffsetMs;
  }

  /** The next call asks for credentials anew. */
  dropCredentials(): void {
    this.#credentials.drop();
    // the client keeps what it was given; a new one asks again
    this.close();
  }

  close(): void {
    this.#clockOffsetMs = this.clockOffsetMs();
    this.#client?.destroy();
    this.#client = null;
  }

  #host(): string {
    const { endpoint, region, fips } = this.#options;
    if (endpoint !== null) return new URL(endpoint).host;
    return `monitoring${fips ? '-fips' : ''}.${region}.amazonaws.com`;
  }
}

function statementFor(namespace: string): string {
  return JSON.stringify({
    Effect: 'Allow',
    Action: 'cloudwatch:PutMetricData',
    Resource: '*',
    Condition: { StringEquals: { 'cloudwatch:namespace': namespace } },
  });
}

function toSdk({ name, unit, dimensions, at, values, counts, resolution }: PutDatum): MetricDatum {
  return {
    MetricName: name,
    Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
    Timestamp: new Date(at),
    Values: [...values],
    Counts: [...counts],
    Unit: unit as MetricDatum['Unit'],
    StorageResolution: resolution,
  } as MetricDatum;
}
