import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanaryEvent } from '../../../agent/verdict/snapshot.ts';
import { orderOfFall } from '../../../agent/web/page/event-list.ts';
import { incident } from '../../fakes/console-incident.ts';

test('the order in which the layers fell, from the youngest incident only', () => {
  const { events } = incident().snapshot;
  assert.equal(
    orderOfFall(events),
    'BGP, tunnels fell first; data plane after 1.2 s, routes after 1.6 s, AWS, agent after 32.2 s.',
  );
});

test('one layer alone, recoveries alone, or nothing: no order', () => {
  const { events } = incident().snapshot;
  const dataPlane = events.filter(({ layer }) => layer === 'data-plane');
  assert.equal(orderOfFall(dataPlane), null);
  assert.equal(orderOfFall([]), null);
  assert.equal(orderOfFall(events.map((event): CanaryEvent => ({ ...event, to: 'up' }))), null);
});
