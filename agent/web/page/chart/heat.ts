/**
 * The same data as a heat map: time against log RTT, darker where more replies fell. Two paths that take turns show
 * as two stripes, which no quantile can tell from jitter.
 */
import type { SeriesRow } from '../../../measure/statistics.ts';
import { type Html, html } from '../html.ts';

export const HEAT_COLUMNS = 120;
const SHADES = 5;
/** Height of a cell on the log axis: 9 % more RTT. */
const CELL = Math.log(1.09);
const FEWEST_CELLS = 20;

export interface Heat {
  readonly drawing: Html;
  readonly labels: readonly { readonly at: number; readonly text: string }[];
}

export function drawHeat(rows: readonly SeriesRow[], from: number, to: number, count: number): Heat {
  const cells = cellsOf(rows, from, to, count);
  const keys = [...cells.keys()].map((key) => key % 4096);
  const lowest = keys.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const highest = keys.reduce((a, b) => Math.max(a, b), 0);
  const bottom = Number.isFinite(lowest) ? lowest - 2 : 0;
  const height = Math.max(FEWEST_CELLS, highest - bottom + 3);
  const most = [...cells.values()].reduce((a, b) => Math.max(a, b), 0);
  const paths = Array.from({ length: SHADES }, () => '');
  for (const [key, weight] of cells) {
    const shade = Math.min(SHADES - 1, Math.floor(Math.sqrt(weight / most) * SHADES));
    paths[shade] += `M${Math.floor(key / 4096)} ${height - (key % 4096) + bottom - 1}h1v1h-1z`;
  }
  return {
    drawing: html`<svg viewBox="0 0 ${count} ${height}" preserveAspectRatio="none" width="100%" height="100%" shape-rendering="crispEdges">
${paths.map((path, shade) => path !== '' && html`<path class="h-${shade + 1}" d="${path}"/>`)}</svg>`,
    labels: labelsOf(bottom, height),
  };
}

/** Column × 4096 + cell on the log axis (offset so that 0.001 ms is cell 0) → share of the column's replies. */
function cellsOf(rows: readonly SeriesRow[], from: number, to: number, count: number): Map<number, number> {
  const cells = new Map<number, number>();
  const totals = new Float64Array(count);
  const width = (to - from) / count;
  for (const row of rows) {
    const column = Math.floor((row.at - from) / width);
    if (column < 0 || column >= count) continue;
    for (const [value, weight] of pairsOf(row)) {
      const key = column * 4096 + cellOf(value);
      cells.set(key, (cells.get(key) ?? 0) + weight);
      totals[column] = (totals[column] ?? 0) + weight;
    }
  }
  for (const [key, weight] of cells) cells.set(key, weight / (totals[Math.floor(key / 4096)] || 1));
  return cells;
}

/** Rows of few replies may carry no histogram: their quantiles stand for it. */
function pairsOf(row: SeriesRow): readonly (readonly [number, number])[] {
  if (row.histogram.length > 0 || row.rtt === null) return row.histogram;
  const { p5, p25, p50, p75, p95 } = row.rtt;
  return [p5, p25, p50, p75, p95].map((value) => [value, row.received / 5] as const);
}

const cellOf = (ms: number): number =>
  Math.max(0, Math.min(4095, Math.floor(Math.log(Math.max(ms, 0.001) / 0.001) / CELL)));

function labelsOf(bottom: number, height: number): Heat['labels'] {
  const labels: { at: number; text: string }[] = [];
  for (let power = -3; power < 6; power += 1) {
    for (const lead of [1, 2, 5]) {
      const value = lead * 10 ** power;
      const at = 1 - (Math.log(value / 0.001) / CELL - bottom) / height;
      if (at >= 0 && at <= 1) labels.push({ at, text: String(Number(value.toPrecision(3))) });
    }
  }
  return labels.length > 8 ? labels.filter((_, index) => index % 2 === 0) : labels;
}
