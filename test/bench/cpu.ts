/**
 * CPU per probe at one probe a second and target, on a path of 20 ms: the scheduler's account of the program's
 * threads over the steady part of a run, after V8 has compiled what is hot.
 *
 * Judged against fping sending evenly spread, as we do; its cheaper way, all targets at once, stands beside it. Both
 * need a quiet machine: when it is busy, programs are kept waiting, find several packets at once when they wake, and
 * so cost less per packet than they do where nothing else runs.
 */
import { Lab } from '../netns/lab.ts';
import { answeringPath } from '../netns/wan-path.ts';
import { addressList, buildRawSocket, canary, fpingBurst, fpingSpread, type Peer, ping, rawSocket } from './peers.ts';
import { type Run, runPeer } from './running.ts';
import type { Bench, Budget, Line, Report } from './table.ts';

const EVERY_MS = 1000;

function line(peer: Peer, targets: number, run: Run): Line {
  const { steady } = run;
  const probes = steady === null ? 0 : (targets * steady.wallMs) / EVERY_MS;
  return {
    who: peer.name,
    what: `${targets} target${targets === 1 ? '' : 's'}`,
    figures: {
      'CPU per 10,000 probes, ms': steady === null ? null : (steady.cpuMs / probes) * 10_000,
      '% of a core': steady === null ? null : (steady.cpuMs / steady.wallMs) * 100,
      'RSS, MiB': run.memory?.rss ?? null,
      lost: run.sent - run.received,
    },
    n: Math.round(probes),
  };
}

const perProbe = (lines: readonly Line[], who: string, targets: number): number =>
  lines.find((l) => l.who === who && l.what.startsWith(`${targets} `))?.figures['CPU per 10,000 probes, ms'] ??
  Infinity;

function budgets(lines: readonly Line[], sizes: readonly number[]): Budget[] {
  const large = sizes.filter((targets) => targets >= 1000);
  return large.map((targets) => {
    const ours = perProbe(lines, canary.name, targets);
    const [spread, burst] = [fpingSpread, fpingBurst].map((peer) => ours / perProbe(lines, peer.name, targets));
    return {
      text: `CPU per probe at ${targets} targets × 1 Hz ≤ ½ of fping’s`,
      holds: (spread ?? Infinity) <= 0.5,
      found: `${spread?.toFixed(2)} of fping’s, ${burst?.toFixed(2)} of its burst mode’s`,
    };
  });
}

async function run(quick: boolean, say: (text: string) => void): Promise<Report> {
  const problem = buildRawSocket();
  const peers = [canary, fpingSpread, fpingBurst, ping, ...(problem === null ? [rawSocket] : [])];
  const sizes = quick ? [10, 1000] : [1, 10, 100, 1000, 5000];
  const lines: Line[] = [];
  const lab = new Lab();
  try {
    const { sender } = await answeringPath(lab, { both: { delayMs: 10 }, spinMs: 0 });
    for (const targets of sizes) {
      for (const peer of peers.filter((p) => p.mostTargets >= targets && (p !== fpingBurst || targets >= 100))) {
        say(`${targets} targets: ${peer.name}`);
        const count = quick ? 30 : 60;
        const job = { addresses: addressList(targets), everyMs: EVERY_MS, count, blocked: false, quiet: true };
        lines.push(line(peer, targets, await runPeer(sender, peer, job)));
      }
    }
  } finally {
    lab.close();
  }
  return {
    title: 'CPU per probe, one probe a second and target, 20 ms path',
    lines,
    budgets: budgets(lines, sizes),
    missing: problem === null ? [] : [`raw-socket: ${problem}`],
  };
}

export const cpu: Bench = { name: 'cpu', about: 'CPU per probe at 1 to 5000 targets', run };
