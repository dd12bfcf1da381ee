/**
 * What became of all probes to one target since `ping` began.
 *
 * Percentiles are exact while there are at most `EXACT` replies and within 1 % afterwards (a histogram), so a ping
 * left running for a week keeps its memory. Jitter counts in order of arrival, variation and loss bursts in order of
 * sending, as their RFCs say.
 */
import { Histogram } from '../../measure/histogram.ts';
import { InterarrivalJitter } from '../../measure/jitter.ts';
import { LossBursts } from '../../measure/loss-bursts.ts';
import { quantileOfSorted } from '../../measure/quantile.ts';
import type { Note, Outcome, Singleton } from '../../measure/singleton.ts';
import type { RttStatistics, Statistics } from '../../measure/statistics.ts';
import type { Milliseconds } from '../../measure/target.ts';

const EXACT = 10_000;
/** Distinct errors, reply TTLs and addresses remembered; a path that shows more is told by its first ones. */
const KINDS = 32;

/** A number of times the same thing was answered, or the same reason kept a probe from leaving. */
export interface Occurrence {
  readonly code: string;
  readonly text: string;
  readonly from: string | null;
  readonly mtu: number | null;
  count: number;
}

/** Values with their quantiles: exact first, a histogram from `EXACT` values on. */
class Values {
  #exact: Float64Array | null = new Float64Array(16);
  #histogram: Histogram | null = null;
  count = 0;

  add(value: number): void {
    if (this.#exact === null) this.#histogram?.add(value);
    else if (this.count < EXACT) {
      if (this.count === this.#exact.length) {
        const larger = new Float64Array(Math.min(EXACT, this.count * 2));
        larger.set(this.#exact);
        this.#exact = larger;
      }
      this.#exact[this.count] = value;
    } else {
      this.#histogram = new Histogram();
      for (const held of this.#exact) this.#histogram.add(held);
      this.#histogram.add(value);
      this.#exact = null;
    }
    this.count += 1;
  }

  get exact(): boolean {
    return this.#exact !== null;
  }

  /** The quantile function of the values so far; only with values. */
  quantiles(): (q: number) => number {
    const histogram = this.#histogram;
    if (this.#exact === null) return (q) => histogram?.quantile(q) ?? Number.NaN;
    const sorted = this.#exact.slice(0, this.count).sort();
    return (q) => quantileOfSorted(sorted, q);
  }
}

export class Tally {
  readonly #rtts = new Values();
  readonly #deltas = new Values();
  readonly #jitter = new InterarrivalJitter();
  readonly #bursts = new LossBursts();
  readonly #errors: Occurrence[] = [];
  readonly #local: Occurrence[] = [];
  readonly #ttls: number[] = [];
  /** Finished probes after one that is still out, by sequence; what is at and before `#next` is counted. */
  readonly #ahead = new Map<number, Outcome>();
  #next: number | null = null;
  #mean = 0;
  /** Sum of squared distances from the mean (Welford), which keeps its digits where a sum of squares loses them. */
  #spread = 0;
  #lost = 0;
  #refused = 0;
  #unsent = 0;
  #duplicates = 0;
  #late = 0;
  #reordered = 0;
  #corrupt = 0;
  #userTimed = 0;
  #errorBarMs = 0;
  #lastRtt: Milliseconds | null = null;
  #fromMono: Milliseconds | null = null;
  #toMono: Milliseconds = 0;

  /** Finished probes, whatever became of them. */
  get finished(): number {
    return this.#rtts.count + this.#lost + this.#refused + this.#unsent;
  }

  get replies(): number {
    return this.#rtts.count;
  }

  /** Errors the network answered, in order of first appearance. */
  get errors(): readonly Occurrence[] {
    return this.#errors;
  }

  /** Why this host could not send or judge, in order of first appearance. */
  get local(): readonly Occurrence[] {
    return this.#local;
  }

  /** TTLs (hop limits) of the replies, in order of first appearance: a second one is a second path or machine. */
  get replyTtls(): readonly number[] {
    return this.#ttls;
  }

  /** Whether the percentiles are exact; else within 1 %. */
  get exactQuantiles(): boolean {
    return this.#rtts.exact;
  }

  add(singleton: Singleton): void {
    const { outcome, sequence, sentMono } = singleton;
    this.#fromMono = Math.min(this.#fromMono ?? sentMono, sentMono);
    this.#toMono = Math.max(this.#toMono, sentMono);
    if (singleton.reordered) this.#reordered += 1;
    if (outcome.kind === 'reply') this.#reply(outcome);
    else if (outcome.kind === 'lost') this.#lost += 1;
    else if (outcome.kind === 'error') {
      this.#refused += 1;
      occur(this.#errors, outcome.code, outcome.text, outcome.from, outcome.mtu);
    } else {
      this.#unsent += 1;
      occur(this.#local, outcome.code, outcome.text, null, null);
    }
    this.#ahead.set(sequence, outcome);
    this.#next ??= sequence;
    this.#settle();
  }

  note(note: Note): void {
    if (note.kind === 'duplicate') this.#duplicates += 1;
    else if (note.kind === 'late') this.#late += 1;
    else this.#corrupt += 1;
  }

  #reply(reply: Extract<Outcome, { kind: 'reply' }>): void {
    const { rttMs, replyTtl } = reply;
    this.#rtts.add(rttMs);
    const distance = rttMs - this.#mean;
    this.#mean += distance / this.#rtts.count;
    this.#spread += distance * (rttMs - this.#mean);
    this.#jitter.add(rttMs);
    if (reply.timing === 'user') this.#userTimed += 1;
    this.#errorBarMs = Math.max(this.#errorBarMs, reply.errorBarMs);
    if (replyTtl !== null && !this.#ttls.includes(replyTtl) && this.#ttls.length < KINDS) this.#ttls.push(replyTtl);
  }

  /** Counts what depends on sending order, up to the first probe that is still out. */
  #settle(): void {
    for (let next = this.#next ?? 0; ; next += 1) {
      const outcome = this.#ahead.get(next);
      if (outcome === undefined) {
        this.#next = next;
        return;
      }
      this.#ahead.delete(next);
      if (outcome.kind === 'local') continue;
      this.#bursts.add(outcome.kind !== 'reply');
      if (outcome.kind !== 'reply') continue;
      if (this.#lastRtt !== null) this.#deltas.add(Math.abs(outcome.rttMs - this.#lastRtt));
      this.#lastRtt = outcome.rttMs;
    }
  }

  statistics(): Statistics {
    const received = this.#rtts.count;
    const sent = received + this.#lost + this.#refused;
    return {
      fromMono: this.#fromMono ?? 0,
      toMono: this.#toMono,
      sent,
      received,
      lost: this.#lost,
      errors: this.#refused,
      local: this.#unsent,
      duplicates: this.#duplicates,
      late: this.#late,
      reordered: this.#reordered,
      corrupt: this.#corrupt,
      lossRatio: sent === 0 ? null : (sent - received) / sent,
      lossBurst: this.#bursts.longest,
      rtt: this.#rttStatistics(),
      interarrivalJitter: received < 2 ? null : this.#jitter.value,
      roundTripIpdv: this.#deltas.count === 0 ? null : this.#deltas.quantiles()(0.5),
      timing:
        received === 0 ? null : this.#userTimed === 0 ? 'kernel' : this.#userTimed === received ? 'user' : 'mixed',
      userTimed: this.#userTimed,
      errorBarMs: received === 0 ? null : this.#errorBarMs,
    };
  }

  #rttStatistics(): RttStatistics | null {
    const count = this.#rtts.count;
    if (count === 0) return null;
    const q = this.#rtts.quantiles();
    return {
      min: q(0),
      p5: q(0.05),
      p25: q(0.25),
      p50: q(0.5),
      p75: q(0.75),
      p90: q(0.9),
      p95: q(0.95),
      p99: q(0.99),
      max: q(1),
      mean: this.#mean,
      stddev: Math.sqrt(this.#spread / count),
    };
  }
}

function occur(list: Occurrence[], code: string, text: string, from: string | null, mtu: number | null): void {
  const known = list.find((o) => o.code === code && o.text === text && o.from === from && o.mtu === mtu);
  if (known !== undefined) known.count += 1;
  else if (list.length < KINDS) list.push({ code, text, from, mtu, count: 1 });
}
