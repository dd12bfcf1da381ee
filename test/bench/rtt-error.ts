/**
 * How far a reported RTT is from what tcpdump saw on the sender's own device, packet by packet, on a path of 20 ms:
 * idle, and for programs with a main thread also while that is busy 50 of every 60 ms.
 *
 * Rounds alternate between the programs, so that a noisy minute of the machine hits all of them. The p99 given is the
 * median of the rounds' p99s; p50 and worst are over all singletons. tcpdump itself adds some µs (see capture.ts).
 */
import { capture, type Echo, echoKey } from '../netns/capture.ts';
import { Lab } from '../netns/lab.ts';
import { answeringPath, FAR4, SENDER_DEVICE } from '../netns/wan-path.ts';
import { buildRawSocket, canary, fpingSpread, type Peer, ping, rawSocket } from './peers.ts';
import { runPeer } from './running.ts';
import { type Bench, type Line, median, quantile, type Report } from './table.ts';

/** RTTs on the wire by address, in the order the requests left; null where no reply came. */
export function wireOrder(echoes: readonly Echo[]): Map<string, (number | null)[]> {
  const order = new Map<string, (number | null)[]>();
  const open = new Map<string, { list: (number | null)[]; index: number; atNs: bigint }>();
  for (const echo of echoes) {
    const key = echoKey(echo);
    if (echo.kind === 'request') {
      const list = order.get(echo.peer) ?? [];
      order.set(echo.peer, list);
      open.set(key, { list, index: list.push(null) - 1, atNs: echo.atNs });
    } else {
      const request = open.get(key);
      if (request !== undefined) request.list[request.index] ??= Number(echo.atNs - request.atNs) / 1e6;
    }
  }
  return order;
}

interface Case {
  readonly peer: Peer;
  readonly blocked: boolean;
  /** Errors in µs, signed, per round. */
  readonly rounds: number[][];
}

async function measure(lab: Lab, cases: readonly Case[], quick: boolean, say: (text: string) => void): Promise<void> {
  const { sender } = await answeringPath(lab, { both: { delayMs: 10 } });
  for (let round = 1; round <= (quick ? 1 : 5); round++) {
    for (const { peer, blocked, rounds } of cases) {
      say(`round ${round}: ${peer.name}${blocked ? ', main thread blocked' : ''}`);
      const job = { addresses: [FAR4], everyMs: 20, count: quick ? 150 : 300, blocked, quiet: false };
      const running = await capture(sender, SENDER_DEVICE);
      const run = await runPeer(sender, peer, job);
      const wire = wireOrder(await running.stop());
      const errors = run.reported.flatMap(({ address, nth, rttMs }) => {
        const truth = wire.get(address)?.[nth];
        return truth === null || truth === undefined ? [] : [(rttMs - truth) * 1000];
      });
      if (errors.length < job.count * 0.9) throw new Error(`${peer.name}: only ${errors.length} RTTs to compare`);
      rounds.push(errors);
    }
  }
}

const absolute = (errors: readonly number[]): number[] => errors.map(Math.abs);
const p99 = (one: Case): number => median(one.rounds.map((errors) => quantile(absolute(errors), 0.99)));

function line(one: Case): Line {
  const all = one.rounds.flat();
  return {
    who: one.peer.name,
    what: one.blocked ? 'main thread blocked 50 of 60 ms' : 'idle',
    figures: {
      'p50, µs': median(all),
      'p99 of |error|, µs': p99(one),
      'worst, µs': Math.max(...absolute(all)),
    },
    n: all.length,
  };
}

async function run(quick: boolean, say: (text: string) => void): Promise<Report> {
  const problem = buildRawSocket();
  const all: Case[] = [
    { peer: canary, blocked: false, rounds: [] },
    { peer: fpingSpread, blocked: false, rounds: [] },
    { peer: ping, blocked: false, rounds: [] },
    { peer: rawSocket, blocked: false, rounds: [] },
    { peer: canary, blocked: true, rounds: [] },
    { peer: rawSocket, blocked: true, rounds: [] },
  ];
  const cases = all.filter(({ peer }) => problem === null || peer !== rawSocket);
  const lab = new Lab();
  try {
    await measure(lab, cases, quick, say);
  } finally {
    lab.close();
  }
  const fping = p99(cases.find(({ peer }) => peer === fpingSpread)!);
  const ours = cases.filter(({ peer }) => peer === canary);
  return {
    title: 'RTT error against the wire, 20 ms path, one target every 20 ms',
    lines: cases.map(line),
    budgets: ours.map((one) => ({
      text: `p99 ≤ 40 µs and ≤ ½ of fping’s, ${line(one).what}`,
      holds: p99(one) <= 40 && p99(one) <= fping / 2,
      found: `${p99(one).toFixed(0)} µs, ${(p99(one) / fping).toFixed(2)} of fping’s`,
    })),
    missing: problem === null ? [] : [`raw-socket: ${problem}`],
  };
}

export const rttError: Bench = { name: 'rtt-error', about: 'reported RTT against tcpdump', run };
