import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sentence, sinceText } from '../../agent/verdict/sentence.ts';
import type { Snapshot } from '../../agent/verdict/snapshot.ts';
import { always, during, LOST, ObservedNetwork, type Path, path } from '../fakes/observed-network.ts';
import { icmp, site } from '../fakes/planned-targets.ts';
import * as stories from '../fakes/snapshots.ts';

const say = ({ verdict, at }: Snapshot): string => sentence(verdict, at);
const MINUTE = 60_000;
const lost = always(LOST);
const local = (code: 'no-route' | 'denied'): Path => always({ kind: 'local', code, text: '' });

test('the sentences are those of the console’s design', () => {
  assert.equal(say(stories.allUp()), 'All 13 targets at 5 sites answer, for 12 min 59 s.');
  assert.equal(say(stories.melDown()), 'mel-dc2 is unreachable since 03:02:17.4, 12 min 5 s.');
  assert.match(say(stories.aklLossy()), /^akl-branch loses \d(\.\d)? % since 03:\d\d \(limit 2 %\)\.$/);
  assert.equal(
    say(stories.perFiltered()),
    'per-dc3 answers no ping since 03:05 but its TCP is healthy (14 flows): filtered or rate-limited, not down.',
  );
  assert.equal(
    say(stories.erpRefuses()),
    'erp refuses connections since 03:06:23.3; the other 3 targets at syd-dc1 answer: its host or service, not the network.',
  );
  assert.equal(say(stories.measuring()), 'Measuring, first verdict in 9 s.');
  assert.equal(say(stories.nothingConfigured()), 'Nothing is probed: the configuration names no target.');
  assert.equal(say(stories.noRoute()), 'This host has no route to any target since 03:10. No verdict on the network.');
  assert.match(
    say(stories.overload()),
    /^This agent is overloaded since 03:1\d: own loss, not the network's\. No verdict on the network\.$/,
  );
});

const all = [
  stories.allUp,
  stories.melDown,
  stories.melDownExplained,
  stories.aklLossy,
  stories.perFiltered,
  stories.erpRefuses,
  stories.manyTroubles,
  stories.measuring,
  stories.nothingConfigured,
  stories.noRoute,
  stories.overload,
  stories.hostileNames,
  stories.twoHundred,
  stories.oneThousand,
];

test('headline and since keep within 90 characters, whatever the names', () => {
  for (const story of all) {
    const { verdict, at } = story();
    const length = Array.from(`${verdict.headline}${sinceText(verdict, at)}`).length;
    assert.ok(length <= 90, `${length}: ${verdict.headline}`);
  }
});

test('a name of 200 characters down for a day keeps within them too', () => {
  const name = 'very-long-name-'.repeat(14);
  const { verdict, at } = stories.tell({
    sites: [site(name)],
    targets: [[icmp('a', name, '192.0.2.1', { everyMs: 60_000 }), during(path(5), 30 * MINUTE, lost)]],
    runMs: 600 * MINUTE,
  });
  assert.equal(verdict.state, 'down');
  assert.match(sentence(verdict, at), /^very-long-.*… is unreachable since 20 Nov \d\d:\d\d:\d\d\.\d, 9 h \d+ min\.$/);
  assert.ok(Array.from(`${verdict.headline}${sinceText(verdict, at)}`).length <= 90);
});

test('texts are whole sentences of one line, without undefined or NaN', () => {
  for (const story of all) {
    const { verdict, sites, targets, events, at } = story();
    const texts = [
      sentence(verdict, at),
      ...[verdict.faultAt, verdict.notAtFault, verdict.notChecked, verdict.next, verdict.label].filter(
        (text) => text !== null,
      ),
      ...verdict.evidence.map(({ text }) => text),
      ...verdict.chain.map(({ text }) => text),
      ...verdict.others.map(({ text }) => text),
      ...events.map(({ text }) => text),
      ...[...sites, ...targets].flatMap(({ reasons }) => reasons.map(({ text }) => text)),
    ];
    for (const text of texts) assert.doesNotMatch(text, /undefined|NaN|Infinity|null|\n|^$/, text);
  }
});

test('evidence stands in the order of time, three pieces at most, and names what came first', () => {
  const { verdict, at } = stories.melDownExplained();
  assert.deepEqual(verdict.evidence, [
    {
      at: at - 725_000 - 1200,
      text: 'BGP peer 169.254.96.1 on dxvif-fg2k5h went down, 1.2 s before the first lost probe',
    },
    { at: at - 725_000, text: 'All 4 targets stopped answering within 0.8 s' },
    { at: null, text: 'TCP flows to it stalled (38 timeouts)' },
  ]);
  for (const story of all) assert.ok(story().verdict.evidence.length <= 3);
});

test('a fault is likely where it is inferred, and plain where its source says so', () => {
  assert.equal(stories.melDown().verdict.faultAt, 'likely the Direct Connect link to mel-dc2, or mel-dc2 itself');
  assert.equal(
    stories.melDownExplained().verdict.faultAt,
    'Direct Connect dxvif-fg2k5h, its provider or the side of mel-dc2',
  );
});

test('only what was measured is not at fault; the rest is not checked', () => {
  const blind = stories.melDown().verdict;
  assert.doesNotMatch(blind.notAtFault!, /instance/);
  assert.match(blind.notAtFault!, /^This VPC \(reference 0\.6\d ms, 0 % loss\), the paths to /);
  assert.match(blind.notChecked!, /CPU steal .*tunnels and BGP.*TCP flows/);
  const seeing = stories.melDownExplained().verdict;
  assert.match(seeing.notAtFault!, /^This instance \(CPU steal 0 %, no ENA drops\)/);
  assert.equal(seeing.notChecked, null);
});

test('the chain shows where the fault is, and what nothing measures as unchecked', () => {
  const links = ({ verdict }: Snapshot): string[] => verdict.chain.map(({ name, state }) => `${name}: ${state}`);
  assert.deepEqual(links(stories.melDown()), [
    'This host: up',
    'VPC / AZ: up',
    'AWS edge: up',
    'Direct Connect: unchecked',
    'mel-dc2: down',
  ]);
  assert.deepEqual(links(stories.melDownExplained()), [
    'This host: up',
    'VPC / AZ: up',
    'AWS edge: up',
    'Direct Connect dxvif-fg2k5h: down',
    'mel-dc2: unchecked',
  ]);
  assert.equal(links(stories.noRoute())[0], 'This host: down');
  assert.equal(links(stories.measuring())[0], 'This host: unchecked');
});

test('troubles stand in order: critical and down first, unknown last', () => {
  const { verdict } = stories.manyTroubles();
  assert.equal(verdict.headline, 'mel-dc2 is unreachable');
  assert.equal(verdict.label, 'Down · critical site');
  assert.deepEqual(
    verdict.others.map(({ state, site: at }) => `${at} ${state}`),
    ['akl-branch degraded', 'per-dc3 unknown'],
  );
  assert.match(
    verdict.others[0]!.text,
    /^loses .* since 03:\d\d \(limit 2 %\); the other target at akl-branch answers$/,
  );
});

test('a critical site comes before an older outage of another', () => {
  const sites = [site('old'), site('important', { critical: true })];
  const { verdict } = stories.tell({
    sites,
    targets: [
      [icmp('a', 'old', '192.0.2.1'), during(path(5), 2 * MINUTE, lost)],
      [icmp('b', 'important', '192.0.2.2'), during(path(5), 5 * MINUTE, lost)],
    ],
    runMs: 10 * MINUTE,
  });
  assert.equal(verdict.headline, 'important is unreachable');
  assert.equal(verdict.others[0]!.subject, 'old');
  assert.equal(verdict.faultAt, 'likely this host, its VPC or the AWS edge: no site answers');
});

test('when this host is short of something and nothing is well, the host is at fault', () => {
  const cut = stories
    .thirteen()
    .map(([target, own]) => [target, during(own, 9 * MINUTE, path(60, { loss: 0.3 }))] as const);
  const host = { stealRatio: 0.38, allowanceExceeded: [{ name: 'pps_allowance_exceeded', packets: 1204 }] };
  const told = stories.tell({ targets: cut, evidence: { host } });
  assert.match(
    say(told),
    /^The fault is this instance since 03:1\d: CPU steal 38 %, ENA dropped 1,204 packets\. No verdict on the network\.$/,
  );
  assert.equal(told.verdict.state, 'unknown');
  assert.equal(told.verdict.chain[0]!.state, 'degraded');
  // One site cut off while the others are well is no fault of this host, whatever it dropped.
  const one = stories.thirteenWith({ 'per-core': during(path(46), 9 * MINUTE, lost) });
  assert.equal(stories.tell({ targets: one, evidence: { host } }).verdict.headline, 'per-dc3 is unreachable');
});

test('what this host is short of must be enough to explain it', () => {
  const only = (own: Path, packets: number) =>
    stories.tell({
      sites: [site('dc')],
      targets: [[icmp('a', 'dc', '192.0.2.1'), during(path(5), 10 * MINUTE, own)]],
      evidence: { host: { stealRatio: 0.2, allowanceExceeded: [{ name: 'pps_allowance_exceeded', packets }] } },
    }).verdict.headline;
  assert.equal(only(lost, 1), 'dc is unreachable');
  assert.equal(only(lost, 5000), 'The fault is this instance');
  assert.equal(only(path(5, { loss: 0.3 }), 0), 'The fault is this instance');
});

test('overload hides no outage that is older than it, nor one that leaves others well', () => {
  const network = new ObservedNetwork(stories.NOW);
  network.probe([site('dc', { critical: true })], [[icmp('a', 'dc', '192.0.2.1'), during(path(5), 30_000, lost)]]);
  network.run(5 * MINUTE);
  network.observer.setEvidence({ overload: 'one probe was sent late' });
  const late = network.run(2000).snapshot;
  assert.equal(late.verdict.headline, 'dc is unreachable');
  assert.equal(late.targets[0]!.state, 'down');
  assert.deepEqual(
    late.targets[0]!.reasons.map(({ code }) => code),
    ['no-reply', 'overload'],
  );
  const one = stories.thirteenWith({ 'per-core': during(path(46), 9 * MINUTE, lost) });
  const told = stories.tell({ targets: one, evidence: { overload: 'one probe was sent late' } });
  assert.equal(told.verdict.headline, 'per-dc3 is unreachable');
});

test('healthy TCP clears only a site whose pings are all silent', () => {
  const tcpHealthy = { sites: { 'mel-dc2': { tcp: { flowsMovingData: 3, healthy: true } } } };
  const silent = { 'mel-core': during(path(11), 4 * MINUTE, lost), 'mel-fw': during(path(11), 4 * MINUTE, lost) };
  const filtered = stories.tell({ targets: stories.thirteenWith(silent), evidence: tcpHealthy });
  assert.equal(filtered.targets[0]!.state, 'unknown');
  assert.equal(filtered.targets[0]!.reasons[0]!.code, 'filtered');
  assert.equal(filtered.sites[0]!.state, 'up', 'its TCP and DNS probes answer');
  const one = stories.tell({
    targets: stories.thirteenWith({ 'mel-core': during(path(11), 4 * MINUTE, lost) }),
    evidence: tcpHealthy,
  });
  assert.equal(one.targets[0]!.state, 'down');
});

test('a site whose connections retransmit more than usual is degraded though every probe is fine', () => {
  const tcp = { flowsMovingData: 14, healthy: false, retransmitRatio: 0.062, baselineRetransmitRatio: 0.004 };
  const told = stories.tell({ targets: stories.thirteen(), evidence: { sites: { 'mel-dc2': { tcp } } } });
  const mel = told.sites.find(({ name }) => name === 'mel-dc2')!;
  assert.equal(mel.state, 'degraded');
  assert.deepEqual(mel.reasons.at(-1), {
    code: 'retransmission',
    text: 'TCP retransmits 6.2 % of its segments (usual 0.4 %)',
  });
  assert.match(
    say(told),
    /^mel-dc2 retransmits 6\.2 % of its TCP since 03:0\d(:\d\d(\.\d)?)? \(usual 0\.4 %\) though probes are fine\.$/,
  );
  assert.ok(told.events.some(({ subject, to }) => subject === 'mel-dc2' && to === 'degraded'));
  for (const usual of [null, 0.07]) {
    const calm = { sites: { 'mel-dc2': { tcp: { ...tcp, baselineRetransmitRatio: usual } } } };
    assert.equal(stories.tell({ targets: stories.thirteen(), evidence: calm }).verdict.state, 'up');
  }
});

test('a probe of another kind that answers at the same address shows that ping is filtered', () => {
  const told = stories.tell({
    sites: [site('dc')],
    targets: [
      [icmp('ping', 'dc', '10.20.3.4'), during(path(5), 2 * MINUTE, lost)],
      [stories.thirteen().find(([target]) => target.name === 'erp')![0], path(5)],
    ].map(([target, own]) => [{ ...(target as ReturnType<typeof icmp>), site: 'dc' }, own as Path] as const),
    runMs: 5 * MINUTE,
  });
  assert.equal(told.targets[0]!.state, 'unknown');
  assert.match(told.targets[0]!.reasons[0]!.text, /^answers no ping, but erp answers at the same address/);
});

test('one site that cannot be measured is no reason to doubt the others', () => {
  const told = stories.tell({
    targets: stories.thirteenWith({ 'per-core': during(path(46), 9 * MINUTE, local('denied')) }),
  });
  assert.equal(told.verdict.state, 'unknown');
  assert.equal(
    say(told),
    "per-dc3 cannot be measured since 03:10: this host's firewall or policy forbids probes to 10.70.0.1.",
  );
  assert.equal(told.verdict.faultAt, 'this host');
});

test('the same words stand in event, verdict and reason', () => {
  const { events, verdict, sites } = stories.melDown();
  const event = events.find(({ kind }) => kind === 'site')!;
  assert.equal(event.text, verdict.headline);
  assert.equal(event.at, verdict.since);
  assert.equal(sites[0]!.since, verdict.since);
});

test('a path that answers again is told with how long it had not', () => {
  const paths: Path = during(path(46), 9 * MINUTE, lost, 12.8 * MINUTE);
  const told = stories.tell({ targets: stories.thirteenWith({ 'per-core': paths }) });
  assert.equal(say(told), 'per-dc3 answers again since 03:14, was down 3 min 48 s.');
  assert.equal(told.verdict.next, null);
});
