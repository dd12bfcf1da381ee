/** What every section of the VPC's page is made of: names with ids, states in words, share bars, folding of long lists. */
import { formatCount } from '../../../measure/units.ts';
import type { Reason, State } from '../../../verdict/snapshot.ts';
import type { Context } from '../context.ts';
import { glyph } from '../glyph.ts';
import { type Html, html, nothing } from '../html.ts';
import { here } from '../links.ts';
import { lasting, time } from '../time.ts';

/** As many things of a kind as are all shown; of more, those that are well are counted. */
const ALL_SHOWN = 24;
/** Of a long list, so many that are well stand beside those that are not. */
const WELL_SHOWN = 6;

/** An id of AWS as an anchor; what AWS would not name so is made plain. */
export const anchor = (id: string): string => `of-${id.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 80)}`;

/** The name, and the id in small; the id alone where there is no name. */
export function ident({ id, name }: { readonly id: string; readonly name: string | null }): Html {
  return name === null || name === ''
    ? html`<span class="mono">${id}</span>`
    : html`<b><bdi>${name}</bdi></b> <span class="mono dim">${id}</span>`;
}

/** "down since 03:02:16.0, 12 min"; what is well is quiet. */
export function stateWords(state: State, since: number | null, now: number): Html {
  if (state === 'up') return html`<span class="dim">up</span>`;
  const when =
    since === null
      ? nothing
      : html` since ${time(since, now, state === 'down' ? 'tenth' : 'second')}, ${lasting(since, now)}`;
  return html`<b class="t-${state}">${state}</b>${when}`;
}

export const reasonWords = (reasons: readonly Reason[]): string => reasons.map(({ text }) => text).join('; ');

/** State, since when, and why. */
export function condition(
  { state, since, reasons }: { readonly state: State; readonly since: number; readonly reasons: readonly Reason[] },
  now: number,
): Html {
  const why = reasonWords(reasons);
  return html`${stateWords(state, since, now)}${why !== '' && html`: ${why}`}`;
}

const BAR = { width: 160, height: 10 };

/** How much of something is taken: the length is the share, the worse the taller; lines stand at the limits. */
export function shareBar(ratio: number, state: State, limits: readonly number[], key: string | null = null): Html {
  const height = { up: 6, unknown: 4, degraded: 8, down: 10 }[state];
  const width = (share: number): number => Math.round(Math.min(1, Math.max(0, share)) * BAR.width * 10) / 10;
  return html`<svg class="use" width="${BAR.width}" height="${BAR.height}" viewBox="0 0 ${BAR.width} ${BAR.height}" preserveAspectRatio="none" aria-hidden="true"><rect class="use-all" y="2" width="${BAR.width}" height="6" rx="1"/><rect class="f-${state}"${key !== null && html` data-c="${key}"`} y="${(BAR.height - height) / 2}" width="${width(ratio)}" height="${height}" rx="1"/>${limits.map(
    (limit) => html`<path class="use-limit" d="M${width(limit)} 0v${BAR.height}"/>`,
  )}</svg>`;
}

export interface Folded<T> {
  readonly shown: readonly T[];
  readonly left: number;
}

/** All of a short list; of a long one those that are not up and a few that are, unless all are asked for. */
export function folded<T>(things: readonly T[], stateOf: (thing: T) => State | null, openAll: boolean): Folded<T> {
  if (openAll || things.length <= ALL_SHOWN) return { shown: things, left: 0 };
  let well = 0;
  const shown = things.filter((thing) => {
    const state = stateOf(thing);
    if (state !== null && state !== 'up') return true;
    well += 1;
    return well <= WELL_SHOWN;
  });
  return { shown, left: things.length - shown.length };
}

/** The line under a folded list. */
export function restLine({ query }: Context, left: number, all: number, what: string): Html {
  if (left > 0) {
    return html`<li class="rest">${glyph('up')} and ${formatCount(left)} up. <a href="${here(query, { openAll: true })}" data-inplace="">Show all ${formatCount(all)} ${what}</a></li>`;
  }
  return query.openAll && all > ALL_SHOWN
    ? html`<li class="rest"><a href="${here(query, { openAll: false })}" data-inplace="">Show fewer ${what}</a></li>`
    : nothing;
}

/** Counts by state, as the overview has them; nothing where all is up. */
export function stateCounts(things: readonly { readonly state: State }[], what: string): Html {
  const count = (state: State): number => things.filter((one) => one.state === state).length;
  return html`<span class="counts">${(['down', 'degraded', 'unknown', 'up'] as const)
    .filter((state) => count(state) > 0)
    .map(
      (state) => html`<span>${glyph(state)} ${formatCount(count(state))} ${state}</span>`,
    )}<span class="dim">${formatCount(things.length)} ${what}${things.length === 1 ? '' : 's'}</span></span>`;
}
