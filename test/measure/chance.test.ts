import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { atLeast, runBeyondChance, Suspicion } from '../../agent/measure/chance.ts';

test('runs beyond chance are those of the design: 2 at 1 %, 4 at 5 %, 14 at 50 %', () => {
  assert.equal(runBeyondChance(0.01), 2);
  assert.equal(runBeyondChance(0.05), 4);
  assert.equal(runBeyondChance(0.1), 4);
  assert.equal(runBeyondChance(0.5), 14);
  assert.equal(runBeyondChance(0.99), 917);
});

test('the run is the shortest whose chance is at most once in 10,000', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), (ratio) => {
      const run = runBeyondChance(ratio);
      assert.ok(ratio ** run <= 1.000001e-4);
      assert.ok(run === 1 || ratio ** (run - 1) > 1e-4);
    }),
  );
});

test('the binomial tail equals the sum of its terms', () => {
  const choose = (n: number, k: number): number => {
    let result = 1;
    for (let i = 1; i <= k; i += 1) result = (result * (n - k + i)) / i;
    return result;
  };
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 40 }),
      fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      (hits, trials, ratio) => {
        let wanted = 0;
        for (let k = hits; k <= trials; k += 1) wanted += choose(trials, k) * ratio ** k * (1 - ratio) ** (trials - k);
        assert.ok(Math.abs(atLeast(hits, trials, ratio) - wanted) < 1e-9, `${atLeast(hits, trials, ratio)} ${wanted}`);
      },
    ),
  );
  assert.ok(atLeast(30, 100_000, 0.0001) < 1e-4, 'large samples do not underflow');
});

test('suspicion is the log-likelihood ratio, never below zero', () => {
  const suspicion = new Suspicion(0.01, 0.03);
  suspicion.add(false);
  assert.equal(suspicion.score, 0);
  suspicion.add(true);
  suspicion.add(false);
  assert.ok(Math.abs(suspicion.score - (Math.log(3) + Math.log(0.97 / 0.99))) < 1e-12);
  suspicion.reset();
  assert.equal(suspicion.score, 0);
});
