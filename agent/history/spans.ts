/**
 * States over time, from what was recorded: runs (when the agent was measuring) and changes of state in them.
 *
 * Outside a run nothing is known, and inside one nothing is known of a target before its first change there: both
 * are `unmeasured`, so a state never runs on over a gap. Where runs overlap (the wall clock was set back) the
 * later run is believed.
 */
import type { StateSpan } from '../verdict/past.ts';

export interface Run {
  readonly id: number;
  readonly began: number;
  readonly ended: number;
}

export interface Change {
  readonly run: number;
  /** When the state began; may lie before the run began or before the change recorded last. */
  readonly at: number;
  readonly state: StateSpan['state'];
}

/** `runs` and `changes` in the order they were recorded. The spans cover [from, to) without a hole. */
export function spansOf(runs: readonly Run[], changes: readonly Change[], from: number, to: number): StateSpan[] {
  const spans: StateSpan[] = [];
  let reached = from;
  const add = (until: number, state: StateSpan['state']): void => {
    const end = Math.min(until, to);
    if (end <= reached) return;
    const last = spans.at(-1);
    if (last?.state === state) spans[spans.length - 1] = { from: last.from, to: end, state };
    else spans.push({ from: reached, to: end, state });
    reached = end;
  };
  runs.forEach((run, i) => {
    const ended = Math.min(run.ended, ...runs.slice(i + 1).map((later) => later.began));
    if (ended <= run.began) return;
    add(run.began, 'unmeasured');
    const own = inEffect(changes.filter((change) => change.run === run.id));
    own.forEach((change, j) => {
      if (j === 0) add(Math.min(ended, change.at), 'unmeasured');
      add(Math.min(ended, own[j + 1]?.at ?? ended), change.state);
    });
    add(ended, 'unmeasured');
  });
  add(to, 'unmeasured');
  return spans;
}

/** Changes by time: one that was dated back wins over those recorded before it that it predates. */
function inEffect(changes: readonly Change[]): Change[] {
  const kept: Change[] = [];
  for (const change of changes) {
    while ((kept.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= change.at) kept.pop();
    kept.push(change);
  }
  return kept;
}
