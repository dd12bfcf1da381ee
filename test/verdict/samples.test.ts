import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Windows } from '../../agent/measure/windows.ts';
import { SampleCache } from '../../agent/verdict/samples.ts';

const reply = (sequence: number) => ({
  target: 1,
  sequence,
  sentMono: 1000 + sequence * 1000,
  sentWall: 0,
  outcome: { kind: 'reply', rttMs: 10, timing: 'kernel', errorBarMs: 0.005, replyTtl: 61 } as const,
  reordered: false,
});

test('samples are computed anew when a probe, a note or time changes them, and only then', () => {
  const windows = new Windows({ everyMs: 1000, timeoutMs: 1000, windowMs: 10_000 }, () => {});
  const cache = new SampleCache(windows, 10_000);
  windows.add(reply(0));
  const first = cache.at(1500);
  assert.equal(first.window, first.last10s);
  assert.equal(cache.at(1600), first);
  windows.add(reply(1));
  const second = cache.at(2500);
  assert.equal(second.last60s.sent, 2);
  windows.note({ target: 1, sequence: 1, kind: 'duplicate', rttMs: null, atMono: 2600 });
  cache.invalidate();
  assert.equal(cache.at(2600).last10s.duplicates, 1);
  assert.equal(cache.at(60_000).last10s.sent, 0);
});

test('a window of another length is a sample of its own', () => {
  const windows = new Windows({ everyMs: 1000, timeoutMs: 1000, windowMs: 3000 }, () => {});
  for (let sequence = 0; sequence < 20; sequence += 1) windows.add(reply(sequence));
  const { window, last10s, last60s } = new SampleCache(windows, 3000).at(21_000);
  assert.equal(window.sent, 3);
  assert.equal(last10s.sent, 10);
  assert.equal(last60s.sent, 20);
});
