/**
 * The smoke chart: median line in its bands, what was not measured hatched, what was all lost filled.
 *
 * The data lies in an inner `<svg>` of as many units as columns, stretched to whatever width there is
 * (`preserveAspectRatio="none"`, strokes that do not scale); what must not stretch (hatch, letters, labels) lies
 * outside at percentages. So one drawing fits a phone, a wall and a sheet of paper without script.
 */
import { type Html, html } from '../html.ts';
import { type Column, type Columns, quantiles, runs } from './columns.ts';
import { gridValues, quantile, roundTop } from './scale.ts';

const HEIGHT = 1000;
/** The axis is made for all but the worst of the columns: one bad sample never moves it. */
const AXIS_QUANTILE = 0.985;

type Measured = Column & { readonly rtt: NonNullable<Column['rtt']> };
const hasRtt = (column: Column | null): column is Measured => column !== null && column.rtt !== null;

export interface Bands {
  /** Top of the axis, ms. */
  readonly top: number;
  readonly drawing: Html;
  /** Columns whose p95 lies above the axis, and the highest of them. */
  readonly above: { readonly columns: number; readonly highest: number };
}

export function drawBands({ columns }: Columns): Bands {
  const measured = columns.filter(hasRtt);
  const p95s = measured.map(({ rtt }) => rtt.p95);
  const medians = measured.map(({ rtt }) => rtt.p50);
  const top = roundTop(Math.max(quantile(p95s, AXIS_QUANTILE), quantile(medians, AXIS_QUANTILE)) * 1.08);
  const y = (ms: number): number => Math.round(HEIGHT * (1 - Math.min(1, ms / top)));
  const grid = gridValues(top)
    .map((value) => `M0 ${y(value)}H${columns.length}`)
    .join('');
  const over = p95s.filter((value) => value > top);
  return {
    top,
    above: { columns: over.length, highest: over.reduce((a, b) => Math.max(a, b), 0) },
    drawing: html`<svg viewBox="0 0 ${columns.length} ${HEIGHT}" preserveAspectRatio="none" width="100%" height="100%">
<path class="c-grid" d="${grid}"/>
<path class="c-lost" d="${allLost(columns)}"/>
<path class="c-outer" d="${area(columns, y, 'p5', 'p95')}"/>
<path class="c-inner" d="${area(columns, y, 'p25', 'p75')}"/>
<path class="c-median" d="${line(columns, y)}"/>
<path class="c-above" d="${aboveTop(columns, top)}"/></svg>`,
  };
}

/** A filled column of full height for every column in which nothing came back: never a blank. */
function allLost(columns: Columns['columns']): string {
  return runs(columns, (column) => column !== null && column.rtt === null)
    .map(([first, end]) => `M${first} 0H${end}V${HEIGHT}H${first}z`)
    .join('');
}

function aboveTop(columns: Columns['columns'], top: number): string {
  return runs(columns, (column) => hasRtt(column) && column.rtt.p95 > top)
    .map(([first, end]) => `M${first} 0H${end}V14H${first}z`)
    .join('');
}

type Scale = (ms: number) => number;

function line(columns: Columns['columns'], y: Scale): string {
  let path = '';
  for (const [first, end] of runs(columns, hasRtt)) {
    const heights = quantiles(columns, first, end, 'p50').map(y);
    path += `M${first} ${heights[0]}h.5${steps(heights, 1)}h.5`;
  }
  return path;
}

function area(columns: Columns['columns'], y: Scale, low: 'p5' | 'p25', high: 'p75' | 'p95'): string {
  let path = '';
  for (const [first, end] of runs(columns, hasRtt)) {
    const upper = quantiles(columns, first, end, high).map(y);
    const lower = quantiles(columns, first, end, low).map(y).reverse();
    path += `M${first} ${upper[0]}h.5${steps(upper, 1)}h.5V${lower[0]}h-.5${steps(lower, -1)}h-.5z`;
  }
  return path;
}

/** Relative lines, a column each: half the bytes of absolute ones. */
function steps(heights: readonly number[], dx: 1 | -1): string {
  let path = '';
  for (let index = 1; index < heights.length; index += 1) {
    const dy = (heights[index] ?? 0) - (heights[index - 1] ?? 0);
    path += dy === 0 ? `h${dx}` : `l${dx}${dy < 0 ? '' : ' '}${dy}`;
  }
  return path;
}
