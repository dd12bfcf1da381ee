import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Runs } from '../../agent/measure/outage.ts';

test('a run begins when its first probe was sent, and only one run goes on at a time', () => {
  const runs = new Runs();
  assert.equal(runs.loss, null);
  assert.equal(runs.reply, null);
  runs.add(false, 1000);
  runs.add(false, 2000);
  assert.deepEqual(runs.reply, { beganMono: 1000, replies: 2 });
  runs.add(true, 3000);
  runs.add(true, 4000);
  assert.deepEqual(runs.loss, { beganMono: 3000, lost: 2 });
  assert.equal(runs.reply, null);
  runs.add(false, 5000);
  assert.deepEqual(runs.reply, { beganMono: 5000, replies: 1 });
  assert.equal(runs.loss, null);
});
