import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IDEAL_LINK, LinkModel, type LinkSettings } from './link-model.ts';

/** Due times of `n` packets of 100 bytes sent every `everyMs`; null where lost. */
function due(settings: Partial<LinkSettings>, n: number, everyMs = 1, seed = 1): (number | null)[] {
  const model = new LinkModel({ ...IDEAL_LINK, ...settings }, seed);
  const out: [number, number] = [0, 0];
  return Array.from({ length: n }, (_, i) => (model.pass(1000 + i * everyMs, 100, out) > 0 ? out[0] : null));
}

test('delay moves every packet by the same', () => {
  assert.deepEqual(due({ delayMs: 20 }, 3), [1020, 1021, 1022]);
});

test('loss takes its share, and the same packets for a seed whatever else is set', () => {
  const lost = (settings: Partial<LinkSettings>, seed: number): number[] =>
    due({ loss: 0.05, ...settings }, 10_000, 1, seed).flatMap((d, i) => (d === null ? [i] : []));
  const share = lost({}, 7).length / 10_000;
  assert.ok(share > 0.04 && share < 0.06, `lost ${share}`);
  assert.deepEqual(lost({}, 7), lost({ delayMs: 50, jitterMs: 5, duplicate: 0.1, reorder: 0.1 }, 7));
  assert.notDeepEqual(lost({}, 7), lost({}, 8));
});

test('jitter spreads over its range and keeps order', () => {
  const spaced = due({ delayMs: 20, jitterMs: 4 }, 2000, 10).map((d, i) => d! - (1000 + i * 10));
  assert.ok(Math.min(...spaced) >= 16 && Math.min(...spaced) < 16.1, `least ${Math.min(...spaced)}`);
  assert.ok(Math.max(...spaced) <= 24 && Math.max(...spaced) > 23.9, `most ${Math.max(...spaced)}`);
  const dense = due({ delayMs: 20, jitterMs: 4 }, 2000, 0.1).map((d) => d!);
  assert.ok(
    dense.every((d, i) => i === 0 || d >= dense[i - 1]!),
    'a packet overtook another',
  );
});

test('a rate queues what comes faster and drops what the queue cannot hold', () => {
  // 100 bytes at 800 kbit/s take 1 ms
  assert.deepEqual(due({ rate: 800_000, delayMs: 5 }, 3, 0), [1006, 1007, 1008]);
  assert.deepEqual(due({ rate: 800_000, queueMs: 2 }, 5, 0), [1001, 1002, 1003, null, null]);
});

test('held-back packets are overtaken, and only they', () => {
  const out = due({ delayMs: 20, reorder: 0.1, reorderByMs: 5 }, 1000);
  const held = out.filter((d, i) => d === 1000 + i + 25).length;
  assert.ok(held > 70 && held < 130, `${held} held back`);
  assert.equal(out.filter((d, i) => d === 1000 + i + 20).length, 1000 - held);
});

test('duplicates come out twice', () => {
  const model = new LinkModel({ ...IDEAL_LINK, duplicate: 0.2 }, 3);
  let copies = 0;
  for (let i = 0; i < 1000; i++) copies += model.pass(i, 100, [0, 0]);
  assert.equal(copies, 1000 + model.counts.duplicated);
  assert.ok(model.counts.duplicated > 150 && model.counts.duplicated < 250, `${model.counts.duplicated}`);
});

test('a change of settings lets new packets overtake those of the old path', () => {
  const model = new LinkModel({ ...IDEAL_LINK, delayMs: 100 }, 1);
  const out: [number, number] = [0, 0];
  model.pass(0, 100, out);
  model.change({ delayMs: 10 });
  model.pass(1, 100, out);
  assert.equal(out[0], 11);
});
