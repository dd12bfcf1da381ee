/**
 * Up, degraded or down: the state of one target from its probes in sending order.
 *
 * - **Down** when the run of losses would come by chance at most once in 10,000 at the loss seen before it (2 on a
 *   clean path, 4 at 5 %, 14 at 50 %), or when the loss over the window reaches `lossDown` and that is no chance.
 * - **Out of down** by the same measure: the run of replies would come at most once in 10,000 if the outage went on
 *   (2 after a clean cut), which begins a *recovery*: degraded until nothing was wrong for the clear time. Or the
 *   replies among the losses show that it is heavy loss and no outage; then that loss is the new yardstick.
 * - **Degraded** by loss (`loss-judge.ts`), median RTT or jitter (`limit-judge.ts`), each raised and cleared apart.
 * - A relapse soon after getting better doubles the clear time, up to 16-fold, so whatever a path does, its changes
 *   of state stay few.
 *
 * Probes this host did not send are not put here: they say nothing about the path (`target-track.ts`).
 */
import { atLeast, ONE_IN, runBeyondChance, Suspicion } from '../measure/chance.ts';
import { Runs } from '../measure/outage.ts';
import type { Statistics } from '../measure/statistics.ts';
import type { Milliseconds, Thresholds } from '../measure/target.ts';
import { LimitJudge } from './limit-judge.ts';
import { LossJudge } from './loss-judge.ts';
import { UsualLoss } from './usual-loss.ts';

/** An outage from its first lost probe. */
export interface Outage {
  readonly beganMono: Milliseconds;
  lost: number;
  /** Replies that came in between and ended nothing. */
  replies: number;
}

export interface Recovery {
  readonly sinceMono: Milliseconds;
  /** How long it had not answered. */
  readonly outageMs: Milliseconds;
}

export type Phase = 'measuring' | 'up' | 'degraded' | 'down';

/** A target is called up no sooner than this after its first probe. */
export const FIRST_VERDICT_MS = 10_000;
/** Loss over the window is a ratio only from this many probes on. */
export const FEWEST_PROBES = 5;
const MOST_RELAPSES = 4;
/** A relapse within this many clear times of getting better counts as one. */
const RELAPSE_SPAN = 10;
const OVER_CHANCE = Math.log(ONE_IN);

export class TargetMachine {
  readonly #thresholds: Thresholds;
  readonly #runs = new Runs();
  readonly #usual = new UsualLoss();
  readonly loss: LossJudge;
  readonly rtt: LimitJudge | null;
  readonly jitter: LimitJudge | null;
  #phase: Phase = 'measuring';
  #sinceMono: Milliseconds = 0;
  #firstMono: Milliseconds | null = null;
  #lastMono: Milliseconds = 0;
  #outage: Outage | null = null;
  #recovery: Recovery | null = null;
  #outageEndMono: Milliseconds = Number.NEGATIVE_INFINITY;
  /** Evidence that replies come too often for an outage. */
  readonly #answers: Suspicion;
  #relapses = 0;
  #betterMono: Milliseconds | null = null;

  constructor(thresholds: Thresholds) {
    this.#thresholds = thresholds;
    this.loss = new LossJudge(Math.max(0.001, thresholds.lossDegraded));
    this.rtt = thresholds.rttDegradedMs === null ? null : new LimitJudge(thresholds.rttDegradedMs);
    this.jitter = thresholds.jitterDegradedMs === null ? null : new LimitJudge(thresholds.jitterDegradedMs);
    const repliesWhenDown = 1 - Math.min(0.99, thresholds.lossDown);
    this.#answers = new Suspicion(repliesWhenDown, (1 + repliesWhenDown) / 2);
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** When the phase began, monotonic: the first lost probe, the first good one. */
  get sinceMono(): Milliseconds {
    return this.#sinceMono;
  }

  /** When the first probe was sent; null before it. */
  get firstMono(): Milliseconds | null {
    return this.#firstMono;
  }

  /** When the last outage ended: its losses are not the path's loss now. */
  get outageEndMono(): Milliseconds {
    return this.#outageEndMono;
  }

  get outage(): Readonly<Outage> | null {
    return this.#outage;
  }

  get recovery(): Recovery | null {
    return this.#recovery;
  }

  /** The losses in a row that are not over, whatever they mean; null when the last probe was answered. */
  get lossRun(): { readonly beganMono: Milliseconds; readonly lost: number } | null {
    return this.#runs.loss;
  }

  /** How long it must be better now before it is called better. */
  get clearMs(): Milliseconds {
    return this.#thresholds.clearMs * 2 ** this.#relapses;
  }

  /** When the first verdict is due at the earliest; null before the first probe. */
  get dueMono(): Milliseconds | null {
    return this.#firstMono === null
      ? null
      : this.#firstMono + Math.min(FIRST_VERDICT_MS, Math.max(1000, this.#thresholds.windowMs));
  }

  /** Takes the next finished probe in sending order. */
  probe(lost: boolean, sentMono: Milliseconds): void {
    this.#firstMono ??= sentMono;
    this.#lastMono = sentMono;
    const ended = lost ? null : this.#runs.loss;
    this.#runs.add(lost, sentMono);
    if (this.#phase === 'down') {
      this.#probeDown(lost);
      return;
    }
    if (!lost) {
      // Losses count as loss when a reply ends them: those of an outage are no yardstick for what comes after it.
      this.#usual.add(ended?.lost ?? 0);
      this.loss.add(sentMono, ended?.lost ?? 0, ended?.beganMono ?? sentMono);
      return;
    }
    const run = this.#runs.loss;
    if (run !== null && run.lost >= runBeyondChance(this.#yardstick)) this.#goDown(run.beganMono, run.lost);
  }

  /** Calls an outage that the rest of the site proves: it needs a lost probe of this target, but not a run. */
  join(): boolean {
    const run = this.#runs.loss;
    if (run === null || this.#phase === 'down') return false;
    this.#goDown(run.beganMono, run.lost);
    return true;
  }

  /**
   * Judges what only a window shows. Call once per tick.
   *
   * @param recent loss of the window, or of the last {@link FEWEST_PROBES} probes when the window holds fewer
   */
  judge(nowMono: Milliseconds, window: Statistics, recent: { readonly sent: number; readonly lost: number }): void {
    if (this.#firstMono === null) return;
    if (this.#phase === 'down') return;
    const replies = window.received;
    this.rtt?.judge(window.rtt?.p50 ?? null, replies, window.toMono);
    this.jitter?.judge(window.interarrivalJitter, replies, window.toMono);
    if (this.#isDownByLimit(recent)) {
      this.#goDown(this.#runs.loss?.beganMono ?? window.fromMono, recent.lost);
      return;
    }
    if (recent.sent >= FEWEST_PROBES && (recent.sent > window.sent || window.fromMono >= this.#outageEndMono)) {
      this.loss.window(recent.sent, recent.lost, this.#runs.loss?.beganMono ?? window.fromMono);
    }
    this.#clear(nowMono);
    const raised = this.#raisedMono();
    if (this.#phase === 'measuring') {
      const first = this.#runs.reply;
      if (first === null || this.dueMono === null || nowMono < this.dueMono) return;
      this.#enter(raised === null ? 'up' : 'degraded', this.#firstMono);
    } else if (this.#phase === 'up' && raised !== null) {
      this.#worsen(nowMono);
      this.#enter('degraded', raised);
    } else if (this.#phase === 'degraded' && raised === null && this.#isQuiet) {
      // Up to the last probe that was judged: what is still out may begin the next trouble.
      this.#betterMono = nowMono;
      this.#enter('up', this.#lastMono);
    }
  }

  /** Nothing hints at trouble, so being called up will not turn out wrong the next moment. */
  get #isQuiet(): boolean {
    return this.#recovery === null && this.#runs.loss === null && !this.loss.isSuspect;
  }

  /** The loss seen before what happens now; while the path is known to be lossy, that loss. */
  get #yardstick(): number {
    const known = this.loss.raisedMono === null ? 0 : this.loss.ratio;
    return Math.min(0.99, Math.max(this.#usual.ratio, known));
  }

  #probeDown(lost: boolean): void {
    const outage = this.#outage;
    if (outage === null) return;
    this.#answers.add(!lost);
    if (lost) {
      outage.lost += 1;
      return;
    }
    outage.replies += 1;
    const reply = this.#runs.reply;
    if (reply === null) return;
    const before = outage.lost + outage.replies - reply.replies;
    const replyChance = Math.min(0.99, Math.max(0.01, 1 - outage.lost / before));
    if (reply.replies >= runBeyondChance(replyChance)) {
      this.#outage = null;
      this.#recovery = { sinceMono: reply.beganMono, outageMs: reply.beganMono - outage.beganMono };
      this.#outageEndMono = reply.beganMono;
      this.#enter('degraded', reply.beganMono);
    } else if (this.#answers.score >= OVER_CHANCE) {
      this.#outage = null;
      const sent = outage.lost + outage.replies;
      this.loss.raiseFrom(outage.beganMono, sent, outage.lost);
      this.#enter('degraded', reply.beganMono);
    }
  }

  #isDownByLimit(recent: { readonly sent: number; readonly lost: number }): boolean {
    const { lossDown } = this.#thresholds;
    // All probes of a window lost is what the rule of runs judges, and better.
    if (lossDown >= 1 || recent.sent < FEWEST_PROBES || recent.lost / recent.sent < lossDown) return false;
    const usual = this.#yardstick;
    return usual >= lossDown || atLeast(recent.lost, recent.sent, usual) <= 1 / ONE_IN;
  }

  #goDown(sinceMono: Milliseconds, lost: number): void {
    if (this.#phase === 'up') this.#worsen(sinceMono);
    this.#outage = { beganMono: sinceMono, lost, replies: 0 };
    this.#recovery = null;
    this.#answers.reset();
    this.rtt?.reset();
    this.jitter?.reset();
    this.#enter('down', sinceMono);
  }

  #clear(nowMono: Milliseconds): void {
    const clearMs = this.clearMs;
    if (this.loss.raisedMono !== null && this.loss.mayClear(nowMono, clearMs)) {
      this.loss.reset();
      this.#usual.forget();
    }
    if (this.rtt?.mayClear(nowMono, clearMs)) this.rtt.reset();
    if (this.jitter?.mayClear(nowMono, clearMs)) this.jitter.reset();
    if (this.#recovery !== null && nowMono - this.#recovery.sinceMono >= clearMs) this.#recovery = null;
  }

  /** Begin of the oldest thing that is over its limit. */
  #raisedMono(): Milliseconds | null {
    let oldest: Milliseconds | null = null;
    for (const judge of [this.loss, this.rtt, this.jitter]) {
      const raised = judge?.raisedMono ?? null;
      if (raised !== null && (oldest === null || raised < oldest)) oldest = raised;
    }
    return oldest;
  }

  #worsen(atMono: Milliseconds): void {
    const soon = this.#betterMono !== null && atMono - this.#betterMono < RELAPSE_SPAN * this.clearMs;
    this.#relapses = soon ? Math.min(MOST_RELAPSES, this.#relapses + 1) : 0;
  }

  #enter(phase: Phase, sinceMono: Milliseconds | null): void {
    this.#phase = phase;
    this.#sinceMono = sinceMono ?? 0;
  }
}
