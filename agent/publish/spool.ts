/**
 * The spool: every batch is written here first and sent only then, so that nothing a period had closed is lost while
 * CloudWatch, DNS, credentials or the whole network are away, or when the agent is killed.
 *
 * Durability: a batch is in the kernel's hands when `append` has written it (kill -9 loses nothing) and on the disk
 * when `append` ends (fdatasync; a power cut loses nothing). What was accepted is noted the same way. What cannot be
 * avoided: a batch that CloudWatch took and whose acceptance was not yet noted, because the answer was lost or the
 * agent died in between, is sent a second time; that doubles SampleCount and Sum of its periods, and leaves averages,
 * percentiles and extremes as they were.
 *
 * The size is capped: the oldest segments go first and are counted. Without space or a directory batches wait in
 * memory, a bounded number, and go to disk as soon as it takes them.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import type { Batch, BatchDatum } from './batch.ts';
import { type OpenSegment, Segment, SegmentWriter, type StoredBatch } from './segment.ts';

export interface SpoolOptions {
  /** null keeps everything in memory. */
  readonly directory: string | null;
  readonly maxBytes: number;
  /** Wall time, ms. */
  readonly now: () => number;
}

export interface SpoolStatus {
  readonly mode: 'disk' | 'memory';
  readonly waiting: number;
  readonly oldest: number | null;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly dropped: number;
  readonly expired: number;
  readonly damaged: number;
  readonly writeErrors: number;
  /** What the disk said last, while it takes nothing. */
  readonly fault: string | null;
}

/** CloudWatch takes data two weeks old; a margin for the way there. */
export const OLDEST_MS = 14 * 86_400_000 - 15 * 60_000;
const SEGMENT_BYTES = 512 * 1024;
/** The cap is kept by whole segments, so there must be some. */
const FEWEST_SEGMENTS = 16;
/** Batches that wait in memory at most: two hours of minutes. */
const MOST_IN_MEMORY = 120;

export class Spool {
  readonly #options: SpoolOptions;
  readonly #segmentBytes: number;
  /** Ascending by number; the last may be the one being written. */
  #segments: Segment[] = [];
  #writer: SegmentWriter | null = null;
  #memory: StoredBatch[] = [];
  #memoryIndex = 0;
  #next: number;
  #dropped = 0;
  #expired = 0;
  #damaged = 0;
  #writeErrors = 0;
  #fault: string | null = null;
  readonly #old: readonly number[];
  #appending: Promise<unknown> = Promise.resolve();
  /** The oldest segment, while it is being sent. */
  #open: OpenSegment | null = null;
  /** Batches that went from memory to disk keep their number in memory for whoever holds them. */
  readonly #moved = new Map<number, StoredBatch>();

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#segmentBytes = Math.min(SEGMENT_BYTES, Math.ceil(options.maxBytes / FEWEST_SEGMENTS));
    this.#old = options.directory === null ? [] : this.#list(options.directory);
    this.#next = (this.#old.at(-1) ?? 0) + 1;
  }

  #list(directory: string): number[] {
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      return readdirSync(directory)
        .map((name) => Number(/^(\d{10})\.spool$/.exec(name)?.[1] ?? 0))
        .filter((number) => number > 0)
        .sort((a, b) => a - b);
    } catch (error) {
      this.#failed(error);
      return [];
    }
  }

  /** Reads what earlier lives left, file by file; appending may begin before it ends. */
  async open(): Promise<void> {
    const { directory } = this.#options;
    if (directory === null) return;
    for (const number of this.#old) {
      const segment = new Segment(directory, number);
      await segment.scan();
      this.#damaged += segment.gaps;
      if (segment.waiting === 0) segment.remove();
      else this.#segments = [...this.#segments, segment].sort((a, b) => a.number - b.number);
    }
    this.#dropExpired();
    this.#keepSize();
  }

  /** Writes a batch; when it ends, the batch is as safe as the disk makes it. One at a time, in order. */
  append(at: number, data: readonly BatchDatum[]): Promise<StoredBatch> {
    const appended = this.#appending.then(() => this.#append({ at, data }));
    this.#appending = appended.catch(() => undefined);
    return appended;
  }

  async #append(batch: Batch): Promise<StoredBatch> {
    if (this.#memory.length > 0) await this.#saveMemory();
    const stored = this.#write(batch) ?? (this.#makeRoom() ? this.#write(batch) : null);
    if (stored === null) return this.#keepInMemory(batch);
    await this.#writer?.sync();
    this.#keepSize();
    return stored;
  }

  /** null when the disk does not take it. */
  #write(batch: Batch): StoredBatch | null {
    const { directory } = this.#options;
    if (directory === null) return null;
    try {
      if (this.#writer !== null && this.#writer.segment.bytes >= this.#segmentBytes) this.#closeWriter();
      if (this.#writer === null) {
        this.#writer = new SegmentWriter(directory, this.#next);
        this.#next += 1;
        this.#segments.push(this.#writer.segment);
      }
      const stored = this.#writer.append(batch);
      this.#fault = null;
      return stored;
    } catch (error) {
      this.#failed(error);
      return null;
    }
  }

  #failed(error: unknown): void {
    this.#writeErrors += 1;
    this.#fault = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }

  #closeWriter(): void {
    const closed = this.#writer;
    this.#writer = null;
    closed?.close();
    if (closed?.segment.waiting === 0) this.#forget(closed.segment);
  }

  /** A full disk: the oldest segment goes, for what is newest is worth most. True when one went. */
  #makeRoom(): boolean {
    const [first] = this.#segments;
    if (this.#fault !== 'ENOSPC' || first === undefined || first === this.#writer?.segment) return false;
    this.#drop(first);
    return true;
  }

  #keepInMemory(batch: Batch): StoredBatch {
    this.#memoryIndex += 1;
    const stored = { ...batch, segment: 0, index: this.#memoryIndex };
    this.#memory.push(stored);
    if (this.#memory.length > MOST_IN_MEMORY) {
      this.#memory.shift();
      this.#dropped += 1;
    }
    return stored;
  }

  /** What waited in memory goes to disk when that works again; it stays known by its number in memory. */
  async #saveMemory(): Promise<void> {
    while (this.#memory.length > 0) {
      const [first] = this.#memory;
      const stored = first && this.#write(first);
      if (!first || !stored) return;
      this.#moved.set(first.index, { ...stored, data: [] });
      this.#memory.shift();
    }
    await this.#writer?.sync();
  }

  #keepSize(): void {
    while (this.#segments.length > 1 && this.#bytes() > this.#options.maxBytes) {
      const [first] = this.#segments;
      if (first === undefined || first === this.#writer?.segment) return;
      this.#drop(first);
    }
  }

  #bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #drop(segment: Segment): void {
    this.#dropped += segment.waiting;
    this.#forget(segment);
  }

  #forget(segment: Segment): void {
    segment.remove();
    this.#segments = this.#segments.filter((other) => other !== segment);
    if (this.#open?.segment === segment) this.#open = null;
    for (const [memory, { segment: number }] of this.#moved) if (number === segment.number) this.#moved.delete(memory);
  }

  #dropExpired(): void {
    const limit = this.#options.now() - OLDEST_MS;
    for (const segment of [...this.#segments]) {
      if (segment === this.#writer?.segment || segment.newest === null || segment.newest >= limit) continue;
      this.#expired += segment.waiting;
      this.#forget(segment);
    }
  }

  /** False once a batch is done with. */
  waits(batch: StoredBatch): boolean {
    const { segment: number, index } = this.#placeOf(batch);
    if (number === 0) return this.#memory.some((other) => other.index === index);
    const segment = this.#segments.find((other) => other.number === number);
    return segment !== undefined && !segment.isAccepted(index);
  }

  #placeOf(batch: StoredBatch): Pick<StoredBatch, 'segment' | 'index'> {
    return (batch.segment === 0 ? this.#moved.get(batch.index) : undefined) ?? batch;
  }

  /** A batch was accepted, or will never be (`expired`). */
  accept(batch: StoredBatch, why: 'accepted' | 'expired' = 'accepted'): void {
    if (why === 'expired') this.#expired += 1;
    const { segment: number, index } = this.#placeOf(batch);
    if (number === 0) {
      this.#memory = this.#memory.filter((other) => other.index !== index);
      return;
    }
    const segment = this.#segments.find((other) => other.number === number);
    if (segment !== undefined) this.#accept(segment, index);
  }

  #accept(segment: Segment, index: number): void {
    if (!segment.accept(index)) this.#writeErrors += 1;
    if (segment.waiting === 0 && segment !== this.#writer?.segment) this.#forget(segment);
  }

  /**
   * The oldest batches that wait, of one segment at a time.
   *
   * @param skip those that somebody else will send
   * @param most data in all of them together; one batch is given however large it is
   */
  async oldest(most: number, skip: (batch: Pick<StoredBatch, 'segment' | 'index'>) => boolean): Promise<StoredBatch[]> {
    this.#dropExpired();
    for (const segment of [...this.#segments]) {
      if (segment.waiting === 0) continue;
      const batches = await this.#read(segment, most, skip);
      if (batches.length > 0) return batches;
    }
    const taken: StoredBatch[] = [];
    for (const batch of this.#memory) {
      if (!skip(batch) && !addUpTo(taken, batch, most)) break;
    }
    return taken;
  }

  async #read(segment: Segment, most: number, skip: (batch: StoredBatch) => boolean): Promise<StoredBatch[]> {
    const writing = segment === this.#writer?.segment;
    const open = !writing && this.#open?.segment === segment ? this.#open : await segment.open();
    this.#open = writing ? null : open;
    const limit = this.#options.now() - OLDEST_MS;
    const moved = new Map([...this.#moved].map(([memory, { segment, index }]) => [`${segment}/${index}`, memory]));
    const taken: StoredBatch[] = [];
    for (const head of open.heads) {
      const { index } = head;
      if (segment.isAccepted(index)) continue;
      const memory = moved.get(`${segment.number}/${index}`);
      const place = memory === undefined ? { segment: segment.number, index } : { segment: 0, index: memory };
      if (skip({ at: head.at, data: [], ...place })) continue;
      const batch = head.at < limit ? null : open.reader.read(head);
      if (batch === null) {
        if (head.at < limit) this.#expired += 1;
        else this.#damaged += 1;
        this.#accept(segment, index);
      } else if (!addUpTo(taken, { ...batch, ...place }, most)) break;
    }
    return taken;
  }

  status(): SpoolStatus {
    const waiting = this.#segments.filter((segment) => segment.waiting > 0);
    const times = [...waiting.map(({ oldest }) => oldest), ...this.#memory.map(({ at }) => at)].filter(
      (at) => at !== null,
    );
    const { directory, maxBytes } = this.#options;
    return {
      mode: directory === null || this.#fault !== null ? 'memory' : 'disk',
      waiting: waiting.reduce((sum, segment) => sum + segment.waiting, 0) + this.#memory.length,
      oldest: times.length === 0 ? null : Math.min(...times),
      bytes: this.#bytes(),
      maxBytes,
      dropped: this.#dropped,
      expired: this.#expired,
      damaged: this.#damaged,
      writeErrors: this.#writeErrors,
      fault: this.#fault,
    };
  }

  async close(): Promise<void> {
    await this.#appending;
    this.#closeWriter();
    for (const segment of this.#segments) segment.close();
  }
}

/** False when it does not fit beside what is there. */
function addUpTo(taken: StoredBatch[], batch: StoredBatch, most: number): boolean {
  const data = taken.reduce((sum, other) => sum + other.data.length, batch.data.length);
  if (taken.length > 0 && data > most) return false;
  taken.push(batch);
  return true;
}
