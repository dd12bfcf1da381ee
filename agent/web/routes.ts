/**
 * Path → endpoint. A dozen fixed paths, the assets, and for all else the console's pages: a map is the whole router.
 */
import { chooseExposition } from '../metric/prometheus.ts';
import { type Answer, HTML, problemAnswer, TEXT, textAnswer } from './answer.ts';
import { answerCache, type StoredAnswer, storedAnswer } from './answer-cache.ts';
import { events, flows, history, state, vpc } from './api.ts';
import type { Asset, PageRenderer } from './page/view.ts';
import { healthz, livez, metrics, prtg, readyz } from './pollers.ts';
import { onlyThese, QueryError } from './query.ts';
import type { Sources } from './sources.ts';

export interface Question {
  /** Of {@link readTarget}. */
  readonly path: string;
  readonly search: string;
  readonly accept: string | undefined;
  /** Wall time. */
  readonly now: number;
  /** Age of the latest snapshot, or time since start. */
  readonly ageMs: number;
}

export interface Pages {
  readonly render: PageRenderer;
  readonly assets: ReadonlyMap<string, Asset>;
}

/** Answers every path but the stream's. */
export type Routes = (question: Question) => StoredAnswer;

type Endpoint = (question: Question, query: URLSearchParams) => Answer;

/** @param mono monotonic milliseconds, for how long an answer is kept */
export function createRoutes(sources: Sources, pages: Pages, mono: () => number): Routes {
  const cache = answerCache(mono);
  const assets = new Map([...pages.assets].map(([path, asset]) => [path, storedAnswer(assetAnswer(asset), null)]));

  /** Made anew for every request: they are about the moment, or about nothing. */
  const momentary: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
    ['/livez', ({ ageMs }) => livez(ageMs)],
    ['/readyz', ({ ageMs }) => readyz(ageMs, sources)],
    ['/robots.txt', () => ({ status: 200, type: TEXT, body: 'User-agent: *\nDisallow: /\n', caching: 'never' })],
  ]);
  /** Made once a snapshot. */
  const lasting: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
    ['/healthz', ({ ageMs }, query) => healthz(query, ageMs, sources)],
    ['/prtg', ({ ageMs }, query) => prtg(query, ageMs, sources)],
    ['/metrics', ({ accept }) => metrics(chooseExposition(accept), sources)],
    ['/api/v1/state', (_, query) => state(query, sources)],
    ['/api/v1/flows', (_, query) => flows(query, sources)],
    ['/api/v1/vpc', (_, query) => vpc(query, sources)],
    ['/api/v1/history', ({ now }, query) => history(query, sources, now)],
    ['/api/v1/events', ({ now }, query) => events(query, sources, now)],
  ]);

  return (question) => {
    const { path, search } = question;
    const asset = assets.get(path);
    if (asset !== undefined) return asset;
    const query = new URLSearchParams(search);
    const now = momentary.get(path);
    if (now !== undefined) return storedAnswer(guarded(now, question, query), null);
    const key = path === '/metrics' ? `${path} ${chooseExposition(question.accept)}` : path + search;
    return cache.get(key, sources.snapshot(), () =>
      guarded(lasting.get(path) ?? page(pages.render, sources), question, query),
    );
  };
}

const assetAnswer = ({ body, type }: Asset): Answer => ({ status: 200, type, body, caching: 'forever' });

const page =
  (render: PageRenderer, sources: Sources): Endpoint =>
  ({ path, now }, query) => {
    const answer = path.startsWith('/api/') || path.startsWith('/a/') ? null : render({ path, query, now }, sources);
    if (answer !== null) return { status: answer.status, type: HTML, body: answer.html, caching: 'revalidate' };
    return path.startsWith('/api/')
      ? problemAnswer(404, 'There is no such interface; see /api/v1/state, flows, vpc, history, events and stream.')
      : textAnswer(404, 'There is no such page. The overview is at /');
  };

/** A question that cannot be understood is answered, not thrown. */
function guarded(endpoint: Endpoint, question: Question, query: URLSearchParams): Answer {
  try {
    return endpoint(question, query);
  } catch (error) {
    if (error instanceof QueryError) return problemAnswer(400, error.message, error.parameter);
    throw error;
  }
}

/** Parameters of the stream: none. */
export function checkStreamQuery(search: string): Answer | null {
  try {
    onlyThese(new URLSearchParams(search), []);
    return null;
  } catch (error) {
    if (error instanceof QueryError) return problemAnswer(400, error.message, error.parameter);
    throw error;
  }
}
