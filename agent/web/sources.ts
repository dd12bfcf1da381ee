/**
 * What the web room needs from the rest of the agent, as an interface of its own:
 * `commands/run.ts` hands in the real parts, tests hand in fakes.
 */
import type { SeriesRow } from '../measure/statistics.ts';
import type { CanaryEvent, Snapshot, State } from '../verdict/snapshot.ts';

/** A stretch of one state. `unmeasured`: the agent was not running or could not probe. Neighbours differ. */
export interface StateSpan {
  readonly from: number;
  readonly to: number;
  readonly state: State | 'unmeasured';
}

export interface EventQuery {
  readonly from?: number;
  readonly to?: number;
  readonly site?: string;
  readonly subject?: string;
  readonly kind?: CanaryEvent['kind'];
  /** Only events with a smaller id (paging backwards). */
  readonly before?: number;
  /** Default 200, at most 1000. */
  readonly limit?: number;
}

export interface Series {
  /** Width of a row, ms: a multiple of the stored resolution chosen so that rows ≤ the columns asked for. */
  readonly stepMs: number;
  readonly rows: readonly SeriesRow[];
}

export interface HistoryReader {
  /** Rows of one target in [from, to), merged to at most `columns`, from the finest resolution that covers it. */
  series(target: string, from: number, to: number, columns: number): Series;
  /** States of one target or site over [from, to), exact to the event, gaps as `unmeasured`. */
  spans(kind: 'target' | 'site', name: string, from: number, to: number): readonly StateSpan[];
  /** Newest first. */
  events(query: EventQuery): readonly CanaryEvent[];
  /** Start of the oldest row or event; null when empty. */
  oldest(): number | null;
}

export interface Sources {
  /** The latest snapshot; null before the first one. */
  snapshot(): Snapshot | null;
  /** Calls back with every new snapshot; returns the way to stop. */
  subscribe(listener: (snapshot: Snapshot) => void): () => void;
  readonly history: HistoryReader;
  /** The configuration in force, secrets left out, with where each value came from; for the agent view. */
  effectiveConfig(): readonly { readonly path: string; readonly value: unknown; readonly source: string }[];
}
