/**
 * Joins it all: probes go in one by one, once a second a snapshot comes out.
 *
 * The hot path (`singleton`) only counts and moves one machine; windows, sites and words are made in `tick`. Nothing
 * here reads a clock: the caller gives both, and the wall clock is used only to tell people when. What has a begin
 * keeps it on the monotonic clock, so a stepped wall clock makes no negative duration; the times told follow the step.
 */

import type { PeriodSample } from '../measure/period.ts';
import type { Note, ProbeSink, ProbeTarget, Singleton } from '../measure/singleton.ts';
import type { SeriesRow } from '../measure/statistics.ts';
import { Steps } from '../measure/steps.ts';
import type { Milliseconds, Site } from '../measure/target.ts';
import { EventLog } from './event-log.ts';
import { siteChangeText, targetChangeText } from './event-words.ts';
import type { Evidence } from './evidence.ts';
import { joinOutage, siteCondition } from './site-condition.ts';
import { SiteTrack } from './site-track.ts';
import type { CanaryEvent, Snapshot, State } from './snapshot.ts';
import { TargetTrack } from './target-track.ts';
import { buildVerdict } from './verdict.ts';

/** History takes rows of a second and makes the coarser ones itself. */
const STEP_WIDTHS_MS: readonly Milliseconds[] = [1000];
/** A difference of the clocks that moves more than this between ticks is a step, and times told move with it. */
const STEP_MS = 500;

/** A row of history that is complete. */
export interface FinishedRow {
  readonly target: string;
  readonly site: string;
  readonly stepMs: Milliseconds;
  readonly row: SeriesRow;
}

export interface Tick {
  /** Everything of a snapshot but what only the composition root knows. */
  readonly snapshot: Omit<Snapshot, 'sequence' | 'agent'>;
  /** New since the last tick, in order. */
  readonly events: readonly CanaryEvent[];
  readonly rows: readonly FinishedRow[];
}

/** One target's sample of a publish period. */
export interface TargetPeriod extends PeriodSample {
  readonly target: string;
  readonly site: string;
  readonly state: State;
  /** Time in state down within the period. */
  readonly downMs: Milliseconds;
}

export interface ObserverOptions {
  /** Gives event numbers: unique and ascending over the life of the history. */
  readonly nextEventId: () => number;
  /** Events of an earlier life, newest first. */
  readonly recentEvents?: readonly CanaryEvent[];
  /** Keep samples per publish period (a few KB a target). */
  readonly publish?: boolean;
  /** Widths of the rows to hand out; default a second. A row of a minute has the exact quantiles of its minute. */
  readonly stepWidthsMs?: readonly Milliseconds[];
  /** Called when a probe changed a state: a tick soon shows it sooner than the next second. */
  readonly onChange?: () => void;
}

export class Observer implements ProbeSink {
  readonly #options: ObserverOptions;
  readonly #events: EventLog;
  readonly #steps: readonly Steps[];
  #tracks = new Map<number, TargetTrack>();
  #sites: readonly SiteTrack[] = [];
  #evidence: Evidence = {};
  #overloadSince: number | null = null;
  #offset: Milliseconds | null = null;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#steps = (options.stepWidthsMs ?? STEP_WIDTHS_MS).map((width) => new Steps(width));
    this.#events = new EventLog(options.nextEventId, options.recentEvents ?? []);
  }

  /** What is probed from now on. Ids that stay keep what was measured; a new id starts with nothing. */
  setTargets(sites: readonly Site[], targets: readonly ProbeTarget[]): void {
    const tracks = new Map<number, TargetTrack>();
    for (const target of targets) {
      const known = this.#tracks.get(target.id);
      tracks.set(target.id, known ?? new TargetTrack(target, this.#options.publish ?? false));
    }
    const known = new Map(this.#sites.map((track) => [track.site.name, track]));
    const bySite = new Map<string, TargetTrack[]>();
    for (const track of tracks.values()) {
      const list = bySite.get(track.target.site);
      if (list === undefined) bySite.set(track.target.site, [track]);
      else list.push(track);
    }
    this.#sites = sites.map((site) => {
      const track = known.get(site.name) ?? new SiteTrack(site);
      track.site = site;
      track.tracks = bySite.get(site.name) ?? [];
      return track;
    });
    this.#tracks = tracks;
  }

  singleton(singleton: Singleton): void {
    if (this.#tracks.get(singleton.target)?.singleton(singleton)) this.#options.onChange?.();
  }

  note(note: Note): void {
    this.#tracks.get(note.target)?.note(note);
  }

  /** What other rooms know now; replaces what they said before. */
  setEvidence(evidence: Evidence): void {
    this.#evidence = evidence;
  }

  /** The address in use (null: none known yet), and why it is missing or may be old. */
  resolution(
    id: number,
    { address, problem }: { readonly address: string | null; readonly problem: string | null },
  ): void {
    this.#tracks.get(id)?.resolution(address, problem);
  }

  /** Adds an event of the agent itself, a reload or a stepped clock; the next tick hands it out with the others. */
  event(event: Omit<CanaryEvent, 'id'>): void {
    this.#events.add(event);
  }

  /** Samples since the last call, one per target; empty unless the option `publish` is set. */
  takePeriod(nowMono: Milliseconds, mostValues = 150): TargetPeriod[] {
    const periods: TargetPeriod[] = [];
    for (const track of this.#tracks.values()) {
      const period = track.takePeriod(nowMono, mostValues);
      if (period === null) continue;
      periods.push({ target: track.target.name, site: track.target.site, state: track.condition.state, ...period });
    }
    return periods;
  }

  /** Judges everything as of now. Call once a second, and soon after `onChange`. */
  tick(nowMono: Milliseconds, nowWall: Milliseconds): Tick {
    const offset = nowWall - nowMono;
    this.#followClock(offset);
    this.#overloadSince = (this.#evidence.overload ?? null) === null ? null : (this.#overloadSince ?? nowWall);
    for (const site of this.#sites) site.begin(nowMono);
    for (const track of this.#tracks.values()) {
      track.begin(nowMono);
      track.judge(nowMono, offset);
    }
    for (const site of this.#sites) {
      joinOutage(site.tracks);
      for (const track of site.tracks) this.#concludeTarget(track, site, nowMono, offset);
      this.#concludeSite(site, nowMono, offset);
    }
    const rows = this.#rows(nowMono, nowWall);
    const at = Math.floor(nowWall);
    const counts = { up: 0, degraded: 0, down: 0, unknown: 0 };
    const targets = [...this.#tracks.values()].map((track) => {
      counts[track.condition.state] += 1;
      return track.view(nowMono);
    });
    const snapshot = {
      schema: 1 as const,
      at,
      verdict: buildVerdict(this.#sites, this.#evidence, at, this.#overloadSince),
      sites: this.#sites.map((site) => site.view()),
      targets,
      counts,
      events: this.#events.recent,
    };
    return { snapshot, events: this.#events.take(), rows };
  }

  /** Times told move with a stepped clock: what has lasted keeps how long it has lasted. */
  #followClock(offset: Milliseconds): void {
    const step = this.#offset === null ? 0 : offset - this.#offset;
    this.#offset = offset;
    if (Math.abs(step) <= STEP_MS) return;
    for (const track of this.#tracks.values()) track.since += step;
    for (const site of this.#sites) site.since += step;
    if (this.#overloadSince !== null) this.#overloadSince += step;
  }

  #concludeTarget(track: TargetTrack, site: SiteTrack, nowMono: Milliseconds, offset: Milliseconds): void {
    const { name } = site.site;
    const before = track.condition;
    const now = track.conclude(nowMono, {
      overload: this.#evidence.overload ?? null,
      filtered: site.filtered(track, this.#evidence.sites?.[name]?.tcp),
    });
    if (now.state === before.state && track.since !== 0) {
      track.condition = { ...now, sinceMono: before.sinceMono };
      return;
    }
    const sinceMono = Math.min(nowMono, Math.max(before.sinceMono, now.sinceMono));
    track.condition = { ...now, sinceMono };
    track.since = tenth(sinceMono + offset);
    if (now.state === before.state) return;
    const lastedMs = sinceMono - before.sinceMono;
    if (before.state === 'down') track.addDown(lastedMs);
    this.#events.add({
      at: track.since,
      kind: 'target',
      layer: 'data-plane',
      subject: track.target.name,
      site: name,
      from: before.state,
      to: now.state,
      lastedMs: Math.round(lastedMs),
      text: targetChangeText(track.target.name, before.state, now),
      reasons: track.reasons,
    });
  }

  #concludeSite(site: SiteTrack, nowMono: Milliseconds, offset: Milliseconds): void {
    const medians = site.tracks.map((track) => track.lastMinute.p50).filter((rtt) => rtt !== null);
    site.bestRttMs = medians.length === 0 ? null : Math.min(...medians);
    site.hearTcp(this.#evidence.sites?.[site.site.name]?.tcp, nowMono);
    const before = site.condition;
    const now = siteCondition(site.tracks, before, nowMono, site.tcpTrouble?.sinceMono ?? null);
    site.condition = now;
    if (now.state === before.state && site.since !== 0) return;
    site.since = tenth(now.sinceMono + offset);
    if (now.state === before.state) return;
    const { name } = site.site;
    this.#events.add({
      at: site.since,
      kind: 'site',
      layer: 'data-plane',
      subject: name,
      site: name,
      from: before.state,
      to: now.state,
      lastedMs: Math.round(now.sinceMono - before.sinceMono),
      text: siteChangeText(site, before.state),
      reasons: site.reasons,
    });
  }

  #rows(nowMono: Milliseconds, nowWall: Milliseconds): FinishedRow[] {
    const rows: FinishedRow[] = [];
    for (const [index, steps] of this.#steps.entries()) {
      const firstNew = steps.next;
      steps.advance(nowMono, nowWall);
      let oldest = steps.next;
      for (const track of this.#tracks.values()) {
        let next = track.nextStep[index] ?? firstNew;
        for (let step = steps.get(next); step !== undefined; step = steps.get(next)) {
          if (!track.windows.isSettled(step.toMono, nowMono)) break;
          const row = track.windows.row(step.at, step.fromMono, step.toMono);
          if (row !== null)
            rows.push({ target: track.target.name, site: track.target.site, stepMs: steps.widthMs, row });
          next += 1;
        }
        track.nextStep[index] = next;
        oldest = Math.min(oldest, next);
      }
      steps.dropBefore(oldest);
    }
    return rows;
  }
}

/** To 0.1 s and never later than it was: a time told is not in the future. */
const tenth = (wall: Milliseconds): number => Math.floor(wall / 100) * 100;
