import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Thresholds } from '../../agent/measure/target.ts';
import type { State } from '../../agent/verdict/snapshot.ts';
import { always, during, LOST, ObservedNetwork, type Path, path, reply } from '../fakes/observed-network.ts';
import { icmp, site, THRESHOLDS } from '../fakes/planned-targets.ts';

const WALL = 1_795_230_000_000;
const MINUTE = 60_000;

/** One target at a site of its own; its path begins at 0 ms and is probed every second. */
function watch(own: Path, runMs: number, thresholds: Partial<Thresholds> = {}, seed = 1) {
  const network = new ObservedNetwork(WALL, seed);
  network.probe(
    [site('dc')],
    [[icmp('core', 'dc', '192.0.2.1', { thresholds: { ...THRESHOLDS, ...thresholds } }), own]],
  );
  const { snapshot } = network.run(runMs);
  const changes = network.events.filter(({ kind }) => kind === 'target');
  return { target: snapshot.targets[0]!, changes, network };
}

const states = (changes: readonly { readonly to: State | null }[]): (State | null)[] => changes.map(({ to }) => to);
/** A path that loses the probes whose second is listed. */
const losing =
  (lost: (second: number) => boolean): Path =>
  (atMs) =>
    lost(Math.round(atMs / 1000)) ? LOST : reply(10);

test('one lost probe on a clean path is no outage, two are', () => {
  assert.deepEqual(
    states(
      watch(
        losing((s) => s === 30),
        MINUTE,
      ).changes,
    ),
    ['up'],
  );
  assert.deepEqual(
    states(
      watch(
        losing((s) => s === 30 || s === 31),
        MINUTE,
      ).changes,
    ),
    ['up', 'down', 'degraded'],
  );
});

test('a path that always loses 5 % needs four, one that loses half needs fourteen', () => {
  const onset = (every: number, run: number): boolean => {
    const from = 600;
    const own = losing((s) => (s < from ? s % every === 0 : s >= from + 1 && s < from + 1 + run));
    return watch(own, 11 * MINUTE).changes.some(({ to }) => to === 'down');
  };
  assert.equal(onset(20, 3), false);
  assert.equal(onset(20, 5), true);
  assert.equal(onset(2, 12), false);
  assert.equal(onset(2, 16), true);
});

test('an outage is told from its first lost probe to its first good one', () => {
  const { changes } = watch(during(path(11), 100_000, always(LOST), 106_000), 3 * MINUTE);
  const [, down, again, up] = changes;
  assert.equal(down!.to, 'down');
  assert.equal(down!.at, WALL + 100_000);
  assert.equal(again!.at, WALL + 106_000);
  assert.equal(again!.lastedMs, 6000);
  assert.equal(again!.to, 'degraded');
  assert.match(again!.text, /answers again, was down 6\.0 s/);
  assert.equal(up!.to, 'up');
  assert.ok(up!.at >= WALL + 135_000 && up!.at <= WALL + 138_000, 'after the clear time');
});

test('one reply in a clean cut does not end it', () => {
  const { changes } = watch(
    losing((s) => s >= 30 && s !== 60),
    2 * MINUTE,
  );
  assert.deepEqual(states(changes), ['up', 'down']);
});

test('what looked like an outage and is heavy loss becomes loss', () => {
  const { target, changes } = watch(during(path(10), 5 * MINUTE, path(10, { loss: 0.6 })), 15 * MINUTE);
  assert.equal(target.state, 'degraded');
  assert.match(target.reasons[0]!.text, /^loses (5|6)\d(\.\d)? % \(limit 2 %\)$/);
  assert.ok(changes.length <= 6, states(changes).join(' '));
});

test('loss over lossDown is down although some probes are answered', () => {
  const { target } = watch(
    during(
      path(10),
      2 * MINUTE,
      losing((s) => s % 10 < 7),
    ),
    8 * MINUTE,
    { lossDown: 0.5 },
  );
  assert.equal(target.state, 'down');
});

test('after an outage it is not called up while further losses are being weighed', () => {
  const lost = [100, 101, 102, 130, 140, 144, 148, 152];
  assert.deepEqual(
    states(
      watch(
        losing((s) => lost.includes(s)),
        3 * MINUTE,
      ).changes,
    ),
    ['up', 'down', 'degraded'],
  );
});

test('a loss ratio in words does not change with every packet', () => {
  const network = new ObservedNetwork(WALL);
  network.probe([site('dc')], [[icmp('core', 'dc', '192.0.2.1'), during(path(10), MINUTE, path(10, { loss: 0.08 }))]]);
  network.run(5 * MINUTE);
  let changes = 0;
  let last = '';
  network.onTick = ({ snapshot: { verdict } }) => {
    if (verdict.headline !== last) changes += 1;
    last = verdict.headline;
  };
  network.run(10 * MINUTE);
  assert.ok(changes <= 40, `${changes} changes in ten minutes`);
});

test('a target that never answered is down, not measuring for ever', () => {
  const { target, changes } = watch(always(LOST), 20_000);
  assert.equal(target.state, 'down');
  assert.equal(changes[0]!.from, 'unknown');
  assert.equal(changes[0]!.at, WALL);
});

test('no verdict before ten seconds of answers, and it counts from the first of them', () => {
  const network = new ObservedNetwork(WALL);
  network.probe([site('dc')], [[icmp('core', 'dc', '192.0.2.1'), path(10)]]);
  const early = network.run(8000).snapshot.targets[0]!;
  assert.equal(early.state, 'unknown');
  assert.deepEqual(early.reasons, [{ code: 'measuring', text: 'measuring, first verdict in 2 s' }]);
  const later = network.run(4000).snapshot.targets[0]!;
  assert.equal(later.state, 'up');
  assert.equal(later.since, WALL);
});

test('the median over its limit degrades, and clears a tenth below it', () => {
  const own = during(during(path(100), 60_000, path(160)), 120_000, path(130));
  const { changes, target } = watch(own, 5 * MINUTE, { rttDegradedMs: 150 });
  assert.deepEqual(states(changes), ['up', 'degraded', 'up']);
  assert.equal(target.state, 'up');
  assert.match(changes[1]!.text, /answers in 16\d ms \(limit 150 ms\)/);
});

test('jitter over its limit degrades', () => {
  const own: Path = (atMs) => reply(atMs < 60_000 || (atMs / 1000) % 2 < 1 ? 20 : 60);
  const { target } = watch(own, 3 * MINUTE, { jitterDegradedMs: 20 });
  assert.equal(target.state, 'degraded');
  assert.match(target.reasons[0]!.text, /^jitter 4\d(\.\d)? ms \(limit 20 ms\)$|^jitter 39\.\d ms/);
});

test('whatever the loss, an hour brings few changes of state', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 1e6 }), (loss, seed) => {
      const { changes } = watch(during(path(10), 5 * MINUTE, path(10, { loss })), 60 * MINUTE, {}, seed);
      assert.ok(changes.length <= 20, `${changes.length} changes at ${loss}: ${states(changes).join(' ')}`);
      const blinks = changes.filter(({ from, lastedMs }) => from === 'up' && lastedMs! < 1000);
      assert.deepEqual(blinks, [], 'up for no time at all');
    }),
    { numRuns: 20 },
  );
});

test('a round trip that rests on its limit brings few changes of state', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.8, max: 1.2, noNaN: true }), fc.integer({ min: 1, max: 1e6 }), (share, seed) => {
      const { changes } = watch(path(150 * share, { spread: 0.3 }), 60 * MINUTE, { rttDegradedMs: 150 }, seed);
      assert.ok(changes.length <= 16, `${changes.length} changes at ${share}`);
    }),
    { numRuns: 25 },
  );
});

test('relapses make the way back longer', () => {
  // Cut for 5 s every two minutes.
  const { changes } = watch(
    losing((s) => s > 60 && s % 120 < 5),
    60 * MINUTE,
  );
  const recoveries = changes
    .filter(({ to, from }) => to === 'up' && from === 'degraded')
    .map(({ lastedMs }) => lastedMs!);
  assert.ok(recoveries.length <= 3, `${recoveries}`);
  assert.ok(recoveries.length < 2 || recoveries[1]! > 1.9 * recoveries[0]!);
});
