/** The endpoints that other systems poll: `/livez`, `/readyz`, `/healthz`, `/prtg`, `/metrics`. */
import { renderHealth } from '../metric/health.ts';
import { EXPOSITION_TYPES, type Exposition, renderPrometheus } from '../metric/prometheus.ts';
import { prtgError, renderPrtg } from '../metric/prtg.ts';
import { type Answer, jsonAnswer, problemAnswer, textAnswer } from './answer.ts';
import { notReady } from './api.ts';
import { onlyThese, QueryError, scopeNames } from './query.ts';
import type { Sources } from './sources.ts';

/** How long the latest verdict may be old before the agent counts as stuck: 30 missed seconds. */
const STUCK_AFTER_MS = 30_000;

/** Does the agent still judge? A restart may help when it does not. @param ageMs of the latest snapshot, or since start */
export function livez(ageMs: number): Answer {
  return ageMs < STUCK_AFTER_MS
    ? textAnswer(200, 'ok')
    : textAnswer(503, `No verdict for ${Math.round(ageMs / 1000)} s.`);
}

/** Is there a verdict to show? */
export function readyz(ageMs: number, sources: Sources): Answer {
  if (sources.snapshot() === null) return textAnswer(503, 'Measuring; no verdict yet.', { 'retry-after': '2' });
  return livez(ageMs);
}

export function healthz(query: URLSearchParams, sources: Sources): Answer {
  onlyThese(query, ['site', 'target']);
  const snapshot = sources.snapshot();
  if (snapshot === null) return notReady();
  const names = scopeNames(query);
  const health = renderHealth(snapshot, names);
  if (!health.ok) return problemAnswer(404, health.text, health.code === 'unknown-site' ? 'site' : 'target');
  return {
    status: health.httpStatus,
    type: 'application/health+json',
    body: JSON.stringify(health.body),
    caching: 'never',
  };
}

/** Always 200, whatever is wrong: PRTG takes any other status as a fault of the sensor itself. */
export function prtg(query: URLSearchParams, sources: Sources): Answer {
  try {
    onlyThese(query, ['site', 'target']);
    const snapshot = sources.snapshot();
    const answer =
      snapshot === null
        ? prtgError('The agent has just started and has no verdict yet.')
        : renderPrtg(snapshot, scopeNames(query));
    return jsonAnswer(answer, 'never');
  } catch (error) {
    if (error instanceof QueryError) return jsonAnswer(prtgError(error.message), 'never');
    throw error;
  }
}

/** @param format by {@link chooseExposition} from Accept */
export function metrics(format: Exposition, sources: Sources): Answer {
  const snapshot = sources.snapshot();
  if (snapshot === null) return textAnswer(503, 'Measuring; no verdict yet.', { 'retry-after': '2' });
  return { status: 200, type: EXPOSITION_TYPES[format], body: renderPrometheus(snapshot, format), caching: 'never' };
}
