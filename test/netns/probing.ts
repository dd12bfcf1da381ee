/**
 * The ICMP engine at work inside a lab host, with everything it reports kept for the test to look at.
 * Its sockets are opened in the host's namespace and stay there; its loop runs in the test's own process.
 */
import type { TestContext } from 'node:test';
import type { Note, ProbeSink, Singleton } from '../../agent/measure/singleton.ts';
import type { IcmpTarget } from '../../agent/measure/target.ts';
import type { IcmpEngine } from '../../agent/probe/icmp-engine.ts';
import { systemIcmpEngine } from '../../agent/probe/icmp-system.ts';
import { literals } from './icmp-targets.ts';
import type { Host } from './lab.ts';

export interface Probing {
  readonly engine: IcmpEngine;
  /** Everything finished, in order of completion. */
  readonly all: readonly Singleton[];
  readonly notes: readonly Note[];
  /** What became of the probes of the target at this place of the list, by sequence, up to the first still out. */
  of(index: number): Singleton[];
  /**
   * The same without those this machine had no time for, which the engine says of each: the tests share the machine
   * with others. Throws when that is half of them.
   */
  judged(index: number): Singleton[];
  /** Waits until every target has this many finished probes, without a gap. */
  finished(count: number): Promise<void>;
  /** Waits until the probes of every target are as asked. */
  until(good: (probes: Singleton[]) => boolean): Promise<void>;
  stop(): Promise<void>;
}

const LONGEST_MS = 60_000;

/**
 * Starts probing from `host`; each target sends `count` probes, or goes on until the test ends.
 * The test's thread stays in the host's namespace until then. `also` is told everything too.
 */
export function probing(
  t: TestContext,
  host: Host,
  targets: readonly IcmpTarget[],
  count?: number,
  also?: ProbeSink,
): Probing {
  const inside = host.enter();
  const all: Singleton[] = [];
  const notes: Note[] = [];
  const byTarget = targets.map((): Singleton[] => []);
  const sink: ProbeSink = {
    singleton(singleton) {
      also?.singleton(singleton);
      all.push(singleton);
      const probes = byTarget[singleton.target];
      if (probes?.[singleton.sequence] !== undefined) throw new Error(`reported twice: ${JSON.stringify(singleton)}`);
      if (probes !== undefined) probes[singleton.sequence] = singleton;
    },
    note(note) {
      also?.note(note);
      notes.push(note);
    },
  };
  const options = { start: 'at-once', ...(count === undefined ? {} : { count }) } as const;
  const engine = systemIcmpEngine(options, literals(), sink);
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    await engine.close();
    inside[Symbol.dispose]();
  };
  t.after(stop);
  engine.setTargets(targets.map((target, id) => ({ id, target })));

  const of = (index: number): Singleton[] => {
    const probes = byTarget[index] ?? [];
    let end = 0;
    while (probes[end] !== undefined) end += 1;
    return probes.slice(0, end);
  };
  const judged = (index: number): Singleton[] => {
    const probes = of(index);
    const kept = probes.filter(({ outcome }) => outcome.kind !== 'local' || outcome.code !== 'overload');
    if (kept.length * 2 < probes.length)
      throw new Error(`this machine is too busy: ${kept.length} of ${probes.length}`);
    return kept;
  };
  const until = async (good: (probes: Singleton[]) => boolean): Promise<void> => {
    const deadline = performance.now() + LONGEST_MS;
    while (!targets.every((_, index) => good(of(index)))) {
      if (performance.now() > deadline) {
        const left = targets.findIndex((_, index) => !good(of(index)));
        throw new Error(`target ${left}, ${targets[left]?.host}: ${JSON.stringify(of(left).slice(-5))}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { engine, all, notes, of, judged, until, finished: (n) => until((probes) => probes.length >= n), stop };
}
