import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { LOCAL, LOST, type SlotKind } from '../../agent/measure/sample-ring.ts';
import type { Outcome, Singleton } from '../../agent/measure/singleton.ts';
import { Windows } from '../../agent/measure/windows.ts';

const START = 1_000_000;
const WALL = 1_795_230_000_000;
const options = { everyMs: 1000, timeoutMs: 1000, windowMs: 10_000 };

const reply = (rttMs: number, timing: 'kernel' | 'user' = 'kernel'): Outcome => ({
  kind: 'reply',
  rttMs,
  timing,
  errorBarMs: timing === 'user' ? 0.5 : 0.005,
  replyTtl: 61,
});
const refused: Outcome = { kind: 'error', code: 'refused', text: 'connection refused', from: null, mtu: null };
const local: Outcome = { kind: 'local', code: 'no-route', text: 'network is unreachable' };

const anyOutcome = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.double({ min: 0.05, max: 900, noNaN: true }).map((rtt) => reply(Math.round(rtt * 1e6) / 1e6)),
  },
  { weight: 1, arbitrary: fc.double({ min: 0.05, max: 900, noNaN: true }).map((rtt) => reply(rtt, 'user')) },
  { weight: 2, arbitrary: fc.constant<Outcome>({ kind: 'lost' }) },
  { weight: 1, arbitrary: fc.constant(refused) },
  { weight: 1, arbitrary: fc.constant(local) },
);

const singleton = (sequence: number, outcome: Outcome, sentMono = START + sequence * 1000): Singleton => ({
  target: 1,
  sequence,
  sentMono,
  sentWall: WALL + sentMono - START,
  outcome,
  reordered: false,
});

const finishedMs = ({ sentMono, outcome }: Singleton): number =>
  sentMono + (outcome.kind === 'reply' ? outcome.rttMs : outcome.kind === 'lost' ? 1000 : 1);

/** Fills windows in order of completion, as a prober reports. */
function fill(outcomes: readonly Outcome[]): {
  windows: Windows;
  singletons: Singleton[];
  settled: [SlotKind, number][];
} {
  const settled: [SlotKind, number][] = [];
  const windows = new Windows(options, (kind, sentMono) => settled.push([kind, sentMono]));
  const singletons = outcomes.map((outcome, sequence) => singleton(sequence, outcome));
  for (const each of singletons.toSorted((a, b) => finishedMs(a) - finishedMs(b))) windows.add(each);
  return { windows, singletons, settled };
}

/** The definition of every statistic, written out plainly. */
function recount(all: readonly Singleton[], fromMono: number, toMono: number) {
  const sample = all.filter(({ sentMono }) => sentMono > fromMono && sentMono <= toMono);
  const replies = sample.flatMap(({ outcome }) => (outcome.kind === 'reply' ? [outcome] : []));
  const rtts = replies.map(({ rttMs }) => rttMs);
  const sorted = rtts.toSorted((a, b) => a - b);
  const at = (q: number): number => sorted[Math.max(0, Math.ceil(q * sorted.length - 1e-9) - 1)]!;
  const count = (kind: Outcome['kind']): number => sample.filter(({ outcome }) => outcome.kind === kind).length;
  const bursts = sample
    .filter(({ outcome }) => outcome.kind !== 'local')
    .map(({ outcome }) => (outcome.kind === 'reply' ? '.' : 'x'))
    .join('')
    .split('.');
  const deltas = rtts
    .slice(1)
    .map((rtt, index) => Math.abs(rtt - rtts[index]!))
    .toSorted((a, b) => a - b);
  const sent = replies.length + count('lost') + count('error');
  return {
    sent,
    received: replies.length,
    lost: count('lost'),
    errors: count('error'),
    local: count('local'),
    lossRatio: sent === 0 ? null : (count('lost') + count('error')) / sent,
    lossBurst: Math.max(...bursts.map((burst) => burst.length)),
    userTimed: replies.filter(({ timing }) => timing === 'user').length,
    p5: at(0.05),
    p50: at(0.5),
    p95: at(0.95),
    max: sorted.at(-1),
    mean: rtts.reduce((sum, rtt) => sum + rtt, 0) / rtts.length,
    ipdv: deltas[Math.max(0, Math.ceil(0.5 * deltas.length) - 1)] ?? null,
  };
}

const near = (a: number | null | undefined, b: number | null | undefined): void => {
  if (a === null || a === undefined || b === null || b === undefined) assert.equal(a ?? null, b ?? null);
  else assert.ok(Math.abs(a - b) < 1e-5, `${a} is not ${b}`);
};

test('windows equal a plain recount, whatever order probes finish in', () => {
  fc.assert(
    fc.property(
      fc.array(anyOutcome, { minLength: 1, maxLength: 120 }),
      fc.constantFrom(1000, 10_000, 60_000),
      (outcomes, spanMs) => {
        const { windows, singletons } = fill(outcomes);
        const end = windows.end(START + outcomes.length * 1000 + 1000);
        assert.equal(end, singletons.at(-1)!.sentMono);
        const got = windows.statistics(spanMs, end);
        const { p5, p50, p95, max, mean, ipdv, ...counts } = recount(singletons, end - spanMs, end);
        for (const [name, value] of Object.entries(counts)) assert.equal(got[name as keyof typeof counts], value, name);
        if (got.received === 0) {
          assert.equal(got.rtt, null);
          assert.equal(got.timing, null);
          assert.equal(got.errorBarMs, null);
          return;
        }
        near(got.rtt?.p5, p5);
        near(got.rtt?.p50, p50);
        near(got.rtt?.p95, p95);
        near(got.rtt?.max, max);
        near(got.rtt?.mean, mean);
        if (got.received > 1) near(got.roundTripIpdv, ipdv);
        else assert.equal(got.roundTripIpdv, null);
        assert.equal(got.timing, got.userTimed === 0 ? 'kernel' : got.userTimed === got.received ? 'user' : 'mixed');
        assert.equal(got.errorBarMs, got.userTimed > 0 ? 0.5 : 0.005);
      },
    ),
  );
});

test('one window does not carry over into the next', () => {
  const { windows } = fill([...Array.from({ length: 5 }, (): Outcome => ({ kind: 'lost' })), reply(10), reply(11)]);
  const end = windows.end(START + 7000);
  assert.equal(windows.statistics(10_000, end).lossBurst, 5);
  assert.equal(windows.statistics(2000, end).lossBurst, 0);
  assert.equal(windows.statistics(2000, end).rtt?.max, 11);
});

test('listeners hear every probe once, in sending order', () => {
  fc.assert(
    fc.property(fc.array(anyOutcome, { minLength: 1, maxLength: 100 }), (outcomes) => {
      const { settled, singletons } = fill(outcomes);
      assert.deepEqual(
        settled.map(([, sentMono]) => sentMono),
        singletons.map(({ sentMono }) => sentMono),
      );
      assert.equal(
        settled.filter(([kind]) => kind === LOCAL).length,
        outcomes.filter(({ kind }) => kind === 'local').length,
      );
      assert.equal(
        settled.filter(([kind]) => kind === LOST).length,
        outcomes.filter(({ kind }) => kind === 'lost').length,
      );
    }),
  );
});

test('a window of one second shows a loss at one probe a second', () => {
  const { windows } = fill([reply(10), reply(10), { kind: 'lost' }]);
  const now = START + 3050;
  assert.equal(windows.statistics(1000, windows.end(now)).lossRatio, 1);
});

test('windows empty when nothing comes any more', () => {
  const { windows } = fill([reply(10), reply(11)]);
  const soon = START + 2500;
  assert.equal(windows.statistics(10_000, windows.end(soon)).sent, 2);
  const later = START + 30_000;
  assert.equal(windows.statistics(10_000, windows.end(later)).sent, 0);
  assert.equal(windows.statistics(10_000, windows.end(later)).lossRatio, null);
});

test('jitter runs on over windows, as the RFC reports it', () => {
  const { windows } = fill(Array.from({ length: 50 }, (_, index) => reply(index % 2 === 0 ? 10 : 14)));
  const last = windows.statistics(10_000, windows.end(START + 50_000));
  assert.ok(Math.abs(last.interarrivalJitter! - 4 * (1 - (15 / 16) ** 49)) < 1e-5);
});

test('rows of steps hold each probe once and sum up to all of them', () => {
  fc.assert(
    fc.property(fc.array(anyOutcome, { minLength: 12, maxLength: 70 }), fc.constantFrom(0, 300), (outcomes, early) => {
      const { windows, singletons } = fill(outcomes);
      let sent = 0;
      let counted = 0;
      for (let from = START - early; from < START + 75_000; from += 10_000) {
        const row = windows.row(WALL + from - START, from, from + 10_000);
        const inside = singletons.filter(({ sentMono }) => sentMono >= from && sentMono < from + 10_000);
        if (inside.length === 0) {
          assert.equal(row, null);
          continue;
        }
        assert.equal(row!.sent + row!.local, inside.length);
        const timings = new Set(inside.flatMap(({ outcome }) => (outcome.kind === 'reply' ? [outcome.timing] : [])));
        const [only = null] = timings;
        assert.equal(row!.timing, timings.size > 1 ? 'mixed' : only);
        assert.equal(row!.errorBarMs, timings.has('user') ? 0.5 : only === null ? null : 0.005);
        sent += row!.sent;
        counted += row!.histogram.reduce((sum, [, count]) => sum + count, 0);
        assert.equal(
          row!.received,
          row!.histogram.reduce((sum, [, count]) => sum + count, 0),
        );
        for (const [value] of row!.histogram) assert.ok(value >= row!.rtt!.min * 0.97 && value <= row!.rtt!.max * 1.03);
      }
      assert.equal(sent, outcomes.filter(({ kind }) => kind !== 'local').length);
      assert.equal(counted, outcomes.filter(({ kind }) => kind === 'reply').length);
    }),
  );
});

test('a step is complete when the probe after it is settled, or after the timeout', () => {
  const { windows } = fill([reply(10), reply(10), reply(10)]);
  assert.equal(windows.isSettled(START + 2000, START + 2100), true);
  assert.equal(windows.isSettled(START + 3000, START + 3100), false);
  assert.equal(windows.isSettled(START + 3000, START + 6000), true);
});

test('a long window of a fast target is counted whole', () => {
  const windows = new Windows({ everyMs: 20, timeoutMs: 1000, windowMs: 300_000 }, () => {});
  for (let sequence = 0; sequence < 15_500; sequence += 1) {
    windows.add(singleton(sequence, reply(1 + (sequence % 100)), START + sequence * 20));
  }
  const sample = windows.statistics(300_000, windows.end(START + 15_500 * 20));
  assert.equal(sample.received, 15_000);
  assert.equal(sample.rtt?.p50, 50);
  assert.equal(sample.rtt?.max, 100);
});

test('a slow target is judged by its last probes', () => {
  const { windows } = fill([reply(10), { kind: 'lost' }, reply(10), local, { kind: 'lost' }]);
  assert.deepEqual(windows.lastLoss(3, 0), { sent: 3, lost: 2 });
  assert.deepEqual(windows.lastLoss(10, START + 1500), { sent: 2, lost: 1 });
});
