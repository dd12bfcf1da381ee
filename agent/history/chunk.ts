/**
 * A chunk: consecutive rows of one target in one tier.
 *
 * While open it grows in memory, byte by byte as rows come; the bytes since the last flush go to disk as they
 * are (the tail), so a flush writes what is new and nothing twice. When full it is packed:
 *
 *   crc32 of the packed rows, u32 little endian | rows of `row-code.ts`, raw deflate (RFC 1951)
 *
 * Deflate takes a third to a half off the rows; a window of 8 KiB finds what there is and costs little memory.
 */
import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Bins } from './bins.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { decodeRow, encodeRow, RowContext, type StoredRow } from './row-code.ts';
import type { Tier } from './tiers.ts';

const CRC_BYTES = 4;
const DEFLATE = { level: 3, windowBits: 13, memLevel: 7, strategy: constants.Z_DEFAULT_STRATEGY };
const FIRST_CAPACITY = 64;

/** Rows as bytes, with the time they span. */
export interface Segment {
  readonly start: number;
  /** End of the last row's step. */
  readonly end: number;
  readonly bytes: Uint8Array;
}

export class Chunk {
  /** Unique over the life of the file: a tail part whose chunk is packed is not read again. */
  readonly id: number;
  readonly tier: Tier;
  readonly subject: number;
  readonly start: number;
  rows = 0;
  /** Bytes that are in a tail on disk. */
  flushed = 0;
  /** The first tail that holds some of it; null when none does. */
  firstTail: number | null = null;
  readonly #rows = new ByteWriter(FIRST_CAPACITY);
  readonly #context: RowContext;

  constructor(id: number, tier: Tier, subject: number, start: number) {
    this.id = id;
    this.tier = tier;
    this.subject = subject;
    this.start = start;
    this.#context = new RowContext(start, tier.stepMs);
  }

  get lastAt(): number {
    return this.#context.at;
  }

  get length(): number {
    return this.#rows.length;
  }

  /** True when a row at `at` belongs here: later than the last, within the chunk's span. */
  takes(at: number): boolean {
    return at > this.#context.at && at - this.start < this.tier.chunkMs;
  }

  append(row: StoredRow, bins: Bins): void {
    encodeRow(this.#rows, this.#context, row, bins);
    this.rows += 1;
  }

  unflushed(): Uint8Array {
    return this.#rows.written(this.flushed);
  }

  segment(): Segment {
    return { start: this.start, end: this.lastAt + this.tier.stepMs, bytes: this.#rows.written() };
  }

  /** Puts back bytes read from a tail, in the order they were flushed. */
  restore(bytes: Uint8Array, tail: number): void {
    this.#rows.append(bytes);
    const reader = new ByteReader(bytes);
    const row = emptyRow();
    while (!reader.done) {
      decodeRow(reader, this.#context, row, () => null);
      this.rows += 1;
    }
    this.flushed = this.#rows.length;
    this.firstTail ??= tail;
  }

  /** The file that held its tails is no more. */
  forgetTails(): void {
    this.flushed = 0;
    this.firstTail = null;
  }

  pack(): Uint8Array {
    const packed = deflateRawSync(this.#rows.written(), DEFLATE);
    const body = new Uint8Array(CRC_BYTES + packed.length);
    new DataView(body.buffer).setUint32(0, crc32(packed), true);
    body.set(packed, CRC_BYTES);
    return body;
  }
}

/** The rows of a packed chunk; null when its checksum or its deflate stream is damaged. */
export function unpack(body: Uint8Array): Uint8Array | null {
  if (body.length <= CRC_BYTES) return null;
  const packed = body.subarray(CRC_BYTES);
  const expected = new DataView(body.buffer, body.byteOffset, CRC_BYTES).getUint32(0, true);
  if (crc32(packed) !== expected) return null;
  try {
    return inflateRawSync(packed, { windowBits: DEFLATE.windowBits });
  } catch {
    return null;
  }
}

export function emptyRow(): StoredRow {
  return { at: 0, sent: 0, received: 0, local: 0, min: 0, max: 0, mean: 0, jitter: -1, timing: 0 };
}
