import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HealthLike, worsened } from '../../agent/metric/health-change.ts';
import type { HealthCheck } from '../../agent/metric/health-check.ts';
import type { State } from '../../agent/verdict/snapshot.ts';

type States = Record<string, State>;

/** As `/healthz` tells them: every site, the targets that are not up, the agent itself. */
function health(sites: States, targets: States = {}, own: 'pass' | 'warn' = 'pass'): HealthLike {
  const check = (name: string, state: State, componentType: HealthCheck['componentType']): [string, HealthCheck[]] => [
    `${name}:state`,
    [{ componentId: name, componentType, observedValue: state, status: state === 'up' ? 'pass' : 'warn', time: 't' }],
  ];
  const checks = Object.fromEntries([
    ...Object.entries(sites).map(([name, state]) => check(name, state, 'system')),
    ...Object.entries(targets).map(([name, state]) => check(name, state, 'component')),
    [
      'agent:uptime',
      [{ componentId: 'h', componentType: 'component', status: own, time: 't', output: 'configuration refused' }],
    ],
  ]) as HealthLike['checks'] & object;
  const well = own === 'pass' && Object.values({ ...sites, ...targets }).every((state) => state === 'up');
  return { status: well ? 'pass' : 'warn', checks, notes: ['words'] };
}

test('what was down before may be down, and may be up', () => {
  const before = health({ syd: 'up', mel: 'down' }, { 'mel-core': 'down' });
  assert.deepEqual(worsened(before, before), []);
  assert.deepEqual(worsened(before, health({ syd: 'up', mel: 'up' })), []);
  assert.deepEqual(worsened(before, health({ syd: 'up', mel: 'degraded' }, { 'mel-core': 'degraded' })), []);
});

test('what was up or degraded may not become worse, nor unknown', () => {
  const before = health({ syd: 'up', mel: 'degraded' }, { 'mel-core': 'degraded' });
  assert.deepEqual(worsened(before, health({ syd: 'down', mel: 'degraded' })), ['syd was up, is down']);
  assert.deepEqual(worsened(before, health({ syd: 'degraded', mel: 'up' })), ['syd was up, is degraded']);
  assert.deepEqual(worsened(before, health({ syd: 'up', mel: 'down' })), ['mel was degraded, is down']);
  assert.deepEqual(worsened(before, health({ syd: 'unknown', mel: 'up' })), ['syd was up, is unknown']);
});

test('a target that was not told was up; a site that was not told is new', () => {
  const before = health({ syd: 'degraded' }, { core: 'down' });
  assert.deepEqual(worsened(before, health({ syd: 'degraded' }, { core: 'down', erp: 'down' })), [
    'erp was up, is down',
  ]);
  assert.deepEqual(worsened(before, health({ syd: 'degraded', new: 'down' })), []);
});

test('what was not known before says nothing', () => {
  assert.deepEqual(worsened(health({ syd: 'unknown' }), health({ syd: 'down' })), []);
  // no verdict yet: an answer without checks
  const young: HealthLike = { status: 'fail', output: 'Measuring; no verdict yet.' };
  assert.deepEqual(worsened(young, health({ syd: 'down' }, { core: 'down' })), []);
});

test('the agent itself: a refused configuration, or a trouble that none of these tells', () => {
  const before = health({ syd: 'up' });
  assert.deepEqual(worsened(before, health({ syd: 'up' }, {}, 'warn')), ['configuration refused']);
  assert.deepEqual(worsened(before, { ...before, status: 'warn', notes: ['All up.', 'History is in memory.'] }), [
    'all was well, now: All up. History is in memory.',
  ]);
});
