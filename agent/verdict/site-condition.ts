/**
 * The state of a site from its targets.
 *
 * - **down**: all targets that can be measured are down;
 * - **degraded**: some are down or degraded, or all are up and its TCP connections retransmit more than usual;
 * - **unknown**: none can be measured;
 * - **up**: the rest. A target that cannot be measured takes nothing away from those that answer.
 *
 * A target that only begins to be measured may yet answer: until then no site is down.
 * A site goes down at once, not target by target: probes are spread over the interval, so the first lost ones lie up
 * to an interval apart although one cable was cut. Its outage therefore begins with the first of them, and a state
 * between is not told while probes that could show the whole are still out.
 */
import type { Milliseconds } from '../measure/target.ts';
import { counted } from '../measure/units.ts';
import { type Cause, reasonOf } from './cause.ts';
import type { Reason, State } from './snapshot.ts';
import type { Condition, TargetTrack } from './target-track.ts';

/** Longest wait for the other targets' probes before a state between is told; an outage must show within 3 s. */
const HOLD_MS = 3000;
/** More reasons than this are not read. */
const MOST_REASONS = 3;

export interface SiteCondition {
  readonly state: State;
  readonly sinceMono: Milliseconds;
  /** Degraded by its TCP connections alone. */
  readonly byTcp?: boolean;
}

/**
 * @param before what was told last
 * @param tcpSinceMono since when its TCP connections retransmit more than usual; null when they do not
 */
export function siteCondition(
  tracks: readonly TargetTrack[],
  before: SiteCondition,
  nowMono: Milliseconds,
  tcpSinceMono: Milliseconds | null = null,
): SiteCondition {
  const state = siteState(tracks);
  if (state === 'up' && tcpSinceMono !== null) {
    if (before.state === 'degraded') return { ...before, byTcp: true };
    return { state: 'degraded', sinceMono: Math.max(before.sinceMono, tcpSinceMono), byTcp: true };
  }
  // Nothing about the targets tells when the connections got well.
  if (state === 'up' && before.byTcp === true) return { state, sinceMono: nowMono };
  if (state === before.state) return before;
  if (tracks.length === 0) return { state, sinceMono: nowMono };
  if (state === 'degraded' && isStillOut(tracks, nowMono)) return before;
  // A target added to a site that is down takes nothing of that back before it answers.
  const isAnswering = tracks.some(({ condition }) => condition.state === 'up' || condition.state === 'degraded');
  if (state === 'degraded' && before.state === 'down' && !isAnswering) return before;
  return { state, sinceMono: Math.max(before.sinceMono, changeMono(tracks, state, before)) };
}

export function siteState(tracks: readonly TargetTrack[]): State {
  let up = 0;
  let down = 0;
  let degraded = 0;
  let beginning = 0;
  for (const { condition } of tracks) {
    if (isBeginning(condition)) beginning += 1;
    else if (condition.state === 'up') up += 1;
    else if (condition.state === 'down') down += 1;
    else if (condition.state === 'degraded') degraded += 1;
  }
  if (up + down + degraded === 0) return 'unknown';
  if (down > 0 && up + degraded + beginning === 0) return 'down';
  return down + degraded > 0 ? 'degraded' : 'up';
}

const isBeginning = ({ causes }: Condition): boolean => causes[0]?.code === 'measuring';

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
  if (nowMono - began > HOLD_MS) return false;
  return tracks.some(
    (track) =>
      (track.condition.state === 'up' || isBeginning(track.condition)) &&
      (track.machine.lossRun !== null || !track.hasHeardSince(began)),
  );
}

/** When the change that led to `state` began. */
function changeMono(tracks: readonly TargetTrack[], state: State, before: SiteCondition): Milliseconds {
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
      // Out of down with the first answer, else with the first trouble.
      const changes =
        before.state === 'down' ? since((own) => own !== 'down') : since((own) => own === 'down' || own === 'degraded');
      const later = changes.filter((mono) => mono > before.sinceMono);
      return later.length > 0 ? Math.min(...later) : before.sinceMono;
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

/** What makes two causes one trouble: digits and far ends may differ, the trouble does not. */
function sameness(cause: Cause, reason: Reason): string {
  switch (cause.code) {
    case 'no-reply':
    case 'loss':
    case 'recovering':
    case 'measuring':
    case 'local':
      return reason.code;
    case 'rtt':
    case 'jitter':
    case 'error':
    case 'silent':
    case 'filtered':
    case 'overload':
    case 'retransmission':
    case 'resolver':
      return `${reason.code} ${reason.text}`;
  }
}

export function groupCauses(tracks: readonly TargetTrack[]): CauseGroup[] {
  const groups = new Map<string, { state: State; cause: Cause; reason: Reason; tracks: TargetTrack[] }>();
  for (const track of tracks) {
    const { state, causes } = track.condition;
    const cause = causes[0];
    if (state === 'up' || cause === undefined) continue;
    const reason = reasonOf(cause);
    const key = `${state} ${sameness(cause, reason)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { state, cause, reason, tracks: [track] });
    else group.tracks.push(track);
  }
  const told = [...groups.values()].map((group): CauseGroup => {
    const cause = commonCause(group.tracks, group.cause);
    return { ...group, cause, reason: reasonOf(cause) };
  });
  return told.sort((a, b) => BADNESS[a.state] - BADNESS[b.state] || b.tracks.length - a.tracks.length);
}

/** One cause for several targets: their mean loss, the longest of their outages and waits. */
function commonCause(tracks: readonly TargetTrack[], first: Cause): Cause {
  if (tracks.length === 1) return first;
  const all = tracks.flatMap(({ condition: { causes } }) => causes.slice(0, 1));
  switch (first.code) {
    case 'loss': {
      const ratios = all.map((cause) => (cause.code === 'loss' ? cause.ratio : 0));
      return { ...first, ratio: ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length };
    }
    case 'recovering':
      return {
        ...first,
        outageMs: Math.max(...all.map((cause) => (cause.code === 'recovering' ? cause.outageMs : 0))),
      };
    case 'measuring': {
      const due = all.flatMap((cause) => (cause.code === 'measuring' && cause.dueMs !== null ? [cause.dueMs] : []));
      return { ...first, dueMs: due.length === 0 ? null : Math.max(...due) };
    }
    case 'no-reply': {
      // Kinds word it differently; together they give no reply.
      const isOne = new Set(all.map((cause) => reasonOf(cause).text)).size === 1;
      return isOne ? first : { ...first, kind: 'icmp', text: null, lateRttMs: null };
    }
    case 'error':
    case 'rtt':
    case 'jitter':
    case 'local':
    case 'silent':
    case 'filtered':
    case 'overload':
    case 'retransmission':
    case 'resolver':
      return first;
  }
}

/** Reasons of a site, each once: "no reply from 4 of 4 targets", "mel-fw: median RTT 182 ms (limit 150 ms)". */
export function siteReasons(tracks: readonly TargetTrack[]): Reason[] {
  if (tracks.length === 0) return [{ code: 'no-targets', text: 'no target at this site' }];
  const groups = groupCauses(tracks);
  const reasons = groups.slice(0, MOST_REASONS).map((group) => groupReason(group, tracks.length));
  const more = groups.length - MOST_REASONS;
  return more > 0 ? [...reasons, { code: 'more', text: `and ${counted(more, 'more reason')}` }] : reasons;
}

function groupReason({ reason, cause, tracks }: CauseGroup, all: number): Reason {
  if (all === 1 || (cause.code === 'measuring' && tracks.length === all)) return reason;
  const first = tracks[0];
  if (tracks.length === 1 && first !== undefined)
    return { code: reason.code, text: `${first.target.name}: ${reason.text}` };
  const part = `${tracks.length} of ${all} targets`;
  if (cause.code === 'no-reply' && reason.text === 'no reply')
    return { code: reason.code, text: `no reply from ${part}` };
  return { code: reason.code, text: `${reason.text}: ${part}` };
}
