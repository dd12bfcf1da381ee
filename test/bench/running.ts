/** Runs one prober in a lab host and watches what it costs: CPU from the scheduler's own account, memory from proc. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { Host } from '../netns/lab.ts';
import type { Job, Outcome, Peer } from './peers.ts';

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** CPU time of all threads of a process, ms (first field of schedstat, ns on the CPU); null when it is gone. */
export function cpuMs(pid: number): number | null {
  try {
    return readdirSync(`/proc/${pid}/task`).reduce(
      (sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
      0,
    );
  } catch {
    return null;
  }
}

/** Resident memory of a process in MiB: all, and the anonymous part; null when it is gone. */
export function memoryMiB(pid: number): { rss: number; anonymous: number } | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
    return { rss: field('VmRSS'), anonymous: field('RssAnon') };
  } catch {
    return null;
  }
}

export interface Run extends Outcome {
  /** CPU of the steady state: ms used, and over which time. */
  readonly steady: { readonly cpuMs: number; readonly wallMs: number } | null;
  readonly memory: { readonly rss: number; readonly anonymous: number } | null;
}

/** Steady state: from here to here of a run. */
const FROM = 1 / 3;
const TO = 0.9;

export async function runPeer(host: Host, peer: Peer, job: Job): Promise<Run> {
  const { argv, input } = peer.command(job);
  const child: ChildProcess = host.spawn(argv);
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const closed = once(child, 'close');
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${peer.name} did not start`);

  const lengthMs = job.everyMs * job.count;
  await Promise.race([closed, sleep(lengthMs * FROM)]);
  const start = { cpu: cpuMs(pid), at: performance.now() };
  await Promise.race([closed, sleep(lengthMs * (TO - FROM))]);
  const end = { cpu: cpuMs(pid), at: performance.now() };
  const memory = memoryMiB(pid);
  const steady =
    start.cpu === null || end.cpu === null ? null : { cpuMs: end.cpu - start.cpu, wallMs: end.at - start.at };
  await closed;
  const output = Buffer.concat(chunks).toString();
  try {
    return { ...peer.read(output, job), steady, memory };
  } catch (error) {
    throw new Error(`${peer.name}: ${output.slice(0, 2000)}`, { cause: error });
  }
}
