import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LinkKind } from '../../agent/measure/target.ts';
import type { LinkEvidence, SiteEvidence } from '../../agent/verdict/evidence.ts';
import { always, during, LOST, type Path, path } from '../fakes/observed-network.ts';
import { icmp, site } from '../fakes/planned-targets.ts';
import { NOW, tell } from '../fakes/snapshots.ts';

const MINUTE = 60_000;

/** The verdict on two sites behind links, the first of which does this and is told of like that. */
function verdictOf(dc: Path, known: SiteEvidence, link: LinkKind | null = 'direct-connect') {
  return tell({
    sites: [site('dc', { expect: { link, mtu: null } }), site('well', { expect: { link: 'vpn', mtu: null } })],
    targets: [
      [icmp('core', 'dc', '10.40.0.1'), dc],
      [icmp('peer', 'well', '10.60.0.1'), path(20)],
    ],
    runMs: 10 * MINUTE,
    evidence: { sites: { dc: known } },
  }).verdict;
}

/** The first lost probe is sent five minutes before now. */
const CUT = NOW - 5 * MINUTE;
const cut = during(path(2), 5 * MINUTE, always(LOST));
const bgp = (over: Partial<LinkEvidence> = {}): LinkEvidence => ({
  name: 'Direct Connect dxvif-1',
  state: 'down',
  text: 'dxvif-1: BGP IPv4 down since 03:02:14',
  since: CUT - 1200,
  ...over,
});

test('BGP that fell first stands before the first lost probe, in time order, and the fault is its', () => {
  const verdict = verdictOf(cut, { link: bgp() });
  assert.deepEqual(
    verdict.evidence.slice(0, 2).map(({ text }) => text),
    [
      'dxvif-1: BGP IPv4 down since 03:02:14, 1.2 s before the first lost probe',
      'First unanswered probe of core; 300 probes unanswered since',
    ],
  );
  assert.equal(verdict.faultAt, 'Direct Connect dxvif-1, its provider or the side of dc');
  assert.deepEqual(verdict.chain.map(({ name, state }) => [name, state]).slice(-2), [
    ['Direct Connect dxvif-1', 'down'],
    ['dc', 'unchecked'],
  ]);
});

test('BGP that fell after it is told as after it', () => {
  const verdict = verdictOf(cut, { link: bgp({ since: CUT + 40_000 }) });
  assert.match(verdict.evidence[1]?.text ?? '', /, 40\.0 s after the first lost probe$/);
});

test('sessions that are up are not at fault, in AWS’s word', () => {
  const verdict = verdictOf(cut, { link: bgp({ state: 'up', text: 'dxvif-1: BGP up', since: 0 }) });
  assert.match(verdict.notAtFault ?? '', /^Direct Connect dxvif-1 as AWS sees it \(BGP up\)/);
  assert.doesNotMatch(verdict.notChecked ?? '', /tunnels and BGP/);
  assert.doesNotMatch(verdict.evidence.map(({ text }) => text).join(), /BGP/);
});

test('no route: the fault is the route table, not a provider', () => {
  const link = bgp({
    text: 'No route to 10.40.0.0/16 in rtb-1',
    faultAt: 'the route table rtb-1 of this VPC',
    next: 'Add a route',
  });
  const verdict = verdictOf(cut, { link });
  assert.equal(verdict.faultAt, 'the route table rtb-1 of this VPC');
  assert.equal(verdict.next, 'Add a route');
});

test('a failover shows while everything answers: over what, since when, what it was', () => {
  const way = { link: 'vpn', was: 'direct-connect', since: NOW - 3 * MINUTE } as const;
  const verdict = verdictOf(path(14), { way });
  assert.equal(verdict.state, 'up');
  assert.equal(verdict.others.length, 1);
  assert.equal(verdict.others[0]?.subject, 'dc');
  assert.match(verdict.others[0]?.text ?? '', /^runs over VPN since \d\d:\d\d:\d\d \(was Direct Connect\)$/);
  // Nobody said what to expect: falling to VPN is told, the way back is not.
  assert.equal(verdictOf(path(14), { way }, null).others.length, 1);
  assert.deepEqual(verdictOf(path(2), { way: { link: 'direct-connect', was: 'vpn', since: NOW } }, null).others, []);
  // Unexpected from the first look on.
  const never = verdictOf(path(14), { way: { link: 'vpn', was: null, since: null } });
  assert.equal(never.others[0]?.text, 'runs over VPN (expected Direct Connect)');
  assert.deepEqual(verdictOf(path(2), { way: { link: 'direct-connect', was: null, since: null } }).others, []);
});

test('a failover during an outage is a piece of its evidence', () => {
  const verdict = verdictOf(cut, { link: bgp(), way: { link: 'vpn', was: 'direct-connect', since: CUT + 500 } });
  assert.ok(
    verdict.evidence.some(({ text }) => text === 'Its routes lead over VPN (was Direct Connect)'),
    JSON.stringify(verdict.evidence),
  );
  assert.deepEqual(verdict.others, []);
});
