/**
 * History: what the page shows of the past, on disk in one SQLite file, or in memory when there is no place.
 *
 * `writeRows` takes finished seconds of a target, `observe` each snapshot, `writeEvent` each event (written at
 * once); `tick`, once a second, does the rest in small pieces: flush every 5 s, pack what is full, give back what
 * is old. kill -9 loses what came after the last flush, 5 s at most, and nothing else; a power cut at most what
 * came after the last checkpoint, some minutes. Nothing here throws for a disk's reasons: measuring goes on, what
 * cannot be written waits in memory (bounded), is counted, and is written when the disk takes it again.
 */
import { join } from 'node:path';
import type { SeriesRow } from '../measure/statistics.ts';
import type { EventQuery, HistoryReader, Series, StateSpan } from '../verdict/past.ts';
import type { AgentView, CanaryEvent, Notice } from '../verdict/snapshot.ts';
import { EventLog } from './events.ts';
import { Health } from './health.ts';
import { capOf, openStore } from './open.ts';
import { packSome } from './packing.ts';
import { FILE_NAME } from './place.ts';
import { LEAST_MAX_BYTES, Pruner } from './prune.ts';
import { Reader } from './reader.ts';
import { Recorder } from './recorder.ts';
import { type Store, storeFault } from './store.ts';
import { Subjects } from './subjects.ts';
import { flushTails, replaySeconds, restoreTails } from './tail.ts';
import { type Observed, Timeline } from './timeline.ts';

export interface HistoryOptions {
  /** The state directory; null keeps history in memory by the operator's wish. */
  readonly directory: string | null;
  /** The most the file and its log may take, bytes; at least 4 MiB. */
  readonly maxBytes: number;
  /** Wall clock, ms since the epoch. */
  readonly now: () => number;
}

const FLUSH_MS = 5_000;
/** Pruning follows what is packed; otherwise it has little to do. */
const PRUNE_MS = 10_000;
/** Rows in open chunks, bytes, and as a share of the cap; beyond it chunks are packed before they are full. */
const OPEN_BYTES = 4 * 1_048_576;
const OPEN_SHARE = 1 / 8;
/** Rows that wait for a disk that takes none, bytes; beyond it the oldest are lost and counted. */
const WAITING_BYTES = 8 * 1_048_576;

export class History implements HistoryReader {
  readonly #now: () => number;
  readonly #maxBytes: number;
  readonly #file: string | null;
  readonly #health: Health;
  readonly #subjects = new Subjects();
  readonly #events = new EventLog();
  readonly #timeline: Timeline;
  #recorder: Recorder;
  #store: Store;
  #reader: Reader;
  #pruner: Pruner;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #prunedAt = Number.NEGATIVE_INFINITY;
  #pruneSoon = true;
  #bytes = 0;
  #oldest: number | null = null;
  #closed = false;

  /** Never throws for the place's reasons: what is wrong is in {@link notices} and {@link status}. */
  constructor(options: HistoryOptions) {
    this.#now = options.now;
    this.#maxBytes = Math.max(LEAST_MAX_BYTES, options.maxBytes);
    this.#file = options.directory === null ? null : join(options.directory, FILE_NAME);
    this.#health = new Health(this.#file);
    this.#store = openStore(this.#file, this.#now, this.#health);
    this.#recorder = new Recorder(1);
    this.#reader = this.#newReader();
    this.#pruner = this.#newPruner();
    this.#timeline = new Timeline(this.#subjects);
    this.#try(() => this.#resume());
    this.#try(() => this.#measure());
  }

  /** Finished seconds of a target, in time order; each row's `at` is the start of its second. */
  writeRows(target: string, rows: readonly SeriesRow[]): void {
    const subject = this.#subjects.id(target);
    for (const row of rows) this.#recorder.write(subject, row);
  }

  /** Takes note of who is in what state, and that the agent is measuring; once a second, with each snapshot. */
  observe(view: Observed): void {
    if (this.#timeline.observe(view)) this.#flush();
  }

  /** Written at once; an event with an id that exists replaces it. */
  writeEvent(event: CanaryEvent): void {
    this.#events.add(event);
    this.#try(() => this.#events.write(this.#store));
  }

  /** The id of the latest event ever written; 0 when there is none. New events count on from it. */
  lastEventId(): number {
    return this.#ask(0, () => this.#events.lastId(this.#store));
  }

  /** Once a second. Short: some milliseconds at most, most times far below one. */
  tick(): void {
    if (this.#closed) return;
    this.#prune();
    if (!this.#health.faulty) {
      this.#try(() => {
        if (packSome(this.#store, this.#recorder) > 0) this.#pruneSoon = true;
      });
    }
    // A clock set back must not put the next flush off.
    if (Math.abs(this.#now() - this.#flushedAt) < FLUSH_MS) return;
    this.#try(() => {
      if (!this.#store.inPlace()) this.#replaceStore('gone');
    });
    this.#recorder.rotate();
    this.#recorder.relieve(Math.min(OPEN_BYTES, OPEN_SHARE * capOf(this.#store, this.#maxBytes)));
    this.#health.lostRows += this.#recorder.forget(WAITING_BYTES);
    this.#flush();
    this.#try(() => this.#measure());
  }

  /** Writes what is not yet written and closes the file. */
  close(): void {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    this.#try(() => this.#store.close());
  }

  series(target: string, from: number, to: number, columns: number): Series {
    const subject = this.#subjects.find(target);
    if (subject === undefined || !(from < to)) return { stepMs: 1_000, rows: [] };
    return this.#ask({ stepMs: 1_000, rows: [] }, () => this.#reader.series(subject, from, to, columns));
  }

  spans(kind: 'target' | 'site', name: string, from: number, to: number): readonly StateSpan[] {
    return this.#ask([{ from, to, state: 'unmeasured' }], () =>
      this.#timeline.spans(this.#store, kind, name, from, to),
    );
  }

  events(query: EventQuery): readonly CanaryEvent[] {
    return this.#ask([], () => this.#events.query(this.#store, query));
  }

  oldest(): number | null {
    return this.#oldest;
  }

  status(): AgentView['history'] {
    const notices = this.notices();
    const text = notices.length > 0 ? notices.map((notice) => notice.text).join('; ') : null;
    return {
      mode: this.#store.path === null ? 'memory' : 'disk',
      path: this.#store.path,
      bytes: this.#bytes,
      maxBytes: capOf(this.#store, this.#maxBytes),
      oldest: this.#oldest,
      writeErrors: this.#health.writeErrors,
      text: text ?? this.#pruner.reachText(this.#reader, this.#now()),
    };
  }

  /** What an operator should know, with the remedy; empty when all is well. */
  notices(): readonly Notice[] {
    return this.#health.notices();
  }

  /** Takes up what the last run left: names, open chunks, seconds that are in no minute yet. */
  #resume(): void {
    const restored = restoreTails(this.#store);
    this.#recorder = new Recorder(restored.lastId + 1);
    for (const chunk of restored.chunks) this.#recorder.adopt(chunk, restored.whole);
    this.#reader = this.#newReader();
    this.#store.forgetSubjects(new Set(restored.chunks.map((chunk) => chunk.subject)));
    this.#subjects.load(this.#store);
    this.#timeline.resume(this.#store);
    replaySeconds(this.#store, this.#recorder, this.#reader);
  }

  #prune(): void {
    const now = this.#now();
    if (!this.#pruneSoon && Math.abs(now - this.#prunedAt) < PRUNE_MS) return;
    this.#prunedAt = now;
    this.#try(() => {
      this.#pruneSoon = this.#pruner.step(this.#store, now);
    });
  }

  #flush(): void {
    this.#flushedAt = this.#now();
    const store = this.#store;
    let mark = (): void => {};
    const written = this.#try(() => {
      store.transaction(() => {
        if (store.path !== null) mark = flushTails(store, this.#recorder.chunks());
        this.#timeline.write(store);
        // Last, for the lines above may have given out numbers.
        this.#subjects.write(store);
      });
    });
    this.#try(() => this.#events.write(this.#store));
    if (!written) return;
    mark();
    this.#subjects.written();
    this.#timeline.written();
    this.#health.worked();
  }

  #measure(): void {
    this.#bytes = this.#store.totalBytes();
    const known = [this.#reader.start(), this.#store.oldestEvent()].filter((start) => start !== null);
    this.#oldest = known.length > 0 ? Math.min(...known) : null;
  }

  /** Begins a new file; what is open in memory moves over to it. */
  #replaceStore(why: 'corrupt' | 'gone'): void {
    const file = this.#store.path;
    if (file === null) return;
    this.#store.close();
    if (why === 'gone') this.#health.setAside(why, null, this.#now());
    this.#store = openStore(file, this.#now, this.#health, why === 'corrupt');
    this.#subjects.restart();
    this.#timeline.restart();
    for (const chunk of this.#recorder.chunks()) chunk.forgetTails();
    this.#reader = this.#newReader();
    this.#pruner = this.#newPruner();
  }

  #newReader(): Reader {
    return new Reader(this.#store, this.#recorder, (chunk) => {
      this.#health.damagedChunks += 1;
      this.#store.dropChunk(chunk);
    });
  }

  #newPruner(): Pruner {
    const pruner = new Pruner(capOf(this.#store, this.#maxBytes), this.#store.path !== null);
    pruner.guard(this.#store);
    return pruner;
  }

  /** Runs a write; a fault of the disk is taken note of, anything else is a mistake of ours and thrown on. */
  #try(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      const fault = storeFault(error);
      if (fault === null || !(error instanceof Error)) throw error;
      this.#health.failed(fault, error.message, this.#now());
      if (fault === 'corrupt') this.#replaceStore('corrupt');
      return false;
    }
  }

  /** Runs a read; a fault of the disk gives `otherwise`. */
  #ask<T>(otherwise: T, read: () => T): T {
    let answer = otherwise;
    if (!this.#closed) {
      this.#try(() => {
        answer = read();
      });
    }
    return answer;
  }
}
