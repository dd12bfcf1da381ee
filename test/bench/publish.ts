/**
 * What publishing costs: the spool's rates and bytes, a hundred series a minute through the real SDK, and what each
 * client adds to memory. The peer of the spool is what one would write without thinking: a line of JSON a period, as
 * PutMetricData takes it, flushed.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatch } from '../../agent/aws/cloudwatch.ts';
import { Histogram } from '../../agent/measure/histogram.ts';
import { cloudWatchData } from '../../agent/metric/cloudwatch.ts';
import type { BatchDatum } from '../../agent/publish/batch.ts';
import { Sender } from '../../agent/publish/sender.ts';
import { Spool } from '../../agent/publish/spool.ts';
import { ENVIRONMENT, FakeCloudWatch, REGION } from '../fakes/aws/cloudwatch.ts';
import { seeded } from '../fakes/random.ts';
import { statistics } from '../fakes/small-snapshot.ts';
import { type Bench, type Line, median, type Report } from './table.ts';

const MINUTE = 60_000;
const MIB = 2 ** 20;
const CAP = 64e6;
const TARGETS = 50;

/** A period of targets at 1 Hz, by the real histogram and renderer: every second path is noisy. */
function period(targets: number, random: () => number): BatchDatum[] {
  const periods = Array.from({ length: targets }, (_, i) => {
    const rtts = new Histogram();
    const spread = i % 2 === 0 ? 0.05 : 0.3;
    for (let k = 0; k < 60; k += 1) rtts.add((5 + i) * Math.exp(spread * (random() + random() + random() - 1.5)));
    const name = `target-${i}`;
    return {
      target: name,
      site: `site-${i % 5}`,
      state: 'up' as const,
      downMs: 0,
      statistics: statistics(),
      rtts: rtts.pairs(150),
    };
  });
  const agent = { memoryBytes: 7e7, cpu: 0.01, overloads: 0, publishLagMs: 0, spoolDepth: 0 };
  const { data } = cloudWatchData({
    vpc: 'vpc-0a1b2c3d4e5f67890',
    targets: periods,
    groups: [],
    agent,
    set: 'essential',
    maxSeries: 1000,
  });
  return data.map((datum) => ({ ...datum, resolution: 60 }) as const);
}

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
  if (read !== periods) throw new Error(`${read} of ${periods} periods came back`);
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

/** A hundred series a minute through spool, sender and SDK; the minutes pass as fast as they are done. */
async function sending(directory: string, minutes: number): Promise<Line> {
  const server = new FakeCloudWatch({ dataNow: () => now });
  const endpoint = await server.listen();
  const random = seeded(2);
  let now = Date.now();
  const options = { region: REGION, endpoint, fips: false, proxy: null, certificates: null, imds: null };
  const sink = new CloudWatch({ ...options, environment: ENVIRONMENT }, 'VpcCanary');
  const spool = new Spool({ directory, maxBytes: CAP, now: () => now });
  const waiting: (() => void)[] = [];
  const after = (_: number, callback: () => void) => {
    waiting.push(callback);
    return () => void waiting.splice(waiting.indexOf(callback) >>> 0, 1);
  };
  const sender = new Sender({ spool, sink, periodMs: MINUTE, instance: 'i-1', now: () => now, random, after });
  const walls: number[] = [];
  let cpu = 0;
  for (let i = 0; i < minutes; i += 1) {
    const data = period(33, random);
    const [wallBefore, cpuBefore] = [performance.now(), cpuMs()];
    sender.offer(await spool.append(now - 2 * MINUTE, data));
    for (const callback of waiting.splice(0)) callback();
    while (spool.status().waiting > 0) await new Promise((resolve) => setImmediate(resolve));
    now += MINUTE;
    if (i === 0) continue; // loads the SDK
    walls.push(performance.now() - wallBefore);
    cpu += cpuMs() - cpuBefore;
  }
  await sender.stop();
  sink.close();
  await spool.close();
  await server.close();
  if (server.problems.length > 0) throw new Error(server.problems.join('; '));
  const n = minutes - 1;
  return {
    who: 'vpc-canary',
    what: '100 series, through the SDK',
    note: 'the server’s share in it',
    figures: { 'CPU ms a period': cpu / n, 'ms to acceptance': median(walls), '% of a core at 60 s': cpu / n / 600 },
    n,
  };
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
      lines: [...lines, sent, ...memory],
      budgets: [{ text: `14 days of ${TARGETS} targets spooled in 64 MB`, holds: bytesFor14Days <= CAP, found }],
      missing: [],
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export const publish: Bench = { name: 'publish', about: 'what the spool, the sender and the AWS clients cost', run };
