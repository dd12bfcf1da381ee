/**
 * What the pages remember of history between two seconds, so that a viewer costs no query a second and target.
 *
 * Spans are asked for again when the state changed or a minute passed; in between the last span simply runs on.
 * Sparks hold ten minutes as columns of ten seconds and ask only for the newest ones. One memory hangs on each
 * `HistoryReader`; whole pages are kept by the server's answer cache, for as long as their snapshot is the latest.
 */
import type { SeriesRow } from '../../measure/statistics.ts';
import type { TargetView } from '../../verdict/snapshot.ts';
import type { HistoryReader, StateSpan } from '../sources.ts';
import { type Columns, columnCount, columnsOf } from './chart/columns.ts';

const SPARK_MS = 600_000;
const SPARK_STEP_MS = 10_000;
const SPANS_LAST_MS = 60_000;
/** Entries of one kind: 1,000 targets, each with a bar and its availability. */
const MOST_ENTRIES = 4096;

interface KnownSpans {
  readonly askedAt: number;
  readonly since: number;
  readonly from: number;
  readonly to: number;
  readonly spans: readonly StateSpan[];
}

export class Memory {
  readonly #history: HistoryReader;
  readonly #spans = new Map<string, KnownSpans>();
  readonly #sparks = new Map<string, { until: number; rows: readonly SeriesRow[] }>();
  constructor(history: HistoryReader) {
    this.#history = history;
  }

  /**
   * Spans of [from, to). `since` is when the present state began: a change of it asks history anew. `live` says
   * that `to` is now.
   */
  spans(
    kind: 'target' | 'site',
    name: string,
    since: number,
    { from, to, live }: { readonly from: number; readonly to: number; readonly live: boolean },
  ): readonly StateSpan[] {
    if (!live) return this.#history.spans(kind, name, from, to);
    const key = `${kind} ${Math.round((to - from) / 1000)} ${name}`;
    const known = this.#spans.get(key);
    const runsOn = known !== undefined && to >= known.to && to - known.askedAt < SPANS_LAST_MS;
    if (runsOn && known.since === since && from >= known.from) return lastExtended(known, to);
    const spans = this.#history.spans(kind, name, from, to);
    bounded(this.#spans);
    this.#spans.set(key, { askedAt: to, since, from, to, spans });
    return spans;
  }

  /** The last ten minutes of a target, in columns of ten seconds or of two probes. */
  spark(target: TargetView, now: number): Columns {
    const step = Math.max(SPARK_STEP_MS, target.everyMs > SPARK_STEP_MS ? target.everyMs * 2 : 0);
    const to = Math.floor(now / step) * step;
    const from = to - Math.ceil(SPARK_MS / step) * step;
    const count = columnCount(to - from, step, target.everyMs);
    const known = this.#sparks.get(target.name);
    let rows = known?.rows ?? [];
    if (known === undefined || known.until < to) {
      const missingFrom = known === undefined ? from : Math.max(from, known.until - step);
      const fresh = this.#history.series(target.name, missingFrom, to, Math.round((to - missingFrom) / step)).rows;
      rows = [...rows.filter(({ at }) => at >= from && at < missingFrom), ...fresh.map(withoutHistogram)];
      bounded(this.#sparks);
      this.#sparks.set(target.name, { until: to, rows });
    }
    return columnsOf(rows, from, to, count);
  }
}

/** The present state goes on until something else is known; a gap does not. */
function lastExtended(known: KnownSpans, to: number): readonly StateSpan[] {
  const last = known.spans.at(-1);
  if (last === undefined || last.state === 'unmeasured' || last.to < known.to - 5000) return known.spans;
  return [...known.spans.slice(0, -1), { ...last, to }];
}

const withoutHistogram = (row: SeriesRow): SeriesRow => ({ ...row, histogram: [] });

function bounded(map: Map<string, unknown>): void {
  if (map.size >= MOST_ENTRIES) for (const key of [...map.keys()].slice(0, MOST_ENTRIES / 4)) map.delete(key);
}
