import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { Self } from '../../../agent/commands/run/self.ts';

test('the longest stall of the last minute is the latest that any timer came', () => {
  const self = new Self();
  self.observe();
  assert.equal(self.usage().loopDelayMs, 0);
  for (const ms of [3, 140, -0.4, 20]) self.late(ms);
  self.observe();
  assert.equal(self.usage().loopDelayMs, 140);
  for (let second = 0; second < 59; second += 1) self.observe();
  assert.equal(self.usage().loopDelayMs, 140, 'a minute is told');
  self.observe();
  assert.equal(self.usage().loopDelayMs, 0, 'and then forgotten');
  assert.equal(self.hostname, hostname());
});
