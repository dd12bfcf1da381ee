import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsOf } from '../../../../agent/web/page/chart/columns.ts';
import { drawSpark } from '../../../../agent/web/page/chart/spark.ts';
import { fakeRow } from '../../../fakes/rows.ts';

const spark = (rows: Parameters<typeof columnsOf>[0], count: number): string =>
  String(drawSpark(columnsOf(rows, 0, count, count), 0.02, 'a <name>'));

test('silence is a filled box over a red floor, with no line', () => {
  const text = spark([fakeRow(0, 10, 0), fakeRow(1, 10, 0), fakeRow(2, 10, 0)], 3);
  assert.match(text, /class="c-lost" d="M0 0H3V24H0z"/);
  assert.match(text, /class="c-over" d="M0 21H3V24H0z"/);
  assert.doesNotMatch(text, /c-median/);
});

test('loss under the limit is there and not red', () => {
  const text = spark([fakeRow(0, 1000, 990)], 1);
  assert.match(text, /c-under/);
  assert.doesNotMatch(text, /c-over/);
});

test('no rows are hatched, the label is escaped', () => {
  const text = spark([], 10);
  assert.match(text, /<path d="M0 2H10V22H0z" fill="url\(#hatch\)"\/>/);
  assert.match(text, /aria-label="a &lt;name&gt;"/);
});

test('the last seconds, not yet written, are no gap', () => {
  assert.doesNotMatch(spark([fakeRow(0, 1, 1), fakeRow(1, 1, 1), fakeRow(2, 1, 1)], 5), /hatch/);
  assert.match(spark([fakeRow(0, 1, 1)], 5), /hatch/);
});

test('a quiet line lies in the lower half, a step rises above it', () => {
  const rows = Array.from({ length: 60 }, (_, index) => fakeRow(index, 10, 10, index < 50 ? 10 : 20, 0.1));
  const line = /class="c-median" d="M([^"]*)"/.exec(spark(rows, 60))?.[1] ?? '';
  const heights = line.split('L').map((point) => Number(point.split(' ')[1]?.replace(/H.*/, '')));
  assert.ok((heights[0] ?? 0) > 9 && (heights[0] ?? 24) < 19, `${heights[0]}`);
  assert.ok((heights[55] ?? 24) < (heights[0] ?? 0) - 5, `${heights[55]}`);
});
