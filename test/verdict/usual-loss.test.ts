import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsualLoss } from '../../agent/verdict/usual-loss.ts';

test('a path is never trusted beyond 1 %, nor given up beyond 99 %', () => {
  const usual = new UsualLoss();
  assert.equal(usual.ratio, 0.01);
  for (let i = 0; i < 1000; i += 1) usual.add(0);
  assert.equal(usual.ratio, 0.01);
  for (let i = 0; i < 30; i += 1) usual.add(1000);
  assert.equal(usual.ratio, 0.99);
  usual.forget();
  assert.equal(usual.ratio, 0.01);
});

test('it follows the loss of the last minutes', () => {
  const usual = new UsualLoss();
  for (let i = 0; i < 300; i += 1) usual.add(1);
  assert.ok(Math.abs(usual.ratio - 0.5) < 0.02);
  for (let i = 0; i < 3000; i += 1) usual.add(0);
  assert.equal(usual.ratio, 0.01);
});

test('a few losses at the start are no ratio yet', () => {
  const usual = new UsualLoss();
  usual.add(1);
  assert.ok(usual.ratio <= 0.02);
});
