/**
 * One target's samples: statistics over any span that ends now, and rows for history.
 *
 * Quantiles are exact: at a probe a second a minute is 60 values, and sorting those costs less than a histogram per
 * second and knows more. Windows are placed by the monotonic time of sending, so no step of the wall clock and no
 * slow timeout moves a sample from one window to another.
 */
import { InterarrivalJitter, roundTripIpdv } from './jitter.ts';
import { LossBursts } from './loss-bursts.ts';
import { quantileOfSorted } from './quantile.ts';
import { binOf, binValue } from './rtt-bins.ts';
import { LOCAL, LOST, REFUSED, REPLY, SampleRing, type SlotKind } from './sample-ring.ts';
import type { Note, Singleton } from './singleton.ts';
import type { RttStatistics, SeriesRow, Statistics } from './statistics.ts';
import type { Milliseconds } from './target.ts';

/** The longest window every target keeps, whatever its thresholds say. */
const MINUTE = 60_000;
/** How late a prober may report that a probe timed out before its place is given up. */
export const GRACE_MS = 1500;
/** Fewest probes held, so that the slowest target still has something to be judged by. */
const FEWEST_SLOTS = 16;
/** RTTs are told to the nanosecond; kernel stamps know no more. */
const roundNs = (ms: number): number => Math.round(ms * 1e6) / 1e6;

/** A finished probe, in sending order. */
export type SettledListener = (kind: SlotKind, sentMono: Milliseconds, rttMs: Milliseconds, userTimed: boolean) => void;

/** Scratch space shared by all targets, grown to the largest window. */
let rtts = new Float64Array(256);
let deltas = new Float64Array(256);

export class Windows {
  readonly #everyMs: Milliseconds;
  readonly #timeoutMs: Milliseconds;
  readonly #ring: SampleRing;
  readonly #jitter = new InterarrivalJitter();
  readonly #bursts = new LossBursts();
  readonly #onSettled: SettledListener;

  constructor(
    options: { readonly everyMs: Milliseconds; readonly timeoutMs: Milliseconds; readonly windowMs: Milliseconds },
    onSettled: SettledListener,
  ) {
    this.#everyMs = options.everyMs;
    this.#timeoutMs = options.timeoutMs;
    this.#onSettled = onSettled;
    // A 60 s row is read up to a timeout, the grace and a few ticks after its end.
    const held = Math.max(MINUTE, options.windowMs) + options.timeoutMs + 2 * options.everyMs + GRACE_MS + 3000;
    this.#ring = new SampleRing(Math.max(FEWEST_SLOTS, Math.ceil(held / options.everyMs) + 2));
  }

  /** Takes a finished probe; the listener hears of it when all before it are finished too. */
  add(singleton: Singleton): void {
    const { outcome, sequence, sentMono } = singleton;
    const userTimed = outcome.kind === 'reply' && outcome.timing === 'user';
    if (!this.#ring.put(sequence, sentMono, kindOf(singleton), userTimed, singleton.reordered)) return;
    if (outcome.kind === 'reply') {
      const slot = this.#ring.slot(sequence);
      this.#ring.rtt[slot] = outcome.rttMs;
      this.#ring.errorBar[slot] = outcome.errorBarMs;
      this.#ring.jitter[slot] = this.#jitter.add(outcome.rttMs);
    }
    this.#settle();
  }

  note(note: Note): void {
    this.#ring.mark(note.sequence, note.kind);
  }

  /** Gives up places of probes that were never reported. Call once per tick. */
  advance(nowMono: Milliseconds): void {
    while (this.#ring.skipGap(nowMono - this.#timeoutMs - GRACE_MS)) this.#settle();
  }

  /** Changes whenever statistics may. */
  get settled(): number {
    return this.#ring.settled;
  }

  /** RFC 3550 jitter as it stands after the newest reply; 0 before two. */
  get interarrivalJitter(): Milliseconds {
    return this.#jitter.value;
  }

  /** End of all windows: when the newest settled probe was sent, but never long ago when nothing comes any more. */
  end(nowMono: Milliseconds): Milliseconds {
    const oldestEnd = nowMono - this.#everyMs - this.#timeoutMs - GRACE_MS;
    const { settled } = this.#ring;
    return settled < this.#ring.oldest
      ? oldestEnd
      : Math.max(oldestEnd, this.#ring.sent[this.#ring.slot(settled)] ?? 0);
  }

  /** Statistics over the probes sent in (end − span, end]. */
  statistics(spanMs: Milliseconds, endMono: Milliseconds): Statistics {
    return this.#statistics(endMono - spanMs, endMono, this.#firstAfter(endMono - spanMs), this.#ring.settled);
  }

  /** Of the last `probes` settled ones that left this host since `sinceMono`: how many, and how many were lost. */
  lastLoss(probes: number, sinceMono: Milliseconds): { readonly sent: number; readonly lost: number } {
    let sent = 0;
    let lost = 0;
    for (let sequence = this.#ring.settled; sequence >= this.#ring.oldest && sent < probes; sequence -= 1) {
      const slot = this.#ring.slot(sequence);
      if ((this.#ring.sent[slot] ?? 0) < sinceMono) break;
      const kind = this.#ring.kind(slot);
      if (kind === REPLY || kind === LOST || kind === REFUSED) sent += 1;
      if (kind === LOST || kind === REFUSED) lost += 1;
    }
    return { sent, lost };
  }

  /** True when no probe sent before `mono` can still be out. */
  isSettled(mono: Milliseconds, nowMono: Milliseconds): boolean {
    const { settled, newest } = this.#ring;
    if (nowMono >= mono + this.#timeoutMs + GRACE_MS) return true;
    return settled === newest && settled >= 0 && (this.#ring.sent[this.#ring.slot(settled)] ?? 0) >= mono;
  }

  /** The row of one step, probes sent in [from, to); null when nothing was measured in it. */
  row(at: number, fromMono: Milliseconds, toMono: Milliseconds): SeriesRow | null {
    // The last instant before `from`, since statistics leave their lower bound out.
    const first = this.#firstAfter(fromMono - 1e-6);
    let last = this.#ring.settled;
    while (last >= first && (this.#ring.sent[this.#ring.slot(last)] ?? 0) >= toMono) last -= 1;
    const sample = this.#statistics(fromMono, toMono, first, last);
    if (sample.sent + sample.local === 0) return null;
    return {
      at,
      sent: sample.sent,
      received: sample.received,
      local: sample.local,
      rtt: sample.rtt,
      jitter: sample.interarrivalJitter,
      timing: sample.timing,
      errorBarMs: sample.errorBarMs,
      histogram: pairsOf(rtts.subarray(0, sample.received)),
    };
  }

  #settle(): void {
    for (let slot = this.#ring.settleNext(); slot >= 0; slot = this.#ring.settleNext()) {
      const kind = this.#ring.kind(slot);
      this.#onSettled(kind, this.#ring.sent[slot] ?? 0, this.#ring.rtt[slot] ?? 0, this.#ring.isUserTimed(slot));
    }
  }

  #firstAfter(mono: Milliseconds): number {
    const { settled, oldest } = this.#ring;
    let first = settled + 1;
    while (first > oldest && (this.#ring.sent[this.#ring.slot(first - 1)] ?? 0) > mono) first -= 1;
    return first;
  }

  /** Leaves the sorted RTTs of the sample in the scratch space. */
  #statistics(fromMono: Milliseconds, toMono: Milliseconds, first: number, last: number): Statistics {
    const ring = this.#ring;
    if (last - first >= rtts.length) {
      rtts = new Float64Array(2 * (last - first + 1));
      deltas = new Float64Array(rtts.length);
    }
    this.#bursts.reset();
    let received = 0;
    let lost = 0;
    let errors = 0;
    let local = 0;
    let duplicates = 0;
    let late = 0;
    let reordered = 0;
    let corrupt = 0;
    let userTimed = 0;
    let errorBar = 0;
    let sum = 0;
    let jitter = 0;
    let previous = 0;
    for (let sequence = first; sequence <= last; sequence += 1) {
      const slot = ring.slot(sequence);
      const kind = ring.kind(slot);
      duplicates += ring.duplicates(slot);
      corrupt += ring.corrupt(slot);
      if (ring.isLate(slot)) late += 1;
      if (kind === REPLY) {
        const rtt = ring.rtt[slot] ?? 0;
        if (received > 0) deltas[received - 1] = Math.abs(rtt - previous);
        previous = rtt;
        rtts[received] = rtt;
        received += 1;
        sum += rtt;
        jitter = ring.jitter[slot] ?? 0;
        errorBar = Math.max(errorBar, ring.errorBar[slot] ?? 0);
        if (ring.isUserTimed(slot)) userTimed += 1;
        if (ring.isReordered(slot)) reordered += 1;
        this.#bursts.add(false);
      } else if (kind === LOST || kind === REFUSED) {
        if (kind === LOST) lost += 1;
        else errors += 1;
        this.#bursts.add(true);
      } else if (kind === LOCAL) local += 1;
    }
    const sent = received + lost + errors;
    return {
      fromMono,
      toMono,
      sent,
      received,
      lost,
      errors,
      local,
      duplicates,
      late,
      reordered,
      corrupt,
      lossRatio: sent === 0 ? null : (lost + errors) / sent,
      lossBurst: this.#bursts.longest,
      rtt: received === 0 ? null : rttStatistics(received, sum),
      interarrivalJitter: received < 2 ? null : roundNs(jitter),
      roundTripIpdv: received < 2 ? null : roundNs(roundTripIpdv(deltas.subarray(0, received - 1)) ?? 0),
      timing: received === 0 ? null : userTimed === 0 ? 'kernel' : userTimed === received ? 'user' : 'mixed',
      userTimed,
      errorBarMs: received === 0 ? null : roundNs(errorBar),
    };
  }
}

function kindOf(singleton: Singleton): SlotKind {
  switch (singleton.outcome.kind) {
    case 'reply':
      return REPLY;
    case 'lost':
      return LOST;
    case 'error':
      return REFUSED;
    case 'local':
      return LOCAL;
  }
}

/** Sorts the first `count` RTTs of the scratch space and tells their quantiles. */
function rttStatistics(count: number, sum: number): RttStatistics {
  const sorted = count === 1 ? rtts.subarray(0, 1) : rtts.subarray(0, count).sort();
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i += 1) squares += ((sorted[i] ?? 0) - mean) ** 2;
  return {
    min: roundNs(sorted[0] ?? 0),
    p5: roundNs(quantileOfSorted(sorted, 0.05)),
    p25: roundNs(quantileOfSorted(sorted, 0.25)),
    p50: roundNs(quantileOfSorted(sorted, 0.5)),
    p75: roundNs(quantileOfSorted(sorted, 0.75)),
    p90: roundNs(quantileOfSorted(sorted, 0.9)),
    p95: roundNs(quantileOfSorted(sorted, 0.95)),
    p99: roundNs(quantileOfSorted(sorted, 0.99)),
    max: roundNs(sorted[count - 1] ?? 0),
    mean: roundNs(mean),
    stddev: roundNs(Math.sqrt(squares / count)),
  };
}

/** RTTs counted in the bins of the past, as [value, count] ascending; one grid for all rows, so that rows merge. */
function pairsOf(sorted: Float64Array): (readonly [number, number])[] {
  const pairs: [number, number][] = [];
  let bin = -1;
  for (const rtt of sorted) {
    const own = binOf(rtt);
    const last = pairs.at(-1);
    if (own === bin && last !== undefined) last[1] += 1;
    else pairs.push([binValue(own), 1]);
    bin = own;
  }
  return pairs;
}
