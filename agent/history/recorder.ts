/**
 * The rows on their way to disk: what each target has open, and the pouring of seconds into tens and minutes.
 *
 * Rows of one target come in time order. When the wall clock was set back they do not; then the open chunk is
 * closed and another begun, so that inside a chunk time always rises, and reading sorts out what overlaps.
 */
import type { SeriesRow } from '../measure/statistics.ts';
import { type Bins, sparseBins } from './bins.ts';
import { Chunk } from './chunk.ts';
import { Pool, storedOf } from './pool.ts';
import type { StoredRow } from './row-code.ts';
import { MINUTES, SECONDS, TENS, TIERS, type Tier } from './tiers.ts';

/** RFC 3550 §6.4.1: J += (|D| − J) / 16. */
const JITTER_GAIN = 16;
/** A target that wrote nothing for this long is forgotten here; its rows stay in the file. */
const IDLE_MS = 10 * 60_000;

interface Source {
  readonly subject: number;
  readonly open: (Chunk | null)[];
  readonly pools: readonly Pool[];
  /** The running interarrival jitter and the RTT it was last told against, ticks; −1 when not known. */
  jitter: number;
  lastRtt: number;
  lastAt: number;
}

export class Recorder {
  /** Chunks that take no more rows and wait to be packed, oldest first. */
  readonly closed: Chunk[] = [];
  /** Latest row of any target, wall ms. */
  newestAt = 0;
  #nextChunk: number;
  readonly #sources = new Map<number, Source>();
  readonly #bins = sparseBins();

  constructor(nextChunk: number) {
    this.#nextChunk = nextChunk;
  }

  /** Takes the row of one second. */
  write(subject: number, row: SeriesRow): void {
    const source = this.#source(subject);
    this.#bins.clear();
    const stored = storedOf(row, this.#bins);
    stored.at = Math.floor(row.at / SECONDS.stepMs) * SECONDS.stepMs;
    this.newestAt = Math.max(this.newestAt, stored.at);
    source.lastAt = stored.at;
    this.#append(source, SECONDS, stored, this.#bins);
    const jitter = followJitter(source, stored);
    for (const pool of source.pools) this.#pour(source, pool, stored, jitter);
  }

  /** Pours a second again that an earlier run stored but that had not reached `tier`; returns where its bins go. */
  replay(subject: number, tier: Tier, row: StoredRow): Bins | null {
    const source = this.#source(subject);
    const pool = source.pools[tier.number - 1];
    if (!pool) return null;
    this.#step(source, pool, tier, row.at);
    pool.add(row);
    return pool.bins;
  }

  /** Takes over a chunk that an earlier run left open, to go on with it or to have it packed. */
  adopt(chunk: Chunk, goOn: boolean): void {
    const source = this.#source(chunk.subject);
    const current = source.open[chunk.tier.number];
    if (current) this.closed.push(current);
    source.open[chunk.tier.number] = goOn ? chunk : null;
    if (!goOn) this.closed.push(chunk);
    source.lastAt = Math.max(source.lastAt, chunk.lastAt);
    this.newestAt = Math.max(this.newestAt, chunk.lastAt);
  }

  /** Every chunk in memory, of one target or of all. */
  *chunks(subject?: number): Generator<Chunk> {
    for (const chunk of this.closed) if (subject === undefined || chunk.subject === subject) yield chunk;
    const sources = subject === undefined ? this.#sources.values() : [this.#sources.get(subject)];
    for (const source of sources) for (const chunk of source?.open ?? []) if (chunk) yield chunk;
  }

  /** Closes chunks whose time is over and those of targets that are gone. */
  rotate(): void {
    for (const [subject, source] of this.#sources) {
      const idle = this.newestAt - source.lastAt > IDLE_MS;
      if (idle) this.#finish(source);
      for (const tier of TIERS) {
        const chunk = source.open[tier.number];
        if (chunk && (idle || this.newestAt - chunk.start >= tier.chunkMs + tier.stepMs)) this.#close(source, tier);
      }
      if (idle) this.#sources.delete(subject);
    }
  }

  /** Closes the largest open chunks until the open ones are under `budget` bytes. */
  relieve(budget: number): void {
    const open = [...this.#sources.values()].flatMap((source) =>
      source.open.flatMap((chunk) => (chunk ? [{ source, chunk }] : [])),
    );
    let total = open.reduce((sum, { chunk }) => sum + chunk.length, 0);
    if (total <= budget) return;
    open.sort((a, b) => b.chunk.length - a.chunk.length);
    for (const { source, chunk } of open) {
      if (total <= (budget * 3) / 4) return;
      this.#close(source, chunk.tier);
      total -= chunk.length;
    }
  }

  /** Forgets the oldest closed chunks beyond `budget` bytes, for the disk takes none; returns how many rows that lost. */
  forget(budget: number): number {
    let total = this.closed.reduce((sum, chunk) => sum + chunk.length, 0);
    let lost = 0;
    while (total > budget) {
      const oldest = this.closed.shift();
      total -= oldest?.length ?? total;
      lost += oldest?.rows ?? 0;
    }
    return lost;
  }

  #source(subject: number): Source {
    let source = this.#sources.get(subject);
    if (!source) {
      source = {
        subject,
        open: [null, null, null],
        pools: [new Pool(sparseBins()), new Pool(sparseBins())],
        jitter: -1,
        lastRtt: -1,
        lastAt: 0,
      };
      this.#sources.set(subject, source);
    }
    return source;
  }

  #pour(source: Source, pool: Pool, row: StoredRow, jitter: number): void {
    this.#step(source, pool, pool === source.pools[0] ? TENS : MINUTES, row.at);
    pool.add(row, jitter);
    this.#bins.each((bin, count) => {
      pool.bins.add(bin, count);
    });
  }

  /** Moves a pool to the step of `at`; the step it leaves is complete. */
  #step(source: Source, pool: Pool, tier: Tier, at: number): void {
    const step = Math.floor(at / tier.stepMs) * tier.stepMs;
    if (!pool.empty && pool.at === step) return;
    if (!pool.empty) this.#append(source, tier, pool.toStored(), pool.bins);
    pool.begin(step);
  }

  /** A target that is gone: what is still being poured is all there will be. */
  #finish(source: Source): void {
    source.pools.forEach((pool, i) => {
      const tier = TIERS[i + 1];
      if (pool.empty || !tier) return;
      this.#append(source, tier, pool.toStored(), pool.bins);
      pool.begin(0);
    });
  }

  #append(source: Source, tier: Tier, row: StoredRow, bins: Bins): void {
    if (this.#sources.size > tier.mostTargets) return;
    if (source.open[tier.number]?.takes(row.at) === false) this.#close(source, tier);
    const open = source.open[tier.number] ?? new Chunk(this.#nextChunk++, tier, source.subject, row.at);
    source.open[tier.number] = open;
    open.append(row, bins);
  }

  #close(source: Source, tier: Tier): void {
    const chunk = source.open[tier.number];
    if (chunk) this.closed.push(chunk);
    source.open[tier.number] = null;
  }
}

/**
 * RFC 3550 interarrival jitter carried from second to second: a second with one reply has none of its own, but
 * its RTT differs from the one before. Where several replies share a second, the writer's value is taken.
 */
function followJitter(source: Source, row: StoredRow): number {
  if (row.received === 0) return -1;
  if (row.received > 1) {
    source.lastRtt = -1;
    if (row.jitter >= 0) source.jitter = row.jitter;
    return source.jitter;
  }
  if (source.lastRtt >= 0) {
    const before = Math.max(0, source.jitter);
    source.jitter = before + (Math.abs(row.min - source.lastRtt) - before) / JITTER_GAIN;
  }
  source.lastRtt = row.min;
  return source.jitter;
}
