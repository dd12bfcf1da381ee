import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../agent/kernel/clock.ts';

test('the clocks are the kernel’s', () => {
  const clock = systemClock();
  const before = Number(process.hrtime.bigint()) / 1e6;
  const mono = clock.mono();
  const after = Number(process.hrtime.bigint()) / 1e6;
  assert.ok(before - 0.001 <= mono && mono <= after + 0.001, `${before} ≤ ${mono} ≤ ${after}`);
  assert.ok(Math.abs(clock.wall() - Date.now()) < 1000);
  const reading = clock.reading();
  assert.ok(reading.boot !== null && reading.boot >= reading.mono - 1);
  assert.ok(Math.abs(reading.wall - reading.mono - (clock.wall() - clock.mono())) < 1000);
});
