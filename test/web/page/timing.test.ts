import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleTiming, wholeTiming } from '../../../agent/web/page/timing.ts';
import { allUp, noPrivilege } from '../../fakes/console.ts';
import { fakeTarget } from '../../fakes/console-parts.ts';
import { fakeStatistics } from '../../fakes/statistics.ts';

test('a sample says how it was timed, within what, and how many lack a kernel stamp', () => {
  assert.equal(sampleTiming(fakeStatistics({ p50: 1 })), 'kernel stamps, each within ± 0.004 ms');
  const mixed = { ...fakeStatistics({ p50: 1, timing: 'mixed' }), userTimed: 3 };
  assert.match(sampleTiming(mixed), /^kernel stamps, some by the user-space clock, .*; 3 of 10 lack a kernel stamp$/);
});

test('a page of targets timed in two ways is mixed, with the widest error bar', () => {
  const { snapshot } = allUp();
  const user = fakeTarget({ name: 'u', site: 's', label: 'x', timing: 'user' });
  assert.equal(wholeTiming(snapshot), 'round trips timed by kernel stamps, each within ± 0.004 ms');
  assert.equal(
    wholeTiming({ ...snapshot, targets: [...snapshot.targets, user] }),
    'round trips timed by kernel stamps, some by the user-space clock, each within ± 0.90 ms',
  );
  assert.equal(
    wholeTiming({ ...snapshot, targets: [user] }),
    'round trips timed by the user-space clock (scheduling delay is in it), each within ± 0.90 ms',
  );
  assert.equal(wholeTiming(noPrivilege().snapshot), 'no round trip timed in the last minute');
});
