/**
 * From the start of the program to its first probe on the wire, as tcpdump sees it, with 50 targets. The median of
 * several starts; the wall clock of one machine times both ends.
 */
import { capture } from '../netns/capture.ts';
import { Lab } from '../netns/lab.ts';
import { agents, configFile } from './agents.ts';
import { addressList, buildRawSocket, fpingSpread, type Peer, ping, rawSocket } from './peers.ts';
import { sleep } from './running.ts';
import { type Bench, type Line, median, type Report } from './table.ts';

const TARGETS = 50;
const LIMIT_MS = 250;

interface Starter {
  readonly who: string;
  readonly argv: readonly string[];
  readonly input: string;
}

/** Time from here to the first echo request, ms. */
async function oneStart(lab: Lab, { who, argv, input }: Starter): Promise<number> {
  const host = lab.host(`start${Math.random().toString(36).slice(2, 8)}`);
  host.ip('route add local 10.30.0.0/16 dev lo');
  const running = await capture(host, 'lo');
  const startedNs = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
  const child = host.spawn(argv);
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  await sleep(2500);
  child.kill('SIGKILL');
  const first = (await running.stop()).find(({ kind }) => kind === 'request');
  if (first === undefined) throw new Error(`${who} sent nothing within 2.5 s`);
  return Number(first.atNs - startedNs) / 1e6;
}

async function run(quick: boolean, say: (text: string) => void): Promise<Report> {
  const problem = buildRawSocket();
  const addresses = addressList(TARGETS);
  const job = { addresses, everyMs: 1000, count: 100, blocked: false, quiet: true };
  const peer = (one: Peer): Starter => ({ who: one.name, ...one.command(job) });
  const starters = [
    ...agents(say).map(({ name, argv }) => ({
      who: name,
      argv: [...argv, 'run', '--config', configFile(addresses)],
      input: '',
    })),
    peer(fpingSpread),
    peer(ping),
    ...(problem === null ? [peer(rawSocket)] : []),
  ];
  const times = starters.map((): number[] => []);
  const lab = new Lab();
  try {
    for (let round = 1; round <= (quick ? 3 : 11); round++) {
      say(`round ${round}`);
      for (const [i, starter] of starters.entries()) times[i]?.push(await oneStart(lab, starter));
    }
  } finally {
    lab.close();
  }
  const lines: Line[] = starters.map(({ who }, i) => ({
    who,
    what: `${TARGETS} targets`,
    figures: { 'median, ms': median(times[i] ?? []), 'worst, ms': Math.max(...(times[i] ?? [])) },
    n: times[i]?.length ?? 0,
  }));
  const ours = lines[0]?.figures['median, ms'] ?? Number.NaN;
  return {
    title: 'Start to first probe on the wire',
    lines,
    budgets: [
      { text: `≤ ${LIMIT_MS / 1000} s from the executable`, holds: ours <= LIMIT_MS, found: `${ours.toFixed(0)} ms` },
    ],
    missing: problem === null ? [] : [`raw-socket: ${problem}`],
  };
}

export const start: Bench = { name: 'start', about: 'start to first probe on the wire', run };
