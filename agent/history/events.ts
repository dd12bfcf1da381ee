/** Events on disk, and those that wait for a disk that takes none. */
import type { SQLInputValue } from 'node:sqlite';
import type { EventQuery } from '../verdict/past.ts';
import type { CanaryEvent } from '../verdict/snapshot.ts';
import type { Store } from './store.ts';

const DEFAULT_LIMIT = 200;
const MOST = 1_000;
const MOST_WAITING = 1_000;

export class EventLog {
  #waiting: CanaryEvent[] = [];

  add(event: CanaryEvent): void {
    this.#waiting.push(event);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
  }

  /** Writes what waits, oldest first; an error leaves the rest waiting. */
  write(store: Store): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      store.addEvent(next);
      this.#waiting.shift();
    }
  }

  lastId(store: Store): number {
    return Math.max(store.eventIds().last ?? 0, ...this.#waiting.map((event) => event.id));
  }

  /** Newest first. */
  query(store: Store, query: EventQuery): CanaryEvent[] {
    const limit = Math.min(MOST, Math.max(1, Math.floor(query.limit ?? DEFAULT_LIMIT)));
    const waiting = this.#waiting.filter((event) => matches(event, query)).sort((a, b) => b.id - a.id);
    const ids = new Set(waiting.map((event) => event.id));
    const stored = store.events(conditions(query), limit).filter((event) => !ids.has(event.id));
    return [...waiting, ...stored].sort((a, b) => b.id - a.id).slice(0, limit);
  }
}

function conditions(query: EventQuery): [string, SQLInputValue][] {
  const where: [string, SQLInputValue][] = [];
  if (query.from !== undefined) where.push(['at >=', query.from]);
  if (query.to !== undefined) where.push(['at <', query.to]);
  if (query.site !== undefined) where.push(['site =', query.site]);
  if (query.subject !== undefined) where.push(['subject =', query.subject]);
  if (query.kind !== undefined) where.push(['kind =', query.kind]);
  if (query.before !== undefined) where.push(['id <', query.before]);
  return where;
}

function matches(event: CanaryEvent, query: EventQuery): boolean {
  return (
    (query.from === undefined || event.at >= query.from) &&
    (query.to === undefined || event.at < query.to) &&
    (query.site === undefined || event.site === query.site) &&
    (query.subject === undefined || event.subject === query.subject) &&
    (query.kind === undefined || event.kind === query.kind) &&
    (query.before === undefined || event.id < query.before)
  );
}
