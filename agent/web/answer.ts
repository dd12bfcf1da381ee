/**
 * What an endpoint answers, as data; `respond.ts` puts it on the wire. Errors are in plain words: for `/api/` and
 * `/healthz` as problem details (RFC 9457), elsewhere as one line of text.
 */

/** `never` is for pollers, `revalidate` for what changes with each snapshot, `forever` for hashed assets. */
export type Caching = 'never' | 'revalidate' | 'forever';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
  readonly caching: Caching;
  readonly headers?: Readonly<Record<string, string>>;
}

export const TEXT = 'text/plain; charset=utf-8';
export const HTML = 'text/html; charset=utf-8';
export const JSON_TYPE = 'application/json';

export function textAnswer(status: number, words: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, type: TEXT, body: `${words}\n`, caching: 'never', headers };
}

export function jsonAnswer(value: unknown, caching: Caching): Answer {
  return { status: 200, type: JSON_TYPE, body: JSON.stringify(value), caching };
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  404: 'Not found',
  503: 'Not ready',
};

/** Problem details; `parameter` names the one at fault. */
export function problemAnswer(status: 400 | 404 | 503, detail: string, parameter: string | null = null): Answer {
  return {
    status,
    type: 'application/problem+json',
    body: JSON.stringify({
      type: 'about:blank',
      title: TITLES[status],
      status,
      detail,
      ...(parameter === null ? {} : { parameter }),
    }),
    caching: 'never',
    ...(status === 503 ? { headers: { 'retry-after': '2' } } : {}),
  };
}
