/**
 * The publisher that the benchmark watches: a hundred series a minute through spool, sender and the real SDK; the
 * minutes pass as fast as they are done. Prints what it cost.
 *
 *   node --expose-gc publisher.ts DIRECTORY ENDPOINT MINUTES
 */
import { CloudWatch } from '../../../agent/aws/cloudwatch.ts';
import { Sender } from '../../../agent/publish/sender.ts';
import { Spool } from '../../../agent/publish/spool.ts';
import { ENVIRONMENT, REGION } from '../../fakes/aws/cloudwatch.ts';
import { seeded } from '../../fakes/random.ts';
import { period } from './period.ts';

export interface Published {
  readonly series: number;
  /** Of each period, from its end to its acceptance, ms. */
  readonly walls: readonly number[];
  readonly cpuMs: number;
  /** Bytes: before the SDK was loaded, after, at the end. */
  readonly rss: { readonly before: number; readonly loaded: number; readonly end: number };
}

const MINUTE = 60_000;
const TARGETS = 33;
const [directory = '', endpoint = '', minutes = '0'] = process.argv.slice(2);

function rss(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

async function main(): Promise<void> {
  const random = seeded(2);
  let now = Date.now();
  const options = { region: REGION, endpoint, fips: false, proxy: null, certificates: null, imds: null };
  const sink = new CloudWatch({ ...options, environment: ENVIRONMENT }, 'VpcCanary');
  const spool = new Spool({ directory, maxBytes: 64e6, now: () => now });
  let done = (): void => undefined;
  const accept = spool.accept.bind(spool);
  spool.accept = (...batch) => {
    accept(...batch);
    if (spool.status().waiting === 0) done();
  };
  const waiting: (() => void)[] = [];
  const after = (_: number, callback: () => void) => {
    waiting.push(callback);
    return () => void waiting.splice(waiting.indexOf(callback) >>> 0, 1);
  };
  const sender = new Sender({ spool, sink, periodMs: MINUTE, instance: 'i-1', now: () => now, random, after });
  const samples = Array.from({ length: 50 }, () => period(TARGETS, random));
  const walls: number[] = [];
  const before = rss();
  let [loaded, cpuMs] = [0, 0];
  for (let i = 0; i < Number(minutes); i += 1) {
    const data = samples[i % samples.length] ?? [];
    const [wall, cpu] = [performance.now(), process.cpuUsage()];
    sender.offer(await spool.append(now - 2 * MINUTE, data));
    const accepted = new Promise<void>((resolve) => {
      done = resolve;
    });
    for (const callback of waiting.splice(0)) callback();
    await accepted;
    const used = process.cpuUsage(cpu);
    now += MINUTE;
    if (i === 0) loaded = rss();
    else {
      walls.push(performance.now() - wall);
      cpuMs += (used.user + used.system) / 1000;
    }
  }
  const end = rss();
  await Promise.race([sender.stop(), new Promise((resolve) => setImmediate(resolve))]);
  sink.close();
  await spool.close();
  const found: Published = { series: samples[0]?.length ?? 0, walls, cpuMs, rss: { before, loaded, end } };
  process.stdout.write(JSON.stringify(found));
}

void main();
