import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanaryEvent } from '../../agent/verdict/snapshot.ts';
import { always, during, LOST, ObservedNetwork, path, reply } from '../fakes/observed-network.ts';
import { icmp, site, tcp } from '../fakes/planned-targets.ts';

const WALL = 1_795_230_000_000;
const MINUTE = 60_000;
const core = icmp('core', 'dc', '10.40.0.1');
const dc = site('dc', { critical: true });

test('an outage shows within three seconds of the first lost packet of a site', () => {
  // Whatever the phase of probes and ticks: a probe every second, a timeout of a second.
  for (let phase = 0; phase < 1000; phase += 90) {
    const network = new ObservedNetwork(WALL + phase, 1);
    const cutMs = 30_000 + phase;
    const targets = [0, 1, 2, 3].map((index) => icmp(`t${index}`, 'dc', `10.40.0.${index}`));
    network.tickOnChange = true;
    network.probe(
      [dc],
      targets.map((target) => [target, during(path(11), cutMs, always(LOST))] as const),
    );
    let shownMs: number | null = null;
    network.onTick = ({ snapshot }) => {
      if (snapshot.sites[0]!.state === 'down') shownMs ??= snapshot.at - network.startWall;
    };
    network.run(40_000);
    const firstLostMs = network.last!.snapshot.sites[0]!.since - network.startWall;
    assert.ok(shownMs !== null && shownMs - firstLostMs <= 3000, `${shownMs} ms for ${firstLostMs} ms`);
    assert.ok(firstLostMs - cutMs < 1000);
  }
});

test('a snapshot is plain JSON with nothing undefined', () => {
  const network = new ObservedNetwork(WALL);
  network.probe([dc, site('empty')], [[core, path(11)]]);
  const { snapshot } = network.run(15_000);
  assert.deepEqual(JSON.parse(JSON.stringify(snapshot)), snapshot);
});

test('what a target is and has seen stands in its view', () => {
  const network = new ObservedNetwork(WALL);
  network.probe([dc], [[core, during(always(reply(11.25)), 90_000, always(LOST))]]);
  const { snapshot } = network.run(100_000);
  const target = snapshot.targets[0]!;
  assert.equal(target.address, '10.40.0.1');
  assert.equal(target.state, 'down');
  assert.equal(target.lastKnownRttMs, 11.25);
  assert.equal(target.lastReplyAt, WALL + 89_011);
  assert.equal(target.replyTtl, 61);
  assert.deepEqual(target.outage, { began: WALL + 90_000, lost: 10 });
  assert.equal(target.totals.sent, 100);
  assert.equal(target.totals.received, 90);
  assert.equal(target.totals.lost, 10);
  assert.equal(target.totals.downSeconds, 10);
  assert.equal(target.rttHistogram.count, 90);
  assert.equal(target.rttHistogram.counts.at(-1), 90);
  assert.ok(Math.abs(target.rttHistogram.sum - 1.0125) < 1e-9);
  assert.deepEqual(snapshot.counts, { up: 0, degraded: 0, down: 1, unknown: 0 });
});

test('rows of history hold every probe once, at every width, with a gap where nothing was measured', () => {
  const network = new ObservedNetwork(WALL, 1, { stepWidthsMs: [1000, 10_000, 60_000] });
  network.probe([dc], [[core, path(11, { loss: 0.05 })]]);
  network.run(185_000);
  const { sent } = network.last!.snapshot.targets[0]!.totals;
  for (const stepMs of [1000, 10_000, 60_000]) {
    const rows = network.rows.filter((each) => each.stepMs === stepMs);
    const starts = rows.map(({ row }) => row.at);
    assert.equal(new Set(starts).size, starts.length);
    assert.ok(starts.every((at) => at % stepMs === 0));
    assert.ok(starts.every((at, index) => index === 0 || at - starts[index - 1]! === stepMs));
    const told = rows.reduce((sum, { row }) => sum + row.sent, 0);
    assert.ok(told <= sent && sent - told <= stepMs / 1000 + 2, `${told} of ${sent} at ${stepMs}`);
  }
});

test('a stepped wall clock moves the times told and no duration', () => {
  for (const step of [-3_600_000, 3200, 7_200_000]) {
    const network = new ObservedNetwork(WALL);
    network.probe([dc], [[core, during(path(11), 60_000, always(LOST), 120_000)]]);
    network.run(70_000);
    const before = network.last!.snapshot;
    network.wallStepMs = step;
    network.run(1000);
    const after = network.last!.snapshot;
    assert.equal(after.targets[0]!.since, before.targets[0]!.since + step);
    assert.equal(after.at - after.verdict.since!, before.at - before.verdict.since! + 1000);
    network.run(100_000);
    for (const event of network.events) assert.ok(event.lastedMs! >= 0, `${event.lastedMs}`);
    const again = network.events.find(({ from, kind }) => kind === 'target' && from === 'down')!;
    assert.equal(again.lastedMs, 60_000);
    assert.equal(again.at, WALL + 120_000 + step);
    assert.equal(network.last!.snapshot.targets[0]!.totals.lost, 60);
    assert.equal(network.last!.snapshot.targets[0]!.last60s.sent, 60);
  }
});

test('targets that stay keep what was measured, new ones begin with nothing', () => {
  const network = new ObservedNetwork(WALL);
  network.probe([dc], [[core, path(11)]]);
  network.run(30_000);
  network.observer.setTargets(
    [dc],
    [
      { id: 1, target: core },
      { id: 2, target: tcp('erp', 'dc', 'erp.corp.example', 443) },
    ],
  );
  let [kept, fresh] = network.run(5000).snapshot.targets;
  assert.equal(kept!.totals.sent, 35);
  assert.equal(kept!.state, 'up');
  assert.equal(fresh!.state, 'unknown');
  assert.equal(fresh!.address, null);
  assert.match(network.last!.snapshot.verdict.headline, /^1 target at dc answers$|^One target at dc answers$/);
  // The same name with another address is another target.
  network.observer.setTargets([dc], [{ id: 3, target: icmp('core', 'dc', '10.40.0.2') }]);
  [fresh] = network.run(1000).snapshot.targets;
  assert.equal(fresh!.totals.sent, 0);
  assert.equal(fresh!.lastKnownRttMs, null);
  kept = undefined;
});

test('a failing resolver keeps the state and is a reason of its own', () => {
  const network = new ObservedNetwork(WALL);
  const erp = tcp('erp', 'dc', 'erp.corp.example', 443);
  network.probe([dc], [[erp, path(3)]]);
  network.observer.resolution(1, { address: '10.20.3.4', problem: null });
  network.run(20_000);
  network.observer.resolution(1, {
    address: null,
    problem: 'erp.corp.example does not resolve: SERVFAIL from 10.0.0.2',
  });
  const target = network.run(2000).snapshot.targets[0]!;
  assert.equal(target.state, 'up');
  assert.equal(target.address, '10.20.3.4');
  assert.deepEqual(target.reasons, [
    { code: 'resolver', text: 'erp.corp.example does not resolve: SERVFAIL from 10.0.0.2; still probing 10.20.3.4' },
  ]);
});

test('a name that never had an address is one reason, not two', () => {
  const network = new ObservedNetwork(WALL);
  const problem = 'erp.corp.example does not resolve: NXDOMAIN from 10.0.0.2';
  const erp = tcp('erp', 'dc', 'erp.corp.example', 443);
  network.probe([dc], [[erp, always({ kind: 'local', code: 'unresolved', text: problem })]]);
  network.observer.resolution(1, { address: null, problem });
  const target = network.run(20_000).snapshot.targets[0]!;
  assert.equal(target.state, 'unknown');
  assert.deepEqual(target.reasons, [{ code: 'unresolved', text: problem }]);
});

test('replies that come late are told as late', () => {
  const network = new ObservedNetwork(WALL);
  network.probe([dc], [[core, during(path(11), 30_000, always(LOST))]]);
  network.run(40_000);
  network.observer.note({ target: 1, sequence: 38, kind: 'late', rttMs: 1412, atMono: network.nowMono });
  const target = network.run(1000).snapshot.targets[0]!;
  assert.equal(target.totals.late, 1);
  assert.equal(target.last10s.late, 1);
  assert.equal(target.reasons[0]!.text, 'replies come after 1.412 s, past the timeout of 1 s');
});

test('events of the agent itself go the same way', () => {
  const network = new ObservedNetwork(WALL);
  network.probe([dc], [[core, path(11)]]);
  const own: Omit<CanaryEvent, 'id'> = {
    at: WALL,
    kind: 'config',
    layer: 'aws-agent',
    subject: 'configuration',
    site: null,
    from: null,
    to: null,
    lastedMs: null,
    text: 'configuration reloaded: 1 target added',
    reasons: [],
  };
  network.observer.event(own);
  const { events, snapshot } = network.tick();
  assert.deepEqual(events, [{ id: 1, ...own }]);
  assert.deepEqual(snapshot.events, events);
});

test('a publish period gives each target its sample, its pairs and its time down', () => {
  const network = new ObservedNetwork(WALL, 1, { publish: true });
  network.probe([dc], [[core, during(path(11), 30_000, always(LOST), 45_000)]]);
  network.run(MINUTE);
  const [first] = network.observer.takePeriod(network.nowMono);
  assert.equal(first!.target, 'core');
  assert.equal(first!.downMs, 15_000);
  assert.equal(first!.statistics.sent, 60);
  assert.equal(first!.statistics.lost, 15);
  assert.equal(
    first!.rtts.reduce((sum, [, count]) => sum + count, 0),
    45,
  );
  network.run(MINUTE);
  const [second] = network.observer.takePeriod(network.nowMono);
  assert.equal(second!.downMs, 0);
  assert.equal(second!.statistics.lost, 0);
  assert.equal(second!.statistics.fromMono, first!.statistics.toMono);
});

test('an outage over a period belongs to both by its share', () => {
  const network = new ObservedNetwork(WALL, 1, { publish: true });
  network.probe([dc], [[core, during(path(11), 50_000, always(LOST), 80_000)]]);
  network.run(MINUTE);
  assert.equal(network.observer.takePeriod(network.nowMono)[0]!.downMs, 10_000);
  network.run(MINUTE);
  assert.equal(network.observer.takePeriod(network.nowMono)[0]!.downMs, 20_000);
});

test('a site that loses its targets is not down for ever', () => {
  const network = new ObservedNetwork(WALL);
  network.probe(
    [dc, site('other')],
    [
      [core, during(path(11), 20_000, always(LOST))],
      [icmp('o', 'other', '192.0.2.1'), path(3)],
    ],
  );
  network.run(30_000);
  assert.equal(network.last!.snapshot.sites[0]!.state, 'down');
  network.observer.setTargets([dc, site('other')], [{ id: 2, target: icmp('o', 'other', '192.0.2.1') }]);
  const { sites, verdict } = network.run(2000).snapshot;
  assert.equal(sites[0]!.state, 'unknown');
  assert.deepEqual(sites[0]!.reasons, [{ code: 'no-targets', text: 'no target at this site' }]);
  assert.equal(verdict.headline, 'The only target at other answers');
  assert.equal(network.events.at(-1)!.text, 'dc is no longer probed');
});

test('a router that answers only some probes does not make the reason change with each', () => {
  const refuse = always({
    kind: 'error',
    code: 'host-unreachable',
    text: 'host unreachable',
    from: '10.0.0.1',
    mtu: null,
  });
  const network = new ObservedNetwork(WALL);
  network.probe(
    [dc],
    [[core, during(path(11), 20_000, (atMs, random) => ((atMs / 1000) % 5 < 1 ? refuse : always(LOST))(atMs, random))]],
  );
  network.run(30_000);
  const reasons = new Set<string>();
  network.onTick = ({ snapshot }) => reasons.add(snapshot.targets[0]!.reasons[0]!.text);
  network.run(30_000);
  assert.deepEqual([...reasons], ['host unreachable, says 10.0.0.1']);
});

test('singletons and notes of targets that are gone are nobody’s', () => {
  const network = new ObservedNetwork(WALL);
  network.probe([dc], [[core, path(11)]]);
  network.observer.setTargets([], []);
  const { snapshot } = network.run(5000);
  assert.deepEqual(snapshot.targets, []);
  assert.equal(snapshot.verdict.headline, 'Nothing is probed');
});
