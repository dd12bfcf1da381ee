/**
 * One file of the spool, `NUMBER.spool`, and beside it `NUMBER.accepted`, which says what of it CloudWatch has taken.
 *
 * Both are only ever appended to. A segment is written by one life of the agent and never continued by the next, so
 * whatever stands at its end, whole or torn, is never written over. An acceptance is 8 bytes, the batch's index and a
 * checksum of index and segment: one that is damaged or missing means that its batch is sent once more.
 */
import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type Batch, type BatchHead, BatchReader, batchHeads, SeriesTable } from './batch.ts';
import { frame, readFrames } from './frame.ts';

/** Batches after which the table of series is written again. */
const TABLE_EVERY = 32;
const ACCEPTANCE = 8;
const OWN_ONLY = 0o600;

export const segmentFile = (directory: string, number: number): string =>
  join(directory, `${String(number).padStart(10, '0')}.spool`);
const acceptedFile = (directory: string, number: number): string =>
  join(directory, `${String(number).padStart(10, '0')}.accepted`);

/** A segment as it is remembered: little, for there may be hundreds. */
export class Segment {
  readonly number: number;
  readonly #directory: string;
  /** Batches that can be read. */
  total = 0;
  bytes = 0;
  /** Times of its batches, ms since the epoch; null when it has none. */
  oldest: number | null = null;
  newest: number | null = null;
  /** Stretches that hold nothing readable. */
  gaps = 0;
  readonly #accepted = new Set<number>();
  #acceptedFd: number | null = null;

  constructor(directory: string, number: number) {
    this.#directory = directory;
    this.number = number;
  }

  get waiting(): number {
    return this.total - this.#accepted.size;
  }

  saw(at: number): void {
    this.total += 1;
    this.oldest = Math.min(this.oldest ?? at, at);
    this.newest = Math.max(this.newest ?? at, at);
  }

  /** Reads what an earlier life wrote. */
  async scan(): Promise<void> {
    const content = await this.#read();
    const heads = batchHeads(content.payloads);
    for (const { at } of heads) this.saw(at);
    this.gaps = content.gaps;
    this.bytes = content.bytes;
    const indexes = new Set(heads.map(({ index }) => index));
    for (const index of this.#readAccepted()) if (indexes.has(index)) this.#accepted.add(index);
  }

  /** Its batches as they stand in the file, for reading one by one. */
  async open(): Promise<OpenSegment> {
    const { payloads } = await this.#read();
    return { segment: this, reader: new BatchReader(payloads), heads: batchHeads(payloads) };
  }

  isAccepted(index: number): boolean {
    return this.#accepted.has(index);
  }

  /** Remembers that a batch is done with. True when that is on disk (as far as the kernel knows). */
  accept(index: number): boolean {
    if (this.#accepted.has(index)) return true;
    this.#accepted.add(index);
    const entry = Buffer.allocUnsafe(ACCEPTANCE);
    entry.writeUInt32LE(index, 0);
    entry.writeUInt32LE(this.#seal(index), 4);
    try {
      this.#acceptedFd ??= openSync(acceptedFile(this.#directory, this.number), 'a', OWN_ONLY);
      const { size } = fstatSync(this.#acceptedFd);
      // an entry torn by a full disk must not shift those behind it
      if (size % ACCEPTANCE !== 0) ftruncateSync(this.#acceptedFd, size - (size % ACCEPTANCE));
      if (writeSync(this.#acceptedFd, entry) === ACCEPTANCE) {
        fdatasync(this.#acceptedFd, () => undefined);
        return true;
      }
    } catch {
      // told by the caller; the batch is then sent again by the next life
    }
    return false;
  }

  close(): void {
    if (this.#acceptedFd !== null) closeSync(this.#acceptedFd);
    this.#acceptedFd = null;
  }

  remove(): void {
    this.close();
    rmSync(segmentFile(this.#directory, this.number), { force: true });
    rmSync(acceptedFile(this.#directory, this.number), { force: true });
  }

  async #read(): Promise<{ payloads: readonly Buffer[]; gaps: number; bytes: number }> {
    const buffer = await readFile(segmentFile(this.#directory, this.number)).catch(() => Buffer.alloc(0));
    return { ...readFrames(buffer), bytes: buffer.length };
  }

  #readAccepted(): number[] {
    try {
      const buffer = readFileSync(acceptedFile(this.#directory, this.number));
      const indexes: number[] = [];
      for (let at = 0; at + ACCEPTANCE <= buffer.length; at += ACCEPTANCE) {
        const index = buffer.readUInt32LE(at);
        if (buffer.readUInt32LE(at + 4) === this.#seal(index)) indexes.push(index);
      }
      return indexes;
    } catch {
      return [];
    }
  }

  #seal(index: number): number {
    return crc32(`${this.number}/${index}`);
  }
}

export interface OpenSegment {
  readonly segment: Segment;
  readonly reader: BatchReader;
  readonly heads: readonly BatchHead[];
}

/** A batch and where it stands. */
export interface StoredBatch extends Batch {
  /** 0 when it stands in memory only. */
  readonly segment: number;
  readonly index: number;
}

/** The segment being written. */
export class SegmentWriter {
  readonly segment: Segment;
  readonly #fd: number;
  readonly #table = new SeriesTable();
  #index = 0;
  /** The table must come again: the last one was not written. */
  #tableDue = true;

  /** @throws what open(2) says */
  constructor(directory: string, number: number) {
    this.segment = new Segment(directory, number);
    // appending: after a write that was taken back, the next one must not leave a hole
    this.#fd = openSync(segmentFile(directory, number), 'ax', OWN_ONLY);
  }

  /**
   * Appends a batch; after it returns, a kill of the process loses nothing. `sync` then makes it last a power cut.
   *
   * @throws what write(2) says; nothing of the batch is left in the file then
   */
  append(batch: Batch): StoredBatch {
    const index = this.#index;
    const payloads = this.#table.encode(batch, index, this.#tableDue || index % TABLE_EVERY === 0);
    const frames = [...(payloads.table === null ? [] : [frame(payloads.table)]), frame(payloads.batch)];
    const bytes = Buffer.concat(frames);
    const before = this.segment.bytes;
    try {
      let written = 0;
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written);
    } catch (error) {
      this.#tableDue = true;
      ftruncateSync(this.#fd, before);
      throw error;
    }
    this.#tableDue = false;
    this.#index += 1;
    this.segment.bytes += bytes.length;
    this.segment.saw(batch.at);
    return { ...batch, segment: this.segment.number, index };
  }

  sync(): Promise<void> {
    return new Promise((resolve) => fdatasync(this.#fd, () => resolve()));
  }

  close(): void {
    closeSync(this.#fd);
  }
}
