/** Addresses of views: the present query with some of it changed, in a fixed order, without what is default. */
import type { FlowMetric } from '../../verdict/flows-view.ts';
import type { ChartView, PageQuery, RangeName } from './query.ts';

/** What a link changes. Choosing a range lets go of a fixed window and the other way round. */
export interface Change {
  readonly range?: RangeName;
  readonly window?: { readonly from: number; readonly to: number };
  readonly q?: string;
  readonly open?: readonly string[];
  readonly openAll?: boolean;
  readonly shut?: readonly string[];
  readonly view?: ChartView;
  readonly refresh?: number | null;
  readonly before?: number | null;
  readonly site?: string;
  readonly by?: FlowMetric;
  readonly group?: string;
}

/** This view, changed. */
export function here(query: PageQuery, change: Change = {}): string {
  const pairs = timePairs(query, change);
  const add = (key: string, value: string): void => {
    if (value !== '') pairs.push(`${key}=${encodeURIComponent(value)}`);
  };
  add('q', change.q ?? query.q);
  if (change.openAll ?? query.openAll) add('open', 'all');
  for (const [key, names] of [
    ['open', change.open ?? query.open],
    ['shut', change.shut ?? query.shut],
  ] as const) {
    for (const name of names) add(key, name);
    if (names.length === 1 && names[0]?.includes(',')) pairs.push(`${key}=`);
  }
  const view = change.view ?? query.view;
  if (view !== 'bands') add('view', view);
  add('site', change.site ?? query.site);
  add('kind', query.kind);
  const by = change.by ?? query.by;
  if (by !== 'retransmissions') add('by', by);
  add('group', change.group ?? query.group);
  const before = change.before === undefined ? query.before : change.before;
  if (before !== null) add('before', String(before));
  return `?${[...pairs, ...standing(query, change)].join('&')}`;
}

/** Another view: time and zone go along, filter and open sites stay behind. */
export function to(path: string, query: PageQuery, change: Change = {}): string {
  const pairs = [...timePairs(query, change), ...standing(query, change)];
  if (change.site !== undefined) pairs.push(`site=${encodeURIComponent(change.site)}`);
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

export const sitePath = (name: string): string => `/site/${encodeURIComponent(name)}`;
export const targetPath = (name: string): string => `/target/${encodeURIComponent(name)}`;

/** "2026-11-20T03:00:00.000Z" without the milliseconds nobody needs. */
export const iso = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

function timePairs(query: PageQuery, change: Change): string[] {
  if (change.window) return [`from=${iso(change.window.from)}`, `to=${iso(change.window.to)}`];
  if (change.range) return [`range=${change.range}`];
  if (query.from !== null && query.to !== null) return [`from=${iso(query.from)}`, `to=${iso(query.to)}`];
  return query.range === null ? [] : [`range=${query.range}`];
}

function standing(query: PageQuery, change: Change): string[] {
  const refresh = change.refresh === undefined ? query.refresh : change.refresh;
  return [...(query.local ? ['tz=local'] : []), ...(refresh === null ? [] : [`refresh=${refresh}`])];
}
