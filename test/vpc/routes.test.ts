import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AwsRoute } from '../../agent/aws/vpc-shapes.ts';
import { parseAddress, parsePrefix } from '../../agent/measure/address.ts';
import { covers } from '../../agent/measure/prefix.ts';
import { candidates, choose, routeChanges, tableView } from '../../agent/vpc/routes.ts';
import { local, propagated, route, TABLE, TGW, table, VGW } from '../fakes/vpc-doors.ts';
import { LIMITS } from './rig.ts';

const chosen = (destination: string, routes: readonly AwsRoute[]) =>
  choose(parsePrefix(destination)!, candidates(routes));

test('longest prefix first, then local, static, propagated', () => {
  const routes = [
    route('0.0.0.0/0', 'igw-1'),
    propagated('10.20.0.0/16'),
    route('10.20.5.0/24', TGW),
    propagated('10.20.5.0/24'),
    local(),
  ];
  const rows: readonly (readonly [string, string | null, string])[] = [
    ['10.20.1.1', VGW, 'longest prefix of 2'],
    ['10.20.5.9', TGW, 'static before propagated'],
    ['10.0.7.1', 'local', 'longest prefix of 2'],
    ['192.0.2.1', 'igw-1', 'the only route'],
    ['2001:db8::1', null, 'no route'],
  ];
  for (const [destination, target, why] of rows) {
    const choice = chosen(destination, routes);
    assert.deepEqual([choice.route?.target ?? null, choice.why], [target, why], destination);
  }
});

test('a prefix that is split says so; one that is whole in parts is whole', () => {
  const split = chosen('10.20.0.0/16', [propagated('10.20.0.0/16'), route('10.20.5.0/24', TGW)]);
  assert.equal(split.route?.target, VGW);
  assert.deepEqual(
    split.split.map(({ target }) => target),
    [TGW],
  );
  const halves = chosen('10.20.0.0/16', [
    route('0.0.0.0/0', 'igw-1'),
    propagated('10.20.0.0/17'),
    propagated('10.20.128.0/17'),
  ]);
  assert.deepEqual([halves.route?.target, halves.why], [VGW, '2 more specific routes to one target']);
  const part = chosen('10.20.0.0/16', [propagated('10.20.0.0/17')]);
  assert.equal(part.route, null);
  assert.match(part.why, /^no route covers the whole of it, only 10\.20\.0\.0\/17$/);
});

test('a route that AWS has filtered takes no part, a blackhole does', () => {
  const dead = route('10.20.0.0/24', TGW, { state: 'blackhole' });
  assert.equal(chosen('10.20.0.1', [propagated('10.20.0.0/16'), dead]).route, dead);
  assert.equal(chosen('10.20.0.1', [propagated('10.20.0.0/16'), { ...dead, state: 'filtered' }]).route?.target, VGW);
  assert.equal(chosen('10.20.0.1', [route('pl-0123', TGW)]).route, null);
});

const anyRoute = fc
  .tuple(fc.nat(3), fc.nat(255), fc.integer({ min: 0, max: 32 }), fc.boolean())
  .map(([b, c, length, isStatic]) => (isStatic ? route : propagated)(`10.${b}.${c}.0/${length}`, isStatic ? TGW : VGW));

test('for an address: no covering route is longer than the one chosen, and none is chosen that does not cover', () => {
  fc.assert(
    fc.property(fc.array(anyRoute, { maxLength: 40 }), fc.nat(3), fc.nat(255), (routes, b, c) => {
      const address = parsePrefix(`10.${b}.${c}.7`)!;
      const covering = routes.filter(({ destination }) => covers(parsePrefix(destination)!, address));
      const best = chosen(`10.${b}.${c}.7`, routes).route;
      if (covering.length === 0) assert.equal(best, null);
      else {
        const longest = Math.max(...covering.map(({ destination }) => Number(destination.split('/')[1])));
        assert.ok(best !== null && covering.includes(best));
        assert.equal(Number(best.destination.split('/')[1]), longest);
      }
    }),
  );
  assert.ok(parseAddress('10.0.0.7') !== null);
});

test('what changed, applied to what was, gives what is', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyRoute, { selector: ({ destination }) => destination, maxLength: 30 }),
      fc.nat(30),
      fc.nat(30),
      (all, cutA, cutB) => {
        const [before, after] = [all.slice(0, cutA), all.slice(Math.min(cutB, all.length))];
        const shown = ({ destination, target }: AwsRoute): string => `${destination} → ${target}`;
        const now = new Set(before.map(shown));
        for (const { kind, routes } of routeChanges([table(before)], [table(after)])) {
          for (const text of routes) {
            if (kind === 'installed') now.add(text);
            else if (kind === 'withdrawn') now.delete(text);
            else assert.fail(kind);
          }
        }
        assert.deepEqual([...now].sort(), after.map(shown).sort());
      },
    ),
  );
});

test('a route that moves, one that becomes a blackhole and back, tables that come and go', () => {
  const was = [propagated('10.20.0.0/16'), route('10.30.0.0/16', TGW)];
  const dead = route('10.30.0.0/16', TGW, { state: 'blackhole' });
  const kinds = (before: readonly AwsRoute[], after: readonly AwsRoute[]) =>
    routeChanges([table(before)], [table(after)]).map(({ kind, routes }) => [kind, ...routes]);
  assert.deepEqual(kinds(was, [route('10.20.0.0/16', TGW), dead]), [
    ['moved', `10.20.0.0/16: ${VGW} → ${TGW}`],
    ['blackholed', `10.30.0.0/16 → ${TGW}`],
  ]);
  assert.deepEqual(kinds([dead], [route('10.30.0.0/16', TGW)]), [['restored', `10.30.0.0/16 → ${TGW}`]]);
  assert.deepEqual(routeChanges([table(was)], [table(was), table([], { routeTableId: 'rtb-2' })]), []);
  assert.deepEqual(routeChanges([table(was)], []), []);
});

test('a table against its limits, with hysteresis; IPv4 and IPv6 have a quota each', () => {
  const routes = (count: number): AwsRoute[] => Array.from({ length: count }, (_, i) => propagated(`10.20.${i}.0/24`));
  const state = (count: number, before?: 'up' | 'degraded' | 'down') =>
    tableView(table(routes(count)), LIMITS, before).state;
  assert.deepEqual(
    [state(79), state(80), state(79, 'degraded'), state(77, 'degraded'), state(100)],
    ['up', 'degraded', 'degraded', 'up', 'down'],
  );
  const statics = [
    ...Array.from({ length: 30 }, (_, i) => route(`10.30.${i}.0/24`, TGW)),
    ...Array.from({ length: 20 }, (_, i) => route(`2001:db8:${i}::/48`, TGW)),
  ];
  const view = tableView(table([local(), ...statics]), LIMITS, undefined);
  assert.deepEqual([view.id, view.statics, view.propagated, view.state], [TABLE, 30, 0, 'up']);
  const blackhole = tableView(table([route('10.9.0.0/16', TGW, { state: 'blackhole' })]), LIMITS, undefined);
  assert.deepEqual([blackhole.state, blackhole.reasons[0]?.text], ['degraded', '1 route into nothing: 10.9.0.0/16']);
});
