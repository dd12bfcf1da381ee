/**
 * Is the loss over its limit? Judged by evidence, not by one window.
 *
 * Ten probes know loss only in steps of 10 %: against a limit of 2 % one lost packet would always be "over", and
 * loss right at the limit would switch state every few seconds. So losses are weighed one by one (CUSUM) until they
 * are far likelier under the limit than under a quarter of it, and the ratio since the first of them is at or over
 * the limit. At a limit of 2 % three losses within 75 probes do it, and so do three in a row of ten.
 * The way back asks the same of the replies: they must be far likelier at half the limit than at the loss there
 * was, so that 30 % is called over after 20 good probes and 3 % only after 200.
 */
import { Suspicion } from '../measure/chance.ts';
import type { Milliseconds } from '../measure/target.ts';

/** 20 times likelier over the limit than healthy: false alarms at a quarter of the limit are hours apart. */
const RAISE_SCORE = Math.log(20);
/** 100 times likelier healthy again than as bad as it was. */
const CLEAR_SCORE = Math.log(100);
/** Loss a healthy path may have, as a share of the limit. */
const HEALTHY_SHARE = 0.25;
/** Loss that counts as better, as a share of the limit: clearly under it, so that raise and clear are apart. */
const BETTER_SHARE = 0.5;
/** Probes after which an earlier one counts half in the ratio shown. */
const HALF_LIFE_PROBES = 200;
const DECAY = 0.5 ** (1 / HALF_LIFE_PROBES);

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
  #worstRatio = 0;
  #betterMono: Milliseconds | null = null;

  /** @param limit loss ratio at and over which the path is degraded, over 0; 1 and more is never degraded */
  constructor(limit: number) {
    this.#limit = limit;
    this.#over = new Suspicion(inside(limit * HEALTHY_SHARE), inside(limit));
  }

  /** When the first of the losses was sent that put it over the limit; null while under it. */
  get raisedMono(): Milliseconds | null {
    return this.#raisedMono;
  }

  /** Loss ratio since the losses began, recent probes counting more. */
  get ratio(): number {
    return this.#sent === 0 ? 0 : this.#lost / this.#sent;
  }

  /** When the good stretch began that ends in being better; null while there is none. */
  get betterMono(): Milliseconds | null {
    return this.#betterMono;
  }

  /** Takes the next probe in sending order. */
  add(lost: boolean, sentMono: Milliseconds): void {
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
    this.#worstRatio = 0;
    this.#renewBetter();
  }

  #weighBetter(lost: boolean, sentMono: Milliseconds): void {
    if (this.ratio > this.#worstRatio * 1.25) this.#renewBetter();
    const better = this.#better;
    if (better === null) return;
    better.add(!lost);
    if (better.score === 0) this.#betterMono = null;
    else if (this.#betterMono === null) this.#betterMono = sentMono;
  }

  /** Measures against the loss as it is known now; a path that gets worse needs less good to show it is over. */
  #renewBetter(): void {
    this.#worstRatio = this.ratio;
    const trouble = inside(Math.max(this.#limit, this.ratio));
    this.#better = new Suspicion(1 - trouble, 1 - inside(this.#limit * BETTER_SHARE));
    this.#betterMono = null;
  }
}
