import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Period } from '../../agent/measure/period.ts';
import { LOCAL, LOST, REFUSED, REPLY } from '../../agent/measure/sample-ring.ts';

test('a period holds what came since the last one, and then begins anew', () => {
  const period = new Period(1000);
  for (const rtt of [10, 12, 11, 30]) {
    period.add(REPLY, rtt, rtt === 30);
    period.reply(false, 0.005);
  }
  period.add(LOST, 0, false);
  period.add(REFUSED, 0, false);
  period.add(LOCAL, 0, false);
  period.note('late');
  period.note('duplicate');
  period.note('corrupt');
  const { statistics, rtts } = period.take(61_000, 1.5);
  assert.deepEqual(rtts, [
    [10, 1],
    [11, 1],
    [12, 1],
    [30, 1],
  ]);
  assert.deepEqual(
    { ...statistics, rtt: null },
    {
      fromMono: 1000,
      toMono: 61_000,
      sent: 6,
      received: 4,
      lost: 1,
      errors: 1,
      local: 1,
      duplicates: 1,
      late: 1,
      reordered: 0,
      corrupt: 1,
      lossRatio: 1 / 3,
      lossBurst: 2,
      rtt: null,
      interarrivalJitter: 1.5,
      roundTripIpdv: statistics.roundTripIpdv,
      timing: 'mixed',
      userTimed: 1,
      errorBarMs: 0.005,
    },
  );
  assert.equal(statistics.rtt?.min, 10);
  assert.equal(statistics.rtt?.max, 30);
  assert.equal(statistics.rtt?.mean, 15.75);
  assert.ok(Math.abs(statistics.rtt!.stddev - 8.257) < 0.001);

  const next = period.take(121_000, 1.5).statistics;
  assert.equal(next.fromMono, 61_000);
  assert.equal(next.sent, 0);
  assert.equal(next.lossRatio, null);
  assert.equal(next.rtt, null);
  assert.equal(next.interarrivalJitter, null);
});
