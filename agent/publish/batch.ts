/**
 * A batch: data of one period that go to CloudWatch together, and how it is written.
 *
 * Names and dimensions hardly ever change, so they stand in a table that a segment repeats every few dozen batches,
 * and a batch holds numbers only: some 2 KB for 50 targets instead of 40. Payloads, after a byte for the kind:
 *
 *   table  u32 id, deflated JSON [[name, unit, resolution, [[dimension, value], …]], …]
 *   batch  u32 index in the segment, f64 time, u32 id of its table, deflated JSON [[series, value | values, counts?], …]
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** One datum, without the time, which is the batch's. */
export interface BatchDatum {
  readonly name: string;
  readonly unit: string;
  readonly dimensions: readonly (readonly [name: string, value: string])[];
  readonly values: readonly (readonly [value: number, count: number])[];
  /** Seconds: 60, or 1 for high resolution. */
  readonly resolution: 1 | 60;
}

export interface Batch {
  /** Start of the period, ms since the epoch. */
  readonly at: number;
  readonly data: readonly BatchDatum[];
}

type Series = readonly [string, string, 1 | 60, BatchDatum['dimensions']];
type Row = readonly [series: number, values: number | readonly number[], counts?: readonly number[]];

const TABLE = 1;
const BATCH = 2;
const TABLE_HEAD = 5;
const BATCH_HEAD = 17;

/** The table of a segment that is being written; grows as series appear. */
export class SeriesTable {
  readonly #series: Series[] = [];
  readonly #index = new Map<string, number>();
  #id = 0;

  /** Payload of a batch, and of the table when it must be written before it. */
  encode(batch: Batch, index: number, repeat: boolean): { readonly table: Buffer | null; readonly batch: Buffer } {
    const known = this.#series.length;
    const rows = batch.data.map((datum): Row => {
      const series = this.#number(datum);
      const [first, ...more] = datum.values;
      if (first !== undefined && more.length === 0 && first[1] === 1) return [series, first[0]];
      return [series, datum.values.map(([value]) => value), datum.values.map(([, count]) => count)];
    });
    const grown = this.#series.length > known;
    if (grown) this.#id += 1;
    const head = Buffer.allocUnsafe(BATCH_HEAD);
    head.writeUInt8(BATCH, 0);
    head.writeUInt32LE(index, 1);
    head.writeDoubleLE(batch.at, 5);
    head.writeUInt32LE(this.#id, 13);
    return { table: grown || repeat ? this.#payload() : null, batch: Buffer.concat([head, pack(rows)]) };
  }

  #payload(): Buffer {
    const head = Buffer.allocUnsafe(TABLE_HEAD);
    head.writeUInt8(TABLE, 0);
    head.writeUInt32LE(this.#id, 1);
    return Buffer.concat([head, pack(this.#series)]);
  }

  #number({ name, unit, resolution, dimensions }: BatchDatum): number {
    const key = JSON.stringify([name, unit, resolution, dimensions]);
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    this.#index.set(key, this.#series.length);
    return this.#series.push([name, unit, resolution, dimensions]) - 1;
  }
}

const pack = (value: unknown): Buffer => deflateRawSync(JSON.stringify(value), { level: 6 });

const unpack = (payload: Buffer): unknown => JSON.parse(inflateRawSync(payload).toString('utf8'));

export interface BatchHead {
  readonly index: number;
  readonly at: number;
  readonly payload: Buffer;
}

/** The batches among a segment's payloads, not yet unpacked. */
export function batchHeads(payloads: readonly Buffer[]): BatchHead[] {
  return payloads
    .filter((payload) => payload[0] === BATCH && payload.length > BATCH_HEAD)
    .map((payload) => ({ index: payload.readUInt32LE(1), at: payload.readDoubleLE(5), payload }));
}

/** Unpacks batches; a table may stand anywhere in the segment, for the one before the batch may be damaged. */
export class BatchReader {
  readonly #tables = new Map<number, Buffer>();
  readonly #unpacked = new Map<number, readonly Series[]>();

  constructor(payloads: readonly Buffer[]) {
    for (const payload of payloads) {
      if (payload[0] === TABLE && payload.length > TABLE_HEAD) this.#tables.set(payload.readUInt32LE(1), payload);
    }
  }

  /** null when it cannot be read: no table for it is left. */
  read({ at, payload }: BatchHead): Batch | null {
    try {
      const table = this.#table(payload.readUInt32LE(13));
      if (table === null) return null;
      const rows = unpack(payload.subarray(BATCH_HEAD)) as readonly Row[];
      return { at, data: rows.map((row) => datumOf(row, table)) };
    } catch {
      return null;
    }
  }

  /** A table only grows, so any later one serves too. */
  #table(id: number): readonly Series[] | null {
    const known = this.#unpacked.get(id);
    if (known !== undefined) return known;
    const least = [...this.#tables.keys()].filter((other) => other >= id).sort((a, b) => a - b)[0];
    const payload = least === undefined ? undefined : this.#tables.get(least);
    if (payload === undefined) return null;
    const table = unpack(payload.subarray(TABLE_HEAD)) as readonly Series[];
    this.#unpacked.set(id, table);
    return table;
  }
}

/** @throws {RangeError} when the table lacks the series */
function datumOf([number, values, counts]: Row, table: readonly Series[]): BatchDatum {
  const series = table[number];
  if (series === undefined) throw new RangeError(`no series ${number}`);
  const [name, unit, resolution, dimensions] = series;
  if (typeof values === 'number') return { name, unit, dimensions, resolution, values: [[values, 1]] };
  return { name, unit, dimensions, resolution, values: values.map((value, i) => [value, counts?.[i] ?? 1] as const) };
}
