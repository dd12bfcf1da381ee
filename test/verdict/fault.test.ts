import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode, LocalCode, Outcome } from '../../agent/measure/singleton.ts';
import type { LinkKind } from '../../agent/measure/target.ts';
import type { Evidence } from '../../agent/verdict/evidence.ts';
import { always, during, LOST, type Path, path } from '../fakes/observed-network.ts';
import { icmp, site } from '../fakes/planned-targets.ts';
import { tell } from '../fakes/snapshots.ts';

/** The verdict when the one target of a site does this after a minute, beside a site that is well. */
function verdictOf(outcome: Outcome, link: LinkKind | null = null, evidence: Evidence = {}) {
  return tell({
    sites: [site('dc', { expect: { link, mtu: null } }), site('well', { expect: { link: 'local', mtu: null } })],
    targets: [
      [icmp('core', 'dc', '10.40.0.1'), during(path(11), 60_000, always(outcome))],
      [icmp('peer', 'well', '10.10.2.10'), path(0.6)],
    ],
    runMs: 120_000,
    evidence,
  }).verdict;
}

const error = (code: ErrorCode, text = 'as the far end said', from: string | null = null): Outcome => ({
  kind: 'error',
  code,
  text,
  from,
  mtu: null,
});

test('the next step names what the link of the site is made of', () => {
  const rows: readonly (readonly [LinkKind | null, RegExp])[] = [
    ['direct-connect', /BGP state of the virtual interface.*circuit to dc/],
    ['vpn', /both tunnels and the customer gateway at dc/],
    ['transit-gateway', /Transit Gateway attachment/],
    ['peering', /peering connection/],
    ['internet', /reachable from elsewhere/],
    ['local', /security groups, network ACLs/],
    [null, /`expect\.link`/],
  ];
  for (const [link, step] of rows) assert.match(verdictOf(LOST, link).next!, step);
});

test('every error has a predicate, keeps its words, and has a next step', () => {
  const rows: readonly (readonly [ErrorCode, string, RegExp])[] = [
    ['refused', 'dc refuses connections', /listens at 10\.40\.0\.1/],
    ['reset', 'dc resets connections', /listens/],
    ['host-unreachable', 'dc is unreachable', /router that said so/],
    ['admin-prohibited', 'dc is unreachable', /filter/],
    ['fragmentation-needed', 'dc gets no packet of this size', /smaller/],
    ['ttl-exceeded', 'dc is not reached', /routing loop/],
    ['tls', 'dc fails in TLS', /certificate/],
    ['http-status', 'dc answers wrongly', /its own log/],
    ['dns-rcode', 'dc answers wrongly', /Ask the same/],
  ];
  for (const [code, headline, step] of rows) {
    const verdict = verdictOf(error(code));
    assert.equal(verdict.headline, headline);
    assert.match(verdict.next!, step);
    if (code !== 'refused' && code !== 'reset') assert.match(verdict.tail, /as the far end said/);
  }
});

test('a router that answers in its place is evidence', () => {
  const { evidence } = verdictOf(error('host-unreachable', 'host unreachable', '10.0.0.1'));
  assert.ok(evidence.some(({ text }) => text === '10.0.0.1 answers for it: host unreachable'));
});

test('what this host cannot do is its own fault, with the command that shows why', () => {
  const rows: readonly (readonly [LocalCode, RegExp])[] = [
    ['no-route', /ip route get 10\.40\.0\.1/],
    ['denied', /nft list ruleset/],
    ['no-address', /ip address/],
    ['interface-down', /ip link/],
    ['too-big', /smaller size/],
    ['unresolved', /resolv\.conf/],
    ['no-privilege', /CAP_NET_RAW/],
    ['overload', /less often/],
    ['suspended', /measuring goes on/],
    ['other', /log/],
  ];
  for (const [code, step] of rows) {
    const verdict = verdictOf({ kind: 'local', code, text: 'text of the prober' });
    assert.equal(verdict.headline, 'dc cannot be measured');
    assert.equal(verdict.faultAt, 'this host');
    assert.match(verdict.next!, step);
  }
});

test('TCP says whether it suffers too, and against what is usual', () => {
  const tcpSays = (tcp: NonNullable<NonNullable<Evidence['sites']>[string]['tcp']>): string =>
    verdictOf(LOST, 'vpn', { sites: { dc: { tcp } } }).evidence.at(-1)!.text;
  assert.equal(tcpSays({ flowsMovingData: 0, healthy: false }), 'No TCP flow to it moves data');
  assert.equal(tcpSays({ flowsMovingData: 0, healthy: false, timeouts: 1 }), 'TCP flows to it stalled (1 timeout)');
  assert.equal(
    tcpSays({ flowsMovingData: 9, healthy: false, retransmitRatio: 0.034, baselineRetransmitRatio: 0.001 }),
    'Its TCP retransmits 3.4 % (usual 0.1 %)',
  );
  assert.equal(tcpSays({ flowsMovingData: 9, healthy: false }), 'Its TCP suffers too');
});

test('a source that knows the next step is heard first', () => {
  const link = {
    name: 'VPN vpn-1',
    state: 'down',
    text: 'both tunnels are down',
    since: null,
    next: 'Restart the customer gateway',
  } as const;
  const verdict = verdictOf(LOST, 'vpn', { sites: { dc: { link } } });
  assert.equal(verdict.next, 'Restart the customer gateway');
  assert.equal(verdict.faultAt, 'VPN vpn-1, its provider or the side of dc');
});

test('slowness and loss are compared with the traffic on the link', () => {
  const slow: Path = during(path(11), 60_000, path(400));
  const { verdict } = tell({
    sites: [site('dc', { expect: { link: 'vpn', mtu: null } })],
    targets: [[icmp('core', 'dc', '10.40.0.1'), slow]],
    runMs: 120_000,
  });
  assert.match(verdict.headline, /^dc answers in 4\d\d ms$/);
  assert.equal(verdict.tail, ' (limit 150 ms)');
  assert.equal(verdict.next, 'Compare with the traffic on the VPN link: full, rerouted or faulty');
  assert.equal(verdict.faultAt, 'unclear: nothing but dc is probed');
});
