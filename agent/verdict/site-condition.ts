/**
 * The state of a site from its targets.
 *
 * - **down**: all targets that can be measured are down;
 * - **degraded**: some are down or degraded;
 * - **unknown**: none can be measured;
 * - **up**: the rest. A target that cannot be measured takes nothing away from those that answer.
 *
 * A site goes down at once, not target by target: probes are spread over the interval, so the first lost ones lie up
 * to an interval apart although one cable was cut. Its outage therefore begins with the first of them, and a state
 * between is not told while probes that could show the whole are still out.
 */
import type { Milliseconds } from '../measure/target.ts';
import { counted } from '../measure/units.ts';
import { type Cause, reasonOf } from './cause.ts';
import type { Reason, State } from './snapshot.ts';
import type { TargetTrack } from './target-track.ts';

/** Longest wait for the other targets' probes before a state between is told. */
const HOLD_MS = 3000;
/** More reasons than this are not read. */
const MOST_REASONS = 3;

export interface SiteCondition {
  readonly state: State;
  readonly sinceMono: Milliseconds;
}

/** @param before what was told last */
export function siteCondition(
  tracks: readonly TargetTrack[],
  before: SiteCondition,
  nowMono: Milliseconds,
): SiteCondition {
  const state = siteState(tracks);
  if (state === before.state) return before;
  if (state === 'degraded' && isStillOut(tracks, nowMono)) return before;
  return { state, sinceMono: Math.max(before.sinceMono, changeMono(tracks, state, before.sinceMono)) };
}

export function siteState(tracks: readonly TargetTrack[]): State {
  let up = 0;
  let down = 0;
  let degraded = 0;
  for (const { condition } of tracks) {
    if (condition.state === 'up') up += 1;
    else if (condition.state === 'down') down += 1;
    else if (condition.state === 'degraded') degraded += 1;
  }
  if (up + down + degraded === 0) return 'unknown';
  if (down > 0 && up + degraded === 0) return 'down';
  return down + degraded > 0 ? 'degraded' : 'up';
}

/**
 * Lets an outage that one target proves stand for those of the same site that lost their probes from the same moment
 * on, when nothing at the site answers any more: the run of losses is counted over the site. True when one joined.
 */
export function joinOutage(tracks: readonly TargetTrack[]): boolean {
  let began = Number.NEGATIVE_INFINITY;
  for (const { machine } of tracks) if (machine.phase === 'down') began = Math.max(began, machine.sinceMono);
  if (began === Number.NEGATIVE_INFINITY) return false;
  const rest = tracks.filter(({ machine }) => machine.phase === 'up' || machine.phase === 'degraded');
  const spread = spreadMs(tracks);
  const isTogether = ({ machine }: TargetTrack): boolean =>
    machine.lossRun !== null && Math.abs(machine.lossRun.beganMono - began) <= spread;
  if (rest.length === 0 || !rest.every(isTogether)) return false;
  for (const { machine } of rest) machine.join();
  return true;
}

/** One cause shows in all targets of a site within an interval; further apart they fell one after the other. */
const spreadMs = (tracks: readonly TargetTrack[]): Milliseconds =>
  Math.max(...tracks.map(({ target }) => target.everyMs)) + 1000;

/** True while a target that does not look bad may only not have been heard since the trouble began. */
function isStillOut(tracks: readonly TargetTrack[], nowMono: Milliseconds): boolean {
  let began = Number.POSITIVE_INFINITY;
  for (const { condition } of tracks) {
    if (condition.state === 'down') began = Math.min(began, condition.sinceMono);
  }
  if (began === Number.POSITIVE_INFINITY) return false;
  return tracks.some((track) => {
    if (track.condition.state !== 'up') return false;
    const { everyMs, timeoutMs } = track.target;
    if (nowMono - began > Math.min(HOLD_MS, everyMs) + timeoutMs + everyMs) return false;
    return track.machine.lossRun !== null || !track.hasHeardSince(began);
  });
}

/** When the change that led to `state` began. */
function changeMono(tracks: readonly TargetTrack[], state: State, previousMono: Milliseconds): Milliseconds {
  const since = (wanted: (state: State) => boolean): Milliseconds[] =>
    tracks.filter(({ condition }) => wanted(condition.state)).map(({ condition }) => condition.sinceMono);
  switch (state) {
    case 'down': {
      const down = since((own) => own === 'down');
      const first = Math.min(...down);
      const last = Math.max(...down);
      return last - first <= spreadMs(tracks) ? first : last;
    }
    case 'degraded': {
      const changes = since((own) => own !== 'unknown').filter((mono) => mono > previousMono);
      return changes.length > 0 ? Math.min(...changes) : previousMono;
    }
    case 'up':
      return Math.max(...since((own) => own === 'up'));
    case 'unknown':
      return Math.max(...since(() => true));
  }
}

/** Causes of the targets that are not up, each said once with the targets it holds for; the worst first. */
export interface CauseGroup {
  readonly state: State;
  readonly cause: Cause;
  readonly reason: Reason;
  readonly tracks: readonly TargetTrack[];
}

const BADNESS: Readonly<Record<State, number>> = { down: 0, degraded: 1, unknown: 2, up: 3 };

export function groupCauses(tracks: readonly TargetTrack[]): CauseGroup[] {
  const groups = new Map<string, { state: State; cause: Cause; reason: Reason; tracks: TargetTrack[] }>();
  for (const track of tracks) {
    const { state, causes } = track.condition;
    const cause = causes[0];
    if (state === 'up' || cause === undefined) continue;
    const reason = reasonOf(cause);
    // Losses differ in digits and are one trouble all the same.
    const key = `${state} ${reason.code} ${cause.code === 'loss' || cause.code === 'recovering' || cause.code === 'local' ? '' : reason.text}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { state, cause, reason, tracks: [track] });
    else group.tracks.push(track);
  }
  return [...groups.values()].sort((a, b) => BADNESS[a.state] - BADNESS[b.state] || b.tracks.length - a.tracks.length);
}

/** Reasons of a site, each once: "no reply from 4 of 4 targets", "mel-fw: median RTT 182 ms (limit 150 ms)". */
export function siteReasons(tracks: readonly TargetTrack[]): Reason[] {
  const groups = groupCauses(tracks);
  const reasons = groups.slice(0, MOST_REASONS).map((group) => groupReason(group, tracks.length));
  const more = groups.length - MOST_REASONS;
  return more > 0 ? [...reasons, { code: 'more', text: `and ${counted(more, 'more reason')}` }] : reasons;
}

function groupReason({ reason, cause, tracks }: CauseGroup, all: number): Reason {
  if (all === 1) return reason;
  const first = tracks[0];
  if (tracks.length === 1 && first !== undefined)
    return { code: reason.code, text: `${first.target.name}: ${reason.text}` };
  const part = `${tracks.length} of ${all} targets`;
  if (cause.code === 'no-reply' && reason.text === 'no reply')
    return { code: reason.code, text: `no reply from ${part}` };
  return { code: reason.code, text: `${reason.text}: ${part}` };
}
