import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanaryEvent } from '../../../agent/verdict/snapshot.ts';
import { availabilityWords, endedAfter, lossDigits, rtt } from '../../../agent/web/page/words.ts';

test('what is not known is a dash, never a zero', () => {
  assert.deepEqual([rtt(null), lossDigits(null), availabilityWords(null), rtt(undefined)], ['–', '–', '–', '–']);
  assert.deepEqual([rtt(0.021), lossDigits(0), lossDigits(0.031), lossDigits(0.0001)], ['0.021', '0', '3.1', '<0.1']);
});

test('a recovery says after how long, unless its sentence does or nothing had been wrong', () => {
  const event: CanaryEvent = {
    id: 1,
    at: 0,
    kind: 'target',
    layer: 'data-plane',
    subject: 'a',
    site: null,
    from: 'degraded',
    to: 'up',
    lastedMs: 61_000,
    text: 'a is well again',
    reasons: [],
  };
  assert.equal(endedAfter(event), '1 min 1 s');
  assert.equal(endedAfter({ ...event, text: 'a answers again, was down 2.0 s' }), null);
  assert.equal(endedAfter({ ...event, from: 'unknown' }), null);
  assert.equal(endedAfter({ ...event, to: 'down' }), null);
  assert.equal(endedAfter({ ...event, lastedMs: null }), null);
});
