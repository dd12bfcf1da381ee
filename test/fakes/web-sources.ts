/** Sources for the web room, driven by hand: publish a snapshot, and everything that listens hears it. */

import type { CanaryEvent, Snapshot } from '../../agent/verdict/snapshot.ts';
import type { EventQuery, HistoryReader, Series, Sources, StateSpan } from '../../agent/web/sources.ts';
import { select } from './flows.ts';

export interface FakeSources extends Sources {
  publish(snapshot: Snapshot): void;
  /** Every question the history was asked. */
  readonly asked: unknown[];
  readonly listeners: ReadonlySet<(snapshot: Snapshot) => void>;
}

export interface FakePast {
  readonly series?: Series;
  readonly spans?: readonly StateSpan[];
  readonly events?: readonly CanaryEvent[];
}

export function fakeSources(first: Snapshot | null, past: FakePast = {}): FakeSources {
  const listeners = new Set<(snapshot: Snapshot) => void>();
  const asked: unknown[] = [];
  let latest = first;
  const history: HistoryReader = {
    series(...question) {
      asked.push(['series', ...question]);
      return past.series ?? { stepMs: 10_000, rows: [] };
    },
    spans(...question) {
      asked.push(['spans', ...question]);
      return past.spans ?? [{ from: question[2], to: question[3], state: 'unmeasured' }];
    },
    events(query: EventQuery) {
      asked.push(['events', query]);
      return (past.events ?? [])
        .filter(({ id }) => query.before === undefined || id < query.before)
        .slice(0, query.limit);
    },
    oldest: () => 1_000_000,
  };
  return {
    asked,
    listeners,
    history,
    snapshot: () => latest,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    flows: (choice) => select(latest?.flows, choice),
    effectiveConfig: () => [],
    publish(snapshot) {
      latest = snapshot;
      for (const listener of [...listeners]) listener(snapshot);
    },
  };
}
