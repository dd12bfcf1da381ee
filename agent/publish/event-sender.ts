/**
 * Sends events to EventBridge: at once, oldest first, one request at a time. What is not taken waits in the store,
 * over restarts, and goes out later; an event that EventBridge will never take is set aside and counted, so that it
 * holds nothing up. A lost answer may send an event twice, under the same id.
 */

import type { Answer } from '../aws/caller.ts';
import type { AwsFailure } from '../aws/errors.ts';
import { type BusEvent, sizeOf } from '../aws/event-bridge.ts';
import { backOffMs } from './back-off.ts';
import type { EventStore, WaitingEvent } from './event-store.ts';

/** What takes the events: EventBridge, or a test. */
export interface EventSink {
  put(events: readonly BusEvent[], signal: AbortSignal): Promise<Answer<readonly (AwsFailure | null)[]>>;
}

export interface EventSenderOptions {
  readonly store: EventStore;
  readonly sink: EventSink;
  /** Wall time, ms. */
  readonly now: () => number;
  readonly random: () => number;
  /** Calls back later; returns the way to stop. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
}

/** Entries of a request, and bytes of all of them together (EventBridge API Reference, PutEvents). */
const MOST_ENTRIES = 10;
const MOST_BYTES = 256 * 1024 - 1;
/** Between requests while more waits: hundreds of agents may come back together. */
const BACKLOG_EVERY_MS = 500;
const ANSWER_MS = 30_000;
/** A request under way at the end may go on so long: its answer saves the next life from sending it again. */
const LAST_ANSWER_MS = 300;

export interface EventSenderStatus {
  readonly lastAcceptedAt: number | null;
  readonly accepted: number;
  readonly failure: { readonly failure: AwsFailure; readonly since: number } | null;
  /** Events that EventBridge will never take, and what it said of the latest. */
  readonly refused: { readonly count: number; readonly text: string | null };
}

export class EventSender {
  readonly #options: EventSenderOptions;
  readonly #abort = new AbortController();
  #running: Promise<void> | null = null;
  #cancel: (() => void) | null = null;
  #failures = 0;
  #failure: EventSenderStatus['failure'] = null;
  #lastAcceptedAt: number | null = null;
  #accepted = 0;
  #refused: EventSenderStatus['refused'] = { count: 0, text: null };
  /** Fewer after a request that was too large. */
  #most = MOST_ENTRIES;
  #stopped = false;

  constructor(options: EventSenderOptions) {
    this.#options = options;
  }

  /** Something waits: sends it now, unless a wait is on. */
  wake(): void {
    if (this.#running === null && this.#cancel === null) this.#begin();
  }

  status(): EventSenderStatus {
    return {
      lastAcceptedAt: this.#lastAcceptedAt,
      accepted: this.#accepted,
      failure: this.#failure,
      refused: this.#refused,
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

  #begin(): void {
    const batch = this.#batch();
    if (batch.length === 0 || this.#stopped) return;
    this.#running = this.#send(batch)
      .catch((error: unknown) => this.#failed(unforeseen(error)))
      .finally(() => {
        this.#running = null;
        if (!this.#stopped) this.#arm();
      });
  }

  #arm(): void {
    if (this.#options.store.status().waiting === 0) return;
    const random = this.#options.random();
    const wait =
      this.#failure === null
        ? BACKLOG_EVERY_MS * (0.75 + random / 2)
        : backOffMs(this.#failure.failure, this.#failures - 1, random);
    this.#cancel = this.#options.after(wait, () => {
      this.#cancel = null;
      this.#begin();
    });
  }

  /** As many of the oldest as a request takes. */
  #batch(): readonly WaitingEvent[] {
    const batch: WaitingEvent[] = [];
    let bytes = 0;
    for (const one of this.#options.store.oldest(this.#most)) {
      bytes += sizeOf(one.event);
      if (batch.length > 0 && bytes > MOST_BYTES) break;
      batch.push(one);
    }
    return batch;
  }

  async #send(batch: readonly WaitingEvent[]): Promise<void> {
    const { store, sink, now } = this.#options;
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(ANSWER_MS)]);
    const answer = await sink.put(
      batch.map(({ event }) => event),
      signal,
    );
    const outcomes = answer.ok ? answer.value : batch.map(() => answer.failure);
    const alone = answer.ok || (batch.length === 1 && answer.failure.class === 'too-large');
    if (!answer.ok && answer.failure.class === 'too-large') this.#most = Math.ceil(batch.length / 2);
    const done: number[] = [];
    let failure: AwsFailure | null = null;
    for (const [i, { number }] of batch.entries()) {
      const outcome = outcomes[i] ?? null;
      if (outcome === null) {
        this.#accepted += 1;
        this.#lastAcceptedAt = now();
        done.push(number);
      } else if (alone && (outcome.class === 'invalid' || outcome.class === 'too-large')) {
        this.#refused = { count: this.#refused.count + 1, text: outcome.text };
        done.push(number);
      } else failure ??= outcome;
    }
    if (done.length > 0) await store.done(done);
    if (failure !== null) return this.#failed(failure);
    this.#failures = 0;
    this.#failure = null;
    this.#most = MOST_ENTRIES;
  }

  #failed(failure: AwsFailure): void {
    if (this.#stopped) return;
    this.#failures += 1;
    this.#failure = { failure, since: this.#failure?.since ?? this.#options.now() };
  }
}

function unforeseen(error: unknown): AwsFailure {
  const text = error instanceof Error ? error.message : String(error);
  return { class: 'transient', code: 'unforeseen', status: null, text, remedy: 'it is tried again' };
}
