/** How the round trips on a page were timed, and how far each can be off: no number is better than this says. */
import type { Statistics } from '../../measure/statistics.ts';
import { formatRtt } from '../../measure/units.ts';
import type { Snapshot } from '../../verdict/snapshot.ts';

/** Where the two ends of a round trip were stamped. */
export function timingWords(timing: Statistics['timing']): string {
  switch (timing) {
    case 'kernel':
      return 'kernel stamps';
    case 'user':
      return 'the user-space clock (scheduling delay is in it)';
    case 'mixed':
      return 'kernel stamps, some by the user-space clock';
    case null:
      return 'nothing yet';
  }
}

/** For one sample: "kernel stamps, each within ± 0.050 ms; 3 of 60 lack a kernel stamp". */
export function sampleTiming({ timing, errorBarMs, userTimed, received }: Statistics): string {
  const some = timing === 'mixed' ? `; ${userTimed} of ${received} lack a kernel stamp` : '';
  return `${timingWords(timing)}${within(errorBarMs)}${some}`;
}

/** For all targets of the last minute, with the widest of their error bars. */
export function wholeTiming({ targets }: Snapshot): string {
  const timings = new Set(targets.flatMap(({ last60s: { timing } }) => timing ?? []));
  const [only = null] = timings;
  const widest = targets.reduce<number | null>(
    (most, { last60s: { errorBarMs } }) => (errorBarMs === null ? most : Math.max(most ?? 0, errorBarMs)),
    null,
  );
  if (only === null) return 'no round trip timed in the last minute';
  return `round trips timed by ${timingWords(timings.size > 1 ? 'mixed' : only)}${within(widest)}`;
}

const within = (errorBarMs: number | null): string =>
  errorBarMs === null ? '' : `, each within ± ${formatRtt(errorBarMs)}`;
