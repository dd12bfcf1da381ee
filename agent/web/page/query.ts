/**
 * The state of a view lives in its address: range, filter, what is open, which chart. Hence a link shows the same
 * to somebody else, the back button works, and nothing needs the script.
 *
 * An address that cannot be understood is not guessed at: `problems` says what was wrong and what is shown instead.
 */
import type { FlowMetric } from '../../verdict/flows-view.ts';

export const RANGES = {
  '10min': 600_000,
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
  '14d': 1_209_600_000,
} as const;
export type RangeName = keyof typeof RANGES;
export const RANGE_WORDS: Readonly<Record<RangeName, string>> = {
  '10min': '10 min',
  '1h': '1 h',
  '24h': '24 h',
  '7d': '7 d',
  '14d': '14 d',
};

export const CHART_VIEWS = ['bands', 'heat', 'table'] as const;
/** What the flows are ranked by, in the order of the tabs. */
export const FLOW_TABS = [
  'retransmissions',
  'timeouts',
  'rtt',
  'bytes',
  'opened',
  'loss',
] as const satisfies FlowMetric[];

export type ChartView = (typeof CHART_VIEWS)[number];

/** Shortest window that can be asked for: below it a 1 s history has nothing to draw. */
const SHORTEST_WINDOW_MS = 10_000;
const LONGEST_FILTER = 200;

export interface PageQuery {
  readonly range: RangeName | null;
  /** Fixed window; both set or both null. */
  readonly from: number | null;
  readonly to: number | null;
  /** Filter text; empty for none. */
  readonly q: string;
  /** Sites opened and shut by hand; what is in neither follows the density rule. */
  readonly open: readonly string[];
  readonly openAll: boolean;
  readonly shut: readonly string[];
  readonly view: ChartView;
  readonly local: boolean;
  /** Seconds between reloads without script; null for none. */
  readonly refresh: number | null;
  readonly site: string;
  readonly kind: string;
  /** What flows are ranked by. */
  readonly by: FlowMetric;
  /** The one group whose flows are shown; empty for all. */
  readonly group: string;
  /** Paging of events: only those with a smaller id. */
  readonly before: number | null;
  readonly problems: readonly string[];
}

export function parseQuery(query: URLSearchParams, now: number): PageQuery {
  const problems: string[] = [];
  const window = fixedWindow(query, now, problems);
  const open = lists(query, 'open');
  return {
    range: oneOf(query, 'range', Object.keys(RANGES) as RangeName[], problems),
    ...window,
    q: (query.get('q') ?? '').trim().slice(0, LONGEST_FILTER),
    open: open.filter((name) => name !== 'all'),
    openAll: open.includes('all'),
    shut: lists(query, 'shut'),
    view: oneOf(query, 'view', CHART_VIEWS, problems) ?? 'bands',
    local: query.get('tz') === 'local',
    refresh: whole(query, 'refresh', 2, 3600, problems),
    site: query.get('site') ?? '',
    kind: query.get('kind') ?? '',
    by: oneOf(query, 'by', FLOW_TABS, problems) ?? 'retransmissions',
    group: (query.get('group') ?? '').slice(0, LONGEST_FILTER),
    before: whole(query, 'before', 1, Number.MAX_SAFE_INTEGER, problems),
    problems,
  };
}

/** `?open=a,b` and `?open=a&open=b` mean the same; the second form carries names with a comma. */
function lists(query: URLSearchParams, key: string): string[] {
  const given = query.getAll(key);
  return given.length === 1 ? (given[0] ?? '').split(',').filter(Boolean) : given;
}

function oneOf<T extends string>(
  query: URLSearchParams,
  key: string,
  allowed: readonly T[],
  problems: string[],
): T | null {
  const given = query.get(key);
  if (given === null || given === '') return null;
  const known = allowed.find((one) => one === given);
  if (known === undefined) problems.push(`${key}=${given} is not known; it may be ${allowed.join(', ')}.`);
  return known ?? null;
}

function whole(query: URLSearchParams, key: string, least: number, most: number, problems: string[]): number | null {
  const given = query.get(key);
  if (given === null || given === '') return null;
  const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
  if (value >= least && value <= most) return value;
  problems.push(`${key}=${given} is not a whole number from ${least} to ${most}.`);
  return null;
}

function fixedWindow(
  query: URLSearchParams,
  now: number,
  problems: string[],
): { readonly from: number | null; readonly to: number | null } {
  const none = { from: null, to: null };
  if (!query.get('from') && !query.get('to')) return none;
  const from = instant(query.get('from'));
  const to = query.get('to') ? instant(query.get('to')) : now;
  if (from === null || to === null) {
    problems.push('from= and to= are times as 2026-11-20T03:00:00Z; the usual range is shown instead.');
    return none;
  }
  if (from >= Math.min(to, now)) {
    problems.push('from= must lie before to= and before now; the usual range is shown instead.');
    return none;
  }
  const end = Math.min(to, now);
  return { from: Math.min(from, end - SHORTEST_WINDOW_MS), to: end };
}

/** ISO 8601 with a date; without a zone it is taken as UTC, as everything here. */
function instant(text: string | null): number | null {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?))?(Z|[+-]\d\d:\d\d)?$/.exec(text ?? '');
  if (match === null) return null;
  const at = Date.parse(`${match[1]}T${match[2] ?? '00:00'}${match[3] ?? 'Z'}`);
  return Number.isFinite(at) && at >= 0 ? at : null;
}
