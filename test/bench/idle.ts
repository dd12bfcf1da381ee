/**
 * What the whole agent costs while nothing happens: 10 targets, one probe a second each, history on, nobody looking
 * at the page. Beside it fping and a bare pinger on raw-socket with the same targets.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { agents, configFile, loopbacks } from './agents.ts';
import { buildRawSocket, fpingSpread, type Peer, rawSocket } from './peers.ts';
import { cpuMs, sleep } from './running.ts';
import type { Bench, Line, Report } from './table.ts';

const TARGETS = 10;
/** V8 compiles what runs once a second for a minute and a half. */
const SETTLE_MS = 90_000;

interface Program {
  readonly who: string;
  readonly argv: readonly string[];
  readonly input: string;
}

async function watch({ who, argv, input }: Program, settleMs: number, lengthMs: number): Promise<Line> {
  const [command = '', ...args] = argv;
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const look = (): number => {
    const used = child.pid === undefined ? null : cpuMs(child.pid);
    if (used === null) throw new Error(`${who} ended with ${child.exitCode}`);
    return used;
  };
  await sleep(settleMs);
  const [used, began] = [look(), performance.now()];
  await sleep(lengthMs);
  const share = (look() - used) / (performance.now() - began);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
  process.off('exit', kill);
  return {
    who,
    what: `${TARGETS} targets`,
    figures: { '% of a core': share * 100 },
    n: Math.round((TARGETS * lengthMs) / 1000),
  };
}

async function run(quick: boolean, say: (text: string) => void): Promise<Report> {
  const [settleMs, lengthMs] = quick ? [20_000, 20_000] : [SETTLE_MS, 120_000];
  const problem = buildRawSocket();
  const addresses = loopbacks(TARGETS);
  const job = { addresses, everyMs: 1000, count: 10_000, blocked: false, quiet: true };
  const peer = (one: Peer): Program => ({ who: one.name, ...one.command(job) });
  const ours = agents(say).map(({ name, argv }) => ({
    who: name,
    argv: [...argv, 'run', '--config', configFile(addresses)],
    input: '',
  }));
  const lines: Line[] = [];
  for (const program of [...ours, peer(fpingSpread), ...(problem === null ? [peer(rawSocket)] : [])]) {
    say(program.who);
    lines.push(await watch(program, settleMs, lengthMs));
  }
  const share = lines[0]?.figures['% of a core'] ?? Number.NaN;
  return {
    title: 'CPU of the whole agent, 10 targets × 1 Hz, page closed',
    lines,
    budgets: [{ text: '≤ 0.5 % of one core', holds: share <= 0.5, found: `${share.toFixed(2)} %` }],
    missing: problem === null ? [] : [`raw-socket: ${problem}`],
  };
}

export const idle: Bench = { name: 'idle', about: 'CPU of the whole agent with 10 targets and nobody looking', run };
