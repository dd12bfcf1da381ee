import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LimitJudge } from '../../agent/verdict/limit-judge.ts';

test('raised at the limit, cleared only after the clear time a tenth below it', () => {
  const judge = new LimitJudge(150);
  judge.judge(149.9, 10, 1000);
  assert.equal(judge.raisedMono, null);
  judge.judge(150, 10, 2000);
  assert.equal(judge.raisedMono, 2000);
  judge.judge(140, 10, 3000);
  assert.equal(judge.mayClear(100_000, 30_000), false, '140 is not a tenth below 150');
  judge.judge(134, 10, 4000);
  assert.equal(judge.mayClear(33_000, 30_000), false);
  judge.judge(136, 10, 20_000);
  judge.judge(134, 10, 21_000);
  assert.equal(judge.mayClear(50_000, 30_000), false, 'the time began anew');
  assert.equal(judge.mayClear(51_000, 30_000), true);
});

test('two replies are no median, and no replies change nothing', () => {
  const judge = new LimitJudge(150);
  judge.judge(900, 2, 1000);
  assert.equal(judge.raisedMono, null);
  judge.judge(900, 3, 2000);
  judge.judge(null, 0, 3000);
  assert.equal(judge.raisedMono, 2000);
  judge.reset();
  assert.equal(judge.raisedMono, null);
});
