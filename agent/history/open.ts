/**
 * Opens the file, or finds the next best: a damaged or newer file is set aside and a new one begun; without a fit
 * place, or with another agent on the file, history lives in memory and says why.
 */
import { dirname } from 'node:path';
import type { Health } from './health.ts';
import { checkPlace, lockHolder, placeText, setAside } from './place.ts';
import { NewerSchema, Store, storeFault } from './store.ts';

/** In memory history may not take more than this, whatever the cap says: it counts as the agent's memory. */
const MEMORY_MAX_BYTES = 8 * 1_048_576;

/** `file` null: in memory by the operator's wish, which is nothing to report. `damaged`: it is known to be. */
export function openStore(file: string | null, now: () => number, health: Health, damaged = false): Store {
  const store = file === null ? null : openFile(file, now(), health, damaged);
  return store ?? new Store(null);
}

/** The most a store may take, bytes. */
export function capOf(store: Store, maxBytes: number): number {
  return store.path === null ? Math.min(maxBytes, MEMORY_MAX_BYTES) : maxBytes;
}

function openFile(file: string, now: number, health: Health, damaged: boolean): Store | null {
  const problem = checkPlace(dirname(file));
  if (problem) {
    const { text, remedy } = placeText(problem);
    health.inMemory(problem.code, text, remedy, now);
    return null;
  }
  try {
    if (damaged) health.setAside('corrupt', setAside(file, 'corrupt', now), now);
    try {
      return new Store(file);
    } catch (error) {
      const why = error instanceof NewerSchema ? 'newer' : storeFault(error) === 'corrupt' ? 'corrupt' : null;
      if (why === null || damaged) throw error;
      health.setAside(why, setAside(file, why, now), now);
      return new Store(file);
    }
  } catch (error) {
    reportUnopened(file, error, now, health);
    return null;
  }
}

function reportUnopened(file: string, error: unknown, now: number, health: Health): void {
  const fault = storeFault(error);
  const cause = error instanceof Error ? error.message : String(error);
  if (fault === null) throw error;
  if (fault === 'in-use') {
    const holder = lockHolder(file);
    const who = holder === null ? 'another agent' : `process ${holder}`;
    const remedy = 'stop the other agent, or give this one its own state.directory';
    health.inMemory('in-use', `${file} is held by ${who}`, remedy, now);
  } else if (fault === 'full') {
    health.inMemory('disk-full', `no space for ${file}`, `free space, then restart the agent`, now);
  } else {
    health.inMemory('unreadable', `${file} cannot be opened (${cause})`, 'check the disk and its mount', now);
  }
}
