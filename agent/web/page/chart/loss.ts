/**
 * Loss in a lane of its own, never as the colour of the median: percent of what was sent, so that ten probes and a
 * thousand read alike; square-root height, so that 1 % is seen beside 100 %; coloured only from the limit on.
 */
import { type Html, html } from '../html.ts';
import type { Columns } from './columns.ts';

const HEIGHT = 100;
/** Loss of any size is at least this high: seven percent of the lane, one to two pixels. */
const LEAST_HEIGHT = 8;

export function drawLoss({ columns }: Columns, limit: number): Html {
  let under = '';
  let over = '';
  columns.forEach((column, index) => {
    if (column === null || column.worstLoss <= 0) return;
    const height = Math.max(LEAST_HEIGHT, Math.round(HEIGHT * Math.sqrt(column.worstLoss)));
    const bar = `M${index} ${HEIGHT}v-${height}h1v${height}z`;
    if (column.worstLoss >= limit) over += bar;
    else under += bar;
  });
  return html`<svg viewBox="0 0 ${columns.length} ${HEIGHT}" preserveAspectRatio="none" width="100%" height="100%">
<path class="c-under" d="${under}"/><path class="c-over" d="${over}"/></svg>`;
}
