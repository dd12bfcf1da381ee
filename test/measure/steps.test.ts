import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Step, Steps } from '../../agent/measure/steps.ts';

const WALL = 1_795_230_000_000;

function collect(steps: Steps, from: number): Step[] {
  const found: Step[] = [];
  for (let number = from; ; number += 1) {
    const step = steps.get(number);
    if (step === undefined) return found;
    found.push(step);
  }
}

test('steps are aligned on the wall clock and cover time without gap or overlap', () => {
  const steps = new Steps(1000);
  for (let mono = 5_000_400; mono < 5_030_000; mono += 997) steps.advance(mono, WALL + mono - 5_000_000 + 123.456);
  const found = collect(steps, 0);
  assert.ok(found.length >= 28);
  for (const [index, step] of found.entries()) {
    assert.equal(step.at % 1000, 0);
    const before = found[index - 1];
    if (before === undefined) continue;
    assert.equal(step.fromMono, before.toMono);
    assert.equal(step.at, before.at + 1000);
  }
});

test('also when the wall clock steps, every instant is in exactly one step', () => {
  const jumps = fc.array(fc.integer({ min: -7_200_000, max: 7_200_000 }), { minLength: 1, maxLength: 5 });
  // Fractions that add up to boundaries only nearly, as clocks in floating point do.
  const clock = fc.double({ min: 0, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(jumps, clock, clock, (offsets, start, wallStart) => {
      const steps = new Steps(1000);
      let mono = start;
      let wall = WALL + wallStart;
      for (const jump of offsets) {
        for (let second = 0; second < 20; second += 1) {
          mono += 1000.1;
          wall += 1000.1;
          steps.advance(mono, wall);
        }
        wall += jump;
      }
      const found = collect(steps, 0);
      for (const [index, step] of found.entries()) {
        assert.equal(step.at % 1000, 0);
        assert.ok(step.toMono - step.fromMono > 0.4);
        if (index > 0) assert.equal(step.fromMono, found[index - 1]!.toMono);
      }
    }),
    { numRuns: 300 },
  );
});

test('clocks read one after the other make no step twice', () => {
  const jitter = fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), { minLength: 30, maxLength: 30 });
  fc.assert(
    fc.property(jitter, (offsets) => {
      const steps = new Steps(1000);
      for (const [second, offset] of offsets.entries()) steps.advance(second * 1000, WALL + second * 1000 + offset);
      const starts = collect(steps, 0).map(({ at }) => at);
      assert.equal(new Set(starts).size, starts.length);
    }),
  );
});

test('a machine that stood still does not make up steps', () => {
  const steps = new Steps(1000);
  steps.advance(0, WALL);
  steps.advance(86_400_000, WALL + 86_400_000);
  assert.ok(collect(steps, 0).length < 10);
});

test('dropped steps are gone, the others keep their number', () => {
  const steps = new Steps(1000);
  for (let second = 0; second <= 10; second += 1) steps.advance(second * 1000, WALL + second * 1000);
  const before = collect(steps, 5);
  steps.dropBefore(5);
  assert.equal(steps.get(4), undefined);
  assert.deepEqual(collect(steps, 5), before);
  assert.equal(steps.next, 5 + before.length);
});
