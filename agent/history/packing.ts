/** Packs closed chunks into the file, a few milliseconds' worth at a time, and drops the tails they leave behind. */
import { performance } from 'node:perf_hooks';
import type { Recorder } from './recorder.ts';
import type { Store } from './store.ts';
import { TIERS } from './tiers.ts';

/** What packing may take of one tick, so that no probe waits for it. */
const PACK_MS = 3;

/** Returns how many chunks that were. */
export function packSome(store: Store, recorder: Recorder): number {
  if (recorder.closed.length === 0) return 0;
  const until = performance.now() + PACK_MS;
  let packed = 0;
  store.transaction(() => {
    for (const chunk of recorder.closed) {
      if (packed > 0 && performance.now() >= until) break;
      store.addChunk(chunk.id, chunk.tier.number, chunk.subject, chunk.segment(), chunk.pack());
      packed += 1;
    }
    dropTails(store, recorder, packed);
  });
  recorder.closed.splice(0, packed);
  return packed;
}

/** A tail is needed as long as it holds rows of a chunk that is not packed. */
function dropTails(store: Store, recorder: Recorder, packed: number): void {
  if (store.path === null) return;
  const needed = TIERS.map(() => Number.MAX_SAFE_INTEGER);
  let index = 0;
  for (const { tier, firstTail } of recorder.chunks()) {
    // `chunks` begins with the closed ones, in order.
    if (index >= packed && firstTail !== null)
      needed[tier.number] = Math.min(needed[tier.number] ?? firstTail, firstTail);
    index += 1;
  }
  needed.forEach((before, tier) => {
    store.dropTails(tier, before);
  });
}
