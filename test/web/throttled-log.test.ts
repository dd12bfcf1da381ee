import assert from 'node:assert/strict';
import { test } from 'node:test';
import { throttled } from '../../agent/web/throttled-log.ts';

test('one line a minute for each key', () => {
  const clock = { now: 0 };
  const lines: string[] = [];
  const log = throttled(
    (_, message) => lines.push(message),
    () => clock.now,
  );
  for (const [now, key] of [
    [0, 'a'],
    [1, 'a'],
    [2, 'b'],
    [59_999, 'a'],
    [60_000, 'a'],
  ] as const) {
    clock.now = now;
    log(key, `${key}${now}`, {});
  }
  assert.deepEqual(lines, ['a0', 'b2', 'a60000']);
});

test('a flood of keys forgets the oldest, not all', () => {
  const lines: string[] = [];
  const log = throttled(
    (_, message) => lines.push(message),
    () => 0,
  );
  for (let i = 0; i < 300; i += 1) log(`k${i}`, '', {});
  log('k299', '', {});
  assert.equal(lines.length, 300);
  log('k0', '', {});
  assert.equal(lines.length, 301);
});
