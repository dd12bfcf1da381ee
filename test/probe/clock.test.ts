import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probeClock } from '../../agent/probe/clock.ts';

test('a timer that comes late because the loop stood still says how late', async () => {
  const late: number[] = [];
  const clock = probeClock((ms) => late.push(ms));
  await new Promise<void>((resolve) => {
    clock.after(5, resolve);
    const until = clock.mono() + 60;
    while (clock.mono() < until);
  });
  assert.equal(late.length, 1);
  assert.ok((late[0] ?? 0) >= 54, `${late[0]} ms late`);
});

test('a timer that was cancelled says nothing', async () => {
  const late: number[] = [];
  const cancel = probeClock((ms) => late.push(ms)).after(1, () => assert.fail('called back'));
  cancel();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(late, []);
});
