import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { joinTimings, timingCode, timingOf } from '../../agent/history/timing-code.ts';

const timing = fc.constantFrom('kernel' as const, 'user' as const, 'mixed' as const);
const bar = fc.double({ min: 0.0002, max: 500_000, noNaN: true });

test('the bar kept is a bound and no wider than it must be', () => {
  fc.assert(
    fc.property(timing, bar, (by, errorBarMs) => {
      const kept = timingOf(timingCode({ timing: by, errorBarMs }));
      assert.equal(kept.timing, by);
      assert.ok(kept.errorBarMs !== null);
      // times are kept to the nanosecond
      assert.ok(
        kept.errorBarMs >= errorBarMs - 1e-9 && kept.errorBarMs <= errorBarMs * 1.4143 + 1e-6,
        `${kept.errorBarMs}`,
      );
    }),
  );
});

test('the bar of kernel stamps comes back as it was; what is not timed stays so', () => {
  assert.deepEqual(timingOf(timingCode({ timing: 'kernel', errorBarMs: 0.05 })), {
    timing: 'kernel',
    errorBarMs: 0.05,
  });
  assert.deepEqual(timingOf(timingCode({ timing: null, errorBarMs: null })), { timing: null, errorBarMs: null });
  assert.equal(timingOf(timingCode({ timing: 'user', errorBarMs: 0 })).timing, 'user');
});

test('rows joined have the widest bar, and are mixed when they were timed in two ways', () => {
  const kernel = timingCode({ timing: 'kernel', errorBarMs: 0.05 });
  const user = timingCode({ timing: 'user', errorBarMs: 0.4 });
  assert.equal(joinTimings(kernel, 0), kernel);
  assert.equal(joinTimings(user, user), user);
  assert.deepEqual(timingOf(joinTimings(kernel, user)), { timing: 'mixed', errorBarMs: 0.4 });
});
