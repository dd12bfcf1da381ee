import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GroupHealth } from '../../agent/flow/groups-health.ts';

/** Looks every ten seconds at a group that sends 100 segments a second and loses `ratio(t)` of them. */
function run(seconds: number, ratio: (second: number) => number, moving = 3) {
  const health = new GroupHealth();
  let segments = 0;
  let retransmissions = 0;
  const seen = [];
  for (let second = 0; second <= seconds; second += 10) {
    const lost = Math.round(1000 * ratio(second));
    segments += 1000 + lost;
    retransmissions += lost;
    const counts = { segmentsOut: segments, retransmissions, timeouts: null };
    seen.push(health.look(second * 1000, counts, moving, 2)!);
  }
  return seen;
}

test('what is usual is not called bad, four times that is, and only after two looks', () => {
  const seen = run(600, (second) => (second < 300 || second >= 400 ? 0.005 : 0.1));
  assert.equal(seen[2]!.baselineRetransmitRatio, null);
  assert.ok(Math.abs(seen[29]!.baselineRetransmitRatio! - 0.005) < 0.001);
  assert.ok(seen.slice(0, 30).every(({ healthy }) => healthy));
  assert.equal(seen[33]!.healthy, false);
  assert.ok(seen[39]!.retransmitRatio! > 0.05);
  // The bad minute has not become usual.
  assert.ok(seen[39]!.baselineRetransmitRatio! < 0.01);
  assert.equal(seen.at(-1)!.healthy, true);
});

test('loss that begins two minutes after the agent did is seen, and does not become usual while it grows', () => {
  const health = new GroupHealth();
  let segments = 0;
  let retransmissions = 0;
  let last = null;
  for (let second = 0; second <= 160; second += 1) {
    const lost = second > 130 ? 5 : 0;
    segments += 120 + lost;
    retransmissions += lost;
    last = health.look(second * 1000, { segmentsOut: segments, retransmissions, timeouts: null }, 3, 2);
    if (second === 130) assert.deepEqual([last?.healthy, last?.baselineRetransmitRatio], [true, 0]);
  }
  assert.deepEqual([last?.healthy, last?.baselineRetransmitRatio], [false, 0]);
});

test('a few segments prove nothing', () => {
  const health = new GroupHealth();
  for (let look = 0; look < 60; look += 1) {
    const counts = { segmentsOut: look * 4, retransmissions: look, timeouts: look };
    assert.equal(health.look(look * 10_000, counts, 1, null)?.healthy, true);
  }
});

test('nothing that moved is no health, and timeouts are of the last minute', () => {
  assert.ok(
    run(100, () => 0, 0)
      .slice(1)
      .every(({ healthy }) => !healthy),
  );
  const health = new GroupHealth();
  let last = null;
  for (let look = 0; look < 30; look += 1) {
    last = health.look(look * 10_000, { segmentsOut: look, retransmissions: 0, timeouts: look }, 1, null);
  }
  assert.equal(last?.timeouts, 6);
  assert.equal(new GroupHealth().look(0, { segmentsOut: 0, retransmissions: 0, timeouts: 0 }, 0, null), null);
});
