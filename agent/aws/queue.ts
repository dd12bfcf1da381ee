/**
 * A queue of SQS, received from by long polls. A message is received again after the queue's visibility timeout
 * unless it is removed, so whoever dies over one loses nothing.
 */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { type Action, type Answer, Caller } from './caller.ts';
import type { AwsOptions } from './connection.ts';

/** The longest that SQS holds a request open, s. */
const WAIT_S = 20;
/** The answer may come this late. */
const ANSWER_MS = (WAIT_S + 15) * 1000;
/** Most messages of a request. */
const MOST = 10;

export interface QueueMessage {
  readonly id: string;
  /** By which it is removed. */
  readonly receipt: string;
  readonly body: string;
  /** When it came into the queue, ms since the epoch; null when that is not told. */
  readonly sentAt: number | null;
}

export class Queue {
  readonly #caller: Caller<SQSClient>;
  readonly #url: string;
  readonly #receive: Action;
  readonly #remove: Action;

  /** @param url "https://sqs.us-west-2.amazonaws.com/111122223333/vpc-canary-network-manager" */
  constructor(options: AwsOptions, url: string) {
    this.#url = url;
    this.#receive = actionOn(url, options.region, 'sqs:ReceiveMessage');
    this.#remove = actionOn(url, options.region, 'sqs:DeleteMessage');
    this.#caller = new Caller(options, 'sqs', async (config) => {
      const { SQSClient } = await import('./sdk-sqs.ts');
      return new SQSClient({ ...config, requestHandler: { ...config.requestHandler, requestTimeout: ANSWER_MS } });
    });
  }

  close(): void {
    this.#caller.close();
  }

  /** Waits up to 20 s for the first; empty when none came. */
  receive(abortSignal: AbortSignal): Promise<Answer<readonly QueueMessage[]>> {
    return this.#caller.ask(this.#receive, async (client) => {
      const { ReceiveMessageCommand } = await import('./sdk-sqs.ts');
      const input = {
        QueueUrl: this.#url,
        MaxNumberOfMessages: MOST,
        WaitTimeSeconds: WAIT_S,
        MessageSystemAttributeNames: ['SentTimestamp' as const],
      };
      const { Messages = [] } = await client.send(new ReceiveMessageCommand(input), { abortSignal });
      return Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '', Attributes }) => {
        const sentAt = Number(Attributes?.SentTimestamp ?? Number.NaN);
        return { id: MessageId, receipt: ReceiptHandle, body: Body, sentAt: Number.isNaN(sentAt) ? null : sentAt };
      });
    });
  }

  /** Gives how many SQS did not remove; they come again. @param messages at most ten */
  remove(messages: readonly QueueMessage[], abortSignal: AbortSignal): Promise<Answer<number>> {
    return this.#caller.ask(this.#remove, async (client) => {
      const { DeleteMessageBatchCommand } = await import('./sdk-sqs.ts');
      const Entries = messages.map(({ receipt }, i) => ({ Id: String(i), ReceiptHandle: receipt }));
      const { Failed = [] } = await client.send(new DeleteMessageBatchCommand({ QueueUrl: this.#url, Entries }), {
        abortSignal,
      });
      return Failed.length;
    });
  }
}

function actionOn(url: string, region: string, action: string): Action {
  const [account = '*', name = '*'] = new URL(url).pathname.split('/').slice(-2);
  const Resource = `arn:aws:sqs:${region}:${account}:${name}`;
  return { action, statement: JSON.stringify({ Effect: 'Allow', Action: action, Resource }) };
}
