import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeriesRow } from '../../../../agent/measure/statistics.ts';
import { columnCount, columnsOf, runs } from '../../../../agent/web/page/chart/columns.ts';
import { fakeRow } from '../../../fakes/rows.ts';

const row = fakeRow;

test('a column keeps the extremes, averages the middle by replies, and knows mean and worst loss', () => {
  const { columns } = columnsOf([row(0, 10, 10, 10, 1), row(1, 10, 5, 16, 4)], 0, 2, 1);
  assert.deepEqual(columns, [
    {
      rtt: { p5: 9, p25: (9.5 * 10 + 14 * 5) / 15, p50: 12, p75: (10.5 * 10 + 18 * 5) / 15, p95: 20 },
      loss: 0.25,
      worstLoss: 0.5,
      sent: 20,
    },
  ]);
});

test('no row is not measured, a row of local failures neither, all lost is a column without round trips', () => {
  const local: SeriesRow = { ...row(1, 0, 0), local: 5 };
  const { columns } = columnsOf([local, row(2, 4, 0)], 0, 3, 3);
  assert.deepEqual(columns, [null, null, { rtt: null, loss: 1, worstLoss: 1, sent: 4 }]);
});

test('rows outside the window fall nowhere', () => {
  const { columns } = columnsOf([row(-1, 1, 1), row(4, 1, 1)], 0, 4, 4);
  assert.deepEqual(columns, [null, null, null, null]);
});

test('no column is narrower than a stored row or than two rare probes', () => {
  assert.equal(columnCount(600_000, 1000, 1000), 360);
  assert.equal(columnCount(60_000, 1000, 1000), 60);
  assert.equal(columnCount(600_000, 1000, 10_000), 30);
  assert.equal(columnCount(600_000, 60_000, 10_000), 10);
  assert.equal(columnCount(500, 1000, 1000), 1);
});

test('probes every 10 s leave no gap in ten minutes, whatever their phase', () => {
  for (let phase = 0; phase < 10; phase += 1) {
    const rows = Array.from({ length: 60 }, (_, index) => row((index * 10 + phase) * 1000, 1, 1));
    const { columns } = columnsOf(rows, 0, 600_000, columnCount(600_000, 1000, 10_000));
    assert.equal(columns.includes(null), false, `phase ${phase}`);
  }
});

test('runs are found at both ends and in between', () => {
  assert.deepEqual(
    runs([1, 1, 0, 1, 0, 0, 1], (value) => value === 1),
    [
      [0, 2],
      [3, 4],
      [6, 7],
    ],
  );
  assert.deepEqual(
    runs([], () => true),
    [],
  );
});
