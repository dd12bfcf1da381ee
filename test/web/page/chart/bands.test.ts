import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawBands } from '../../../../agent/web/page/chart/bands.ts';
import { columnsOf } from '../../../../agent/web/page/chart/columns.ts';
import { drawLoss } from '../../../../agent/web/page/chart/loss.ts';
import { drawSpark } from '../../../../agent/web/page/chart/spark.ts';
import { fakeRow } from '../../../fakes/rows.ts';

const path = (drawing: unknown, name: string): string =>
  new RegExp(`class="${name}" d="([^"]*)"`).exec(String(drawing))?.[1] ?? 'no such path';

test('one bad sample never moves the axis; it is marked and counted', () => {
  const calm = Array.from({ length: 360 }, (_, index) => fakeRow(index, 10, 10, 10, 1));
  const spiked = calm.map((row, index) => (index === 100 ? fakeRow(100, 10, 10, 400, 300) : row));
  const before = drawBands(columnsOf(calm, 0, 360, 360));
  const after = drawBands(columnsOf(spiked, 0, 360, 360));
  assert.equal(after.top, before.top);
  assert.deepEqual(after.above, { columns: 1, highest: 700 });
  assert.equal(path(after.drawing, 'c-above'), 'M100 0H101V14H100z');
  assert.equal(path(before.drawing, 'c-above'), '');
});

test('one round trip of 2 s among thousands of 20 ms moves no axis, of many columns or few, nor a spark', () => {
  for (const [seconds, columns] of [
    [3600, 360],
    [600, 30],
    [600, 10],
    [60, 6],
    [3, 3],
  ] as const) {
    const calm = Array.from({ length: seconds }, (_, index) => fakeRow(index, 1, 1, 20, 0));
    const spiked = calm.map((row, index) => (index === seconds - 2 ? fakeRow(index, 1, 1, 2000, 0) : row));
    const before = columnsOf(calm, 0, seconds, columns);
    const after = columnsOf(spiked, 0, seconds, columns);
    const { top, above } = drawBands(after);
    assert.equal(top, drawBands(before).top, `${columns} columns`);
    assert.deepEqual(above, { columns: 1, highest: 2000 }, `${columns} columns`);
    const begin = (drawn: typeof after): string =>
      /class="c-median" d="(M0 [\d.]+)/.exec(String(drawSpark(drawn, 0.02, 'x')))?.[1] ?? 'no line';
    assert.equal(begin(after), begin(before), `spark of ${columns} columns`);
  }
});

test('all lost fills its columns and breaks the line; not measured only breaks it', () => {
  const rows = [fakeRow(0, 10, 10), fakeRow(1, 10, 10), fakeRow(2, 10, 0), fakeRow(3, 10, 0), fakeRow(5, 10, 10)];
  const { drawing, top } = drawBands(columnsOf(rows, 0, 6, 6));
  assert.equal(top, 15);
  assert.equal(path(drawing, 'c-lost'), 'M2 0H4V1000H2z');
  assert.equal(path(drawing, 'c-median'), 'M0 333h.5h1h.5M5 333h.5h.5');
  assert.equal(path(drawing, 'c-outer'), 'M0 267h.5h1h.5V400h-.5h-1h-.5zM5 267h.5h.5V400h-.5h-.5z');
});

test('nothing but loss still has an axis', () => {
  const { top, drawing } = drawBands(columnsOf([fakeRow(0, 1, 0)], 0, 1, 1));
  assert.equal(top, 1);
  assert.equal(path(drawing, 'c-lost'), 'M0 0H1V1000H0z');
  assert.equal(path(drawing, 'c-median'), '');
});

test('the loss lane: root of the worst loss, coloured from the limit on, seen however small', () => {
  const rows = [
    fakeRow(0, 100, 100),
    fakeRow(1, 100, 99),
    fakeRow(2, 100, 96),
    fakeRow(3, 100, 0),
    fakeRow(4, 100_000, 99_999),
  ];
  const lane = drawLoss(columnsOf(rows, 0, 6, 6), 0.02);
  assert.equal(path(lane, 'c-under'), 'M1 100v-10h1v10zM4 100v-8h1v8z');
  assert.equal(path(lane, 'c-over'), 'M2 100v-20h1v20zM3 100v-100h1v100z');
});
