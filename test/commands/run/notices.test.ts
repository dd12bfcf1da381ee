import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Condition, Notices, UntoldNotices } from '../../../agent/commands/run/notices.ts';
import type { Notice } from '../../../agent/verdict/snapshot.ts';

const condition = (code: string, severity: Notice['severity'] = 'warning'): Condition => ({
  code,
  severity,
  text: `${code} holds`,
  remedy: null,
});
const notice = (code: string, severity?: Notice['severity']): Notice => ({ ...condition(code, severity), since: 0 });
const codes = (notices: readonly Notice[]): string[] => notices.map(({ code }) => code);

test('a condition keeps the time it began; one that ended and came again began again', () => {
  const notices = new Notices();
  assert.equal(notices.list([condition('a')], 10)[0]?.since, 10);
  assert.equal(notices.list([condition('a')], 20)[0]?.since, 10);
  notices.list([], 30);
  assert.equal(notices.list([condition('a')], 40)[0]?.since, 40);
});

test('the log tells a warning and an error once, when it begins, and no mere information', () => {
  const untold = new UntoldNotices();
  assert.deepEqual(codes(untold.begun([notice('a'), notice('b', 'error'), notice('c', 'info')], 0)), ['a', 'b']);
  assert.deepEqual(untold.begun([notice('a'), notice('b', 'error')], 1000), []);
  assert.deepEqual(untold.begun([notice('a')], 3_600_000), [], 'not again while it holds');
  assert.deepEqual(codes(untold.begun([notice('a'), notice('d')], 3_601_000)), ['d']);
});

test('what comes and goes is told again after ten minutes at the soonest', () => {
  const untold = new UntoldNotices();
  assert.deepEqual(codes(untold.begun([notice('a')], 0)), ['a']);
  untold.begun([], 1000);
  assert.deepEqual(untold.begun([notice('a')], 2000), []);
  untold.begun([], 599_000);
  assert.deepEqual(codes(untold.begun([notice('a')], 600_000)), ['a']);
});
