import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanaryEvent } from '../../../../agent/verdict/snapshot.ts';
import { markKey, marksOf } from '../../../../agent/web/page/chart/marks.ts';

const event = (id: number, at: number, to: CanaryEvent['to'], text = `event ${id}`): CanaryEvent => ({
  id,
  at,
  kind: 'target',
  layer: 'data-plane',
  subject: 'x',
  site: null,
  from: 'down',
  to,
  lastedMs: 4000,
  text,
  reasons: [],
});

test('letters in order of time; those that would touch share one', () => {
  const { marks, left } = marksOf([event(3, 900, 'down'), event(2, 505, 'up'), event(1, 500, 'down')], 0, 1000);
  assert.deepEqual(
    marks.map(({ letter, at, worst, events }) => [letter, at, worst, events.map(({ id }) => id)]),
    [
      ['A', 0.5, 'down', [1, 2]],
      ['B', 0.9, 'down', [3]],
    ],
  );
  assert.equal(left, 0);
});

test('a chain of near events is not one letter for all', () => {
  const { marks } = marksOf(
    Array.from({ length: 10 }, (_, index) => event(index, index * 10, 'up')),
    0,
    1000,
  );
  assert.ok(marks.length >= 3, `${marks.length}`);
});

test('twelve letters, the worst of many, the rest counted', () => {
  const many = Array.from({ length: 30 }, (_, index) => event(index, index * 33, index === 3 ? 'down' : 'up'));
  const { marks, left } = marksOf(many, 0, 1000);
  assert.equal(marks.length, 12);
  assert.equal(left, 18);
  assert.ok(marks.some(({ worst }) => worst === 'down'));
  assert.match(String(markKey(marks, left, 1000, '/events')), /<a href="\/events">18 more in Events<\/a>/);
});

test('the key says how long what ended had lasted and counts what a letter holds beyond three', () => {
  const { marks, left } = marksOf(
    [1, 2, 3, 4, 5].map((id) => event(id, 500 + id, 'up')),
    0,
    1000,
  );
  const key = String(markKey(marks, left, 1000, '/events'));
  assert.match(key, /event 1 after 4\.0 s/);
  assert.match(key, /and 2 more/);
  assert.equal(String(markKey([], 0, 0, '')), '');
});
