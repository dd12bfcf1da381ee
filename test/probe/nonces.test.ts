import assert from 'node:assert/strict';
import { getRandomValues } from 'node:crypto';
import { test } from 'node:test';
import { Nonces } from '../../agent/probe/nonces.ts';

test('no random bits are given out twice', () => {
  let draws = 0;
  const nonces = new Nonces((words) => {
    draws += 1;
    getRandomValues(words);
  });
  const seen = new Set(Array.from({ length: 3000 }, () => nonces.word()));
  assert.equal(draws, 3);
  assert.ok(seen.size > 2990, `${seen.size}`);
});
