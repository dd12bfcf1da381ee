/**
 * Reads query parameters strictly: an unknown, doubled or unreadable one is an error that names it. A misspelt
 * `?sit=mel-dc2` must not answer for everything.
 */
import type { ScopeNames } from '../metric/scope.ts';

/** What is wrong with which parameter. */
export class QueryError extends Error {
  readonly parameter: string;

  constructor(parameter: string, text: string) {
    super(`${parameter}: ${text}`);
    this.name = 'QueryError';
    this.parameter = parameter;
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const ISO = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** @throws {QueryError} for a parameter that is not among these, or stands there twice */
export function onlyThese(query: URLSearchParams, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of query.keys()) {
    if (!names.includes(name)) {
      const known = names.length === 0 ? 'none are taken here' : `known here: ${names.join(', ')}`;
      throw new QueryError(name.slice(0, 40), `there is no such parameter; ${known}`);
    }
    if (seen.has(name)) throw new QueryError(name, 'given twice');
    seen.add(name);
  }
}

/** null when absent. An empty value is an error: it is a script's unset variable. */
export function text(query: URLSearchParams, name: string): string | null {
  const value = query.get(name);
  if (value === '') throw new QueryError(name, 'is empty');
  return value;
}

export function scopeNames(query: URLSearchParams): ScopeNames {
  return { site: text(query, 'site'), target: text(query, 'target') };
}

/** A whole number within [least, most]; null when absent. */
export function whole(query: URLSearchParams, name: string, least: number, most: number): number | null {
  const value = text(query, name);
  if (value === null) return null;
  const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least && number <= most)) {
    throw new QueryError(name, `"${value.slice(0, 40)}" is not a whole number from ${least} to ${most}`);
  }
  return number;
}

/** One of these words; null when absent. */
export function oneOf<Word extends string>(query: URLSearchParams, name: string, words: readonly Word[]): Word | null {
  const value = text(query, name);
  if (value === null) return null;
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw new QueryError(name, `"${value.slice(0, 40)}" is not one of ${words.join(', ')}`);
  return word;
}

/** ms since the epoch from "2026-03-01T03:14:22Z", "2026-03-01", 1772334862000 or "-24h" (before now). */
export function time(query: URLSearchParams, name: string, now: number): number | null {
  const value = text(query, name);
  if (value === null) return null;
  const ago = /^-(\d{1,6})([smhd])$/.exec(value);
  const ms =
    ago !== null
      ? now - Number(ago[1]) * (UNIT_MS[ago[2] ?? ''] ?? Number.NaN)
      : /^\d{1,15}$/.test(value)
        ? Number(value)
        : ISO.test(value)
          ? Date.parse(value)
          : Number.NaN;
  if (!Number.isFinite(ms)) {
    const forms = 'write 2026-03-01T03:14:22Z, milliseconds since 1970, or -24h for 24 hours ago';
    throw new QueryError(name, `"${value.slice(0, 40)}" is not a time; ${forms}`);
  }
  return ms;
}
