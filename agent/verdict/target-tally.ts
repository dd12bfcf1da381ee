/** What is counted and kept of one target since the agent began: totals, the latest of everything, why it failed last. */
import { FixedHistogram, RTT_BOUNDS_SECONDS } from '../measure/fixed-histogram.ts';
import type { Detail, Note, Singleton } from '../measure/singleton.ts';
import type { Milliseconds, Target } from '../measure/target.ts';
import type { Cause } from './cause.ts';
import type { TargetView } from './snapshot.ts';

/** How long an error explains the losses after it: Linux sends one unreachable a second, others one in ten or so. */
const ERROR_HOLDS_MS = 60_000;

type Totals = Omit<TargetView['totals'], 'downSeconds'>;

export class TargetTally {
  readonly #target: Target;
  readonly #rtts = new FixedHistogram(RTT_BOUNDS_SECONDS);
  readonly #totals = {
    sent: 0,
    received: 0,
    lost: 0,
    errors: 0,
    local: 0,
    duplicates: 0,
    late: 0,
    reordered: 0,
    corrupt: 0,
  };
  #failure: Cause | null = null;
  #failedMono: Milliseconds = 0;
  #lateRttMs: Milliseconds | null = null;
  detail: Detail | null = null;
  replyTtl: number | null = null;
  /** When the last reply arrived. */
  lastReplyMono: Milliseconds | null = null;

  constructor(target: Target) {
    this.#target = target;
  }

  get totals(): Totals {
    return { ...this.#totals };
  }

  get rttHistogram(): TargetView['rttHistogram'] {
    const { sum, count } = this.#rtts;
    return { bounds: RTT_BOUNDS_SECONDS, counts: this.#rtts.cumulative(), sum, count };
  }

  /** Why the latest probe that failed did; replies that come late say more than their absence. */
  get failure(): Cause {
    const { kind, timeoutMs } = this.#target;
    const failure = this.#failure ?? { code: 'no-reply', kind, timeoutMs, text: null, lateRttMs: null };
    return failure.code === 'no-reply' ? { ...failure, lateRttMs: this.#lateRttMs } : failure;
  }

  add(singleton: Singleton): void {
    const { outcome, sentMono, reordered } = singleton;
    const totals = this.#totals;
    if (outcome.kind === 'local') {
      totals.local += 1;
      return;
    }
    totals.sent += 1;
    if (outcome.detail !== undefined) this.detail = outcome.detail;
    switch (outcome.kind) {
      case 'reply':
        totals.received += 1;
        if (reordered) totals.reordered += 1;
        this.#rtts.add(outcome.rttMs / 1000);
        this.#lateRttMs = null;
        this.replyTtl = outcome.replyTtl;
        this.lastReplyMono = Math.max(this.lastReplyMono ?? 0, sentMono + outcome.rttMs);
        return;
      case 'lost': {
        totals.lost += 1;
        // Routers answer only some of the probes they refuse; the error they gave still holds.
        if (this.#failure?.code === 'error' && sentMono - this.#failedMono < ERROR_HOLDS_MS) return;
        const { kind, timeoutMs } = this.#target;
        this.#failure = { code: 'no-reply', kind, timeoutMs, text: outcome.text ?? null, lateRttMs: null };
        return;
      }
      case 'error':
        totals.errors += 1;
        this.#failedMono = sentMono;
        this.#failure = { code: 'error', error: outcome.code, text: outcome.text, from: outcome.from };
    }
  }

  note(note: Note): void {
    if (note.kind === 'late') {
      this.#totals.late += 1;
      this.#lateRttMs = note.rttMs;
    } else if (note.kind === 'duplicate') this.#totals.duplicates += 1;
    else this.#totals.corrupt += 1;
  }
}
