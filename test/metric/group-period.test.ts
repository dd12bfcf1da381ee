import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addGroups, groupPeriods } from '../../agent/metric/group-period.ts';
import type { FlowsView, GroupView } from '../../agent/verdict/flows-view.ts';

type Total = Partial<GroupView['total']>;

const view = (since: number, groups: Record<string, Total & { site?: string | null }>): FlowsView =>
  ({
    since,
    groups: Object.entries(groups).map(([name, { site = name, ...total }]) => ({
      name,
      site,
      rttP50Ms: 4,
      rttP99Ms: null,
      total: { bytesIn: 0, bytesOut: 0, retransmissions: 0, timeouts: 0, ...total },
    })),
  }) as unknown as FlowsView;

test('a period is the difference of its ends, of sites alone', () => {
  const before = view(1, { syd: { bytesIn: 10, bytesOut: 5, retransmissions: 1 }, internet: { site: null } });
  const now = view(1, {
    syd: { bytesIn: 110, bytesOut: 25, retransmissions: 4, timeouts: null },
    internet: { site: null, bytesIn: 9 },
    mel: { bytesIn: 50 },
  });
  assert.deepEqual(groupPeriods(before, now), [
    { name: 'syd', bytes: 120, retransmissions: 3, timeouts: null, rttsMs: [4] },
  ]);
});

test('what was counted at the begin must be known and of the same reader', () => {
  const now = view(2, { syd: { bytesIn: 5 } });
  assert.deepEqual(groupPeriods(null, now), []);
  assert.deepEqual(groupPeriods(now, null), []);
  assert.deepEqual(groupPeriods(view(1, { syd: { bytesIn: 500 } }), now), []);
});

test('groups add up; one that does not know makes the sum unknown', () => {
  const one = { name: 'a', bytes: 1, retransmissions: 2, timeouts: 3, rttsMs: [4] };
  assert.deepEqual(addGroups([]), []);
  assert.deepEqual(addGroups([one, one]), [{ name: 'a', bytes: 2, retransmissions: 4, timeouts: 6, rttsMs: [4, 4] }]);
  assert.equal(addGroups([one, { ...one, timeouts: null }])[0]?.timeouts, null);
});
