/**
 * Is the loss over its limit? Judged by evidence, not by one window.
 *
 * Ten probes know loss only in steps of 10 %: against a limit of 2 % one lost packet would always be "over", and
 * loss right at the limit would switch state every few seconds. So losses are weighed one by one (CUSUM) until they
 * are far likelier well over the limit than well under it, and the ratio since the first of them is at or over the
 * limit. At a limit of 2 % and a probe a second, 30 % is found within 10 s, 5 % in two minutes, 3 % in four; half the
 * limit raises a false alarm every two hours, a quarter of it every second day.
 * The way back asks the same of the replies: they must be far likelier at half the limit than at the loss there
 * surely was, so that 30 % is called over after some 20 good probes and 3 % only after 300.
 */
import { atLeast, Suspicion } from '../measure/chance.ts';
import type { Milliseconds } from '../measure/target.ts';

/** 50 times likelier over the limit than under it. */
const RAISE_SCORE = Math.log(50);
/** "Well over" and "well under" the limit, in odds, so that they stay between 0 and 1. */
const OVER_ODDS = 1.5;
const UNDER_ODDS = 0.5;
/** A window whose losses come by chance less than once in this many at the limit needs no further evidence. */
const WINDOW_ONE_IN = 1000;
/** 1,000 times likelier better than as bad as it was: 3 % on a limit of 2 % stays one trouble for hours. */
const CLEAR_SCORE = Math.log(1000);
/** Probes after which an earlier one counts half in the ratio shown. */
const HALF_LIFE_PROBES = 200;
const DECAY = 0.5 ** (1 / HALF_LIFE_PROBES);

/** What is surely lost, although few were counted: 95 % of the time the true ratio is above this (Wilson 1927). */
function surely(lost: number, sent: number): number {
  const z = 1.645;
  if (sent === 0) return 0;
  const ratio = lost / sent;
  const spread = z * Math.sqrt((ratio * (1 - ratio)) / sent + (z * z) / (4 * sent * sent));
  return Math.max(0, (ratio + (z * z) / (2 * sent) - spread) / (1 + (z * z) / sent));
}

/** The ratio whose odds are `times` those of `ratio`. */
const odds = (ratio: number, times: number): number => (ratio * times) / (1 - ratio + ratio * times);

const inside = (ratio: number): number => Math.min(0.99, Math.max(1e-6, ratio));

export class LossJudge {
  readonly #limit: number;
  readonly #over: Suspicion;
  #raisedMono: Milliseconds | null = null;
  /** Since when the suspicion has not been zero: its first lost probe. */
  #excursionMono: Milliseconds | null = null;
  #sent = 0;
  #lost = 0;
  /** Evidence for being better, from the moment of raising. */
  #better: Suspicion | null = null;
  /** Loss that the good must show to be over. */
  #trouble = 0;
  #betterMono: Milliseconds | null = null;

  /** @param limit loss ratio at and over which the path is degraded, over 0; 1 and more is never degraded */
  constructor(limit: number) {
    this.#limit = limit;
    this.#over = new Suspicion(inside(odds(limit, UNDER_ODDS)), inside(odds(limit, OVER_ODDS)));
  }

  /** When the first of the losses was sent that put it over the limit; null while under it. */
  get raisedMono(): Milliseconds | null {
    return this.#raisedMono;
  }

  /** Losses are being weighed that may still turn out to be over the limit: no time to call the path well. */
  get isSuspect(): boolean {
    return this.#excursionMono !== null;
  }

  /** Loss ratio since the losses began, recent probes counting more. */
  get ratio(): number {
    return this.#sent === 0 ? 0 : this.#lost / this.#sent;
  }

  /** Takes an answered probe and the `lostBefore` lost ones just before it. Losses that are an outage are not put here. */
  add(sentMono: Milliseconds, lostBefore: number, lostMono: Milliseconds): void {
    for (let lost = 0; lost < lostBefore; lost += 1) this.#weigh(true, lostMono);
    this.#weigh(false, sentMono);
  }

  #weigh(lost: boolean, sentMono: Milliseconds): void {
    if (this.#raisedMono !== null) this.#weighBetter(lost, sentMono);
    this.#over.add(lost);
    if (this.#excursionMono === null) {
      if (!lost) return;
      this.#excursionMono = sentMono;
    }
    this.#sent = this.#sent * DECAY + 1;
    this.#lost = this.#lost * DECAY + (lost ? 1 : 0);
    if (this.#raisedMono !== null) return;
    if (this.#over.score === 0) this.reset();
    else if (this.#limit < 1 && this.#over.score >= RAISE_SCORE && this.ratio >= this.#limit) {
      this.#raise(this.#excursionMono);
    }
  }

  /** True when it has been better for long enough and that is no chance. */
  mayClear(nowMono: Milliseconds, clearMs: Milliseconds): boolean {
    return (
      this.#better !== null &&
      this.#betterMono !== null &&
      this.#better.score >= CLEAR_SCORE &&
      nowMono - this.#betterMono >= clearMs
    );
  }

  /**
   * Looks at a window: heavy loss shows in it before the evidence of single losses is complete.
   *
   * @param sinceMono when the window's loss began, if nothing earlier is known
   */
  window(sent: number, lost: number, sinceMono: Milliseconds): void {
    if (this.#raisedMono !== null || this.#limit >= 1 || sent === 0 || lost / sent < this.#limit) return;
    if (atLeast(lost, sent, this.#limit) > 1 / WINDOW_ONE_IN) return;
    this.raiseFrom(this.#excursionMono ?? sinceMono, sent, lost);
  }

  /** Begins with known loss: an outage turned out to be heavy loss. */
  raiseFrom(sinceMono: Milliseconds, sent: number, lost: number): void {
    this.reset();
    this.#excursionMono = sinceMono;
    this.#sent = sent;
    this.#lost = lost;
    this.#raise(sinceMono);
  }

  reset(): void {
    this.#over.reset();
    this.#raisedMono = null;
    this.#excursionMono = null;
    this.#sent = 0;
    this.#lost = 0;
    this.#better = null;
    this.#betterMono = null;
  }

  #raise(sinceMono: Milliseconds): void {
    this.#raisedMono = sinceMono;
    this.#trouble = 0;
    this.#renewBetter();
  }

  #weighBetter(lost: boolean, sentMono: Milliseconds): void {
    if (lost) this.#renewBetter();
    const better = this.#better;
    if (better === null) return;
    better.add(!lost);
    if (better.score === 0) this.#betterMono = null;
    else if (this.#betterMono === null) this.#betterMono = sentMono;
  }

  /** Measures against the loss as it is known now: the worse it surely was, the less good shows that it is over. */
  #renewBetter(): void {
    const trouble = inside(Math.max(this.#limit, surely(this.#lost, this.#sent)));
    if (trouble <= this.#trouble * 1.25) return;
    this.#trouble = trouble;
    this.#better = new Suspicion(1 - trouble, 1 - inside(odds(this.#limit, UNDER_ODDS)));
    this.#betterMono = null;
  }
}
