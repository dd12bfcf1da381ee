import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sparseBins } from '../../agent/history/bins.ts';
import { ByteReader, ByteWriter } from '../../agent/history/bytes.ts';
import { emptyRow } from '../../agent/history/chunk.ts';
import { decodeRow, encodeRow, RowContext, type StoredRow, TICKS_PER_MS } from '../../agent/history/row-code.ts';
import { binOf } from '../../agent/measure/rtt-bins.ts';

const STEP = 1_000;

/** A row from the RTTs (ticks) of its replies, as a prober's second would give it. */
const rowOf = (gap: number, rtts: number[], lost: number, local: number, jitter: number, timing: number) => ({
  gap,
  rtts,
  lost,
  local,
  jitter,
  timing,
});
const rows = fc.array(
  fc
    .tuple(
      fc.integer({ min: 1, max: 100 }),
      fc.array(fc.integer({ min: 0, max: 600_000_000 }), { maxLength: 40 }),
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: -1, max: 1_000_000 }),
      fc.constantFrom(0x50, 0x50, 0x51, 0x80, 0xff),
    )
    .map((parts) => rowOf(...parts)),
);

const pairsOf = (rtts: readonly number[]): [number, number][] => {
  const counts = new Map<number, number>();
  for (const rtt of rtts) counts.set(binOf(rtt / TICKS_PER_MS), (counts.get(binOf(rtt / TICKS_PER_MS)) ?? 0) + 1);
  return [...counts].sort((a, b) => a[0] - b[0]);
};

test('what was encoded is what is decoded: counts, RTTs to the tick, bins', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 0, max: 2_000_000_000 }), (given, start) => {
      const out = new ByteWriter(8);
      const context = new RowContext(start * STEP, STEP);
      const expected: { row: StoredRow; pairs: [number, number][] }[] = [];
      for (const { gap, rtts, lost, local, jitter, timing } of given) {
        const bins = sparseBins();
        for (const rtt of rtts) bins.add(binOf(rtt / TICKS_PER_MS), 1);
        const row: StoredRow = {
          at: context.at + gap * STEP,
          sent: rtts.length + lost,
          received: rtts.length,
          local,
          min: rtts.length > 0 ? Math.min(...rtts) : 0,
          max: rtts.length > 0 ? Math.max(...rtts) : 0,
          mean: rtts.length > 0 ? Math.round(rtts.reduce((a, b) => a + b, 0) / rtts.length) : 0,
          jitter,
          timing: rtts.length > 0 ? timing : 0,
        };
        expected.push({ row, pairs: pairsOf(rtts) });
        encodeRow(out, context, row, bins);
      }
      const reader = new ByteReader(out.written());
      const again = new RowContext(start * STEP, STEP);
      for (const { row, pairs } of expected) {
        const found = emptyRow();
        const bins = sparseBins();
        decodeRow(reader, again, found, () => bins);
        const foundPairs: [number, number][] = [];
        bins.each((bin, count) => foundPairs.push([bin, count]));
        if (row.received === 0) Object.assign(found, { min: 0, max: 0, mean: 0 });
        assert.deepEqual({ row: found, pairs: foundPairs }, { row, pairs });
      }
      assert.ok(reader.done);
    }),
  );
});

test('bins whose total is not the number of replies are kept as they are', () => {
  const out = new ByteWriter(8);
  const bins = sparseBins();
  bins.add(binOf(1), 2);
  bins.add(binOf(3), 40);
  const row = {
    at: 5_000,
    sent: 9,
    received: 3,
    local: 0,
    min: 10_000,
    max: 30_000,
    mean: 20_000,
    jitter: -1,
    timing: 0,
  };
  encodeRow(out, new RowContext(5_000, STEP), row, bins);
  const found = sparseBins();
  decodeRow(new ByteReader(out.written()), new RowContext(5_000, STEP), emptyRow(), () => found);
  const pairs: [number, number][] = [];
  found.each((bin, count) => pairs.push([bin, count]));
  assert.deepEqual(pairs, [
    [binOf(1), 2],
    [binOf(3), 40],
  ]);
});

test('a second with one clean reply takes three or four bytes', () => {
  const out = new ByteWriter(8);
  const context = new RowContext(0, STEP);
  for (let at = 0; at < 100; at += 1) {
    const rtt = 112_000 + (at % 7) * 100;
    const bins = sparseBins();
    bins.add(binOf(rtt / TICKS_PER_MS), 1);
    const row = {
      at: at * STEP,
      sent: 1,
      received: 1,
      local: 0,
      min: rtt,
      max: rtt,
      mean: rtt,
      jitter: -1,
      timing: 0x50,
    };
    encodeRow(out, context, row, bins);
  }
  assert.ok(out.length <= 400, `${out.length} bytes for 100 seconds`);
});

test('damaged bytes end in a RangeError, never in an endless or unbounded read', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const reader = new ByteReader(bytes);
      const context = new RowContext(0, STEP);
      try {
        while (!reader.done) decodeRow(reader, context, emptyRow(), () => null);
      } catch (error) {
        assert.ok(error instanceof RangeError, String(error));
      }
    }),
    { numRuns: 5_000 },
  );
});
