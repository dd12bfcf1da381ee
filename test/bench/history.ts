/**
 * What history costs: fifty targets at 1 Hz for fourteen days, written under a clock that runs ahead, then read as
 * the page reads it. The peer is what one would write without thinking: a row per target and step in a table, the
 * histogram as JSON, a transaction a second.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { History } from '../../agent/history/history.ts';
import { binOf, binValue } from '../../agent/measure/rtt-bins.ts';
import type { SeriesRow } from '../../agent/measure/statistics.ts';
import type { Bench, Line, Report } from './table.ts';
import { median } from './table.ts';

const TARGETS = 50;
const MIB = 1_048_576;
const CAP = 64 * MIB;
const DAY = 86_400;
const START = Date.UTC(2026, 0, 1);
const READS = 9;

/** Repeatable noise. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Paths by turns: this VPC, Direct Connect, VPN, and one that varies by half. */
function rttOf(target: number, random: () => number): number {
  const bell = random() + random() + random() - 1.5;
  switch (target % 4) {
    case 0:
      return 0.5 * Math.exp(0.1 * bell);
    case 1:
      return 11 + 0.3 * Math.abs(bell) + (random() < 0.02 ? 20 * random() : 0);
    case 2:
      return 28 * Math.exp(0.2 * bell);
    default:
      return 50 * Math.exp(0.6 * bell);
  }
}

function secondRow(at: number, rtt: number | null): SeriesRow {
  const v = rtt ?? 0;
  return {
    at,
    sent: 1,
    received: rtt === null ? 0 : 1,
    local: 0,
    rtt: rtt === null ? null : { min: v, p5: v, p25: v, p50: v, p75: v, p95: v, p99: v, max: v, mean: v },
    jitter: null,
    timing: rtt === null ? null : 'kernel',
    errorBarMs: rtt === null ? null : 0.05,
    histogram: rtt === null ? [] : [[binValue(binOf(v)), 1]],
  };
}

/** Bytes this process gave to write calls so far. */
const written = (): number => Number(/wchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1] ?? 0);
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

interface Cost {
  readonly writeMs: number;
  readonly bytes: number;
  readonly written: number;
  readonly worstMs: number;
}

/** Feeds `seconds` of all targets; `second` takes one second's rows. */
function feed(seconds: number, second: (at: number, rows: readonly SeriesRow[]) => void): Omit<Cost, 'bytes'> {
  const random = noise(1);
  const ioBefore = written();
  let busy = 0;
  let worst = 0;
  for (let i = 0; i < seconds; i += 1) {
    const at = START + i * 1_000;
    const rows: SeriesRow[] = [];
    for (let target = 0; target < TARGETS; target += 1)
      rows.push(secondRow(at, random() < 0.001 ? null : rttOf(target, random)));
    const began = cpuMs();
    const clock = performance.now();
    second(at, rows);
    worst = Math.max(worst, performance.now() - clock);
    busy += cpuMs() - began;
  }
  return { writeMs: busy, written: written() - ioBefore, worstMs: worst };
}

function feedHistory(history: History, clock: { now: number }, seconds: number): Omit<Cost, 'bytes'> {
  const names = Array.from({ length: TARGETS }, (_, i) => `target-${i}`);
  const targets = names.map((name) => ({ name, state: 'up' as const, since: START }));
  return feed(seconds, (at, rows) => {
    rows.forEach((row, i) => {
      history.writeRows(names[i]!, [row]);
    });
    clock.now = at + 1_000;
    history.observe({ at: clock.now, targets, sites: [] });
    history.tick();
  });
}

function feedPlainRows(file: string, seconds: number): Cost {
  const db = new DatabaseSync(file);
  db.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -512;
     CREATE TABLE row (target INTEGER, step INTEGER, at INTEGER, sent INTEGER, received INTEGER, local INTEGER,
       min REAL, p5 REAL, p25 REAL, p50 REAL, p75 REAL, p95 REAL, p99 REAL, max REAL, mean REAL, jitter REAL,
       histogram TEXT, PRIMARY KEY (target, step, at)) WITHOUT ROWID`,
  );
  const insert = db.prepare(`INSERT INTO row VALUES (${Array(17).fill('?').join(', ')})`);
  const cost = feed(seconds, (at, rows) => {
    db.exec('BEGIN');
    rows.forEach((row, target) => {
      const r = row.rtt;
      const rtt = r ? [r.min, r.p5, r.p25, r.p50, r.p75, r.p95, r.p99, r.max, r.mean] : Array(9).fill(null);
      const steps = [1, ...(at % 10_000 === 0 ? [10] : []), ...(at % 60_000 === 0 ? [60] : [])];
      for (const step of steps) {
        // A longer step has as many replies, spread over as many bins as they find.
        const bins = Array.from({ length: step === 1 ? 1 : step === 10 ? 7 : 14 }, (_, i) => [(r?.min ?? 0) + i, step]);
        const histogram = JSON.stringify(r ? bins : []);
        insert.run(target, step, at, step, r ? step : 0, 0, ...rtt, 0.1, histogram);
      }
    });
    db.exec('COMMIT');
  });
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  return { ...cost, bytes: statSync(file).size };
}

const line = (who: string, what: string, seconds: number, cost: Cost): Line => ({
  who,
  what,
  figures: {
    'file, MiB': cost.bytes / MIB,
    'MiB written a day': (cost.written / MIB / seconds) * DAY,
    'CPU ms a second': cost.writeMs / seconds,
    'longest second, ms': cost.worstMs,
  },
  n: seconds,
});

function reads(history: History, now: number, days: number): Line[] {
  return [1 / 24, 1, 7, 14]
    .filter((range) => range <= days)
    .map((range) => {
      const times: number[] = [];
      let rows = 0;
      for (let i = 0; i < READS; i += 1) {
        const began = performance.now();
        rows = history.series(`target-${i}`, now - range * DAY * 1_000, now, 360).rows.length;
        times.push(performance.now() - began);
      }
      const what = range < 1 ? 'read 1 h' : `read ${range} d`;
      return {
        who: 'vpc-canary',
        what,
        figures: { 'median ms': median(times), 'first ms': times[0]!, rows },
        n: READS,
      };
    });
}

async function run(quick: boolean, say: (text: string) => void): Promise<Report> {
  const directory = mkdtempSync(join(tmpdir(), 'vpc-canary-bench-history-'));
  try {
    const days = quick ? 1 : 14;
    const clock = { now: START };
    const history = new History({ directory, maxBytes: CAP, now: () => clock.now });
    say(`${days} days of ${TARGETS} targets`);
    const rssBefore = process.memoryUsage.rss();
    const cost = feedHistory(history, clock, days * DAY);
    const status = history.status();
    const ours = line('vpc-canary', `${days} d`, days * DAY, { ...cost, bytes: status.bytes ?? 0 });
    const readLines = reads(history, clock.now, days);
    const rss = (process.memoryUsage.rss() - rssBefore) / MIB;
    history.close();
    say('plain rows');
    const hours = quick ? 1 : 6;
    const plain = line(
      'plain rows',
      `${hours} h`,
      hours * 3_600,
      feedPlainRows(join(directory, 'plain.db'), hours * 3_600),
    );
    const reach = (clock.now - (status.oldest ?? clock.now)) / 1_000 / DAY;
    const slowest = Math.max(...readLines.map((read) => read.figures['median ms'] ?? 0));
    return {
      title: `History: ${TARGETS} targets at 1 Hz (memory of the process grew by ${rss.toFixed(1)} MiB)`,
      lines: [ours, plain, ...readLines],
      budgets: [
        {
          text: `${days} days of ${TARGETS} targets in 64 MiB`,
          holds: (status.bytes ?? 0) <= CAP && reach > days - 0.5,
          found: `${((status.bytes ?? 0) / MIB).toFixed(1)} MiB reach back ${reach.toFixed(1)} d`,
        },
        { text: 'any range in 360 columns ≤ 20 ms', holds: slowest <= 20, found: `${slowest.toFixed(1)} ms` },
      ],
      missing: [],
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export const history: Bench = { name: 'history', about: 'what history costs in bytes, CPU and reading time', run };
