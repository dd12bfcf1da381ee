/**
 * PutEvents through the SDK, loaded at the first call. One call, one request; EventBridge judges every entry by
 * itself, so the answer is one outcome an entry. What to do about a failure is the caller's (publish/event-sender.ts).
 */
import type { EventBridgeClient, PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import { type Action, type Answer, Caller } from './caller.ts';
import type { AwsOptions } from './connection.ts';
import { type AwsCall, type AwsFailure, classify } from './errors.ts';

/** One event as PutEvents takes it, without the bus. */
export interface BusEvent {
  readonly source: string;
  readonly detailType: string;
  /** JSON */
  readonly detail: string;
  /** ms since the epoch */
  readonly at: number;
  /** ARNs of what it is about. */
  readonly resources: readonly string[];
}

/** Size of an entry as EventBridge counts it: 14 for the time, and the UTF-8 of the rest. */
export function sizeOf({ source, detailType, detail, resources }: BusEvent): number {
  return [source, detailType, detail, ...resources].reduce((sum, text) => sum + Buffer.byteLength(text), 14);
}

export class EventBridge {
  readonly #caller: Caller<EventBridgeClient>;
  readonly #bus: string;
  readonly #action: Action;
  readonly #call: AwsCall;

  /** @param bus name or ARN */
  constructor(options: AwsOptions, bus: string) {
    const { region } = options;
    this.#bus = bus;
    this.#caller = new Caller(options, 'events', async (config) => {
      const { EventBridgeClient } = await import('./sdk-eventbridge.ts');
      return new EventBridgeClient(config);
    });
    this.#action = {
      action: 'events:PutEvents',
      statement: JSON.stringify({
        Effect: 'Allow',
        Action: 'events:PutEvents',
        Resource: bus.startsWith('arn:') ? bus : `arn:aws:events:${region}:*:event-bus/${bus}`,
      }),
    };
    this.#call = { ...this.#action, region, host: `events.${region}.amazonaws.com` };
  }

  close(): void {
    this.#caller.close();
  }

  /** In the order given: null for an event that was taken, else why not. @param events at most ten, 256 KB together */
  put(events: readonly BusEvent[], abortSignal: AbortSignal): Promise<Answer<readonly (AwsFailure | null)[]>> {
    return this.#caller.ask(this.#action, async (client) => {
      const { PutEventsCommand } = await import('./sdk-eventbridge.ts');
      const Entries = events.map(({ source, detailType, detail, at, resources }) => ({
        EventBusName: this.#bus,
        Source: source,
        DetailType: detailType,
        Detail: detail,
        Time: new Date(at),
        Resources: [...resources],
      }));
      const answer = await client.send(new PutEventsCommand({ Entries }), { abortSignal });
      return events.map((_, i) => this.#outcome(answer.Entries?.[i]));
    });
  }

  /** An entry that has an id was taken; one the answer does not speak of was not, as far as anybody knows. */
  #outcome(entry: PutEventsResultEntry | undefined): AwsFailure | null {
    if (entry?.EventId && !entry.ErrorCode) return null;
    const code = entry?.ErrorCode ?? 'InternalFailure';
    // a refusal of one entry has no status of its own
    const $metadata = { httpStatusCode: /^Internal/.test(code) ? 500 : 400 };
    return classify({ name: code, message: entry?.ErrorMessage ?? 'no outcome', $metadata }, this.#call);
  }
}
