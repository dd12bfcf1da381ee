/**
 * What the web room needs from the rest of the agent, as an interface of its own:
 * `commands/run.ts` hands in the real parts, tests hand in fakes.
 */
import type { FlowChoice, FlowsView } from '../verdict/flows-view.ts';
import type { HistoryReader } from '../verdict/past.ts';
import type { Snapshot } from '../verdict/snapshot.ts';

export type { EventQuery, HistoryReader, Series, StateSpan } from '../verdict/past.ts';

export interface Sources {
  /** The latest snapshot; null before the first one. */
  snapshot(): Snapshot | null;
  /** Calls back with every new snapshot; returns the way to stop. */
  subscribe(listener: (snapshot: Snapshot) => void): () => void;
  /** Flows of a choice, ranked among themselves; null when connections are not read. */
  flows(choice: FlowChoice): FlowsView | null;
  readonly history: HistoryReader;
  /** The configuration in force, secrets left out, with where each value came from; for the agent view. */
  effectiveConfig(): readonly { readonly path: string; readonly value: unknown; readonly source: string }[];
}
