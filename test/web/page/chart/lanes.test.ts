import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanaryEvent } from '../../../../agent/verdict/snapshot.ts';
import { drawLanes, stretchesOf } from '../../../../agent/web/page/chart/lanes.ts';

const event = (id: number, at: number, subject: string, to: CanaryEvent['to']): CanaryEvent => ({
  id,
  at,
  kind: 'site',
  layer: 'data-plane',
  subject,
  site: subject,
  from: null,
  to,
  lastedMs: null,
  text: '',
  reasons: [],
});

test('a stretch lasts from a change to the next of the same subject, or to the end', () => {
  const events = [
    event(4, 80, 'b', 'down'),
    event(3, 60, 'a', 'up'),
    event(2, 50, 'a', 'degraded'),
    event(1, 10, 'a', 'down'),
  ];
  assert.deepEqual(stretchesOf(events, 'data-plane', 100), [
    { from: 50, to: 60, state: 'degraded' },
    { from: 10, to: 50, state: 'down' },
    { from: 80, to: 100, state: 'down' },
  ]);
  assert.deepEqual(stretchesOf(events, 'routes', 100), []);
  const more = [event(5, 90, 'c', 'down'), ...events];
  assert.deepEqual(stretchesOf(more, 'data-plane', 100), stretchesOf(events, 'data-plane', 100), 'overlaps are one');
});

test('signs that would overlap are the worst of them', () => {
  const text = String(
    drawLanes([event(2, 505, 'a', 'down'), event(1, 500, 'b', 'up'), event(0, 100, 'b', null)], 0, 1000),
  );
  assert.deepEqual(
    [...text.matchAll(/#g-(\w+)/g)].map(([, sign]) => sign),
    ['note', 'down'],
  );
});
