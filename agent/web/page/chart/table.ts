/** The chart as numbers: for screen readers, for copying, for those who prefer it. At most 48 rows, newest first. */
import type { SeriesRow } from '../../../measure/statistics.ts';
import { formatCount } from '../../../measure/units.ts';
import { type Html, html } from '../html.ts';
import { time } from '../time.ts';
import { lossDigits, rtt } from '../words.ts';

export const TABLE_ROWS = 48;

export function drawTable(rows: readonly SeriesRow[], stepMs: number, now: number): Html {
  const precision = stepMs < 60_000 ? 'second' : 'minute';
  return html`<div class="wide" tabindex="0" role="region" aria-label="Round trip as a table"><table class="figures"><thead><tr>
<th scope="col">From</th><th scope="col">p5 ms</th><th scope="col">Median ms</th><th scope="col">p95 ms</th><th scope="col">Highest ms</th><th scope="col">Jitter ms</th><th scope="col">Loss %</th><th scope="col">Sent</th></tr></thead><tbody>
${[...rows]
  .reverse()
  .map(
    (row) =>
      html`<tr><th scope="row">${time(row.at, now, precision)}</th>${
        row.sent === 0
          ? html`<td colspan="7" class="dim">not measured: ${row.local} probes were not sent or not judged</td>`
          : html`<td>${rtt(row.rtt?.p5)}</td><td><b>${rtt(row.rtt?.p50)}</b></td><td>${rtt(row.rtt?.p95)}</td><td>${rtt(row.rtt?.max)}</td><td>${rtt(row.jitter)}</td><td>${lossDigits(1 - row.received / row.sent)}</td><td>${formatCount(row.sent)}</td>`
      }</tr>`,
  )}</tbody></table></div>`;
}
