/**
 * Rows of history as columns of a chart, at most 360 of them: more cannot be told apart and only cost bytes.
 *
 * A column keeps the lowest p5 and the highest p95 of its rows, because a chart of 14 days must not average a bad
 * minute away, and the mean of the quantiles between, because a median of medians is what the line means. Loss is
 * kept twice, as mean and as worst. A column without a row was not measured and stays null.
 */
import type { SeriesRow } from '../../../measure/statistics.ts';

export interface Column {
  /** Null when every probe was lost. */
  readonly rtt: {
    readonly p5: number;
    readonly p25: number;
    readonly p50: number;
    readonly p75: number;
    readonly p95: number;
  } | null;
  /** Mean and worst loss ratio, 0 to 1. */
  readonly loss: number;
  readonly worstLoss: number;
  readonly sent: number;
}

export interface Columns {
  readonly from: number;
  readonly to: number;
  readonly columns: readonly (Column | null)[];
}

export const MOST_COLUMNS = 360;
/** Rows asked of history per column, so that the worst of a column can be seen. */
export const ROWS_A_COLUMN = 4;

/**
 * How many columns a window can carry: none may be narrower than a stored row, and where probes are rarer than
 * rows each has to be wide enough to hold one whatever its phase, or gaps would be drawn that are none.
 */
export function columnCount(spanMs: number, stepMs: number, everyMs: number, most = MOST_COLUMNS): number {
  const narrowest = everyMs > stepMs ? everyMs * 2 : stepMs;
  return Math.max(1, Math.min(most, Math.floor(spanMs / narrowest)));
}

export function columnsOf(rows: readonly SeriesRow[], from: number, to: number, count: number): Columns {
  const width = (to - from) / count;
  const held: SeriesRow[][] = Array.from({ length: count }, () => []);
  for (const row of rows) {
    if (row.sent > 0) held[Math.floor((row.at - from) / width)]?.push(row);
  }
  return { from, to, columns: held.map(columnOf) };
}

function columnOf(rows: readonly SeriesRow[]): Column | null {
  if (rows.length === 0) return null;
  let sent = 0;
  let received = 0;
  let worstLoss = 0;
  let weight = 0;
  const rtt = { p5: Number.POSITIVE_INFINITY, p25: 0, p50: 0, p75: 0, p95: 0 };
  for (const row of rows) {
    sent += row.sent;
    received += row.received;
    worstLoss = Math.max(worstLoss, 1 - row.received / row.sent);
    if (row.rtt === null) continue;
    weight += row.received;
    rtt.p5 = Math.min(rtt.p5, row.rtt.p5);
    rtt.p95 = Math.max(rtt.p95, row.rtt.p95);
    rtt.p25 += row.rtt.p25 * row.received;
    rtt.p50 += row.rtt.p50 * row.received;
    rtt.p75 += row.rtt.p75 * row.received;
  }
  const means = { p25: rtt.p25 / weight, p50: rtt.p50 / weight, p75: rtt.p75 / weight };
  return { rtt: weight === 0 ? null : { ...rtt, ...means }, loss: 1 - received / sent, worstLoss, sent };
}

/** Runs of columns that satisfy `test`, as [first, one past last]. */
export function runs<T>(columns: readonly T[], test: (column: T) => boolean): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  let start = -1;
  for (let index = 0; index <= columns.length; index += 1) {
    const holds = index < columns.length && test(columns[index] as T);
    if (holds && start < 0) start = index;
    if (!holds && start >= 0) {
      found.push([start, index]);
      start = -1;
    }
  }
  return found;
}

/** One quantile of the columns [first, end), all of which have replies. */
export function quantiles(
  columns: Columns['columns'],
  first: number,
  end: number,
  name: keyof NonNullable<Column['rtt']>,
): number[] {
  return columns.slice(first, end).map((column) => column?.rtt?.[name] ?? 0);
}
