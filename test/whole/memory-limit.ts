/**
 * The executable under the unit's MemoryMax, with all that takes memory: 50 targets, history, two viewers of the page
 * who also walk through it, and every metric published each ten seconds through the SDK.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Snapshot } from '../../agent/verdict/snapshot.ts';
import { ENVIRONMENT, FakeCloudWatch, REGION } from '../fakes/aws/cloudwatch.ts';
import { MemoryCgroup } from './memory-cgroup.ts';

export const TARGETS = 50;
const PAGES = [
  '/',
  '/site/s1',
  '/target/t7',
  '/flows',
  '/events',
  '/agent',
  '/metrics',
  '/prtg',
  '/api/v1/history?target=t7',
];
const WALK_MS = 1000;
/** To its first probes, also under a limit that makes it read its own executable again and again. */
const START_MS = 20_000;

export interface Watched {
  /** Ended before it was asked to; its last words. */
  readonly died: string | null;
  readonly killed: number;
  readonly peakBytes: number;
  readonly snapshot: Snapshot;
  /** From the first to the last snapshot seen, s. */
  readonly seconds: number;
  /** Probes that were finished between them, and those of them that were lost. */
  readonly probes: number;
  readonly lost: number;
  readonly published: number;
  readonly problems: readonly string[];
}

/** MemoryMax of the unit, bytes. */
export function memoryMax(): number {
  const megabytes = /^MemoryMax=(\d+)M$/m.exec(readFileSync('systemd/vpc-canary.service', 'utf8'))?.[1];
  if (megabytes === undefined) throw new Error('the unit has no MemoryMax in M');
  return Number(megabytes) * 2 ** 20;
}

function configuration(endpoint: string): string {
  const targets = Array.from(
    { length: TARGETS },
    (_, i) => `  - { name: t${i}, site: s${i % 5}, icmp: 127.9.0.${i + 1} }`,
  );
  const cloudwatch = `{ endpoint: "${endpoint}", region: ${REGION}, vpc: vpc-1, period: 10s, set: full, maxSeries: 1000 }`;
  return `targets:\n${targets.join('\n')}\npublish: { cloudwatch: ${cloudwatch} }\n`;
}

/** Runs the executable for a time in a control group of `maxBytes`. */
export async function watchUnderLimit(executable: string, maxBytes: number, lengthMs: number): Promise<Watched> {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-test-'));
  const cloud = new FakeCloudWatch();
  const group = new MemoryCgroup(`vpc-canary-test-${process.pid}-${maxBytes}`, maxBytes);
  let child: ChildProcess | null = null;
  try {
    writeFileSync(join(folder, 'config.yaml'), configuration(await cloud.listen()));
    child = start(group, executable, folder);
    return await watch(child, group, cloud, lengthMs);
  } finally {
    await end(child);
    await cloud.close();
    group.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The copy is made inside, so that the executable's pages are charged to this group and no other. */
function start(group: MemoryCgroup, executable: string, folder: string): ChildProcess {
  const own = join(folder, 'vpc-canary');
  const run = `exec ${own} run --config ${join(folder, 'config.yaml')} --listen 127.0.0.1:0 --state-dir ${folder}`;
  // it ends with this process, however that ends
  return spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'sh', '-c', `${group.enter} && cp ${executable} ${own} && sync ${own} && ${run}`],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'] ?? '',
        ...ENVIRONMENT,
        STATE_DIRECTORY: folder,
        MALLOC_ARENA_MAX: '1',
        UV_THREADPOOL_SIZE: '1',
      },
    },
  );
}

async function end(child: ChildProcess | null): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function watch(
  child: ChildProcess,
  group: MemoryCgroup,
  cloud: FakeCloudWatch,
  lengthMs: number,
): Promise<Watched> {
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const begun = performance.now();
  const soon = async <T>(look: () => Promise<T | null>): Promise<T> => {
    for (;;) {
      const seen = await look();
      if (seen !== null) return seen;
      if (ended() || performance.now() - begun > START_MS) throw new Error(`it does not start: ${said}`);
      await sleep(100);
    }
  };
  const url = await soon(async () => /The page is at (http\S+)\//.exec(said)?.[1] ?? null);
  const state = async (): Promise<Snapshot> => JSON.parse(await fetched(`${url}/api/v1/state`)) as Snapshot;
  const first = await soon(async () => {
    const seen = await state().catch(() => null);
    return seen?.targets.every(({ totals }) => totals.sent > 0) ? seen : null;
  });
  const viewers = [get(`${url}/api/v1/stream`), get(`${url}/api/v1/stream`)];
  for (const viewer of viewers) viewer.on('response', (response) => response.resume()).on('error', () => {});
  let last = first;
  const until = performance.now() + lengthMs;
  for (let step = 0; performance.now() < until && !ended(); step += 1) {
    await fetched(url + PAGES[step % PAGES.length]).catch(() => '');
    last = await state().catch(() => last);
    await sleep(WALK_MS);
  }
  for (const viewer of viewers) viewer.destroy();
  const sum = (snapshot: Snapshot, name: 'sent' | 'lost'): number =>
    snapshot.targets.reduce((total, { totals }) => total + totals[name], 0);
  return {
    died: ended() ? said.slice(-1000) : null,
    killed: group.killed,
    peakBytes: group.peakBytes,
    snapshot: last,
    seconds: (last.at - first.at) / 1000,
    probes: sum(last, 'sent') - sum(first, 'sent'),
    lost: sum(last, 'lost') - sum(first, 'lost'),
    published: cloud.accepted.length,
    problems: cloud.problems,
  };
}

function fetched(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, timeout: 10_000 }, (response) => {
      let body = '';
      response
        .setEncoding('utf8')
        .on('data', (text: string) => (body += text))
        .on('end', () => (response.statusCode === 200 ? resolve(body) : reject(new Error(`${url}: ${body}`))));
    }).on('error', reject);
  });
}
