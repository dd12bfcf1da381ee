/**
 * Gets batches accepted with as many requests as it takes: within CloudWatch's limits, halved when too large, with a
 * datum that CloudWatch will never take found by halving and set aside under its name.
 *
 * Of a batch that went only in part, the part that went is remembered as long as the agent lives, so that trying
 * again sends the rest and nothing twice.
 */
import type { PutDatum } from '../aws/cloudwatch.ts';
import type { AwsFailure } from '../aws/errors.ts';
import type { BatchDatum } from './batch.ts';
import type { MetricSink } from './metric-sink.ts';
import type { StoredBatch } from './segment.ts';

/** PutMetricData: 1000 data, 1 MB, 150 values a datum, 30 dimensions, |value| ≤ 2^360, two weeks back, two hours ahead. */
const LARGEST_REQUEST = 950_000;
const MOST_DATA = 1000;
const MOST_VALUES = 150;
const MOST_DIMENSIONS = 30;
const LARGEST_VALUE = 2 ** 360;
const AHEAD_MS = 2 * 3_600_000 - 60_000;
const BEHIND_MS = 14 * 86_400_000 - 60_000;
/** Requests in search of what is wrong; beyond, the request as a whole is. */
const MOST_REQUESTS = 40;
/** A series set aside is tried again after this: the cause may be gone. */
const ASIDE_MS = 3_600_000;
/** So many refused and none accepted: it is not the data. */
const ALL_REFUSED = 3;

export interface Outcome {
  /** Batches of which nothing is left to send. */
  readonly done: readonly StoredBatch[];
  /** Batches whose time CloudWatch does not take, too old or ahead. */
  readonly outOfTime: readonly StoredBatch[];
  /** CloudWatch took something. */
  readonly accepted: boolean;
  /** Why the rest was not sent. */
  readonly failure: AwsFailure | null;
}

interface Item {
  readonly key: string;
  readonly series: string;
  readonly put: PutDatum;
}

/** What happens during one delivery. */
interface Attempt {
  requests: number;
  accepted: number;
  readonly refused: { readonly item: Item; readonly failure: AwsFailure }[];
  readonly signal: AbortSignal;
}

export class Delivery {
  readonly #sink: MetricSink;
  readonly #now: () => number;
  /** Parts of batches that are done with. */
  readonly #done = new Set<string>();
  readonly #aside = new Map<string, { readonly text: string; readonly since: number }>();

  constructor(sink: MetricSink, now: () => number) {
    this.#sink = sink;
    this.#now = now;
  }

  async deliver(batches: readonly StoredBatch[], signal: AbortSignal): Promise<Outcome> {
    const attempt: Attempt = { requests: 0, accepted: 0, refused: [], signal };
    const now = this.#now();
    const inTime = batches.filter(({ at }) => at <= now + AHEAD_MS && at >= now - BEHIND_MS);
    const items = inTime.flatMap((batch) => this.#itemsOf(batch));
    let failure: AwsFailure | null = null;
    for (const part of requests(items)) {
      failure = await this.#send(part, attempt);
      if (failure !== null) break;
    }
    failure = this.#judgeRefused(attempt) ?? failure;
    const done = inTime.filter((batch) => this.#itemsOf(batch).length === 0);
    for (const batch of done) this.#forget(batch);
    const outOfTime = batches.filter((batch) => !inTime.includes(batch));
    return { done, outOfTime, accepted: attempt.accepted > 0, failure };
  }

  /** Series set aside, and why. */
  refused(): { readonly series: string; readonly text: string }[] {
    return [...this.#aside].map(([series, { text }]) => ({ series, text }));
  }

  #itemsOf(batch: StoredBatch): Item[] {
    const items: Item[] = [];
    for (const [number, datum] of batch.data.entries()) {
      const key = keyOf(batch, number);
      if (this.#done.has(key)) continue;
      const series = seriesOf(datum);
      if (this.#asideNow(series)) continue;
      const fault = faultOf(datum);
      if (fault === null) items.push({ key, series, put: putOf(datum, batch.at) });
      else this.#aside.set(series, { text: fault, since: this.#now() });
    }
    return items;
  }

  #asideNow(series: string): boolean {
    const aside = this.#aside.get(series);
    if (aside === undefined) return false;
    if (this.#now() - aside.since < ASIDE_MS) return true;
    this.#aside.delete(series);
    return false;
  }

  #forget(batch: StoredBatch): void {
    for (const number of batch.data.keys()) this.#done.delete(keyOf(batch, number));
  }

  /** Sends items, in parts where need be; null when all are done with. */
  async #send(items: readonly Item[], attempt: Attempt): Promise<AwsFailure | null> {
    if (items.length === 0) return null;
    const failure = await this.#request(items, attempt);
    if (failure === null) {
      attempt.accepted += items.length;
      for (const { key } of items) this.#done.add(key);
      return null;
    }
    const divisible = failure.class === 'invalid' || failure.class === 'too-large';
    if (!divisible || attempt.requests >= MOST_REQUESTS) return failure;
    const [first] = items;
    if (items.length === 1 && first !== undefined) {
      attempt.refused.push({ item: first, failure });
      return null;
    }
    const middle = Math.ceil(items.length / 2);
    return (await this.#send(items.slice(0, middle), attempt)) ?? (await this.#send(items.slice(middle), attempt));
  }

  async #request(items: readonly Item[], attempt: Attempt): Promise<AwsFailure | null> {
    const data = items.map(({ put }) => put);
    attempt.requests += 1;
    const first = await this.#sink.put(data, attempt.signal);
    if (first.ok) return null;
    const { class: kind } = first.failure;
    // the SDK has taken the time from the answer, or new credentials will be fetched: once more
    if (kind === 'credentials') this.#sink.dropCredentials();
    else if (kind !== 'clock') return first.failure;
    const second = await this.#sink.put(data, attempt.signal);
    return second.ok ? null : second.failure;
  }

  /** Sets aside what was refused alone, unless everything was: then the fault is not in the data. */
  #judgeRefused({ refused, accepted }: Attempt): AwsFailure | null {
    const [first] = refused;
    if (first !== undefined && accepted === 0 && refused.length >= ALL_REFUSED) return first.failure;
    for (const { item, failure } of refused) {
      this.#aside.set(item.series, { text: failure.text, since: this.#now() });
      this.#done.add(item.key);
    }
    return null;
  }
}

const keyOf = ({ segment, index }: StoredBatch, number: number): string => `${segment}/${index}/${number}`;

const seriesOf = ({ name, dimensions }: BatchDatum): string =>
  `${name} ${dimensions.map(([key, value]) => `${key}=${value}`).join(' ')}`;

/** What CloudWatch would refuse the whole request for. */
function faultOf({ values, dimensions }: BatchDatum): string | null {
  if (values.length === 0 || values.length > MOST_VALUES) return `it has ${values.length} values`;
  if (dimensions.length > MOST_DIMENSIONS) return `it has ${dimensions.length} dimensions`;
  if (values.some(([value]) => !Number.isFinite(value) || Math.abs(value) > LARGEST_VALUE)) return 'it is no number';
  return null;
}

function putOf({ name, unit, dimensions, values, resolution }: BatchDatum, at: number): PutDatum {
  const [numbers, counts] = [values.map(([value]) => value), values.map(([, count]) => count)];
  return { name, unit, dimensions, at, values: numbers, counts, resolution };
}

/** Groups that keep to the limits of one request. */
function requests(items: readonly Item[]): Item[][] {
  const groups: Item[][] = [];
  let group: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    // the SDK's keys are a little longer than ours, and its time a number of 14 characters
    const size = JSON.stringify(item.put).length + 80 + 24 * item.put.dimensions.length;
    if (group.length > 0 && (group.length >= MOST_DATA || bytes + size > LARGEST_REQUEST)) {
      groups.push(group);
      group = [];
      bytes = 0;
    }
    group.push(item);
    bytes += size;
  }
  if (group.length > 0) groups.push(group);
  return groups;
}
