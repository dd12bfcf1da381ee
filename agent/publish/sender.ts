/**
 * Sends what the spool holds. Fresh batches go out as soon as this instance's moment in the period has come, so that
 * hundreds of agents do not all call on the minute; what waited goes oldest first, with its own timestamps, at a rate
 * that hundreds of agents coming back together may keep. One request at a time; nothing here ever blocks probing.
 *
 * What a failure means is said by its class (aws/errors.ts): come back later with full jitter, drop the credentials
 * and try once more, halve, or set one datum aside under its name and send the rest.
 */

import type { AwsFailure } from '../aws/errors.ts';
import { backOffMs, HELPLESS_WAIT_MS, LONGEST_WAIT_MS } from './back-off.ts';
import { Delivery } from './delivery.ts';
import type { MetricSink } from './metric-sink.ts';
import type { StoredBatch } from './segment.ts';
import type { Spool } from './spool.ts';

export interface SenderOptions {
  readonly spool: Spool;
  readonly sink: MetricSink;
  readonly periodMs: number;
  /** Names this instance: its place in the period follows from it. */
  readonly instance: string;
  /** Wall time, ms. */
  readonly now: () => number;
  readonly random: () => number;
  /** Calls back later; returns the way to stop. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
}

/** CloudWatch takes 1000 data in a request. */
export const MOST_DATA = 1000;
/** Fresh data go out within this part of a period; later, alarms on the period would wait for it. */
const SPREAD = 1 / 3;
const BACKLOG_EVERY_MS = 2000;
/** A request under way at the end may go on so long: its answer saves the next life from sending it again. */
const LAST_ANSWER_MS = 300;

export interface SenderStatus {
  readonly lastAcceptedAt: number | null;
  /** From a period's end to its acceptance, of the latest fresh one. */
  readonly deliveryMs: number | null;
  readonly failure: { readonly failure: AwsFailure; readonly since: number } | null;
  readonly refused: readonly { readonly series: string; readonly text: string }[];
}

interface Fresh {
  readonly batch: StoredBatch;
  readonly dueAt: number;
}

export class Sender {
  readonly #options: SenderOptions;
  readonly #delivery: Delivery;
  readonly #spreadMs: number;
  readonly #abort = new AbortController();
  #fresh: Fresh[] = [];
  /** What is under way. */
  #running: Promise<void> | null = null;
  #failures = 0;
  #failure: { failure: AwsFailure; since: number } | null = null;
  #notBefore = 0;
  #nextBacklog = 0;
  #lastAcceptedAt: number | null = null;
  #deliveryMs: number | null = null;
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#delivery = new Delivery(options.sink, options.now);
    this.#spreadMs = options.periodMs * SPREAD * fractionOf(options.instance);
  }

  /** A batch that was just written. */
  offer(batch: StoredBatch): void {
    this.#fresh.push({ batch, dueAt: batch.at + this.#options.periodMs + this.#spreadMs });
    this.#arm();
  }

  /** What an earlier life left may go. */
  resume(): void {
    this.#arm();
  }

  status(): SenderStatus {
    return {
      lastAcceptedAt: this.#lastAcceptedAt,
      deliveryMs: this.#deliveryMs,
      failure: this.#failure,
      refused: this.#delivery.refused(),
    };
  }

  /** Begins nothing more. Ends when what was under way has ended, or was given up. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    const cancel = this.#options.after(LAST_ANSWER_MS, () => this.#abort.abort());
    await this.#running;
    cancel();
  }

  #arm(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#running !== null || this.#stopped) return;
    const due = Math.min(this.#freshDue(), this.#backlogDue());
    if (due === Number.POSITIVE_INFINITY) return;
    const wait = Math.max(0, Math.max(due, this.#notBefore) - this.#options.now());
    // a stepped wall clock must not put it to sleep for hours
    this.#cancel = this.#options.after(Math.min(wait, LONGEST_WAIT_MS), () => {
      if (this.#running !== null || this.#stopped) return;
      this.#running = this.#run().finally(() => {
        this.#running = null;
        this.#arm();
      });
    });
  }

  #freshDue(): number {
    return Math.min(...this.#fresh.map(({ dueAt }) => dueAt));
  }

  #backlogDue(): number {
    return this.#options.spool.status().waiting > this.#fresh.length ? this.#nextBacklog : Number.POSITIVE_INFINITY;
  }

  async #run(): Promise<void> {
    const now = this.#options.now();
    // whoever set the clock back did not mean to keep this waiting
    this.#notBefore = Math.min(this.#notBefore, now + HELPLESS_WAIT_MS);
    this.#nextBacklog = Math.min(this.#nextBacklog, now + 2 * BACKLOG_EVERY_MS);
    if (now < this.#notBefore) return;
    const fresh = this.#takeFresh(now);
    if (fresh.length > 0) await this.#sendFresh(fresh, now);
    else if (now >= this.#nextBacklog) await this.#sendBacklog(now);
  }

  /** Fresh batches that are due, as many as fit in one request; a clock set back must not hold them. */
  #takeFresh(now: number): StoredBatch[] {
    const taken: StoredBatch[] = [];
    const left: Fresh[] = [];
    let data = 0;
    for (const fresh of this.#fresh) {
      const { batch, dueAt } = fresh;
      // a later one may be due before it, when the clock was set back in between
      const early = dueAt > now && dueAt < now + 2 * this.#options.periodMs;
      if (!early) data += batch.data.length;
      if (early || (taken.length > 0 && data > MOST_DATA)) left.push(fresh);
      else taken.push(batch);
    }
    this.#fresh = left;
    // one that was just being written may have gone with the backlog before it was offered
    return taken.filter((batch) => this.#options.spool.waits(batch));
  }

  async #sendFresh(batches: readonly StoredBatch[], startedAt: number): Promise<void> {
    const sent = await this.#send(batches);
    const last = batches.at(-1);
    if (!sent || last === undefined) return;
    // the wait for this instance's moment is part of it
    this.#deliveryMs = Math.max(0, this.#options.now() - (last.at + this.#options.periodMs));
    this.#nextBacklog = Math.max(this.#nextBacklog, startedAt);
  }

  async #sendBacklog(startedAt: number): Promise<void> {
    const own = new Set(this.#fresh.map(({ batch }) => `${batch.segment}/${batch.index}`));
    const batches = await this.#options.spool.oldest(MOST_DATA, ({ segment, index }) => own.has(`${segment}/${index}`));
    this.#nextBacklog = startedAt + BACKLOG_EVERY_MS * (0.75 + this.#options.random() / 2);
    if (batches.length > 0) await this.#send(batches);
  }

  async #send(batches: readonly StoredBatch[]): Promise<boolean> {
    const { spool, now } = this.#options;
    const outcome = await this.#delivery.deliver(batches, this.#abort.signal);
    for (const batch of outcome.done) spool.accept(batch);
    for (const batch of outcome.outOfTime) spool.accept(batch, 'expired');
    if (outcome.accepted) this.#lastAcceptedAt = now();
    if (outcome.failure === null) {
      this.#failures = 0;
      this.#failure = null;
      return true;
    }
    if (!this.#stopped) this.#failed(outcome.failure);
    return false;
  }

  #failed(failure: AwsFailure): void {
    const now = this.#options.now();
    this.#failure = { failure, since: this.#failure?.since ?? now };
    this.#notBefore = now + backOffMs(failure, this.#failures, this.#options.random());
    this.#failures += 1;
  }
}

/** A number from 0 to 1 that is always the same for a name and evenly spread over names (FNV-1a, 32 bits). */
export function fractionOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  // FNV's high bits hardly depend on the last characters
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
