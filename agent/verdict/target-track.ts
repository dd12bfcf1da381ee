/**
 * Everything the agent knows about one target: its samples, its machine of states, what lies over that state when
 * this host cannot measure, and the view of it in the snapshot.
 */
import { parseAddress } from '../measure/address.ts';
import { Period, type PeriodSample } from '../measure/period.ts';
import { LOCAL, REPLY, type SlotKind } from '../measure/sample-ring.ts';
import type { Note, ProbeTarget, Singleton } from '../measure/singleton.ts';
import type { Statistics } from '../measure/statistics.ts';
import { type Milliseconds, type Target, targetLabel } from '../measure/target.ts';
import { Windows } from '../measure/windows.ts';
import { Blockage } from './blockage.ts';
import { type Cause, reasonOf } from './cause.ts';
import { SampleCache } from './samples.ts';
import type { Reason, State, TargetView } from './snapshot.ts';
import { FEWEST_PROBES, TargetMachine } from './target-machine.ts';
import { TargetTally } from './target-tally.ts';

/** A state with when it began and why; the first cause is the one that made it. */
export interface Condition {
  readonly state: State;
  readonly sinceMono: Milliseconds;
  readonly causes: readonly Cause[];
}

/** What the rest of the agent knows and a target's own probes do not. */
export interface Surroundings {
  /** How the agent's overload shows; null without one. */
  readonly overload: string | null;
  /** Why silence to ping is no outage; null when nothing says so. */
  readonly filtered: Cause | null;
}

/** A ratio shown follows the true one in steps of a tenth, so that words do not change with every packet. */
const SHOWN_STEP = 0.1;

export class TargetTrack {
  readonly id: number;
  readonly target: Target;
  readonly label: string;
  readonly windows: Windows;
  readonly machine: TargetMachine;
  readonly #tally: TargetTally;
  readonly #blockage: Blockage;
  readonly #period: Period | null;
  readonly #samples: SampleCache;
  #lastMinute: Statistics | null = null;
  #address: string | null;
  #problem: string | null = null;
  #lastKnownRttMs: Milliseconds | null = null;
  /** When the newest finished probe was sent, in sending order. */
  #heardMono = Number.NEGATIVE_INFINITY;
  #shownLoss = 0;
  #offset: Milliseconds = 0;
  /** Time in state down that is over: since the agent began, and of the publish period. */
  #downMs = 0;
  #periodDownMs = 0;
  condition: Condition = {
    state: 'unknown',
    sinceMono: Number.NaN,
    causes: [{ code: 'measuring', dueMs: null }],
  };
  /** `condition.sinceMono` on the wall clock, as its event told it. */
  since = 0;
  /** Numbers of the next steps of history to hand out, in the order of the widths. */
  readonly nextStep: number[] = [];

  /** @param publish keep a sample per publish period too */
  constructor({ id, target }: ProbeTarget, publish: boolean) {
    this.id = id;
    this.target = target;
    this.label = targetLabel(target);
    const host = target.kind === 'dns' ? target.server : target.kind === 'http' ? '' : target.host;
    this.#address = parseAddress(host) === null ? null : host;
    this.machine = new TargetMachine(target.thresholds);
    this.#tally = new TargetTally(target);
    this.#blockage = new Blockage(target, this.label);
    this.#period = publish ? new Period(0) : null;
    const { everyMs, timeoutMs, thresholds } = target;
    this.windows = new Windows({ everyMs, timeoutMs, windowMs: thresholds.windowMs }, (kind, sentMono, rttMs, user) =>
      this.#settled(kind, sentMono, rttMs, user),
    );
    this.#samples = new SampleCache(this.windows, thresholds.windowMs);
  }

  get reasons(): Reason[] {
    return this.condition.causes.map(reasonOf);
  }

  get address(): string | null {
    return this.#address;
  }

  /** Takes a finished probe. True when it changed the state, so that somebody should look before the next tick. */
  singleton(singleton: Singleton): boolean {
    const { phase } = this.machine;
    const blocked = this.#blockage.isCertain;
    const { outcome } = singleton;
    this.#tally.add(singleton);
    if (outcome.kind === 'local') this.#blockage.reported(outcome.code, outcome.text);
    else if (outcome.kind === 'reply') this.#period?.reply(singleton.reordered, outcome.errorBarMs);
    this.windows.add(singleton);
    return phase !== this.machine.phase || blocked !== this.#blockage.isCertain;
  }

  note(note: Note): void {
    this.windows.note(note);
    this.#samples.invalidate();
    this.#tally.note(note);
    this.#period?.note(note.kind);
  }

  resolution(address: string | null, problem: string | null): void {
    if (address !== null) this.#address = address;
    this.#problem = problem;
  }

  /** The first tick: unknown from here on, or from the first probe, until something is known. */
  begin(nowMono: Milliseconds): void {
    if (!Number.isNaN(this.condition.sinceMono)) return;
    this.condition = { ...this.condition, sinceMono: Math.min(nowMono, this.machine.firstMono ?? nowMono) };
    this.#blockage.begin(nowMono);
  }

  /**
   * First half of a tick: what the windows show.
   *
   * @param offset wall clock minus monotonic, now
   */
  judge(nowMono: Milliseconds, offset: Milliseconds): void {
    this.#offset = offset;
    this.windows.advance(nowMono);
    const { window, last60s } = this.#samples.at(nowMono);
    this.#lastMinute = last60s;
    if (last60s.rtt !== null) this.#lastKnownRttMs = last60s.rtt.p50;
    const recent =
      window.sent >= FEWEST_PROBES
        ? { sent: window.sent, lost: window.lost + window.errors }
        : this.windows.lastLoss(FEWEST_PROBES, this.machine.outageEndMono);
    this.machine.judge(nowMono, window, recent);
  }

  /** Second half, when the whole site has been looked at: the state it is in now. */
  conclude(nowMono: Milliseconds, around: Surroundings): Condition {
    const block = this.#blockage.now(nowMono);
    const own: Condition =
      block === null
        ? this.#own(nowMono, around.filtered)
        : { state: 'unknown', sinceMono: block.sinceMono, causes: [block.cause] };
    const extra: Cause[] = [];
    const passing = block === null ? this.#blockage.passing : null;
    if (around.overload !== null) extra.push({ code: 'overload', text: around.overload });
    else if (passing !== null) extra.push(passing);
    // A name that has no address at all blocks the target: then this is its reason already.
    const isSaid = block?.cause.code === 'local' && block.cause.local === 'unresolved';
    if (this.#problem !== null && !isSaid)
      extra.push({ code: 'resolver', problem: this.#problem, address: this.#address });
    return extra.length === 0 ? own : { ...own, causes: [...own.causes, ...extra] };
  }

  /** Counts of the last minute, as of the last tick. */
  get lastMinute(): { readonly sent: number; readonly lost: number; readonly p50: Milliseconds | null } {
    const minute = this.#lastMinute;
    if (minute === null) return { sent: 0, lost: 0, p50: null };
    return { sent: minute.sent, lost: minute.lost + minute.errors, p50: minute.rtt?.p50 ?? null };
  }

  /** Wall time of the last reply, as of the last tick. */
  get lastReplyAt(): number | null {
    const { lastReplyMono } = this.#tally;
    return lastReplyMono === null ? null : Math.round(lastReplyMono + this.#offset);
  }

  /** Nothing comes back at all, not even an error. */
  get isSilent(): boolean {
    return this.#tally.failure.code === 'no-reply';
  }

  /** Whether a probe of this target sent at or after `mono` has been judged. */
  hasHeardSince(mono: Milliseconds): boolean {
    return this.#heardMono >= mono;
  }

  /** An outage is over. */
  addDown(lastedMs: Milliseconds): void {
    this.#downMs += lastedMs;
    this.#periodDownMs += lastedMs;
  }

  /** Hands out the sample of a publish period; null when none is kept. */
  takePeriod(nowMono: Milliseconds, limit: number): (PeriodSample & { readonly downMs: Milliseconds }) | null {
    if (this.#period === null) return null;
    const sample = this.#period.take(nowMono, this.windows.interarrivalJitter, limit);
    const running = this.#runningDownMs(nowMono);
    const downMs = this.#periodDownMs + running;
    // What runs on has been told up to now.
    this.#periodDownMs = -running;
    return { ...sample, downMs };
  }

  view(nowMono: Milliseconds): TargetView {
    const { target, condition } = this;
    const { name, site, kind, everyMs, timeoutMs, thresholds } = target;
    const { last1s, last10s, last60s, window } = this.#samples.at(nowMono);
    const outage = condition.state === 'down' ? this.machine.outage : null;
    return {
      name,
      site,
      kind,
      label: this.label,
      address: this.#address,
      everyMs,
      timeoutMs,
      size: target.kind === 'icmp' ? target.size : null,
      thresholds,
      state: condition.state,
      since: this.since,
      reasons: this.reasons,
      last1s,
      last10s,
      last60s,
      window,
      lastKnownRttMs: this.#lastKnownRttMs,
      lastReplyAt: this.lastReplyAt,
      replyTtl: this.#tally.replyTtl,
      outage: outage === null ? null : { began: this.since, lost: outage.lost },
      totals: {
        ...this.#tally.totals,
        downSeconds: Math.round((this.#downMs + this.#runningDownMs(nowMono)) / 100) / 10,
      },
      rttHistogram: this.#tally.rttHistogram,
      detail: this.#tally.detail,
    };
  }

  #runningDownMs(nowMono: Milliseconds): Milliseconds {
    return this.condition.state === 'down' ? Math.max(0, nowMono - this.condition.sinceMono) : 0;
  }

  #own(nowMono: Milliseconds, filtered: Cause | null): Condition {
    const { machine } = this;
    const sinceMono = Math.max(machine.sinceMono, this.#blockage.freeMono);
    switch (machine.phase) {
      case 'measuring': {
        const dueMs = machine.dueMono === null ? null : Math.max(0, machine.dueMono - nowMono);
        return { state: 'unknown', sinceMono, causes: [{ code: 'measuring', dueMs }] };
      }
      case 'up':
        return { state: 'up', sinceMono, causes: [] };
      case 'degraded':
        return { state: 'degraded', sinceMono, causes: this.#degradedBy(nowMono) };
      case 'down':
        return filtered === null
          ? { state: 'down', sinceMono, causes: [this.#tally.failure] }
          : { state: 'unknown', sinceMono, causes: [filtered] };
    }
  }

  #degradedBy(nowMono: Milliseconds): Cause[] {
    const { machine } = this;
    const { window } = this.#samples.at(nowMono);
    const causes: Cause[] = [];
    if (machine.loss.raisedMono !== null) {
      const { ratio } = machine.loss;
      if (Math.abs(ratio - this.#shownLoss) > this.#shownLoss * SHOWN_STEP) this.#shownLoss = ratio;
      causes.push({ code: 'loss', ratio: this.#shownLoss, limit: this.target.thresholds.lossDegraded });
    }
    if (machine.rtt !== null && machine.rtt.raisedMono !== null) {
      causes.push({ code: 'rtt', ms: window.rtt?.p50 ?? this.#lastKnownRttMs ?? 0, limitMs: machine.rtt.limit });
    }
    if (machine.jitter !== null && machine.jitter.raisedMono !== null) {
      const ms = window.interarrivalJitter ?? this.windows.interarrivalJitter;
      causes.push({ code: 'jitter', ms, limitMs: machine.jitter.limit });
    }
    if (machine.recovery !== null) {
      causes.push({ code: 'recovering', outageMs: machine.recovery.outageMs, clearMs: machine.clearMs });
    }
    return causes;
  }

  #settled(kind: SlotKind, sentMono: Milliseconds, rttMs: Milliseconds, userTimed: boolean): void {
    this.#heardMono = sentMono;
    this.#period?.add(kind, rttMs, userTimed);
    if (kind === LOCAL) {
      this.#blockage.local(sentMono);
      return;
    }
    this.#blockage.measured(sentMono);
    this.machine.probe(kind !== REPLY, sentMono);
  }
}
