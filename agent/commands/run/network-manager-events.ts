/**
 * AWS's own events in the running agent: received from the queue by long polls, put on the time line with how late
 * they are behind the data plane, then removed from the queue. What was not removed comes again and is shown once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AwsFailure } from '../../aws/errors.ts';
import { Queue, type QueueMessage } from '../../aws/queue.ts';
import type { Config } from '../../config/config.ts';
import type { CanaryEvent } from '../../verdict/snapshot.ts';
import { awsChange, withLag } from '../../vpc/network-manager.ts';
import type { HostIdentity } from './identity.ts';
import type { Logger } from './log.ts';
import type { Condition } from './notices.ts';

const FIRST_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 300_000;
/** Longer than SQS holds a request. */
const ANSWER_MS = 40_000;
/** Ids of events that were shown: SQS may deliver one twice. */
const MOST_SEEN = 1000;

export interface NetworkManagerOptions {
  readonly identity: Pick<HostIdentity, 'imds' | 'settled'>;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly tell: (event: Omit<CanaryEvent, 'id'>) => void;
  /** Events of the last minutes, any order. */
  readonly recent: () => readonly CanaryEvent[];
  /** Transit gateways the VPC hangs on; null while that is not known. Events of others are not shown. */
  readonly transitGateways: () => ReadonlySet<string> | null;
}

interface Running {
  readonly queue: Queue;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

export class NetworkManagerEvents {
  readonly #options: NetworkManagerOptions;
  #running: Running | null = null;
  #made = '';
  #failure: AwsFailure | null = null;
  readonly #seen = new Set<string>();
  #changing: Promise<void> = Promise.resolve();

  constructor(options: NetworkManagerOptions) {
    this.#options = options;
  }

  /** Takes the configuration in force and what is known of the instance by now. */
  apply({ vpc, aws }: Config): Promise<void> {
    const { identity, log } = this.#options;
    const { queue: url, region, endpoint } = vpc.networkManager;
    const made =
      url === null || vpc.enabled === 'off' || !identity.settled ? '' : JSON.stringify([vpc.networkManager, aws]);
    if (made === this.#made) return this.#changing;
    this.#made = made;
    this.#changing = this.#changing.then(async () => {
      await this.#end();
      if (made === '' || url === null) return;
      const queue = new Queue({ region, endpoint, ...aws, environment: process.env, imds: identity.imds }, url);
      const abort = new AbortController();
      log.info(`Network Manager's events come from ${url}`);
      this.#running = { queue, abort, ended: this.#run(queue, abort.signal) };
    });
    return this.#changing;
  }

  conditions(): Condition[] {
    if (this.#failure === null) return [];
    const { text, remedy } = this.#failure;
    return [
      {
        code: 'network-manager',
        severity: 'warning',
        text: `Network Manager's events cannot be received: ${text}.`,
        remedy: `${remedy}; without them take vpc.networkManager.queue out`,
      },
    ];
  }

  async close(): Promise<void> {
    await this.#changing;
    await this.#end();
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    this.#failure = null;
    running?.abort.abort();
    await running?.ended;
    running?.queue.close();
  }

  async #run(queue: Queue, signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      const failure = await this.#receive(queue, signal);
      if (signal.aborted) return;
      this.#note(failure);
      failures = failure === null ? 0 : failures + 1;
      if (failures === 0) continue;
      const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 10));
      await sleep(longest * (0.5 + Math.random() / 2), undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #receive(queue: Queue, signal: AbortSignal): Promise<AwsFailure | null> {
    const received = await queue.receive(AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]));
    if (!received.ok) return received.failure;
    if (received.value.length === 0) return null;
    for (const message of received.value) this.#show(message);
    const removed = await queue.remove(received.value, AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]));
    return removed.ok ? null : removed.failure;
  }

  #show({ id: messageId, body, sentAt }: QueueMessage): void {
    const { tell, recent, transitGateways } = this.#options;
    const now = Date.now();
    const change = awsChange(body, now);
    const id = change.id ?? messageId;
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > MOST_SEEN && oldest !== undefined) this.#seen.delete(oldest);
    const known = transitGateways();
    const { transitGatewayId: gateway } = change;
    if (gateway !== null && known !== null && !known.has(gateway)) return;
    const before = recent();
    const { at, text } = change.event;
    // shown by an earlier life that ended before it could remove it
    if (before.some((event) => event.kind === 'aws' && event.at === at && event.text.startsWith(text))) return;
    tell(withLag(change, sentAt ?? now, before));
  }

  #note(failure: AwsFailure | null): void {
    const { log } = this.#options;
    if (failure !== null && failure.code !== this.#failure?.code) {
      log.warn(`Network Manager's events cannot be received: ${failure.text}`);
    }
    if (failure === null && this.#failure !== null) log.info("Network Manager's events are received again");
    this.#failure = failure;
  }
}
