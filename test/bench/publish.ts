/**
 * What publishing costs: the spool's rates and bytes, a hundred series a minute through the real SDK, and what each
 * client adds to memory. The peer of the spool is what one would write without thinking: a line of JSON a period, as
 * PutMetricData takes it, flushed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchDatum } from '../../agent/publish/batch.ts';
import { Spool } from '../../agent/publish/spool.ts';
import { FakeCloudWatch } from '../fakes/aws/cloudwatch.ts';
import { seeded } from '../fakes/random.ts';
import { period } from './publish/period.ts';
import type { Published } from './publish/publisher.ts';
import { type Bench, type Line, median, type Report } from './table.ts';

const MINUTE = 60_000;
const MIB = 2 ** 20;
const CAP = 64e6;
const TARGETS = 50;

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function spooling(directory: string, days: number): Promise<{ lines: Line[]; bytesFor14Days: number }> {
  const random = seeded(1);
  const begin = Date.UTC(2026, 0, 1);
  const periods = Math.round(days * 1440);
  const samples = Array.from({ length: 50 }, () => period(TARGETS, random));
  const spool = new Spool({ directory, maxBytes: 1e9, now: () => begin + periods * MINUTE });
  let [cpu, wall] = [cpuMs(), performance.now()];
  for (let i = 0; i < periods; i += 1) await spool.append(begin + i * MINUTE, samples[i % samples.length] ?? []);
  const written = { cpu: cpuMs() - cpu, wall: performance.now() - wall };
  const { bytes } = spool.status();
  await spool.close();
  const next = new Spool({ directory, maxBytes: 1e9, now: () => begin + periods * MINUTE });
  wall = performance.now();
  await next.open();
  const opened = performance.now() - wall;
  [cpu, wall] = [cpuMs(), performance.now()];
  let read = 0;
  for (;;) {
    const batches = await next.oldest(1000, () => false);
    if (batches.length === 0) break;
    for (const batch of batches) next.accept(batch);
    read += batches.length;
  }
  const replayed = { cpu: cpuMs() - cpu, wall: performance.now() - wall };
  // a quarter of an hour short of two weeks, the oldest are not sent any more
  if (read + next.status().expired !== periods) throw new Error(`${read} of ${periods} periods came back`);
  const plain = plainLines(join(directory, 'plain'), samples, Math.min(periods, 1000));
  const line = (
    who: string,
    what: string,
    n: number,
    cost: { cpu: number; wall: number },
    size: number | null,
  ): Line => ({
    who,
    what,
    figures: {
      'periods a second': n / (cost.wall / 1000),
      'CPU ms a period': cost.cpu / n,
      'MB a day': size === null ? null : ((size / n) * 1440) / 1e6,
    },
    n,
  });
  return {
    lines: [
      line('vpc-canary', `write, ${TARGETS} targets`, periods, written, bytes),
      line('lines of JSON', `write, ${TARGETS} targets`, plain.n, plain, plain.bytes),
      line('vpc-canary', `replay (${opened.toFixed(0)} ms to open ${days} d)`, periods, replayed, null),
    ],
    bytesFor14Days: (bytes / periods) * 1440 * 14,
  };
}

function plainLines(file: string, samples: readonly BatchDatum[][], n: number) {
  const fd = openSync(file, 'w');
  const [cpu, wall] = [cpuMs(), performance.now()];
  for (let i = 0; i < n; i += 1) {
    const MetricData = (samples[i % samples.length] ?? []).map(({ name, unit, dimensions, values }) => ({
      MetricName: name,
      Unit: unit,
      Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
      Timestamp: i * 60,
      Values: values.map(([value]) => value),
      Counts: values.map(([, count]) => count),
    }));
    writeSync(fd, `${JSON.stringify({ Namespace: 'VpcCanary', MetricData })}\n`);
    fdatasyncSync(fd);
  }
  const cost = { cpu: cpuMs() - cpu, wall: performance.now() - wall };
  closeSync(fd);
  return { ...cost, n, bytes: statSync(file).size };
}

/** A hundred series a minute through spool, sender and SDK, in a process of its own; CloudWatch is in this one. */
async function sending(directory: string, minutes: number): Promise<Line[]> {
  const begin = Date.now();
  // data are made ahead of time, as fast as they are sent
  const server = new FakeCloudWatch({ dataNow: () => begin + server.requests.length * MINUTE });
  const endpoint = await server.listen();
  const args = [
    '--no-warnings',
    '--expose-gc',
    'test/bench/publish/publisher.ts',
    directory,
    endpoint,
    String(minutes),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  await server.close();
  if (code !== 0) throw new Error(`the publisher ended with ${code}`);
  if (server.problems.length > 0) throw new Error(server.problems.join('; '));
  const found = JSON.parse(text) as Published;
  const n = found.walls.length;
  const sorted = found.walls.toSorted((a, b) => a - b);
  const cpu = found.cpuMs / n;
  const what = `${found.series} series, through the SDK`;
  return [
    {
      who: 'vpc-canary',
      what,
      note: 'and 0 to 20 s for the instance’s moment in the period',
      figures: {
        'CPU ms a period': cpu,
        '% of a core at 60 s': cpu / 600,
        'ms to acceptance': median(found.walls),
        'p99 of it': sorted[Math.floor(0.99 * n)] ?? null,
      },
      n,
    },
    {
      who: 'vpc-canary',
      what: `memory of it, ${n} periods`,
      figures: {
        'RSS, MiB': found.rss.end / MIB,
        'of which the SDK': (found.rss.loaded - found.rss.before) / MIB,
        'grown since': (found.rss.end - found.rss.loaded) / MIB,
      },
      n: 1,
    },
  ];
}

/** Resident memory of the bundle's runtime with nothing, one client, both, after a call of each that fails. */
function clientMemory(): Line[] {
  const call = {
    none: '',
    cloudwatch: `const { CloudWatchClient: C, PutMetricDataCommand: P } = await import('@aws-sdk/client-cloudwatch');
      await new C(o).send(new P({ Namespace: 'x', MetricData: [] })).catch(() => {});`,
    ssm: `const { SSMClient: C, GetParametersCommand: P } = await import('@aws-sdk/client-ssm');
      await new C(o).send(new P({ Names: ['x'] })).catch(() => {});`,
  };
  const options = `const o = { region: 'x-y-1', endpoint: 'http://127.0.0.1:9', maxAttempts: 1, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };`;
  return (['none', 'cloudwatch', 'ssm', 'both'] as const).map((which) => {
    const body = which === 'both' ? `{${call.cloudwatch}}{${call.ssm}}` : call[which];
    const script = `${options} await import('node:http'); ${body} console.log(process.memoryUsage.rss());`;
    const file = join(mkdtempSync(join(tmpdir(), 'vpc-canary-bench-client-')), 'client.cjs');
    const bundled = spawnSync(
      'node_modules/.bin/esbuild',
      ['--bundle', '--platform=node', '--minify', '--main-fields=module,main', '--format=cjs', `--outfile=${file}`],
      { input: `(async () => {${script}})();`, encoding: 'utf8' },
    );
    if (bundled.status !== 0) throw new Error(bundled.stderr);
    const sizes = Array.from({ length: 5 }, () =>
      Number(spawnSync(process.execPath, [file], { encoding: 'utf8' }).stdout),
    );
    const bytes = statSync(file).size;
    rmSync(join(file, '..'), { recursive: true });
    return {
      who: which === 'none' ? 'node:http alone' : which,
      what: 'client after a call',
      figures: { 'RSS, MiB': median(sizes) / MIB, 'bundle, KB': bytes / 1000 },
      n: sizes.length,
    };
  });
}

async function run(quick: boolean, say: (text: string) => void): Promise<Report> {
  const directory = mkdtempSync(join(tmpdir(), 'vpc-canary-bench-publish-'));
  try {
    const days = quick ? 0.5 : 14;
    say(`${days} days of ${TARGETS} targets into the spool and out again`);
    const { lines, bytesFor14Days } = await spooling(join(directory, 'spool'), days);
    say('a hundred series a minute');
    const sent = await sending(join(directory, 'sending'), quick ? 30 : 200);
    say('clients');
    const memory = clientMemory();
    const found = `${(bytesFor14Days / 1e6).toFixed(1)} MB`;
    return {
      title: `Publishing: ${TARGETS} targets at 1 Hz, a period a minute`,
      lines: [...lines, ...sent, ...memory],
      budgets: [{ text: `14 days of ${TARGETS} targets spooled in 64 MB`, holds: bytesFor14Days <= CAP, found }],
      missing: [],
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export const publish: Bench = { name: 'publish', about: 'what the spool, the sender and the AWS clients cost', run };
