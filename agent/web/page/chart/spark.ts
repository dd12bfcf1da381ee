/**
 * The last ten minutes of one target, 120 × 24: enough to see a step, a burst, a silence. No axis: the number
 * stands beside it. Its scale runs from 0 to twice the median, so that quiet lines lie flat and do not all fill
 * their box with noise.
 */
import { type Html, html } from '../html.ts';
import { type Column, type Columns, quantiles, runs } from './columns.ts';
import { quantile } from './scale.ts';

const HEIGHT = 24;
/** Room for the loss marks under the line. */
const FLOOR = 19;

export function drawSpark({ columns }: Columns, limit: number, label: string): Html {
  const count = columns.length;
  const measured = columns.filter((column): column is Column => column !== null && column.rtt !== null);
  const medians = measured.map(({ rtt }) => rtt?.p50 ?? 0);
  const p95s = measured.map(({ rtt }) => rtt?.p95 ?? 0);
  const top = Math.max(quantile(medians, 0.5) * 2.2, quantile(p95s, 0.9), 1e-6);
  const y = (ms: number): string => (FLOOR - Math.min(1, ms / top) * (FLOOR - 1)).toFixed(1).replace('.0', '');
  const paths = { outer: '', median: '' };
  for (const [first, end] of runs(columns, (column) => column !== null && column.rtt !== null)) {
    const along = (name: 'p5' | 'p50' | 'p95'): string[] => quantiles(columns, first, end, name).map(y);
    const high = along('p95').map((value, index) => `${first + index} ${value}`);
    const low = along('p5').map((value, index) => `${first + index} ${value}`);
    paths.outer += `M${high.join('L')}H${end}V${along('p5').at(-1)}L${low.reverse().join('L')}z`;
    paths.median += `M${along('p50')
      .map((value, index) => `${first + index} ${value}`)
      .join('L')}H${end}`;
  }
  const gap = gapPath(columns);
  const loss = lossPaths(columns, limit);
  return html`<svg class="spark" viewBox="0 0 ${count} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}">
${gap !== '' && html`<path d="${gap}" fill="url(#hatch)"/>`}${paths.outer !== '' && html`<path class="c-outer" d="${paths.outer}"/><path class="c-median" d="${paths.median}"/>`}
${loss.all !== '' && html`<path class="c-lost" d="${loss.all}"/>`}${loss.over !== '' && html`<path class="c-over" d="${loss.over}"/>`}${loss.under !== '' && html`<path class="c-under" d="${loss.under}"/>`}</svg>`;
}

function gapPath(columns: Columns['columns']): string {
  return runs(columns, (column) => column === null)
    .filter(([first, end]) => end < columns.length || end - first > 2)
    .map(([first, end]) => `M${first} 2H${end}V${HEIGHT - 2}H${first}z`)
    .join('');
}

function lossPaths(
  columns: Columns['columns'],
  limit: number,
): { readonly all: string; readonly over: string; readonly under: string } {
  const over = runs(columns, (column) => column !== null && column.loss > 0 && column.loss >= limit);
  const under = runs(columns, (column) => column !== null && column.loss > 0 && column.loss < limit);
  const all = runs(columns, (column) => column !== null && column.rtt === null);
  const box = (pieces: typeof over, top: number): string =>
    pieces.map(([first, end]) => `M${first} ${top}H${end}V${HEIGHT}H${first}z`).join('');
  return { all: box(all, 0), over: box(over, HEIGHT - 3), under: box(under, HEIGHT - 2) };
}
