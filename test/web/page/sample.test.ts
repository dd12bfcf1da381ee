import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nowSample, nowSampleSeconds } from '../../../agent/web/page/sample.ts';
import { targetRow } from '../../../agent/web/stream-message.ts';
import { fakeTarget } from '../../fakes/console-parts.ts';
import { fakeStatistics } from '../../fakes/statistics.ts';

const probed = (everyMs: number, windowMs = 10_000): ReturnType<typeof fakeTarget> => {
  const target = fakeTarget({ name: 'a', site: 's', label: 'x', everyMs });
  return {
    ...target,
    thresholds: { ...target.thresholds, windowMs },
    last10s: fakeStatistics({ p50: 10 }),
    last60s: fakeStatistics({ p50: 60 }),
    window: fakeStatistics({ p50: 300 }),
  };
};

test('“now” holds about ten probes: 10 s, a minute, or the window that the state is judged by', () => {
  for (const [everyMs, windowMs, p50, seconds] of [
    [100, 10_000, 10, 10],
    [1000, 10_000, 10, 10],
    [5000, 10_000, 60, 60],
    [30_000, 300_000, 300, 300],
    [30_000, 10_000, 60, 60],
  ] as const) {
    const target = probed(everyMs, windowMs);
    assert.equal(nowSample(target).rtt?.p50, p50, `${everyMs}`);
    assert.equal(nowSampleSeconds(target), seconds, `${everyMs}`);
  }
});

test('the stream sends the very numbers that the page draws', () => {
  for (const everyMs of [1000, 5000]) assert.equal(targetRow(probed(everyMs))[4], nowSample(probed(everyMs)).rtt?.p50);
});
