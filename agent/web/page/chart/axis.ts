/** What stands around a chart and must not stretch with it: labels, hatch, letters. Placed in percent. */
import { type Html, html } from '../html.ts';
import { tickText } from '../words.ts';
import type { Columns } from './columns.ts';
import { runs } from './columns.ts';
import { timeTicks } from './scale.ts';

export const share = (value: number): string => `${Number((value * 100).toFixed(2))}%`;

const MOST_TICKS = 9;
/** Labels nearer to an edge than this are aligned with it instead of being centred on their instant. */
const EDGE = 0.03;

/** Labels of the time axis; every second one is left out on a phone. */
export function timeLabels(from: number, to: number): Html {
  const { step, ticks } = timeTicks(from, to, MOST_TICKS);
  return html`<svg class="c-times" width="100%" height="18" aria-hidden="true" data-from="${Math.round(from)}" data-to="${Math.round(to)}" data-step="${step}">${ticks.map(
    (tick, index) =>
      html`<text x="${share(tick.share)}" y="13" class="${anchor(tick.share)}${index % 2 === 1 ? ' odd' : ''}" data-at="${tick.at}" data-l="${tick.label}">${tickText(tick.at, tick.label)}</text>`,
  )}</svg>`;
}

const anchor = (at: number): string => (at < EDGE ? 'start' : at > 1 - EDGE ? 'end' : 'middle');

/** Labels of the value axis, top first; `at` is the share of the height from the top. */
export function valueLabels(labels: readonly { readonly at: number; readonly text: string }[], height: number): Html {
  return html`<svg class="c-values" width="100%" height="${height}" aria-hidden="true">${labels.map(
    ({ at, text }) =>
      html`<text x="100%" y="${Math.round(at * height) + (at < 0.04 ? 9 : at > 0.96 ? -1 : 4)}" class="end">${text}</text>`,
  )}</svg>`;
}

/**
 * Hatch over what was not measured. The columns that end after `fresh` are left blank when empty: history is
 * written a moment after the fact, and "not yet" is not "not measured".
 */
export function hatch({ columns, from, to }: Columns, fresh: number): Html {
  const width = (to - from) / columns.length;
  const gaps = runs(columns, (column) => column === null).flatMap(([first, end]) => {
    const last = Math.min(end, Math.max(first, Math.floor((fresh - from) / width)));
    return last > first ? [[first / columns.length, (last - first) / columns.length] as const] : [];
  });
  return html`${gaps.map(
    ([x, wide]) =>
      html`<rect class="c-gap" x="${share(x)}" width="${share(wide)}" height="100%"/><rect x="${share(x)}" width="${share(wide)}" height="100%" fill="url(#hatch)"/>`,
  )}`;
}
