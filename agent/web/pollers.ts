/** The endpoints that other systems poll: `/livez`, `/readyz`, `/healthz`, `/prtg`, `/metrics`. */
import { formatAge } from '../measure/units.ts';
import { type HealthBody, renderHealth } from '../metric/health.ts';
import { EXPOSITION_TYPES, type Exposition, renderPrometheus } from '../metric/prometheus.ts';
import { type PrtgAnswer, prtgError, renderPrtg } from '../metric/prtg.ts';
import { renderPrtgFlows } from '../metric/prtg-flows.ts';
import { renderPrtgVpc } from '../metric/prtg-vpc.ts';
import { type Answer, jsonAnswer, problemAnswer, textAnswer } from './answer.ts';
import { oneOf, onlyThese, QueryError, scopeNames } from './query.ts';
import type { Sources } from './sources.ts';

/** How long the latest verdict may be old before the agent counts as stuck: 30 missed seconds. */
const STUCK_AFTER_MS = 30_000;
const NO_VERDICT_YET = 'Measuring; no verdict yet.';
const RETRY_SOON = { 'retry-after': '2' };

/** A verdict nobody renews is no verdict: with it, a stuck agent would report its last good second for ever. */
function stuck(ageMs: number): string | null {
  return ageMs < STUCK_AFTER_MS ? null : `The agent has stopped judging: no verdict for ${formatAge(ageMs)}.`;
}

/** Does the agent still judge? A restart may help when it does not. @param ageMs of the latest snapshot, or since start */
export function livez(ageMs: number): Answer {
  const words = stuck(ageMs);
  return words === null ? textAnswer(200, 'ok') : textAnswer(503, words);
}

/** Is there a verdict to show? */
export function readyz(ageMs: number, sources: Sources): Answer {
  return sources.snapshot() === null ? textAnswer(503, NO_VERDICT_YET, RETRY_SOON) : livez(ageMs);
}

export function healthz(query: URLSearchParams, ageMs: number, sources: Sources): Answer {
  onlyThese(query, ['site', 'target']);
  const names = scopeNames(query);
  const snapshot = sources.snapshot();
  const silence = snapshot === null ? NO_VERDICT_YET : stuck(ageMs);
  if (snapshot === null || silence !== null) {
    return healthAnswer(503, { status: 'fail', version: '1', output: silence ?? NO_VERDICT_YET }, RETRY_SOON);
  }
  const health = renderHealth(snapshot, names);
  if (!health.ok) return problemAnswer(404, health.text, health.code === 'unknown-site' ? 'site' : 'target');
  return healthAnswer(health.httpStatus, health.body);
}

function healthAnswer(status: 200 | 503, body: Partial<HealthBody>, headers: Readonly<Record<string, string>> = {}) {
  return {
    status,
    type: 'application/health+json',
    body: JSON.stringify(body),
    caching: 'never',
    headers,
  } satisfies Answer;
}

/** Always 200, whatever is wrong: PRTG takes any other status as a fault of the sensor itself. */
export function prtg(query: URLSearchParams, ageMs: number, sources: Sources): Answer {
  return jsonAnswer(prtgAnswer(query, ageMs, sources), 'never');
}

function prtgAnswer(query: URLSearchParams, ageMs: number, sources: Sources): PrtgAnswer {
  try {
    onlyThese(query, ['site', 'target', 'view']);
    const names = scopeNames(query);
    const view = oneOf(query, 'view', ['flows', 'vpc']);
    if (view !== null && (names.site !== null || names.target !== null))
      throw new QueryError('view', 'stands alone, without site or target');
    const snapshot = sources.snapshot();
    const silence = snapshot === null ? NO_VERDICT_YET : stuck(ageMs);
    if (snapshot === null || silence !== null) return prtgError(silence ?? NO_VERDICT_YET);
    switch (view) {
      case 'flows':
        return renderPrtgFlows(snapshot.flows ?? null);
      case 'vpc':
        return renderPrtgVpc(snapshot.vpc ?? null, snapshot.at);
      case null:
        return renderPrtg(snapshot, names);
    }
  } catch (error) {
    if (error instanceof QueryError) return prtgError(error.message);
    throw error;
  }
}

/**
 * A stuck agent still tells its numbers: `vpc_canary_heartbeat_timestamp_seconds` says how old they are.
 *
 * @param format by `chooseExposition` from Accept
 */
export function metrics(format: Exposition, sources: Sources): Answer {
  const snapshot = sources.snapshot();
  if (snapshot === null) return textAnswer(503, NO_VERDICT_YET, RETRY_SOON);
  return { status: 200, type: EXPOSITION_TYPES[format], body: renderPrometheus(snapshot, format), caching: 'never' };
}
