import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLog } from '../../agent/verdict/event-log.ts';
import type { CanaryEvent } from '../../agent/verdict/snapshot.ts';

const event = (over: Partial<CanaryEvent> = {}): Omit<CanaryEvent, 'id'> => ({
  at: 0,
  kind: 'target',
  layer: 'data-plane',
  subject: 'core',
  site: 'dc',
  from: 'up',
  to: 'down',
  lastedMs: 1000,
  text: 'core does not answer',
  reasons: [],
  ...over,
});

test('events get the numbers they are given and are handed out once', () => {
  let id = 40;
  const log = new EventLog(() => ++id, []);
  log.add(event());
  log.add(event());
  assert.deepEqual(
    log.take().map((each) => each.id),
    [41, 42],
  );
  assert.deepEqual(log.take(), []);
  assert.deepEqual(
    log.recent.map((each) => each.id),
    [42, 41],
  );
});

test('the fifty newest stay, those of an earlier life among them', () => {
  let id = 100;
  const log = new EventLog(() => ++id, [{ id: 100, ...event() }]);
  for (let i = 0; i < 49; i += 1) log.add(event());
  assert.equal(log.recent.length, 50);
  assert.equal(log.recent.at(-1)!.id, 100);
  log.add(event());
  assert.equal(log.recent.at(-1)!.id, 101);
});

test('that everything answers after a start is for history only', () => {
  let id = 0;
  const log = new EventLog(() => ++id, []);
  log.add(event({ from: 'unknown', to: 'up' }));
  assert.equal(log.recent.length, 0);
  assert.equal(log.take().length, 1);
});
