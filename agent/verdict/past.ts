/**
 * What is asked of the past, as plain data: the page, the API and the report ask; `history/` answers.
 * It stands in this pure room because neither of them may import the other.
 */
import type { SeriesRow } from '../measure/statistics.ts';
import type { CanaryEvent, State } from './snapshot.ts';

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
