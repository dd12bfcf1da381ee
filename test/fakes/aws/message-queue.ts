/** A queue of SQS: long polls, receipts, visibility, MD5 of bodies. */
import { createHash, randomUUID } from 'node:crypto';
import { Refusal } from './ec2-actions.ts';

interface Message {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  visibleAt: number;
  receipt: string | null;
}

export const QUEUE_PATH = '/111122223333/vpc-canary-network-manager';

export class FakeQueue {
  /** Messages that were not removed. */
  messages: Message[] = [];
  /** How long a received message is hidden, ms. */
  visibilityMs = 30_000;
  /** A long poll ends after this part of what it asks for. */
  pace = 1;
  readonly #waiting = new Set<() => void>();

  send(body: string, sentAt = Date.now()): void {
    this.messages.push({ id: randomUUID(), body, sentAt, visibleAt: 0, receipt: null });
    for (const wake of this.#waiting) wake();
  }

  /** @throws {Refusal} */
  async receive(input: Readonly<Record<string, unknown>>): Promise<object> {
    this.#check(input);
    const { MaxNumberOfMessages: most = 1, WaitTimeSeconds: seconds = 0 } = input as Readonly<Record<string, number>>;
    if (!(most >= 1 && most <= 10) || !(seconds >= 0 && seconds <= 20)) {
      throw new Refusal('InvalidParameterValue', 'Value for parameter is invalid. Reason: Must be between 1 and 10.');
    }
    if (this.#visible().length === 0 && seconds > 0) await this.#news(seconds * 1000 * this.pace);
    const taken = this.#visible().slice(0, most);
    for (const message of taken) {
      message.visibleAt = Date.now() + this.visibilityMs;
      message.receipt = randomUUID();
    }
    if (taken.length === 0) return {};
    return {
      Messages: taken.map(({ id, body, sentAt, receipt }) => ({
        MessageId: id,
        ReceiptHandle: receipt,
        MD5OfBody: createHash('md5').update(body).digest('hex'),
        Body: body,
        Attributes: { SentTimestamp: String(sentAt) },
      })),
    };
  }

  /** @throws {Refusal} */
  remove(input: Readonly<Record<string, unknown>>): object {
    this.#check(input);
    const entries = (input['Entries'] ?? []) as readonly { readonly Id: string; readonly ReceiptHandle: string }[];
    if (entries.length === 0 || entries.length > 10) {
      throw new Refusal('AWS.SimpleQueueService.TooManyEntriesInBatchRequest', `${entries.length} entries`);
    }
    const failed = entries.filter(({ ReceiptHandle }) => {
      const known = this.messages.some(({ receipt }) => receipt === ReceiptHandle);
      this.messages = this.messages.filter(({ receipt }) => receipt !== ReceiptHandle);
      return !known;
    });
    return {
      Successful: entries.filter((entry) => !failed.includes(entry)).map(({ Id }) => ({ Id })),
      Failed: failed.map(({ Id }) => ({ Id, SenderFault: true, Code: 'ReceiptHandleIsInvalid' })),
    };
  }

  /** Ends long polls. */
  close(): void {
    for (const wake of this.#waiting) wake();
  }

  #visible(): Message[] {
    return this.messages.filter(({ visibleAt }) => visibleAt <= Date.now());
  }

  #news(longestMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, longestMs);
      this.#waiting.add(wake);
    });
  }

  #check({ QueueUrl }: Readonly<Record<string, unknown>>): void {
    if (typeof QueueUrl !== 'string' || !URL.canParse(QueueUrl) || new URL(QueueUrl).pathname !== QUEUE_PATH) {
      throw new Refusal('AWS.SimpleQueueService.NonExistentQueue', 'The specified queue does not exist.');
    }
  }
}
