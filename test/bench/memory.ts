/**
 * Resident memory of the whole agent with 50 targets, page and history, looked at while its page is fetched every
 * ten seconds; beside it what fping and a bare pinger on raw-socket take for the same 50 targets.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { agents, configFile, loopbacks } from './agents.ts';
import { buildRawSocket, fpingSpread, type Peer, rawSocket } from './peers.ts';
import { memoryMiB, sleep } from './running.ts';
import { type Bench, type Line, median, type Report } from './table.ts';

const TARGETS = 50;
const LOOK_EVERY_MS = 5000;
const FETCH_EVERY_MS = 10_000;
/** A busy machine takes its time to start the sources. */
const PATIENCE_MS = 30_000;

interface Watched {
  readonly who: string;
  readonly argv: readonly string[];
  readonly input: string;
  readonly page: boolean;
}

/** Where the agent says its page is; it prints it once. */
const pageOf = (output: string): string | null => /http:\/\/127\.0\.0\.1:\d+\//.exec(output)?.[0] ?? null;

async function watch({ who, argv, input, page }: Watched, lengthMs: number): Promise<Line> {
  const [command = '', ...args] = argv;
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < 10_000) output += text;
    });
  }
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const looks: { rss: number; anonymous: number }[] = [];
  const until = performance.now() + lengthMs;
  for (let fetched = 0; performance.now() < until; ) {
    await sleep(LOOK_EVERY_MS);
    const now = child.pid === undefined ? null : memoryMiB(child.pid);
    if (now === null) throw new Error(`${who} ended: ${output.slice(-1000)}`);
    looks.push(now);
    const url = page ? pageOf(output) : null;
    const waited = performance.now() - (until - lengthMs);
    if (page && url === null && waited > PATIENCE_MS)
      throw new Error(`${who} does not say where its page is: ${output.slice(-1000)}`);
    if (url !== null && performance.now() - fetched > FETCH_EVERY_MS) {
      fetched = performance.now();
      await (await fetch(url)).arrayBuffer();
    }
  }
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
  process.off('exit', kill);
  const last = looks.slice(-Math.max(3, Math.floor(looks.length / 5)));
  const first = looks.slice(Math.floor(looks.length / 5), Math.floor((looks.length * 2) / 5));
  const rss = median(last.map((look) => look.rss));
  return {
    who,
    what: `${TARGETS} targets, ${Math.round(lengthMs / 60_000)} min`,
    figures: {
      'RSS, MiB': rss,
      'anonymous, MiB': median(last.map((look) => look.anonymous)),
      'largest RSS, MiB': Math.max(...looks.map((look) => look.rss)),
      'growth, MiB': rss - median(first.map((look) => look.rss)),
    },
    n: looks.length,
  };
}

async function run(quick: boolean, say: (text: string) => void): Promise<Report> {
  const lengthMs = quick ? 60_000 : 600_000;
  const problem = buildRawSocket();
  const addresses = loopbacks(TARGETS);
  const job = { addresses, everyMs: 1000, count: 10_000, blocked: false, quiet: true };
  const peer = (one: Peer): Watched => ({ who: one.name, page: false, ...one.command(job) });
  const watched = [
    ...agents(say).map(({ name, argv }) => ({
      who: name,
      argv: [...argv, 'run', '--config', configFile(addresses)],
      input: '',
      page: true,
    })),
    peer(fpingSpread),
    ...(problem === null ? [peer(rawSocket)] : []),
  ];
  say(`watching ${watched.map(({ who }) => who).join(', ')} for ${lengthMs / 60_000} min`);
  const lines = await Promise.all(watched.map((one) => watch(one, lengthMs)));
  const { 'RSS, MiB': rss = null, 'anonymous, MiB': anonymous = null } = lines[0]?.figures ?? {};
  return {
    title: 'Memory of the whole agent, page and history on',
    lines,
    budgets: [
      {
        text: 'RSS ≤ 80 MB and anonymous ≤ 32 MB',
        holds: rss !== null && anonymous !== null && rss * 1.048_576 <= 80 && anonymous * 1.048_576 <= 32,
        found: `${((rss ?? Number.NaN) * 1.048_576).toFixed(0)} MB and ${((anonymous ?? Number.NaN) * 1.048_576).toFixed(0)} MB`,
      },
    ],
    missing: problem === null ? [] : [`raw-socket: ${problem}`],
  };
}

export const memory: Bench = { name: 'memory', about: 'memory after 10 minutes with 50 targets', run };
