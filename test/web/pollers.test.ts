import assert from 'node:assert/strict';
import { test } from 'node:test';
import { healthz, livez, metrics, prtg, readyz } from '../../agent/web/pollers.ts';
import { AT, site, snapshot, target } from '../fakes/small-snapshot.ts';
import { fakeSources } from '../fakes/web-sources.ts';

const view = target('t', 's');
const well = () => fakeSources(snapshot([[site('s', [view]), [view]]]));
const ALL = new URLSearchParams();

test('a verdict that nobody renews for 30 s counts no more: a stuck agent must not look well', () => {
  assert.equal(livez(29_999).status, 200);
  assert.equal(readyz(29_999, well()).status, 200);
  assert.equal(healthz(ALL, 29_999, well()).status, 200);
  assert.ok('result' in JSON.parse(String(prtg(ALL, 29_999, well()).body)).prtg);

  for (const answer of [livez(42_000), readyz(42_000, well())]) {
    assert.equal(answer.status, 503);
    assert.equal(answer.body, 'The agent has stopped judging: no verdict for 42 s.\n');
  }
  const health = healthz(ALL, 42_000, well());
  assert.equal(health.status, 503);
  assert.equal(health.type, 'application/health+json');
  assert.deepEqual(JSON.parse(String(health.body)), {
    status: 'fail',
    version: '1',
    output: 'The agent has stopped judging: no verdict for 42 s.',
  });
  const sensor = prtg(ALL, 42_000, well());
  assert.equal(sensor.status, 200);
  assert.deepEqual(JSON.parse(String(sensor.body)).prtg, {
    error: 1,
    text: 'The agent has stopped judging: no verdict for 42 s.',
  });
});

test('metrics stay, with the time they are from', () => {
  const text = String(metrics('text', well()).body);
  assert.match(text, new RegExp(`^vpc_canary_heartbeat_timestamp_seconds ${AT / 1000}$`, 'm'));
});
