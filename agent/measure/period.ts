/**
 * What happened to one target since the last time it was asked: the sample of a publish period, whose length the
 * publisher chooses and which may be longer than the windows reach. RTTs go into a histogram, so an hour costs no
 * more memory than a minute.
 */
import { Histogram, type ValueCount } from './histogram.ts';
import { LossBursts } from './loss-bursts.ts';
import { LOCAL, LOST, REPLY, type SlotKind } from './sample-ring.ts';
import type { Note } from './singleton.ts';
import type { RttStatistics, Statistics } from './statistics.ts';
import type { Milliseconds } from './target.ts';

export interface PeriodSample {
  readonly statistics: Statistics;
  /** RTTs in ms with how often each came, at most `limit` of them. */
  readonly rtts: readonly ValueCount[];
}

export class Period {
  #fromMono: Milliseconds;
  #rtts = new Histogram();
  #deltas = new Histogram();
  #bursts = new LossBursts();
  #previousRtt: Milliseconds | null = null;
  #squares = 0;
  #errorBar = 0;
  #counts = { lost: 0, errors: 0, local: 0, duplicates: 0, late: 0, reordered: 0, corrupt: 0, userTimed: 0 };

  constructor(fromMono: Milliseconds) {
    this.#fromMono = fromMono;
  }

  /** Takes a settled probe, in sending order. */
  add(kind: SlotKind, rttMs: Milliseconds, userTimed: boolean): void {
    if (kind === LOCAL) {
      this.#counts.local += 1;
      return;
    }
    this.#bursts.add(kind !== REPLY);
    if (kind !== REPLY) {
      if (kind === LOST) this.#counts.lost += 1;
      else this.#counts.errors += 1;
      return;
    }
    this.#rtts.add(rttMs);
    this.#squares += rttMs * rttMs;
    if (this.#previousRtt !== null) this.#deltas.add(Math.abs(rttMs - this.#previousRtt));
    this.#previousRtt = rttMs;
    if (userTimed) this.#counts.userTimed += 1;
  }

  /** Takes what only the singleton knows. */
  reply(reordered: boolean, errorBarMs: Milliseconds): void {
    if (reordered) this.#counts.reordered += 1;
    this.#errorBar = Math.max(this.#errorBar, errorBarMs);
  }

  note(kind: Note['kind']): void {
    if (kind === 'duplicate') this.#counts.duplicates += 1;
    else if (kind === 'late') this.#counts.late += 1;
    else this.#counts.corrupt += 1;
  }

  /**
   * Hands out the sample so far and begins the next one.
   *
   * @param limit most value/count pairs; CloudWatch takes 150
   */
  take(toMono: Milliseconds, interarrivalJitter: Milliseconds, limit = 150): PeriodSample {
    const received = this.#rtts.count;
    const { userTimed, ...counts } = this.#counts;
    const sent = received + counts.lost + counts.errors;
    const sample: PeriodSample = {
      statistics: {
        fromMono: this.#fromMono,
        toMono,
        sent,
        received,
        ...counts,
        lossRatio: sent === 0 ? null : (counts.lost + counts.errors) / sent,
        lossBurst: this.#bursts.longest,
        rtt: this.#rttStatistics(),
        interarrivalJitter: received < 2 ? null : interarrivalJitter,
        roundTripIpdv: received < 2 ? null : this.#deltas.quantile(0.5),
        timing: received === 0 ? null : userTimed === 0 ? 'kernel' : userTimed === received ? 'user' : 'mixed',
        userTimed,
        errorBarMs: received === 0 ? null : this.#errorBar,
      },
      rtts: this.#rtts.pairs(limit),
    };
    this.#begin(toMono);
    return sample;
  }

  #begin(fromMono: Milliseconds): void {
    this.#fromMono = fromMono;
    this.#rtts = new Histogram();
    this.#deltas = new Histogram();
    this.#bursts = new LossBursts();
    this.#squares = 0;
    this.#errorBar = 0;
    this.#counts = { lost: 0, errors: 0, local: 0, duplicates: 0, late: 0, reordered: 0, corrupt: 0, userTimed: 0 };
  }

  #rttStatistics(): RttStatistics | null {
    const { count, sum, min, max } = this.#rtts;
    if (min === null || max === null) return null;
    const mean = sum / count;
    const at = (q: number): Milliseconds => this.#rtts.quantile(q) ?? min;
    return {
      min,
      p5: at(0.05),
      p25: at(0.25),
      p50: at(0.5),
      p75: at(0.75),
      p90: at(0.9),
      p95: at(0.95),
      p99: at(0.99),
      max,
      mean,
      stddev: Math.sqrt(Math.max(0, this.#squares / count - mean * mean)),
    };
  }
}
