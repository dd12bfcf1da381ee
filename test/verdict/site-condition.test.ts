import assert from 'node:assert/strict';
import { test } from 'node:test';
import { always, during, LOST, ObservedNetwork, type Path, path } from '../fakes/observed-network.ts';
import { http, icmp, site, tcp } from '../fakes/planned-targets.ts';

const WALL = 1_795_230_000_000;
const cut = (healthy: Path, fromMs = 60_000, toMs = Number.POSITIVE_INFINITY): Path =>
  during(healthy, fromMs, always(LOST), toMs);

function watch(paths: readonly Path[], runMs = 120_000) {
  const network = new ObservedNetwork(WALL);
  network.probe(
    [site('mel')],
    paths.map((own, index) => [icmp(`mel-${index}`, 'mel', `10.40.0.${index}`), own] as const),
  );
  const { snapshot } = network.run(runMs);
  const changes = network.events.filter(({ kind }) => kind === 'site');
  return { site: snapshot.sites[0]!, changes, network };
}

test('a site that is cut off goes down once, with the first lost probe of all', () => {
  const { site: mel, changes } = watch([path(11), path(12), path(13), path(14)].map((own) => cut(own)));
  assert.deepEqual(
    changes.map(({ to }) => to),
    ['up', 'down'],
  );
  assert.equal(mel.since, WALL + 60_000);
  assert.equal(changes[1]!.text, 'mel is unreachable');
  assert.deepEqual(mel.reasons, [{ code: 'no-reply', text: 'no reply from 4 of 4 targets' }]);
});

test('and comes back once', () => {
  const { changes } = watch([path(11), path(12), path(13)].map((own) => cut(own, 60_000, 70_000)));
  assert.deepEqual(
    changes.map(({ to }) => to),
    ['up', 'down', 'degraded', 'up'],
  );
  assert.equal(changes[2]!.at, WALL + 70_000);
  assert.ok(Math.abs(changes[2]!.lastedMs! - 10_000) < 1000);
  assert.match(changes[2]!.text, /^mel answers again, was down 10\.0 s/);
});

test('some targets down is degraded, and the sentence tells that the others answer', () => {
  const { site: mel, changes } = watch([cut(path(11)), path(12), path(13), path(14)]);
  assert.equal(mel.state, 'degraded');
  assert.deepEqual(mel.reasons, [{ code: 'no-reply', text: 'mel-0: no reply' }]);
  assert.equal(
    changes.at(-1)!.text,
    'mel-0 does not answer; the other 3 targets at mel answer: its host or service, not the network',
  );
});

test('a long outage of one does not make one lost probe of the other an outage', () => {
  // Slow enough for a tick to fall between the lost probe's timeout and the next reply.
  const once = during(path(600), 100_000, always(LOST), 101_000);
  const { changes } = watch([cut(path(11)), once]);
  assert.deepEqual(
    changes.map(({ to }) => to),
    ['up', 'degraded'],
  );
});

test('nobody is said to answer while its latest probe is lost', () => {
  const network = new ObservedNetwork(WALL);
  const once = during(path(600), 100_000, always(LOST), 101_000);
  network.probe(
    [site('mel')],
    [
      [icmp('a', 'mel', '10.40.0.1'), cut(path(11))],
      [icmp('b', 'mel', '10.40.0.2'), once],
    ],
  );
  const tails = new Set<string>();
  network.onTick = ({ snapshot }) => tails.add(snapshot.verdict.tail);
  network.run(99_000);
  assert.ok(tails.has('; the other target at mel answers: its host or service, not the network'));
  tails.clear();
  network.run(3000);
  assert.ok(tails.has(''), [...tails].join('|'));
});

test('targets nobody can measure take nothing away from those that answer', () => {
  const noRoute = always({ kind: 'local', code: 'no-route', text: 'network is unreachable' });
  assert.equal(watch([path(11), during(path(12), 60_000, noRoute)]).site.state, 'up');
  assert.equal(watch([cut(path(11)), during(path(12), 50_000, noRoute)]).site.state, 'down');
  assert.equal(watch([during(path(12), 50_000, noRoute), during(path(12), 50_000, noRoute)]).site.state, 'unknown');
});

test('targets that fell one after the other give the time of the last', () => {
  const { site: mel } = watch([cut(path(11), 60_000), cut(path(12), 90_000)]);
  assert.equal(mel.state, 'down');
  assert.ok(mel.since >= WALL + 90_000);
});

test('a slow target does not keep a cut site from showing within three seconds', () => {
  const network = new ObservedNetwork(WALL);
  const slow = http('web', 'mel', 'https://web.corp.example/', { everyMs: 20_000, timeoutMs: 10_000 });
  network.probe(
    [site('mel')],
    [
      [icmp('a', 'mel', '10.40.0.1'), cut(path(11))],
      [tcp('b', 'mel', '10.40.0.2', 443), cut(path(12))],
      [slow, path(30)],
    ],
  );
  network.run(64_000);
  assert.equal(network.last!.snapshot.sites[0]!.state, 'degraded');
  assert.match(network.last!.snapshot.verdict.headline, /2 of 3 targets at mel do not answer/);
});

test('a target probed half as often does not make two changes of one', () => {
  const network = new ObservedNetwork(WALL);
  network.probe(
    [site('mel')],
    [
      [icmp('a', 'mel', '10.40.0.1'), cut(path(11), 59_500)],
      [icmp('b', 'mel', '10.40.0.2', { everyMs: 2000 }), cut(path(12), 59_500)],
    ],
  );
  network.tickOnChange = true;
  network.run(70_000);
  const changes = network.events.filter(({ kind }) => kind === 'site');
  assert.deepEqual(
    changes.map(({ to }) => to),
    ['up', 'down'],
  );
});

test('targets of one site prove an outage together before each could alone', () => {
  const network = new ObservedNetwork(WALL);
  const slow = { everyMs: 5000 };
  network.probe(
    [site('mel')],
    [1, 2, 3].map((index) => [icmp(`t${index}`, 'mel', `10.40.0.${index}`, slow), cut(path(11))] as const),
  );
  network.run(67_000);
  assert.equal(network.last!.snapshot.sites[0]!.state, 'down', 'two intervals would be 71 s');
});

test('a site is not down while some of its targets only begin to be measured', () => {
  const network = new ObservedNetwork(WALL);
  network.probe(
    [site('mel')],
    [
      [icmp('a', 'mel', '10.40.0.1'), always(LOST)],
      [icmp('b', 'mel', '10.40.0.2'), path(12)],
    ],
  );
  network.run(30_000);
  const changes = network.events.filter(({ kind }) => kind === 'site');
  assert.deepEqual(
    changes.map(({ to }) => to),
    ['degraded'],
  );
  assert.equal(network.last!.snapshot.verdict.headline, 'a does not answer');
});

test('a target added to a site that is down does not lift it', () => {
  const network = new ObservedNetwork(WALL);
  const a = icmp('a', 'mel', '10.40.0.1');
  network.probe([site('mel')], [[a, cut(path(11))]]);
  network.run(70_000);
  network.observer.setTargets(
    [site('mel')],
    [
      { id: 1, target: a },
      { id: 2, target: icmp('b', 'mel', '10.40.0.2') },
    ],
  );
  network.run(5000);
  assert.equal(network.last!.snapshot.sites[0]!.state, 'down');
});

test('different reasons are each said once', () => {
  const refuse = always({ kind: 'error', code: 'refused', text: 'connection refused', from: null, mtu: null });
  const { site: mel } = watch([cut(path(11)), cut(path(12)), during(path(13), 60_000, refuse), path(14)]);
  assert.deepEqual(
    mel.reasons.map(({ text }) => text),
    ['no reply from 2 of 4 targets', 'mel-2: connection refused'],
  );
});

test('connections that retransmit degrade a site whose targets are up, and it is well when they are', () => {
  const network = new ObservedNetwork(WALL);
  network.probe([site('mel')], [[icmp('mel-0', 'mel', '10.40.0.1'), path(11)]]);
  network.run(60_000);
  const tcp = { flowsMovingData: 3, healthy: false, retransmitRatio: 0.05, baselineRetransmitRatio: 0.001 };
  network.observer.setEvidence({ sites: { mel: { tcp } } });
  assert.equal(network.run(20_000).snapshot.sites[0]!.state, 'degraded');
  network.observer.setEvidence({ sites: { mel: { tcp: { ...tcp, healthy: true } } } });
  assert.equal(network.run(20_000).snapshot.sites[0]!.state, 'up');
  const changes = network.events.filter(({ kind }) => kind === 'site');
  assert.deepEqual(
    changes.map(({ to }) => to),
    ['up', 'degraded', 'up'],
  );
  assert.ok(Math.abs(changes[2]!.lastedMs! - 20_000) <= 2000, `${changes[2]!.lastedMs}`);
});
