/** EventBridge's PutEvents: every entry judged by itself, by the limits of the API Reference. */
import { randomUUID } from 'node:crypto';
import { Refusal } from './ec2-actions.ts';

export interface WireEntry {
  readonly EventBusName?: string;
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  /** Seconds since the epoch. */
  readonly Time?: number;
  readonly Resources?: readonly string[];
}

export class FakeBus {
  readonly name: string;
  readonly accepted: WireEntry[] = [];
  /** Code with which an entry is refused, beside those against the rules; null takes it. */
  refuse: (entry: WireEntry) => string | null = () => null;

  constructor(name: string) {
    this.name = name;
  }

  /** @throws {Refusal} for the request as a whole */
  put({ Entries = [] }: { readonly Entries?: readonly WireEntry[] }): object {
    if (Entries.length === 0 || Entries.length > 10) {
      throw new Refusal('ValidationException', `1 validation error detected: Entries has ${Entries.length} members`);
    }
    const bytes = Entries.reduce((sum, entry) => sum + Buffer.byteLength(JSON.stringify(entry)), 0);
    if (bytes > 256 * 1024 + 4096)
      throw new Refusal('ValidationException', 'Total size of the entries is over the limit');
    const results = Entries.map((entry) => {
      const code = this.#fault(entry);
      if (code !== null) return { ErrorCode: code, ErrorMessage: `${code}: not taken` };
      this.accepted.push(entry);
      return { EventId: randomUUID() };
    });
    return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
  }

  #fault(entry: WireEntry): string | null {
    const { EventBusName = 'default', Source, DetailType, Detail, Time } = entry;
    if (EventBusName !== this.name)
      throw new Refusal('ResourceNotFoundException', `Event bus ${EventBusName} does not exist.`);
    if (!Source || Source.startsWith('aws.') || !DetailType || DetailType.length > 128) return 'InvalidArgument';
    if (Time !== undefined && !(Time > 1e9 && Time < 1e10)) return 'InvalidArgument';
    try {
      if (typeof JSON.parse(Detail ?? '') !== 'object') return 'MalformedDetail';
    } catch {
      return 'MalformedDetail';
    }
    return this.refuse(entry);
  }
}
