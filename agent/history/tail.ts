/**
 * Tails: what open chunks grew by since the last flush, all targets of a tier in one record.
 *
 *   crc32 of the rest, u32 little endian, then per chunk
 *   varint 2 × chunk id + 1 if the chunk begins here | varint subject | varint start / 1000 if it begins here |
 *   varint length | that many bytes of rows
 *
 * One record per tier and flush keeps the writes small: fifty targets at 1 Hz are some 20 KB/min.
 */
import { crc32 } from 'node:zlib';
import { ByteReader, ByteWriter } from './bytes.ts';
import { Chunk } from './chunk.ts';
import type { Reader } from './reader.ts';
import type { Recorder } from './recorder.ts';
import type { Store } from './store.ts';
import { SECONDS, TIERS, type Tier } from './tiers.ts';

const CRC_BYTES = 4;

/** Writes what chunks grew by; inside a transaction. The returned function marks it written, once committed. */
export function flushTails(store: Store, chunks: Iterable<Chunk>): () => void {
  const grown = TIERS.map((): Chunk[] => []);
  for (const chunk of chunks) if (chunk.length > chunk.flushed) grown[chunk.tier.number]?.push(chunk);
  const marks: (() => void)[] = [];
  grown.forEach((parts, tier) => {
    if (parts.length === 0) return;
    const id = store.addTail(tier, encodeTail(parts));
    for (const chunk of parts) {
      const { length } = chunk;
      marks.push(() => {
        chunk.flushed = length;
        chunk.firstTail ??= id;
      });
    }
  });
  return () => {
    for (const mark of marks) mark();
  };
}

function encodeTail(chunks: readonly Chunk[]): Uint8Array {
  const out = new ByteWriter(1_024);
  for (let i = 0; i < CRC_BYTES; i += 1) out.byte(0);
  for (const chunk of chunks) {
    const begins = chunk.flushed === 0;
    const bytes = chunk.unflushed();
    out.varint(2 * chunk.id + (begins ? 1 : 0));
    out.varint(chunk.subject);
    if (begins) out.varint(chunk.start / SECONDS.stepMs);
    out.varint(bytes.length);
    out.append(bytes);
  }
  const body = out.written();
  new DataView(body.buffer, body.byteOffset).setUint32(0, crc32(body.subarray(CRC_BYTES)), true);
  return body;
}

export interface Restored {
  readonly chunks: readonly Chunk[];
  /** The highest chunk id ever given. */
  readonly lastId: number;
  /** False when a tail was damaged: rows may be missing between, so none of the chunks may go on. */
  readonly whole: boolean;
}

/** Reads the chunks back that an earlier run left open, oldest first. */
export function restoreTails(store: Store): Restored {
  const chunks = new Map<number, Chunk>();
  const damaged = new Set<number>();
  let lastId = store.lastChunk();
  for (const { id, tier, body } of store.tails()) {
    try {
      decodeTail(body, (chunkId, subject, start, bytes) => {
        lastId = Math.max(lastId, chunkId);
        if (start !== null && !store.hasChunk(chunkId))
          chunks.set(chunkId, new Chunk(chunkId, tierOf(tier), subject, start));
        if (start !== null || !damaged.has(tier)) chunks.get(chunkId)?.restore(bytes, id);
      });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      damaged.add(tier);
    }
  }
  const open = [...chunks.values()].filter((chunk) => chunk.rows > 0);
  return { chunks: open.sort((a, b) => a.id - b.id), lastId, whole: damaged.size === 0 };
}

type Part = (chunk: number, subject: number, start: number | null, bytes: Uint8Array) => void;

function decodeTail(body: Uint8Array, part: Part): void {
  const rest = body.subarray(CRC_BYTES);
  const expected = body.length >= CRC_BYTES ? new DataView(body.buffer, body.byteOffset).getUint32(0, true) : -1;
  if (crc32(rest) !== expected) throw new RangeError('history: a tail is damaged');
  const from = new ByteReader(rest);
  while (!from.done) {
    const head = from.varint();
    const subject = from.varint();
    const start = head % 2 === 1 ? from.varint() * SECONDS.stepMs : null;
    part(Math.floor(head / 2), subject, start, from.take(from.varint()));
  }
}

function tierOf(number: number): Tier {
  const tier = TIERS[number];
  if (!tier) throw new RangeError(`history: no tier ${number}`);
  return tier;
}

/**
 * Pours the seconds that an earlier run stored, but that had not yet become tens and minutes when it ended.
 * Without this a kill would cost up to a minute of the coarse tiers.
 */
export function replaySeconds(store: Store, recorder: Recorder, reader: Reader): void {
  const subjects = new Set([...recorder.chunks()].map((chunk) => chunk.subject));
  for (const subject of subjects) {
    for (const tier of TIERS.slice(1)) {
      let from = store.lastEnd(subject, tier.number) ?? 0;
      for (const chunk of recorder.chunks(subject))
        if (chunk.tier === tier) from = Math.max(from, chunk.lastAt + tier.stepMs);
      reader.rows(subject, SECONDS, from, Number.MAX_SAFE_INTEGER, (row) => recorder.replay(subject, tier, row));
    }
  }
}
