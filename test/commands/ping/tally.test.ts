import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tally } from '../../../agent/commands/ping/tally.ts';
import type { Outcome, Singleton } from '../../../agent/measure/singleton.ts';

const LOST: Outcome = { kind: 'lost' };
const reply = (rttMs: number, rest: object = {}): Outcome => ({
  kind: 'reply',
  rttMs,
  timing: 'kernel',
  errorBarMs: 0.01,
  replyTtl: 60,
  ...rest,
});
const singleton = (sequence: number, outcome: Outcome, reordered = false): Singleton => ({
  target: 1,
  sequence,
  sentMono: sequence * 1000,
  sentWall: 0,
  outcome,
  reordered,
});
function tallyOf(...outcomes: Outcome[]): Tally {
  const tally = new Tally();
  for (const [i, outcome] of outcomes.entries()) tally.add(singleton(i, outcome));
  return tally;
}

test('counts tell replies, losses, errors and local reasons apart', () => {
  const error: Outcome = {
    kind: 'error',
    code: 'host-unreachable',
    text: 'host unreachable',
    from: '10.0.0.1',
    mtu: null,
  };
  const local: Outcome = { kind: 'local', code: 'no-route', text: 'no route' };
  const tally = tallyOf(reply(10), LOST, error, error, local, reply(20));
  const s = tally.statistics();
  assert.deepEqual([s.sent, s.received, s.lost, s.errors, s.local], [5, 2, 1, 2, 1]);
  assert.equal(s.lossRatio, 0.6);
  assert.equal(s.lossBurst, 3);
  assert.equal(tally.finished, 6);
  assert.deepEqual(tally.errors, [
    { code: 'host-unreachable', text: 'host unreachable', from: '10.0.0.1', mtu: null, count: 2 },
  ]);
  assert.deepEqual(tally.local, [{ code: 'no-route', text: 'no route', from: null, mtu: null, count: 1 }]);
});

test('nothing known is null, not 0', () => {
  const s = new Tally().statistics();
  assert.deepEqual(
    [s.lossRatio, s.rtt, s.interarrivalJitter, s.roundTripIpdv, s.timing, s.errorBarMs],
    [null, null, null, null, null, null],
  );
});

test('quantiles, mean and deviation', () => {
  const s = tallyOf(...Array.from({ length: 100 }, (_, i) => reply(i + 1))).statistics();
  assert.deepEqual(
    [s.rtt?.min, s.rtt?.p50, s.rtt?.p90, s.rtt?.p99, s.rtt?.max, s.rtt?.mean],
    [1, 50, 90, 99, 100, 50.5],
  );
  assert.ok(Math.abs(s.rtt!.stddev - Math.sqrt((100 ** 2 - 1) / 12)) < 1e-9);
});

test('deviation keeps its digits far from zero', () => {
  const s = tallyOf(...[0, 1, 2, 1].map((i) => reply(20_000 + i * 1e-3))).statistics();
  assert.ok(Math.abs(s.rtt!.stddev - Math.sqrt(0.5) * 1e-3) < 1e-9, `${s.rtt!.stddev}`);
});

test('beyond what is held exactly, percentiles are within 1 %', () => {
  const tally = new Tally();
  for (let i = 0; i < 30_000; i++) tally.add(singleton(i, reply(10 + (i % 1000) / 100)));
  const s = tally.statistics();
  assert.equal(tally.exactQuantiles, false);
  assert.equal(s.received, 30_000);
  assert.ok(Math.abs(s.rtt!.p50 - 15) < 0.15, `${s.rtt!.p50}`);
  assert.ok(Math.abs(s.rtt!.max - 19.99) < 1e-9, `${s.rtt!.max}`);
});

test('variation and bursts follow the order of sending, also when a loss is known late', () => {
  const tally = new Tally();
  // 0 and 3 answered at once; 1 and 2 are known to be lost only after their timeout
  tally.add(singleton(0, reply(10)));
  tally.add(singleton(3, reply(16)));
  assert.equal(tally.statistics().roundTripIpdv, null);
  tally.add(singleton(1, LOST));
  tally.add(singleton(2, LOST));
  assert.equal(tally.statistics().lossBurst, 2);
  assert.equal(tally.statistics().roundTripIpdv, 6);
});

test('jitter is RFC 3550’s, with gain 1/16', () => {
  const s = tallyOf(reply(10), reply(26)).statistics();
  assert.equal(s.interarrivalJitter, 1);
});

test('timing says when user-space times are mixed in', () => {
  const user = reply(1, { timing: 'user', errorBarMs: 0.5 });
  assert.equal(tallyOf(reply(1)).statistics().timing, 'kernel');
  assert.equal(tallyOf(user).statistics().timing, 'user');
  const mixed = tallyOf(reply(1), user).statistics();
  assert.deepEqual([mixed.timing, mixed.userTimed, mixed.errorBarMs], ['mixed', 1, 0.5]);
});

test('notes and reply TTLs are counted', () => {
  const tally = tallyOf(reply(1), reply(1, { replyTtl: 59 }), reply(1));
  for (const kind of ['duplicate', 'duplicate', 'late', 'corrupt'] as const) {
    tally.note({ target: 1, sequence: 0, kind, rttMs: null, atMono: 0 });
  }
  tally.add(singleton(3, reply(1), true));
  const s = tally.statistics();
  assert.deepEqual([s.duplicates, s.late, s.corrupt, s.reordered], [2, 1, 1, 1]);
  assert.deepEqual(tally.replyTtls, [60, 59]);
});
