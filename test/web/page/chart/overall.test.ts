import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overall } from '../../../../agent/web/page/chart/overall.ts';
import { fakeRow } from '../../../fakes/rows.ts';

test('quantiles over all replies, not over rows', () => {
  const busy = { ...fakeRow(0, 99, 99), histogram: [[10, 99]] as const };
  const quiet = { ...fakeRow(1, 1, 1), histogram: [[500, 1]] as const };
  assert.deepEqual(overall([busy, quiet, fakeRow(2, 10, 0)]), { p50: 10, p95: 10, received: 100 });
  assert.deepEqual(overall([quiet, quiet, quiet]), { p50: 500, p95: 500, received: 3 });
});

test('rows without histogram stand with their median; nothing back is null', () => {
  assert.deepEqual(overall([fakeRow(0, 4, 4, 7)]), { p50: 7, p95: 7, received: 4 });
  assert.equal(overall([fakeRow(0, 4, 0)]), null);
  assert.equal(overall([]), null);
});
