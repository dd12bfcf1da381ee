import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StampedQuestion } from '../../agent/probe/stamped-rtt.ts';
import { FakeClock } from '../fakes/clock.ts';

/** A question sent at 1000 ms, in 0.2 ms, that is looked at every 50 ms. */
function make() {
  const clock = new FakeClock();
  clock.stall(1000);
  const question = new StampedQuestion(clock);
  clock.stall(0.25);
  question.sent();
  return { clock, question, at: (ms: number) => FakeClock.EPOCH + ms };
}

const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 0.002, `${actual}, expected ${expected}`);

test('two stamps give the RTT whenever somebody looks', () => {
  const { clock, question, at } = make();
  question.stamped(at(1000.1));
  clock.stall(500);
  const rtt = question.answered(at(1020.1));
  near(rtt.rttMs, 20);
  assert.deepEqual([rtt.timing, rtt.errorBarMs], ['kernel', 0.05]);
});

test('without the stamp of the way out the clock readings around the call stand in, with their distance as error', () => {
  const { clock, question, at } = make();
  clock.stall(500);
  const rtt = question.answered(at(1020.125));
  near(rtt.rttMs, 20);
  assert.equal(rtt.timing, 'user');
  near(rtt.errorBarMs, 0.125 + 0.05);
});

test('without any stamp the answer came between two looks, and the error bar says so', () => {
  const { clock, question } = make();
  clock.stall(9.75);
  question.looked();
  clock.stall(50);
  const rtt = question.answered(null);
  near(rtt.rttMs, 35);
  assert.equal(rtt.timing, 'user');
  near(rtt.errorBarMs, 25);
});

for (const step of [3_600_000, -3_600_000, 2]) {
  test(`a step of the clock by ${step} ms in between spoils no RTT: the stamps are not used`, () => {
    const { clock, question, at } = make();
    question.stamped(at(1000.1));
    clock.stall(19.75);
    clock.step(step);
    const rtt = question.answered(at(1020 + step));
    assert.equal(rtt.timing, 'user');
    assert.ok(rtt.rttMs >= 0 && rtt.rttMs <= 20, `${rtt.rttMs}`);
    near(rtt.errorBarMs, 10);
  });
}

test('stamps that cannot be are not believed: sent before the call, received before sent', () => {
  const early = make();
  early.question.stamped(early.at(900));
  early.clock.stall(30);
  assert.equal(early.question.answered(early.at(1020)).timing, 'user');
  const turned = make();
  turned.question.stamped(turned.at(1000.1));
  turned.clock.stall(30);
  assert.equal(turned.question.answered(turned.at(1000.05)).timing, 'user');
  const older = make();
  older.clock.stall(30);
  assert.ok(older.question.answered(older.at(500)).rttMs > 0);
});
