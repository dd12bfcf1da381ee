import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { gridFor } from '../../agent/history/grid.ts';
import { MINUTES, SECONDS, TENS } from '../../agent/history/tiers.ts';

const NOW = Date.UTC(2026, 5, 1, 12, 0, 17) + 345;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FULL = [NOW - HOUR, NOW - DAY, NOW - 14 * DAY];

test('the ranges of the page at 360 columns', () => {
  const grids = [HOUR, DAY, 7 * DAY, 14 * DAY].map((range) => gridFor(NOW - range, NOW, 360, FULL));
  assert.deepEqual(
    grids.map(({ tier, stepMs }) => [tier, stepMs]),
    [
      [TENS, 10_000],
      [MINUTES, 240_000],
      [MINUTES, 1_680_000],
      [MINUTES, 3_360_000],
    ],
  );
  for (const grid of grids) assert.equal(grid.columns, 360);
});

test('ten minutes are drawn from seconds, and from minutes when they are long ago', () => {
  assert.equal(gridFor(NOW - 600_000, NOW, 360, FULL).tier, SECONDS);
  const yesterday = gridFor(NOW - DAY - HOUR, NOW - DAY - HOUR + 600_000, 360, FULL);
  assert.equal(yesterday.tier, MINUTES);
  assert.equal(yesterday.stepMs, 60_000);
});

test('a young history is drawn from its finest tier, however far back the question reaches', () => {
  const young = [NOW - 120_000, NOW - 120_000, NOW - 60_000];
  assert.equal(gridFor(NOW - HOUR, NOW, 3_600, young).tier, SECONDS);
});

test('never more columns than asked, a multiple of the tier, and up to `to`', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 20 * DAY }),
      fc.integer({ min: 1, max: 20 * DAY }),
      fc.integer({ min: 1, max: 2_000 }),
      (ago, length, columns) => {
        const from = NOW - ago - length;
        const to = NOW - ago;
        const grid = gridFor(from, to, columns, FULL);
        assert.ok(grid.columns >= 0 && grid.columns <= columns);
        assert.equal(grid.stepMs % grid.tier.stepMs, 0);
        assert.ok(grid.origin + grid.columns * grid.stepMs >= to);
        assert.ok(grid.origin < from + grid.stepMs && grid.origin > from - grid.stepMs);
        if (columns > 1) assert.equal(grid.origin % grid.stepMs, 0);
        else assert.ok(grid.origin <= from);
      },
    ),
  );
});

test('an empty history has a grid too', () => {
  const grid = gridFor(NOW - HOUR, NOW, 360, [null, null, null]);
  assert.equal(grid.columns, 360);
});
