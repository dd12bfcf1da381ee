/**
 * When the agent was measuring and what state everything was in: the source of every state bar.
 *
 * Fed with each snapshot. A run is a stretch of snapshots without a gap; kill -9, a suspended machine and a step
 * of the wall clock all end one, so each shows as what it is, a stretch nobody measured. A run is renewed once a
 * day, so that old ones can be forgotten.
 */
import type { StateSpan } from '../verdict/past.ts';
import type { State } from '../verdict/snapshot.ts';
import { type Run, spansOf } from './spans.ts';
import type { Store } from './store.ts';
import type { Subjects } from './subjects.ts';

/** Snapshots further apart than this leave a gap between them. */
const GAP_MS = 5_000;
const RENEW_MS = 86_400_000;
/** Changes waiting for a disk that takes none; beyond that the oldest are lost. */
const MOST_PENDING = 10_000;

/** What of a snapshot the timeline keeps. */
export interface Observed {
  readonly at: number;
  readonly targets: readonly Thing[];
  readonly sites: readonly Thing[];
}

interface Thing {
  readonly name: string;
  readonly state: State;
  readonly since: number;
}

type Kind = 'target' | 'site';

interface PendingChange {
  readonly kind: Kind;
  readonly name: string;
  readonly run: number;
  readonly at: number;
  readonly state: StateSpan['state'];
}

export class Timeline {
  readonly #subjects: Subjects;
  readonly #known = { target: new Map<string, StateSpan['state']>(), site: new Map<string, StateSpan['state']>() };
  readonly #pending: PendingChange[] = [];
  /** Runs that are over and whose end is not on disk yet. */
  readonly #over: Run[] = [];
  #run: { id: number; began: number; beat: number } | null = null;
  #nextRun = 1;

  constructor(subjects: Subjects) {
    this.#subjects = subjects;
  }

  /** Counts runs on from those in the file. */
  resume(store: Store): void {
    this.#nextRun = store.lastRun() + 1;
  }

  /** Takes note of a snapshot; true when there is something to write at once. */
  observe(view: Observed): boolean {
    const run = this.#run;
    const goesOn = run !== null && view.at >= run.beat && view.at - run.beat <= GAP_MS;
    if (run && goesOn) run.beat = view.at;
    if (!run || !goesOn || view.at - run.began >= RENEW_MS) this.#begin(view.at);
    this.#compare('target', view.targets, view.at);
    this.#compare('site', view.sites, view.at);
    return this.#pending.length > 0;
  }

  /** Writes what is pending and the heartbeat; inside a transaction. Call {@link written} when it is committed. */
  write(store: Store): void {
    for (const run of this.#over) store.keepRun(run);
    if (this.#run) store.keepRun(storedRun(this.#run));
    for (const change of this.#pending) store.addChange(change.kind, this.#subjects.id(change.name), change);
  }

  written(): void {
    this.#over.length = 0;
    this.#pending.length = 0;
  }

  /** The file is new: the run and its states begin again. */
  restart(): void {
    this.#run = null;
    this.written();
  }

  spans(store: Store, kind: Kind, name: string, from: number, to: number): StateSpan[] {
    const runs = new Map(store.runs(from, to).map((run) => [run.id, run]));
    for (const run of this.#over) if (run.began < to && run.ended > from) runs.set(run.id, run);
    if (this.#run) {
      // The latest snapshot speaks for the moments after it, until the next one is overdue.
      const current = { ...storedRun(this.#run), ended: this.#run.beat + GAP_MS };
      if (current.began < to && current.ended > from) runs.set(current.id, current);
    }
    const ordered = [...runs.values()].sort((a, b) => a.id - b.id);
    const first = ordered[0];
    const last = ordered.at(-1);
    const subject = this.#subjects.find(name);
    if (!first || !last || subject === undefined) return spansOf([], [], from, to);
    const stored = store.changes(kind, subject, first.id, last.id, to);
    const pending = this.#pending.filter((change) => change.kind === kind && change.name === name && change.at < to);
    return spansOf(ordered, [...stored, ...pending], from, to);
  }

  #begin(at: number): void {
    if (this.#run) this.#over.push(storedRun(this.#run));
    this.#run = { id: this.#nextRun, began: at, beat: at };
    this.#nextRun += 1;
    this.#known.target.clear();
    this.#known.site.clear();
  }

  #compare(kind: Kind, things: readonly Thing[], at: number): void {
    const known = this.#known[kind];
    for (const { name, state, since } of things) {
      if (known.get(name) === state) continue;
      known.set(name, state);
      this.#note({ kind, name, state, at: Math.min(since, at) });
    }
    if (known.size === things.length) return;
    const present = new Set(things.map(({ name }) => name));
    for (const name of known.keys()) {
      if (present.has(name)) continue;
      known.delete(name);
      this.#note({ kind, name, state: 'unmeasured', at });
    }
  }

  #note(change: Omit<PendingChange, 'run'>): void {
    if (this.#pending.length >= MOST_PENDING) this.#pending.shift();
    this.#pending.push({ ...change, run: this.#run?.id ?? 0 });
  }
}

function storedRun(run: { id: number; began: number; beat: number }): Run {
  return { id: run.id, began: run.began, ended: run.beat };
}
