import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Change, type Run, spansOf } from '../../agent/history/spans.ts';
import type { StateSpan } from '../../agent/verdict/past.ts';

test('a state lasts until the next one; outside a run nothing is known', () => {
  const runs: Run[] = [
    { id: 1, began: 100, ended: 500 },
    { id: 2, began: 700, ended: 1_000 },
  ];
  const changes: Change[] = [
    { run: 1, at: 100, state: 'unknown' },
    { run: 1, at: 110, state: 'up' },
    { run: 1, at: 300, state: 'down' },
    { run: 2, at: 720, state: 'down' },
  ];
  assert.deepEqual(spansOf(runs, changes, 0, 1_200), [
    { from: 0, to: 100, state: 'unmeasured' },
    { from: 100, to: 110, state: 'unknown' },
    { from: 110, to: 300, state: 'up' },
    { from: 300, to: 500, state: 'down' },
    { from: 500, to: 720, state: 'unmeasured' },
    { from: 720, to: 1_000, state: 'down' },
    { from: 1_000, to: 1_200, state: 'unmeasured' },
  ]);
});

test('a state that began before the range is seen at its left edge', () => {
  const spans = spansOf([{ id: 1, began: 0, ended: 1_000 }], [{ run: 1, at: 5, state: 'up' }], 600, 700);
  assert.deepEqual(spans, [{ from: 600, to: 700, state: 'up' }]);
});

test('a change dated back wins over what was recorded between', () => {
  const changes: Change[] = [
    { run: 1, at: 0, state: 'up' },
    { run: 1, at: 50, state: 'degraded' },
    { run: 1, at: 40, state: 'down' },
  ];
  assert.deepEqual(spansOf([{ id: 1, began: 0, ended: 100 }], changes, 0, 100), [
    { from: 0, to: 40, state: 'up' },
    { from: 40, to: 100, state: 'down' },
  ]);
});

test('of overlapping runs (the clock was set back) the later one is believed', () => {
  const runs: Run[] = [
    { id: 1, began: 0, ended: 100 },
    { id: 2, began: 60, ended: 80 },
  ];
  const changes: Change[] = [
    { run: 1, at: 0, state: 'up' },
    { run: 2, at: 60, state: 'down' },
  ];
  assert.deepEqual(spansOf(runs, changes, 0, 90), [
    { from: 0, to: 60, state: 'up' },
    { from: 60, to: 80, state: 'down' },
    { from: 80, to: 90, state: 'unmeasured' },
  ]);
});

/** The same rule, moment by moment. */
function paint(runs: readonly Run[], changes: readonly Change[], at: number): StateSpan['state'] {
  const run = runs.filter((r) => r.began <= at && at < r.ended).at(-1);
  if (!run || runs.some((later) => later.id > run.id && later.began <= at)) return 'unmeasured';
  let state: StateSpan['state'] = 'unmeasured';
  for (const change of changes) if (change.run === run.id && change.at <= at) state = change.state;
  return state;
}

test('equal to the rule applied moment by moment, without holes, neighbours differ', () => {
  const state = fc.constantFrom<StateSpan['state']>('up', 'degraded', 'down', 'unknown', 'unmeasured');
  const runs = fc
    .array(fc.tuple(fc.nat(60), fc.nat(30)), { maxLength: 4 })
    .map((list) => list.map(([began, length], i) => ({ id: i + 1, began, ended: began + length })));
  const changes = fc.array(
    fc.record({ run: fc.integer({ min: 1, max: 4 }), at: fc.integer({ min: -5, max: 90 }), state }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(runs, changes, fc.nat(40), fc.integer({ min: 1, max: 60 }), (someRuns, someChanges, from, length) => {
      const spans = spansOf(someRuns, someChanges, from, from + length);
      assert.equal(spans[0]?.from, from);
      assert.equal(spans.at(-1)?.to, from + length);
      spans.forEach((span, i) => {
        assert.ok(span.from < span.to);
        if (i > 0) {
          assert.equal(span.from, spans[i - 1]?.to);
          assert.notEqual(span.state, spans[i - 1]?.state);
        }
        for (let at = span.from; at < span.to; at += 1) assert.equal(span.state, paint(someRuns, someChanges, at));
      });
    }),
    { numRuns: 2_000 },
  );
});
