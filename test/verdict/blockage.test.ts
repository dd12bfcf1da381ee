import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LocalCode, Outcome } from '../../agent/measure/singleton.ts';
import { always, during, LOST, ObservedNetwork, path } from '../fakes/observed-network.ts';
import { icmp, site } from '../fakes/planned-targets.ts';

const WALL = 1_795_230_000_000;
const local = (code: LocalCode, text = 'text of the prober'): Outcome => ({ kind: 'local', code, text });

function watch(own: Parameters<typeof during>[0], runMs: number) {
  const network = new ObservedNetwork(WALL);
  network.probe([site('dc')], [[icmp('core', 'dc', '10.40.0.1'), own]]);
  return { network, target: network.run(runMs).snapshot.targets[0]! };
}

test('a missing route is unknown, names this host, and is never loss', () => {
  const { target, network } = watch(during(path(10), 60_000, always(local('no-route'))), 120_000);
  assert.equal(target.state, 'unknown');
  assert.equal(target.since, WALL + 60_000);
  assert.deepEqual(target.reasons, [{ code: 'no-route', text: 'no route from this host to 10.40.0.1' }]);
  assert.equal(target.totals.lost, 0);
  assert.equal(target.totals.local, 60);
  assert.equal(target.last10s.lossRatio, null);
  assert.equal(network.events.filter(({ kind }) => kind === 'target').length, 2);
});

test('one local failure between replies changes nothing', () => {
  const { target } = watch(during(path(10), 60_000, always(local('denied')), 61_000), 120_000);
  assert.equal(target.state, 'up');
  assert.equal(target.since, WALL);
});

test('when probes leave again, the state that was waits underneath', () => {
  const cut = during(path(10), 60_000, always(LOST));
  const { target, network } = watch(during(cut, 90_000, always(local('interface-down')), 120_000), 150_000);
  assert.equal(target.state, 'down');
  assert.deepEqual(
    network.events.filter(({ kind }) => kind === 'target').map(({ to }) => to),
    ['up', 'down', 'unknown', 'down'],
  );
  assert.equal(target.since, WALL + 120_000);
});

test('overload keeps the last state, with the reason beside it', () => {
  const { target } = watch(during(path(10), 60_000, always(local('overload'))), 65_000);
  assert.equal(target.state, 'up');
  assert.deepEqual(
    target.reasons.map(({ code }) => code),
    ['overload'],
  );
});

test('overload that lasts ends in unknown, not in a state that runs on', () => {
  const { target } = watch(during(path(10), 60_000, always(local('overload'))), 120_000);
  assert.equal(target.state, 'unknown');
  assert.match(target.reasons[0]!.text, /own loss, not the network's/);
});

test('a prober that falls silent is told, and so is one that never spoke', () => {
  const network = new ObservedNetwork(WALL);
  network.probe([site('dc')], [[icmp('core', 'dc', '10.40.0.1'), path(10)]]);
  network.run(30_000);
  const since = network.nowMono;
  network.observer.setTargets(
    [site('dc')],
    [
      { id: 1, target: icmp('core', 'dc', '10.40.0.1') },
      { id: 99, target: icmp('new', 'dc', '10.40.0.2') },
    ],
  );
  network.silence();
  const [core, fresh] = network.run(60_000).snapshot.targets;
  assert.equal(core!.state, 'unknown');
  assert.equal(core!.reasons[0]!.code, 'silent');
  assert.ok(core!.since <= WALL + since - network.startMono + 1000);
  assert.equal(fresh!.reasons[0]!.code, 'silent');
});

test('a name that never resolved says so', () => {
  const { target } = watch(
    always(local('unresolved', 'erp.corp.example does not resolve: NXDOMAIN from 10.0.0.2')),
    5000,
  );
  assert.equal(target.state, 'unknown');
  assert.deepEqual(target.reasons, [
    { code: 'unresolved', text: 'erp.corp.example does not resolve: NXDOMAIN from 10.0.0.2' },
  ]);
});
