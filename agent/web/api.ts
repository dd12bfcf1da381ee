/**
 * The JSON API: what the page and people's scripts read. Times are ms since the epoch, durations ms, ratios 0 to 1,
 * unknown is null. Errors are problem details (RFC 9457) that name the parameter.
 *
 * GET /api/v1/state     the whole {@link Snapshot} but its flows and its VPC.
 * GET /api/v1/vpc       the VPC as AWS's control plane tells it, see `verdict/vpc-view.ts`.
 * GET /api/v1/flows     the TCP connections of this host: totals, groups, the first flows by each metric, coverage;
 *                       ?group= (or site), port=, direction=client|server rank only such flows.
 * GET /api/v1/history   ?target=NAME or ?site=NAME, from=, to= (defaults: the last hour), columns= (1 to 2000,
 *                       default 360), histogram=1 → {@link HistoryBody}.
 * GET /api/v1/events    ?from=, to=, site=, subject=, kind=, before= (an id), limit= (1 to 1000, default 200)
 *                       → {@link EventsBody}, newest first.
 * GET /api/v1/stream    server-sent events, see `stream-message.ts`.
 */
import type { SeriesRow } from '../measure/statistics.ts';
import type { FlowChoice } from '../verdict/flows-view.ts';
import type { EventQuery, StateSpan } from '../verdict/past.ts';
import type { CanaryEvent } from '../verdict/snapshot.ts';
import { VPC_OFF } from '../verdict/vpc-words.ts';
import { type Answer, jsonAnswer, problemAnswer } from './answer.ts';
import { oneOf, onlyThese, QueryError, text, time, whole } from './query.ts';
import type { Sources } from './sources.ts';

/** Exactly one of `target` and `site` is there; a site has no rows of its own. */
export interface HistoryBody {
  readonly target?: string;
  readonly site?: string;
  readonly from: number;
  readonly to: number;
  /** Start of the oldest thing kept; null when nothing is. */
  readonly oldest: number | null;
  /** Width of a row; targets only. */
  readonly stepMs?: number;
  /** Steps in which nothing was measured have no row. `histogram` is empty unless asked for. */
  readonly rows?: readonly SeriesRow[];
  /** The states over [from, to), without gaps: what was not measured says so. */
  readonly spans: readonly StateSpan[];
}

export interface EventsBody {
  readonly events: readonly CanaryEvent[];
  /** Pass as `before=` for the page before this one; null when this was the last. */
  readonly next: number | null;
}

const KINDS = ['target', 'site', 'agent', 'config', 'host', 'flow', 'vpc', 'aws'] as const;
const HOUR_MS = 3_600_000;
const DEFAULT_COLUMNS = 360;
const MAX_COLUMNS = 2000;
const DEFAULT_EVENTS = 200;
const MAX_EVENTS = 1000;

export function state(query: URLSearchParams, sources: Sources): Answer {
  onlyThese(query, []);
  const snapshot = sources.snapshot();
  if (snapshot === null) return notReady();
  const { flows: _flows, vpc: _vpc, ...rest } = snapshot;
  return jsonAnswer(rest, 'revalidate');
}

export function flows(query: URLSearchParams, sources: Sources): Answer {
  onlyThese(query, ['group', 'port', 'direction']);
  const choice: FlowChoice = {
    group: text(query, 'group'),
    port: whole(query, 'port', 1, 65_535),
    direction: oneOf(query, 'direction', ['client', 'server']),
  };
  const snapshot = sources.snapshot();
  if (snapshot === null) return notReady();
  const isChoice = choice.group !== null || choice.port !== null || choice.direction !== null;
  const view = isChoice ? sources.flows(choice) : snapshot.flows;
  return view
    ? jsonAnswer(view, 'revalidate')
    : problemAnswer(404, 'This agent does not read TCP connections: flows.enabled is false in its configuration.');
}

export function vpc(query: URLSearchParams, sources: Sources): Answer {
  onlyThese(query, []);
  const snapshot = sources.snapshot();
  if (snapshot === null) return notReady();
  return snapshot.vpc ? jsonAnswer(snapshot.vpc, 'revalidate') : problemAnswer(404, VPC_OFF);
}

const notReady = (): Answer => problemAnswer(503, 'The agent has just started and has no verdict yet.');

export function history(query: URLSearchParams, sources: Sources, now: number): Answer {
  onlyThese(query, ['target', 'site', 'from', 'to', 'columns', 'histogram']);
  const target = text(query, 'target');
  const site = text(query, 'site');
  if ((target === null) === (site === null)) throw new QueryError('target', 'give a target= or a site=, one of them');
  const { from, to } = span(query, now);
  const columns = whole(query, 'columns', 1, MAX_COLUMNS) ?? DEFAULT_COLUMNS;
  const withHistogram = oneOf(query, 'histogram', ['0', '1']) === '1';
  const past = sources.history;
  if (site !== null) {
    if (columns !== DEFAULT_COLUMNS || withHistogram) throw new QueryError('site', 'has states, but no rows to shape');
    const spans = past.spans('site', site, from, to);
    const known = sources.snapshot()?.sites.some((view) => view.name === site) === true;
    if (!known && neverMeasured(spans)) return problemAnswer(404, `There is no site "${site}".`, 'site');
    return jsonAnswer({ site, from, to, oldest: past.oldest(), spans } satisfies HistoryBody, 'revalidate');
  }
  if (target === null) throw new QueryError('target', 'is missing');
  const spans = past.spans('target', target, from, to);
  const series = past.series(target, from, to, columns);
  const known = sources.snapshot()?.targets.some((view) => view.name === target) === true;
  if (!known && series.rows.length === 0 && neverMeasured(spans)) {
    return problemAnswer(404, `There is no target "${target}".`, 'target');
  }
  const rows = withHistogram ? series.rows : series.rows.map((row) => ({ ...row, histogram: [] }));
  const body: HistoryBody = { target, from, to, oldest: past.oldest(), stepMs: series.stepMs, rows, spans };
  return jsonAnswer(body, 'revalidate');
}

const neverMeasured = (spans: readonly StateSpan[]): boolean => spans.every(({ state }) => state === 'unmeasured');

function span(query: URLSearchParams, now: number): { from: number; to: number } {
  const to = time(query, 'to', now) ?? now;
  const from = time(query, 'from', now) ?? to - HOUR_MS;
  if (from >= to) throw new QueryError('from', 'must be before to');
  return { from, to };
}

export function events(query: URLSearchParams, sources: Sources, now: number): Answer {
  onlyThese(query, ['from', 'to', 'site', 'subject', 'kind', 'before', 'limit']);
  const limit = whole(query, 'limit', 1, MAX_EVENTS) ?? DEFAULT_EVENTS;
  const from = time(query, 'from', now);
  const to = time(query, 'to', now);
  if (from !== null && to !== null && from >= to) throw new QueryError('from', 'must be before to');
  const site = text(query, 'site');
  const subject = text(query, 'subject');
  const kind = oneOf(query, 'kind', KINDS);
  const before = whole(query, 'before', 0, Number.MAX_SAFE_INTEGER);
  const wanted: EventQuery = {
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(site === null ? {} : { site }),
    ...(subject === null ? {} : { subject }),
    ...(kind === null ? {} : { kind }),
    ...(before === null ? {} : { before }),
    limit,
  };
  const found = sources.history.events(wanted);
  const next = found.length < limit ? null : (found.at(-1)?.id ?? null);
  return jsonAnswer({ events: found, next } satisfies EventsBody, 'revalidate');
}
