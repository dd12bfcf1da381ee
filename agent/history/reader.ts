/**
 * Reads rows back: packed ones from the file, open ones from memory, poured into the columns of a chart.
 *
 * The newest seconds are in no minute yet; where a coarse tier ends, the finer ones carry on, so a chart reaches
 * "now" whatever its range.
 */
import type { SeriesRow } from '../measure/statistics.ts';
import type { Series } from '../verdict/past.ts';
import { type Bins, denseBins, sparseBins } from './bins.ts';
import { ByteReader } from './bytes.ts';
import { emptyRow, type Segment, unpack } from './chunk.ts';
import { gridFor } from './grid.ts';
import { Pool } from './pool.ts';
import type { Recorder } from './recorder.ts';
import { decodeRow, RowContext, type StoredRow } from './row-code.ts';
import type { Store } from './store.ts';
import { MINUTES, TIERS, type Tier } from './tiers.ts';

/** Takes each row in turn and returns where its bins go. */
export type RowVisitor = (row: StoredRow) => Bins | null;

export class Reader {
  readonly #store: Store;
  readonly #recorder: Recorder;
  readonly #onDamage: (chunk: number) => void;
  /** The column being filled; one for all questions, for its bins are 9 KB. */
  readonly #column = new Pool(denseBins());

  constructor(store: Store, recorder: Recorder, onDamage: (chunk: number) => void) {
    this.#store = store;
    this.#recorder = recorder;
    this.#onDamage = onDamage;
  }

  series(subject: number, from: number, to: number, columns: number): Series {
    const grid = gridFor(
      from,
      to,
      columns,
      TIERS.map((tier) => this.oldest(tier)),
    );
    const rows: SeriesRow[] = [];
    const pool = this.#column;
    pool.begin(grid.origin);
    const start = Math.max(from, grid.origin);
    this.#pourTiers(subject, grid.tier, start, to, (row) => {
      const at = grid.origin + Math.max(0, Math.floor((row.at - grid.origin) / grid.stepMs)) * grid.stepMs;
      if (pool.empty || pool.at !== at) {
        if (!pool.empty) rows.push(pool.toSeries());
        pool.begin(at);
      }
      pool.add(row);
      return pool.bins;
    });
    if (!pool.empty) rows.push(pool.toSeries());
    return { stepMs: grid.stepMs, rows };
  }

  /** Start of the oldest row of a tier, packed or open. */
  oldest(tier: Tier): number | null {
    let oldest = this.#store.oldestChunk(tier.number);
    for (const chunk of this.#recorder.chunks())
      if (chunk.tier === tier && (oldest === null || chunk.start < oldest)) oldest = chunk.start;
    return oldest;
  }

  /** Where history begins: a minute begins up to a minute before its first second, so the finer tier is asked too. */
  start(): number | null {
    return TIERS.reduceRight<number | null>((start, tier) => {
      const oldest = this.oldest(tier);
      return start === null || (oldest !== null && oldest < start + MINUTES.stepMs) ? oldest : start;
    }, null);
  }

  /** Visits the rows of one subject in one tier with from ≤ at < to, ascending; returns the end of the last. */
  rows(subject: number, tier: Tier, from: number, to: number, visit: RowVisitor): number {
    let end = from;
    const inside: RowVisitor = (row) => {
      if (row.at < from || row.at >= to) return null;
      end = Math.max(end, row.at + tier.stepMs);
      return visit(row);
    };
    for (const cluster of clusters(this.#parts(subject, tier, from, to))) {
      const [only] = cluster;
      if (cluster.length === 1 && only) inOrder(only, tier, inside);
      else sorted(cluster, tier, inside);
    }
    return end;
  }

  #pourTiers(subject: number, coarse: Tier, from: number, to: number, visit: RowVisitor): void {
    let start = from - (((from % coarse.stepMs) + coarse.stepMs) % coarse.stepMs);
    for (let number = coarse.number; number >= 0 && start < to; number -= 1) {
      const tier = TIERS[number];
      if (tier) start = this.rows(subject, tier, start, to, visit);
    }
  }

  #parts(subject: number, tier: Tier, from: number, to: number): LazySegment[] {
    const stored = this.#store
      .chunks(subject, tier.number, from, to, tier.chunkMs)
      .map(({ id, start, end }) => ({ start, end, bytes: () => this.#unpacked(id) }));
    const open: LazySegment[] = [];
    for (const chunk of this.#recorder.chunks(subject)) {
      const segment = chunk.segment();
      if (chunk.tier === tier && segment.start < to && segment.end > from)
        open.push({ ...segment, bytes: () => segment.bytes });
    }
    return [...stored, ...open].sort((a, b) => a.start - b.start);
  }

  #unpacked(id: number): Uint8Array {
    const body = this.#store.chunkBody(id);
    const bytes = body && unpack(body);
    if (!bytes) this.#onDamage(id);
    return bytes ?? new Uint8Array(0);
  }
}

/** A segment whose bytes are fetched when they are read, one chunk at a time. */
interface LazySegment extends Omit<Segment, 'bytes'> {
  readonly bytes: () => Uint8Array;
}

/** Segments that overlap in time, together; the others alone. `parts` by start. */
function clusters(parts: readonly LazySegment[]): LazySegment[][] {
  const found: LazySegment[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const part of parts) {
    if (part.start < end) found.at(-1)?.push(part);
    else found.push([part]);
    end = Math.max(end, part.end);
  }
  return found;
}

function inOrder(part: LazySegment, tier: Tier, visit: RowVisitor): void {
  const reader = new ByteReader(part.bytes());
  const context = new RowContext(part.start, tier.stepMs);
  const row = emptyRow();
  while (!reader.done) decodeRow(reader, context, row, visit);
}

/** After a backward step of the wall clock chunks overlap; then their rows are taken apart and sorted. */
function sorted(parts: readonly LazySegment[], tier: Tier, visit: RowVisitor): void {
  const rows: { row: StoredRow; bins: Bins }[] = [];
  for (const part of parts) {
    inOrder(part, tier, (row) => {
      const bins = sparseBins();
      rows.push({ row: { ...row }, bins });
      return bins;
    });
  }
  rows.sort((a, b) => a.row.at - b.row.at);
  for (const { row, bins } of rows) {
    const into = visit(row);
    if (into) bins.each((bin, count) => into.add(bin, count));
  }
}
