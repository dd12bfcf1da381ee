/**
 * The error of RTTs: how far a reported RTT is from what tcpdump saw on the sender's own device, packet by packet, on a path of 20 ms:
 * idle, and for programs with a main thread also while that is busy 50 of every 60 ms.
 *
 * Rounds alternate between the programs, so that a noisy minute of the machine hits all of them. The p99 given is the
 * median of the rounds' p99s; p50 and worst are over all singletons. tcpdump itself adds some µs (see capture.ts).
 */
import { capture, type Echo, echoKey } from '../netns/capture.ts';
import { Lab } from '../netns/lab.ts';
import { answeringPath, FAR4, SENDER_DEVICE } from '../netns/wan-path.ts';
import { buildRawSocket, canary, fpingSpread, type Peer, ping, type Reported, rawSocket } from './peers.ts';
import { runPeer } from './running.ts';
import { type Bench, type Line, median, quantile, type Report } from './table.ts';

interface OnWire {
  readonly atMs: number;
  /** null when no reply came. */
  rttMs: number | null;
}

/** Requests on the wire by address, in the order they left. */
export function requestsOnWire(echoes: readonly Echo[]): Map<string, OnWire[]> {
  const byAddress = new Map<string, OnWire[]>();
  const open = new Map<string, { request: OnWire; atNs: bigint }>();
  for (const echo of echoes) {
    if (echo.kind === 'request') {
      const request = { atMs: Number(echo.atNs) / 1e6, rttMs: null };
      byAddress.set(echo.peer, [...(byAddress.get(echo.peer) ?? []), request]);
      open.set(echoKey(echo), { request, atNs: echo.atNs });
    } else {
      const answered = open.get(echoKey(echo));
      if (answered !== undefined) answered.request.rttMs ??= Number(echo.atNs - answered.atNs) / 1e6;
    }
  }
  return byAddress;
}

/** The request a report is about. */
function requestOf({ nth, sentWall }: Reported, requests: readonly OnWire[]): OnWire | undefined {
  if (sentWall === undefined) return requests[nth];
  const gap = (request: OnWire): number => Math.abs(request.atMs - sentWall);
  return requests.reduce<OnWire | undefined>(
    (best, request) => (best === undefined || gap(request) < gap(best) ? request : best),
    undefined,
  );
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
      const wire = requestsOnWire(await running.stop());
      const errors = run.reported.flatMap((report) => {
        const truth = requestOf(report, wire.get(report.address) ?? [])?.rttMs ?? null;
        return truth === null ? [] : [(report.rttMs - truth) * 1000];
      });
      if (errors.length < job.count / 4) throw new Error(`${peer.name}: only ${errors.length} RTTs to compare`);
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
      'p99, µs': p99(one),
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
    title: 'RTT error against the wire, 20 ms path, one target every 20 ms (p99 and worst without sign)',
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
