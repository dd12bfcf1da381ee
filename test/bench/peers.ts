/**
 * Who is compared: ourselves, fping, ping, and the npm package raw-socket, each as a program that probes a list of
 * addresses at a fixed interval and tells every RTT it found.
 *
 * All of them run inside a lab host on the same path in the same run; truth is taken beside them, not from them.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Job {
  readonly addresses: readonly string[];
  readonly everyMs: number;
  /** Probes per address. */
  readonly count: number;
  /** Node programs only: keep the main thread busy 50 of every 60 ms. */
  readonly blocked: boolean;
  /** Only count; print no RTTs. */
  readonly quiet: boolean;
}

/** One RTT as a program reports it. */
export interface Reported {
  readonly address: string;
  /** Which request to this address it answers, from 0 … */
  readonly nth: number;
  /** … unless the program leaves some out when it is late; then when it says it left, ms since the epoch. */
  readonly sentWall?: number;
  readonly rttMs: number;
}

export interface Outcome {
  readonly sent: number;
  readonly received: number;
  /** Probes the program itself says it could not judge (overload); null where it has no such idea. */
  readonly local: number | null;
  readonly reported: readonly Reported[];
}

export interface Peer {
  readonly name: string;
  /** It can probe this many targets at once. */
  readonly mostTargets: number;
  /** It has a main thread that can be blocked. */
  readonly node: boolean;
  command(job: Job): { readonly argv: readonly string[]; readonly input: string };
  read(output: string, job: Job): Outcome;
}

const here = dirname(fileURLToPath(import.meta.url));

const nodePeer = (name: string, script: URL): Peer => ({
  name,
  mostTargets: Infinity,
  node: true,
  command: (job) => ({
    argv: [process.execPath, '--no-warnings', fileURLToPath(script)],
    input: JSON.stringify(job),
  }),
  read: (output) => JSON.parse(output.slice(output.indexOf('{'))),
});

export const canary = nodePeer('vpc-canary', new URL('./probers/canary.ts', import.meta.url));
export const rawSocket = nodePeer('raw-socket', new URL('./probers/raw-socket.ts', import.meta.url));

function fping(name: string, spread: boolean): Peer {
  return {
    name,
    mostTargets: Infinity,
    node: false,
    command: (job) => {
      const gapMs = spread ? Math.max(0.01, (job.everyMs / job.addresses.length) * 0.98) : 0.01;
      const options = ['-c', `${job.count}`, '-p', `${job.everyMs}`, '-i', gapMs.toFixed(3), '-t', '1000'];
      return {
        argv: ['fping', ...options, ...(job.quiet ? ['-q'] : []), '-f', '-'],
        input: `${job.addresses.join('\n')}\n`,
      };
    },
    read: (output, job) => {
      const lines = [...output.matchAll(/^(\S+) +: \[(\d+)\], \d+ bytes, ([\d.]+) ms/gm)];
      const counts = [...output.matchAll(/xmt\/rcv\/%loss = (\d+)\/(\d+)\//g)];
      if (counts.length !== job.addresses.length) throw new Error(`fping: ${output.slice(-500)}`);
      return {
        sent: counts.reduce((sum, m) => sum + Number(m[1]), 0),
        received: counts.reduce((sum, m) => sum + Number(m[2]), 0),
        local: null,
        reported: lines.map((m) => ({ address: m[1]!, nth: Number(m[2]), rttMs: Number(m[3]) })),
      };
    },
  };
}

/** fping sends evenly spread over the interval, as we do; `fpingBurst` all at once, which costs it least. */
export const fpingSpread = fping('fping', true);
export const fpingBurst = fping('fping, burst', false);

export const ping: Peer = {
  name: 'ping',
  mostTargets: 1,
  node: false,
  command: (job) => ({
    argv: ['ping', '-n', '-c', `${job.count}`, '-i', `${job.everyMs / 1000}`, '-W', '1', job.addresses[0]!],
    input: '',
  }),
  read: (output, job) => {
    const counts = /(\d+) packets transmitted, (\d+) received/.exec(output);
    if (counts === null) throw new Error(`ping: ${output.slice(-500)}`);
    const lines = [...output.matchAll(/icmp_seq=(\d+) ttl=\d+ time=([\d.]+) ms/g)];
    return {
      sent: Number(counts[1]),
      received: Number(counts[2]),
      local: null,
      reported: lines.map((m) => ({ address: job.addresses[0]!, nth: Number(m[1]) - 1, rttMs: Number(m[2]) })),
    };
  },
};

/** The first `n` addresses of 10.30.0.0/16, which the labs' far ends answer for. */
export const addressList = (n: number): string[] =>
  Array.from({ length: n }, (_, i) => `10.30.${1 + Math.floor(i / 250)}.${1 + (i % 250)}`);

/**
 * Installs and compiles raw-socket beside its package.json, against the headers of the Node that runs this.
 * Returns why it could not, or null.
 */
export function buildRawSocket(): string | null {
  const folder = join(here, 'raw-socket');
  const built = join(folder, 'node_modules/raw-socket/build/Release/raw.node');
  if (existsSync(built)) return null;
  const headers = join(dirname(process.execPath), '..');
  if (!existsSync(join(headers, 'include/node/node.h'))) return `no headers beside ${process.execPath}`;
  try {
    const npm = execFileSync('sh', ['-c', 'readlink -f "$(command -v npm)"'], { encoding: 'utf8' }).trim();
    const gyp = join(dirname(npm), '../node_modules/node-gyp/bin/node-gyp.js');
    execFileSync('npm', ['ci'], { cwd: folder, stdio: 'pipe' });
    execFileSync(process.execPath, [gyp, 'rebuild', `--nodedir=${headers}`], {
      cwd: join(folder, 'node_modules/raw-socket'),
      stdio: 'pipe',
      // Under `npm run`, a nodedir of the user's own npm settings is in the environment and would win over the flag.
      env: { ...process.env, npm_config_nodedir: headers },
    });
    return existsSync(built) ? null : 'the compiler left no raw.node';
  } catch (error) {
    return `${error instanceof Error ? error.message.slice(0, 300) : String(error)}`;
  }
}
