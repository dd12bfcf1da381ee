import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HealthBody, renderHealth } from '../../agent/metric/health.ts';
import type { HealthCheck } from '../../agent/metric/health-check.ts';
import { sentence } from '../../agent/verdict/sentence.ts';
import type { Snapshot } from '../../agent/verdict/snapshot.ts';
import { agent, incident, site, snapshot, target } from '../fakes/small-snapshot.ts';

const ALL = { site: null, target: null };

function answer(shot: Snapshot, names = ALL as { site: string | null; target: string | null }) {
  const found = renderHealth(shot, names);
  assert.ok(found.ok, JSON.stringify(found));
  for (const [key, checks] of Object.entries(found.body.checks)) {
    assert.match(key, /^[^:]+:[^:]+$/, 'component:measurement');
    for (const check of checks) assert.equal(new Date(check.time).toISOString(), check.time);
  }
  return found;
}

/** A well site "s" of one target, changed by hand. */
function well(over: Parameters<typeof site>[2] = {}, more: Partial<Snapshot> = {}): Snapshot {
  const view = target('t', 's');
  return snapshot([[site('s', [view], over), [view]]], more);
}

const check = (body: HealthBody, key: string): HealthCheck => {
  const found = body.checks[key]?.[0];
  assert.ok(found, `no ${key} among ${Object.keys(body.checks)}`);
  return found;
};

test('a critical site that is down: fail and 503, the verdict in its very words', () => {
  const { httpStatus, body } = answer(incident());
  const { verdict, at } = incident();
  assert.equal(httpStatus, 503);
  assert.equal(body.status, 'fail');
  assert.equal(body.output, sentence(verdict, at));
  assert.equal(body.notes[0], sentence(verdict, at));
  const state = check(body, 'mel-dc2:state');
  assert.equal(state.status, 'fail');
  assert.equal(state.observedValue, 'down');
  assert.deepEqual(state.affectedEndpoints, ['10.20.0.1', '10.20.0.1']);
  assert.equal(check(body, 'mel-dc2:packetLoss').observedValue, 100);
  assert.equal(check(body, 'mel-dc2:roundTripTime').observedValue, undefined, 'no reply, no RTT');
  assert.equal(check(body, 'syd-dc1:roundTripTime').observedUnit, 'ms');
  assert.ok('erp:state' in body.checks && !('syd-core:state' in body.checks), 'targets only when not up');
});

test('all well: pass and 200 without output', () => {
  const { httpStatus, body } = answer(well());
  assert.equal(httpStatus, 200);
  assert.equal(body.status, 'pass');
  assert.equal(body.output, undefined);
  assert.equal(body.releaseId, '0.1.0');
  assert.equal(check(body, 'agent:uptime').observedValue, 7200);
});

test('down but not critical, degraded, unknown: warn and 200', () => {
  for (const state of ['down', 'degraded', 'unknown'] as const) {
    const { httpStatus, body } = answer(well({ state }));
    assert.equal(`${httpStatus} ${body.status}`, '200 warn', state);
  }
});

test('the very site or target asked for fails when it is down, critical or not', () => {
  const names = { site: 's', target: null };
  assert.equal(answer(well({ state: 'down' }), names).httpStatus, 503);
  assert.equal(answer(well({ state: 'degraded' }), names).httpStatus, 200);
  assert.equal(answer(incident(), { site: null, target: 'mel-core' }).httpStatus, 503);
  const erp = answer(incident(), { site: null, target: 'erp' });
  assert.equal(erp.httpStatus, 200);
  assert.match(erp.body.output ?? '', /^erp is degraded since .*: loses 3\.1 % \(limit 2 %\)\.$/);
  assert.equal(answer(incident(), { site: 'syd-dc1', target: null }).body.status, 'pass');
});

test('a refused configuration and errors of the agent are a warning with its words', () => {
  const config = { sources: [], loadedAt: 0, ok: false, problems: ['targets[0].every: 1x'], reloads: 1 };
  const refused = answer(well({}, { agent: agent({ config }) })).body;
  assert.equal(refused.status, 'warn');
  assert.match(check(refused, 'agent:uptime').output ?? '', /targets\[0\]\.every: 1x/);
  const notice = { code: 'n', severity: 'error', text: 'cannot send', remedy: 'run setcap', since: 0 } as const;
  const noticed = answer(well({}, { agent: agent({ notices: [notice] }) })).body;
  assert.equal(noticed.status, 'warn');
  assert.deepEqual(noticed.notes.slice(1), ['cannot send. To do: run setcap.']);
  const info = { ...notice, severity: 'warning' } as const;
  assert.equal(answer(well({}, { agent: agent({ notices: [info] }) })).body.status, 'pass');
});

test('an unknown name is no health at all', () => {
  const wrong = renderHealth(incident(), { site: 'nowhere', target: null });
  assert.ok(!wrong.ok && wrong.code === 'unknown-site');
});

test('names with colons and slashes keep keys and links whole', () => {
  const view = target('a:b/c', 's:1', { state: 'down' });
  const { body } = answer(snapshot([[site('s:1', [view]), [view]]]), { site: null, target: 'a:b/c' });
  assert.equal(check(body, 'a_b/c:state').links?.['about'], '/target/a%3Ab%2Fc');
});
