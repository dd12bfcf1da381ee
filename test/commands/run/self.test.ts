import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { clockEvent, Self } from '../../../agent/commands/run/self.ts';
import { FakeClock } from '../../fakes/clock.ts';

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

test('a step of the clock and a suspension are each told, as an event, in counts, and as a notice for ten minutes', async () => {
  const clock = new FakeClock();
  const self = new Self(clock);
  await clock.advance(1000);
  assert.equal(self.observe(), null);
  assert.deepEqual(self.conditions(), []);

  clock.step(-3_200);
  const stepped = self.observe();
  assert.ok(stepped !== null);
  assert.equal(clockEvent(stepped), 'the clock stepped by -3.200 s');
  assert.deepEqual(self.clock(), { steps: 1, lastStepMs: -3_200, suspensions: 0 });
  assert.match(self.conditions()[0]?.text ?? '', /^The clock was set by −3\.2 s;/);

  clock.suspend(90_000);
  const suspended = self.observe();
  assert.ok(suspended !== null);
  assert.equal(clockEvent(suspended), 'the machine was suspended for 1 min 30 s');
  assert.deepEqual(self.clock(), { steps: 1, lastStepMs: -3_200, suspensions: 1 });
  assert.match(self.conditions()[0]?.text ?? '', /^The machine was suspended for 1 min 30 s;/);

  assert.equal(self.observe(), null, 'told once');
  await clock.advance(10 * 60_000 + 1);
  assert.deepEqual(self.conditions(), []);
});
