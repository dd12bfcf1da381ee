/**
 * Numbers for targets. A target that is the same after a reload keeps its number, and with it everything measured;
 * one that changed in any field gets a new one, because old samples are of another thing. Numbers are never reused.
 */
import type { ProbeTarget } from '../../measure/singleton.ts';
import type { Target } from '../../measure/target.ts';

export class TargetIds {
  #next = 1;
  #known = new Map<string, number>();
  /** As assigned last. */
  current: readonly ProbeTarget[] = [];

  assign(targets: readonly Target[]): ProbeTarget[] {
    const known = new Map<string, number>();
    const assigned = targets.map((target) => {
      const text = JSON.stringify(target);
      const id = this.#known.get(text) ?? this.#next++;
      known.set(text, id);
      return { id, target };
    });
    this.#known = known;
    this.current = assigned;
    return assigned;
  }
}
