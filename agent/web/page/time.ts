/** Times on the page, as elements the script can turn into the viewer's zone and keep counting. */
import { formatAge, formatTime, type Precision } from '../../measure/units.ts';
import { type Html, html } from './html.ts';
import { iso } from './links.ts';

/** A time in UTC; its day is added when it is not today. */
export function time(at: number, now: number, precision: Precision = 'second'): Html {
  return html`<time datetime="${iso(at)}" data-p="${precision}">${formatTime(at, now, precision)}</time>`;
}

/** How long something has lasted that still does; the script counts it on. */
export function lasting(since: number, now: number): Html {
  return html`<span data-since="${Math.round(since)}">${formatAge(now - since)}</span>`;
}
