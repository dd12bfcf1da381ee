import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsClock } from '../../../agent/commands/run/aws-clock.ts';

test('follows a clock that is off, not the seconds an answer wanders by', () => {
  const clock = new AwsClock(() => 1_000_000);
  assert.equal(clock.follow(-700), false);
  assert.equal(clock.follow(239_000), false, 'as far as the SDK lets it be');
  assert.equal(clock.now(), 1_000_000);
  assert.equal(clock.follow(3_600_000), true);
  assert.equal(clock.now(), 4_600_000);
  for (const wander of [3_599_000, 3_601_000, 3_600_400]) assert.equal(clock.follow(wander), false);
  assert.equal(clock.aheadMs, 3_600_000);
  assert.equal(clock.follow(-400), true, 'somebody set it');
  assert.equal(clock.aheadMs, 0);
});

test('at the edge it does not go to and fro', () => {
  const clock = new AwsClock(() => 0);
  assert.equal(clock.follow(241_000), true);
  assert.equal(clock.follow(239_500), false);
  assert.equal(clock.follow(240_500), false);
  assert.equal(clock.aheadMs, 241_000);
});
