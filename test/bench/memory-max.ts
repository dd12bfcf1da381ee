/**
 * The executable under the unit's MemoryMax for minutes, with 50 targets, viewers and the SDK in use; its peer is
 * itself with room to spare, at the same time: what the limit costs in probes sent late.
 */
import { lackingCgroup } from '../whole/memory-cgroup.ts';
import { memoryMax, TARGETS, type Watched, watchUnderLimit } from '../whole/memory-limit.ts';
import { agents } from './agents.ts';
import type { Bench, Line, Report } from './table.ts';

const MIB = 2 ** 20;

function line(who: string, seen: Watched): Line {
  const { usage, overload } = seen.snapshot.agent;
  return {
    who,
    what: `${TARGETS} targets, ${Math.round(seen.seconds / 60)} min`,
    figures: {
      'RSS, MiB': usage.rssBytes / MIB,
      'anonymous, MiB': (usage.anonymousBytes ?? Number.NaN) / MIB,
      'charged at most, MiB': seen.peakBytes / MIB,
      'OOM kills': seen.killed,
      'probes lost': seen.lost,
      'probes not sent': Math.max(0, Math.round(seen.seconds * TARGETS) - seen.probes - TARGETS),
      'sent late': overload.lateSends,
    },
    n: seen.probes,
    ...(seen.died === null ? {} : { note: seen.died }),
  };
}

async function run(quick: boolean, say: (text: string) => void): Promise<Report> {
  const problem = lackingCgroup();
  const title = 'Under MemoryMax of the unit';
  if (problem !== null) return { title, lines: [], budgets: [], missing: [`memory limit: ${problem}`] };
  const lengthMs = quick ? 60_000 : 300_000;
  const [executable] = agents(say)[0]?.argv ?? [];
  if (executable === undefined) throw new Error('no executable');
  const limit = memoryMax();
  say(`watching for ${lengthMs / 60_000} min under ${limit / MIB} MiB`);
  const [limited, free] = await Promise.all([
    watchUnderLimit(executable, limit, lengthMs),
    watchUnderLimit(executable, 8 * limit, lengthMs),
  ]);
  const lines = [line(`vpc-canary, ${limit / MIB} MiB`, limited), line('vpc-canary with room', free)];
  const figures = lines[0]?.figures ?? {};
  return {
    title,
    lines,
    budgets: [
      {
        text: 'never killed, no probe lost or left out',
        holds:
          limited.died === null &&
          figures['OOM kills'] === 0 &&
          figures['probes lost'] === 0 &&
          figures['probes not sent'] === 0,
        found: `${figures['OOM kills']} killed, ${figures['probes lost']} lost, ${figures['probes not sent']} left out`,
      },
    ],
    missing: [],
  };
}

export const memoryMaxBench: Bench = {
  name: 'memory-max',
  about: 'five minutes under the unit’s MemoryMax, with 50 targets, viewers and the SDK in use',
  run,
};
