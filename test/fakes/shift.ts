/** Moves a scene in time: fakes are told of a fixed day, a browser and a server live today. */
import type { HistoryReader } from '../../agent/verdict/past.ts';

const EARLIEST = Date.UTC(2020, 0);
const LATEST = Date.UTC(2040, 0);

/** The same value with every wall time in it moved by `ms`. Numbers that cannot be a wall time stay. */
export function shifted<T>(value: T, ms: number): T {
  if (typeof value === 'number') return (value > EARLIEST && value < LATEST ? value + ms : value) as T;
  if (Array.isArray(value)) return value.map((one) => shifted(one, ms)) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shifted(one, ms)])) as T;
}

export function shiftedHistory(history: HistoryReader, ms: number): HistoryReader {
  return {
    series: (target, from, to, columns) => shifted(history.series(target, from - ms, to - ms, columns), ms),
    spans: (kind, name, from, to) => shifted(history.spans(kind, name, from - ms, to - ms), ms),
    events: (query) => shifted(history.events(shifted(query, -ms)), ms),
    oldest: () => shifted(history.oldest(), ms),
  };
}
