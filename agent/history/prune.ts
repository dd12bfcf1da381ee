/**
 * What goes when: rows by age, events by age and number, and when the size cap is reached, rows by share.
 *
 * At the cap every tier gives up its oldest chunks so that all keep the same share of their reach: with twice as
 * many targets as the cap holds, seconds reach back half an hour, tens of seconds half a day, minutes a week.
 * Taking the oldest rows first instead would take only minutes, the finest first only what an operator looks at
 * during an incident. Events, states and runs are small and stay.
 */
import type { Reader } from './reader.ts';
import { type Store, WAL_RESERVE_BYTES } from './store.ts';
import { EVENTS_KEEP_MS, TIERS } from './tiers.ts';

/** The least a cap can be: below it the log would take more than the rows. */
export const LEAST_MAX_BYTES = 4 * 1_048_576;
/** Room kept free, so that what is packed between two steps stays clear of SQLite's own limit. */
const FREE_BYTES = 524_288;
const FREE_SHARE = 0.05;
const SQUEEZES_PER_STEP = 4;
/** Chunks or events deleted at once: what fits in a few milliseconds on a small instance. */
const BATCH = 16;
const EVENT_BATCH = 200;
/** Events may take a quarter of the file; one takes about 700 bytes with its index. */
const BYTES_PER_EVENT = 700;
const RUNS_EVERY_MS = 3_600_000;
const SHRINK_PAGES = 64;

export class Pruner {
  /** True since rows had to go before their time. */
  #squeezed = false;
  readonly #maxBytes: number;
  readonly #budget: number;
  #runsAt = Number.NEGATIVE_INFINITY;

  constructor(maxBytes: number, onDisk: boolean) {
    this.#maxBytes = maxBytes;
    this.#budget = maxBytes - (onDisk ? WAL_RESERVE_BYTES : 0);
  }

  /** Sets SQLite's own limit for the file, should a step ever come too late. */
  guard(store: Store): void {
    store.limit(this.#budget);
  }

  /** One small step; inside a transaction of its own. True when the next should follow soon. */
  step(store: Store, now: number): boolean {
    let more = false;
    store.transaction(() => {
      for (const tier of TIERS) more = store.dropChunks(tier.number, now - tier.keepMs, BATCH) === BATCH || more;
      this.#events(store, now);
      if (now - this.#runsAt >= RUNS_EVERY_MS || now < this.#runsAt) {
        this.#runsAt = now;
        store.dropRuns(now - EVENTS_KEEP_MS);
      }
      const highWater = this.#budget - Math.max(FREE_BYTES, FREE_SHARE * this.#budget);
      for (let i = 0; i < SQUEEZES_PER_STEP && store.usedBytes() > highWater; i += 1) {
        this.#squeeze(store, now);
        more = true;
      }
    });
    if (store.totalBytes() > this.#maxBytes) {
      store.shrink(SHRINK_PAGES);
      this.guard(store);
      more = true;
    }
    return more;
  }

  /** How far back each tier reaches, when that is less than it should be; null otherwise. */
  reachText(reader: Reader, now: number): string | null {
    if (!this.#squeezed) return null;
    const reach = TIERS.flatMap((tier) => {
      const oldest = reader.oldest(tier);
      return oldest === null ? [] : [`${tier.stepMs / 1_000} s back ${durationText(now - oldest)}`];
    });
    const mebibytes = Math.round(this.#maxBytes / 1_048_576);
    return `${mebibytes} MiB are full: ${reach.join(', ')}; a larger history.maxBytes reaches further`;
  }

  #events(store: Store, now: number): void {
    const { first, last } = store.eventIds();
    if (first === null || last === null) return;
    const most = Math.max(1_000, Math.floor(this.#budget / 4 / BYTES_PER_EVENT));
    store.dropEvents(now - EVENTS_KEEP_MS, last - most, EVENT_BATCH);
  }

  #squeeze(store: Store, now: number): void {
    let longest = { share: 0, tier: -1 };
    for (const tier of TIERS) {
      const oldest = store.oldestChunk(tier.number);
      const share = oldest === null ? 0 : Math.max(1e-9, (now - oldest) / tier.keepMs);
      if (share > longest.share) longest = { share, tier: tier.number };
    }
    if (longest.tier < 0) return;
    store.dropChunks(longest.tier, Number.MAX_SAFE_INTEGER, BATCH);
    this.#squeezed = true;
  }
}

function durationText(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 120) return `${Math.round(minutes)} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${(minutes / 1_440).toFixed(1)} d`;
}
