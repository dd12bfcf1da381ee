/**
 * The round trips of one target over the window: as bands, as a heat map or as a table, with the loss lane, the
 * letters of what happened and their key.
 */
import { counted, formatRatio, formatRtt } from '../../measure/units.ts';
import type { CanaryEvent, TargetView } from '../../verdict/snapshot.ts';
import { hatch, timeLabels, valueLabels } from './chart/axis.ts';
import { type Bands, drawBands } from './chart/bands.ts';
import { type Column, type Columns, columnCount, columnsOf, MOST_COLUMNS, ROWS_A_COLUMN } from './chart/columns.ts';
import { drawHeat, HEAT_COLUMNS } from './chart/heat.ts';
import { drawLoss } from './chart/loss.ts';
import { markKey, markLetters, markLines, marksOf } from './chart/marks.ts';
import { type Overall, overall } from './chart/overall.ts';
import { gridValues } from './chart/scale.ts';
import { drawTable, TABLE_ROWS } from './chart/table.ts';
import type { Context } from './context.ts';
import { type Html, html } from './html.ts';
import { to } from './links.ts';
import type { Window } from './window.ts';
import { lossDigits, rtt } from './words.ts';

const PLOT_HEIGHT = 210;
const HEAT_HEIGHT = 230;
/** History is written a few seconds after the fact; an empty end of a live chart is not a gap. */
const NOT_YET_MS = 15_000;

export interface Figure {
  readonly drawing: Html;
  readonly overall: Overall | null;
}

export function drawFigure(context: Context, target: TargetView, events: readonly CanaryEvent[]): Figure {
  const { query } = context;
  const { history } = context.sources;
  const window = aligned(context.window);
  const fine = history.series(target.name, window.from, window.to, MOST_COLUMNS * ROWS_A_COLUMN);
  const whole = overall(fine.rows);
  switch (query.view) {
    case 'bands': {
      const count = columnCount(window.to - window.from, fine.stepMs, target.everyMs);
      const columns = columnsOf(fine.rows, window.from, window.to, count);
      return { drawing: bands(context, target, columns, events), overall: whole };
    }
    case 'heat': {
      const count = columnCount(window.to - window.from, fine.stepMs, target.everyMs, HEAT_COLUMNS);
      const columns = columnsOf(fine.rows, window.from, window.to, count);
      const heat = drawHeat(fine.rows, window.from, window.to, count);
      const plot = html`${hatch(columns, freshness(context, target))}${heat.drawing}`;
      return {
        drawing: frame(context, target, {
          plot,
          columns,
          height: HEAT_HEIGHT,
          labels: heat.labels,
          key: heatKey,
          events,
        }),
        overall: whole,
      };
    }
    case 'table': {
      const { rows, stepMs } = history.series(target.name, window.from, window.to, TABLE_ROWS);
      return { drawing: html`<div class="card">${drawTable(rows, stepMs, context.now)}</div>`, overall: whole };
    }
  }
}

/**
 * A window that moves ends at a whole column, so that from one drawing to the next columns hold the same rows and
 * the picture shifts instead of shimmering; up to one column at its right edge is still to come.
 */
function aligned(window: Window): Window {
  if (!window.live) return window;
  const width = (window.to - window.from) / MOST_COLUMNS;
  const to = Math.ceil(window.to / width) * width;
  return { ...window, from: to - (window.to - window.from), to };
}

const freshness = ({ window, now }: Context, target: TargetView): number =>
  window.live ? now - Math.max(NOT_YET_MS, target.everyMs * 3) : window.to;

function bands(context: Context, target: TargetView, columns: Columns, events: readonly CanaryEvent[]): Html {
  const drawn = drawBands(columns);
  const labels = gridValues(drawn.top).map((value) => ({ at: 1 - value / drawn.top, text: String(value) }));
  const plot = html`${hatch(columns, freshness(context, target))}${drawn.drawing}`;
  return frame(context, target, { plot, columns, height: PLOT_HEIGHT, labels, key: bandsKey(drawn), events });
}

interface Parts {
  readonly plot: Html;
  readonly columns: Columns;
  readonly height: number;
  readonly labels: readonly { readonly at: number; readonly text: string }[];
  readonly key: Html;
  readonly events: readonly CanaryEvent[];
}

function frame(context: Context, target: TargetView, { plot, columns, height, labels, key, events }: Parts): Html {
  const { now, query } = context;
  const window = aligned(context.window);
  const { marks, left } = marksOf(events, window.from, window.to);
  const eventsHref = to('/events', query, { site: target.site });
  return html`<figure class="card chart"><div class="frame">
<div class="values">${valueLabels(labels, height)}</div>
<div class="plot" data-plot="" data-from="${Math.round(window.from)}" data-to="${Math.round(window.to)}" data-read="${readings(columns)}" role="group" aria-label="${label(target, window.words, columns)}">
<svg class="canvas" width="100%" height="${height}" aria-hidden="true">${plot}${markLines(marks)}<line class="cursor" y1="0" y2="100%" visibility="hidden"/></svg></div>
<span></span>${markLetters(marks)}
<div class="values lane-name">loss</div><svg class="loss-lane" width="100%" height="24" aria-hidden="true">${drawLoss(columns, target.thresholds.lossDegraded)}</svg>
<span></span>${timeLabels(window.from, window.to)}</div>
<output class="reading" aria-live="polite"></output>
<figcaption>${key}${markKey(marks, left, now, eventsHref)}</figcaption></figure>`;
}

const swatch = (name: string): Html =>
  html`<svg class="swatch" width="16" height="12" aria-hidden="true">${
    name === 'c-median'
      ? html`<path class="c-median" d="M0 6h16"/>`
      : html`<rect class="${name}" width="16" height="12" rx="2"/>`
  }${name === 'c-gap' && html`<rect width="16" height="12" rx="2" fill="url(#hatch)"/>`}</svg>`;

function bandsKey({ above, top }: Bands): Html {
  return html`<p class="key"><span>${swatch('c-median')} median</span><span>${swatch('c-inner')} 25 to 75 %</span><span>${swatch('c-outer')} 5 to 95 %</span><span>${swatch('c-lost')} all lost</span><span>${swatch('c-gap')} not measured</span>${
    above.columns > 0 &&
    html`<span>${swatch('c-above')} ${counted(above.columns, 'column')} above ${formatRtt(top)}, up to ${formatRtt(above.highest)}</span>`
  }</p>`;
}

const heatKey: Html = html`<p class="key"><span>${[1, 2, 3, 4, 5].map((shade) => swatch(`h-${shade}`))} few to many of the replies in a column; RTT in ms, logarithmic</span><span>${swatch('c-gap')} not measured</span></p>`;

/**
 * What the script reads out, a column each, without another request: "median,p5,p95,loss%"; all lost "x"; not
 * measured empty.
 */
function readings({ columns }: Columns): string {
  return columns.map(reading).join(';');
}

function reading(column: Column | null): string {
  if (column === null) return '';
  if (column.rtt === null) return 'x';
  return [rtt(column.rtt.p50), rtt(column.rtt.p5), rtt(column.rtt.p95), lossDigits(column.loss)].join();
}

/** The chart in a sentence, for those who do not see it. */
function label(target: TargetView, words: string, { columns }: Columns): string {
  const held = columns.filter((column): column is Column => column !== null);
  const lost = held.filter(({ rtt: replies }) => replies === null).length;
  const worst = held.reduce((most, { worstLoss }) => Math.max(most, worstLoss), 0);
  return `Round trip of ${target.name}, ${words}: worst loss ${formatRatio(worst)}, ${counted(lost, 'column')} of ${columns.length} all lost, ${columns.length - held.length} not measured. The table view has the numbers.`;
}
