/**
 * What an operator should know of the agent itself, each with the time since when it holds. Parts state what holds
 * now; this remembers when each began.
 */
import type { Notice } from '../../verdict/snapshot.ts';

export type Condition = Omit<Notice, 'since'>;

export class Notices {
  #since = new Map<string, number>();

  /** @param now wall time */
  list(conditions: readonly Condition[], now: number): Notice[] {
    const since = new Map<string, number>();
    const notices = conditions.map((condition) => {
      const began = this.#since.get(condition.code) ?? now;
      since.set(condition.code, began);
      return { ...condition, since: began };
    });
    this.#since = since;
    return notices;
  }
}
