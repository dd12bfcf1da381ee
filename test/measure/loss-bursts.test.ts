import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { LossBursts } from '../../agent/measure/loss-bursts.ts';

test('the longest burst is the longest stretch of losses', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean()), (outcomes) => {
      const bursts = new LossBursts();
      for (const lost of outcomes) bursts.add(lost);
      const text = outcomes.map((lost) => (lost ? 'x' : '.')).join('');
      assert.equal(bursts.longest, Math.max(0, ...text.split('.').map((burst) => burst.length)));
      assert.equal(bursts.current, /x*$/.exec(text)![0].length);
    }),
  );
});

test('a reset forgets the burst that is going on', () => {
  const bursts = new LossBursts();
  bursts.add(true);
  bursts.reset();
  assert.equal(bursts.current, 0);
  assert.equal(bursts.longest, 0);
});
