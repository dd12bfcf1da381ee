import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { denseBins, sparseBins } from '../../agent/history/bins.ts';
import { HIGHEST_BIN } from '../../agent/measure/rtt-bins.ts';

test('sparse and dense bins count alike, in any order, and start empty again after clear', () => {
  const additions = fc.array(fc.tuple(fc.integer({ min: 0, max: HIGHEST_BIN }), fc.integer({ min: 1, max: 9 })));
  fc.assert(
    fc.property(additions, additions, (first, second) => {
      const found = [sparseBins(), denseBins()].map((bins) => {
        for (const [bin, count] of first) bins.add(bin, count);
        bins.clear();
        for (const [bin, count] of second) bins.add(bin, count);
        const pairs: [number, number][] = [];
        bins.each((bin, count) => pairs.push([bin, count]));
        return pairs;
      });
      const expected = new Map<number, number>();
      for (const [bin, count] of second) expected.set(bin, (expected.get(bin) ?? 0) + count);
      const sorted = [...expected].sort((a, b) => a[0] - b[0]);
      assert.deepEqual(found, [sorted, sorted]);
    }),
  );
});
