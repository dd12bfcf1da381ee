import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawHeat } from '../../../../agent/web/page/chart/heat.ts';
import { fakeRow } from '../../../fakes/rows.ts';

test('two paths are two stripes: as dark in each column, apart on the axis', () => {
  const rows = Array.from({ length: 4 }, (_, at) => ({
    ...fakeRow(at, 10, 10),
    histogram: [
      [10, 5],
      [20, 5],
    ] as const,
  }));
  const cells = [...String(drawHeat(rows, 0, 4, 4).drawing).matchAll(/M(\d+) (\d+)h1v1h-1z/g)];
  const heights = new Set(cells.map(([, , y]) => y));
  assert.equal(cells.length, 8);
  assert.equal(heights.size, 2);
});

test('shade goes with the root of the share, rows without histogram stand with their quantiles', () => {
  const one = {
    ...fakeRow(0, 100, 100),
    histogram: [
      [10, 96],
      [30, 4],
    ] as const,
  };
  const text = String(drawHeat([one], 0, 1, 1).drawing);
  assert.match(text, /class="h-5"/);
  assert.match(text, /class="h-2"/);
  assert.equal([...String(drawHeat([fakeRow(0, 10, 10, 100, 50)], 0, 1, 1).drawing).matchAll(/M\d/g)].length, 5);
});

test('labels are round values inside the axis, also for very small and very large', () => {
  for (const rtt of [0.02, 11, 4000]) {
    const { labels } = drawHeat([fakeRow(0, 10, 10, rtt, rtt / 10)], 0, 1, 1);
    assert.ok(labels.length >= 1 && labels.length <= 8, `${rtt}: ${labels.length}`);
    assert.ok(
      labels.every(({ at, text }) => at >= 0 && at <= 1 && /^(0\.)?0*[125]0*$/.test(text)),
      JSON.stringify(labels),
    );
  }
});

test('an empty window draws no cell', () => {
  assert.doesNotMatch(String(drawHeat([], 0, 10, 10).drawing), /<path/);
});
