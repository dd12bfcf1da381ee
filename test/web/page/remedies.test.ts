/**
 * CONSOLE 8.13: whatever may be empty or wrong (CONSOLE 4) is on the page in the agent's own words: what, since when,
 * what that does to what is shown, and what to do. Two are the browser's: the stale page (`live.test.ts`), and script
 * off (`clean.test.ts`).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition } from '../../../agent/commands/run/notices.ts';
import { icmpConditions } from '../../../agent/commands/run/probers.ts';
import { publishConditions } from '../../../agent/commands/run/publish-conditions.ts';
import { clockCondition } from '../../../agent/commands/run/self.ts';
import { loadConfig } from '../../../agent/config/load.ts';
import { describeMode } from '../../../agent/probe/icmp-status.ts';
import { allUp, nothingConfigured, starting } from '../../fakes/console.ts';
import { DAY, fakeAgent, HOUR, NOW, type Scene, sceneOf } from '../../fakes/console-parts.ts';
import { attributes, textOf } from '../../fakes/markup.ts';
import { publishView } from '../../fakes/publish-view.ts';
import { halfSeenVpc } from '../../fakes/vpc.ts';
import { ask } from './ask.ts';

const read = (scene: Scene, address: string): string => textOf(ask(scene, address).html).replace(/\s+/g, ' ');

/** All well but for these, which began a minute and a half ago. */
function told(conditions: readonly Condition[]): Scene {
  const notices = conditions.map((condition) => ({ ...condition, since: NOW - 90_000 }));
  return sceneOf({ ...allUp().snapshot, agent: fakeAgent({ notices }) });
}
const SINCE = 'since 03:12:52';

const IDLE = { receiveOverflows: 0, lateSends: 0, noBuffers: 0, now: false };
const PUBLISH = publishView(
  { lastAcceptedAt: NOW - 8 * HOUR },
  { waiting: 1132, oldest: NOW - 8 * HOUR, bytes: 900_000 },
);

function publishing(failure: { readonly class: 'transient' | 'denied'; text: string; remedy: string }): Condition[] {
  const whole = { code: 'x', status: null, ...failure };
  return publishConditions(PUBLISH, { fault: null, clockOffMs: 0, failure: whole, now: NOW });
}

test('nothing configured: a note where to write, and a first configuration that the agent takes', async () => {
  const text = read(nothingConfigured(), '/');
  assert.match(text, /No target is configured.* Write sites and targets to/);
  const pasted = /<pre[^>]*>(sites:[^<]*)<\/pre>/.exec(ask(nothingConfigured(), '/').html)?.[1] ?? '';
  const loaded = await loadConfig({ environment: {}, layers: [{ name: 'the page', text: pasted }] });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  assert.deepEqual(
    loaded.config.targets.map(({ name, site }) => [name, site]),
    [['my-router', 'my-site']],
  );
});

test('the first ten seconds: what is awaited and for how long', () => {
  const text = read(starting(), '/');
  assert.match(text, /Measuring, first verdict in 8 s/);
  assert.match(text, /History is empty: bars and charts fill from now on\. What is hatched was not measured\./);
});

test('restarted without its past: where history starts, and that what is before is not up', () => {
  const scene = sceneOf(allUp().snapshot, { oldest: NOW - 102_000 });
  for (const address of ['/', '/site/mel-dc2', '/target/mel-core', '/events'])
    assert.match(read(scene, address), /History starts 03:12:40; what is before is hatched, not up\./, address);
});

test('a stepped clock and a suspension: by how much, what it spoils, what to do', () => {
  const step = read(told([clockCondition({ stepMs: 3200, suspendedMs: 0 })]), '/agent');
  assert.match(step, /The clock was set by \+3\.2 s; times told follow it, no measurement is spoiled\./);
  assert.match(step, new RegExp(`${SINCE} nothing to do; where it happens again, see chronyc tracking`));
  const back = read(told([clockCondition({ stepMs: -1500, suspendedMs: 0 })]), '/agent');
  assert.match(back, /set by −1\.5 s/);
  const slept = read(told([clockCondition({ stepMs: 60_000, suspendedMs: 60_000 })]), '/agent');
  assert.match(slept, /was suspended for 1 min; that time is not measured\. .* keep the machine from sleeping/);
});

test('CloudWatch away: what waits where, how long there is room, what to check', () => {
  const text = read(
    told(publishing({ class: 'transient', text: 'it does not answer', remedy: 'check the route to AWS' })),
    '/',
  );
  assert.match(
    text,
    /Warning: Nothing reaches CloudWatch: it does not answer; 1,132 batches wait on disk and go out later, room for 13 d more\./,
  );
  assert.match(text, new RegExp(`${SINCE} check the route to AWS`));
});

test('a missing permission: the call and the statement', () => {
  const text = 'the role may not call cloudwatch:PutMetricData';
  const remedy = 'add to the role’s policy: {"Effect":"Allow","Action":"cloudwatch:PutMetricData","Resource":"*"}';
  assert.match(
    read(told(publishing({ class: 'denied', text, remedy })), '/'),
    /Error: Nothing reaches CloudWatch: the role may not call cloudwatch:PutMetricData.*"Action":"cloudwatch:PutMetricData"/,
  );
  const scene = allUp();
  const vpc = read(sceneOf({ ...scene.snapshot, vpc: halfSeenVpc(NOW) }), '/vpc');
  assert.match(vpc, /may not call ec2:DescribeRouteTables .*"ec2:DescribeRouteTables"/);
});

test('no raw sockets, or none at all: what is missing and the command that gives it', () => {
  const status = (opening: 'ping' | 'none'): Scene => {
    const words = { text: `raw ICMP sockets are refused (EPERM)`, remedy: 'sudo setcap cap_net_raw+ep vpc-canary' };
    const mode = describeMode([
      opening === 'ping'
        ? { kind: 'ping', door: { fake: true } as never, ...words }
        : { kind: 'none', code: 'no-privilege', ...words },
    ]);
    return told(icmpConditions({ ...mode, timing: null, overload: IDLE }));
  };
  for (const [kind, word] of [
    ['ping', 'Warning'],
    ['none', 'Error'],
  ] as const) {
    const text = read(status(kind), '/target/mel-core');
    assert.match(text, new RegExp(`${word}: raw ICMP sockets are refused \\(EPERM\\)\\. ${SINCE} sudo setcap`), kind);
  }
  assert.doesNotMatch(
    read(told(icmpConditions({ ...describeMode([]), timing: null, overload: IDLE })), '/'),
    /refused/,
  );
});

test('overload: it is this host’s loss, in numbers, and what to change', () => {
  const overload = { receiveOverflows: 12, lateSends: 340, noBuffers: 1, now: true };
  const conditions = icmpConditions({ ...describeMode([]), timing: 'kernel', overload });
  const text = read(told(conditions), '/');
  assert.match(text, /12 replies dropped on receipt, 340 probes sent late, .* own loss, not the network's\./);
  assert.match(text, new RegExp(`${SINCE} probe less often or fewer targets`));
  const agent = fakeAgent({ overload });
  assert.match(read(sceneOf({ ...allUp().snapshot, agent }), '/agent'), /now: own loss, not the network’s/);
});

test('a window before all history: that nothing was recorded, where history starts, a way out', () => {
  const scene = sceneOf(allUp().snapshot, { oldest: NOW - 2 * DAY });
  const address = '/target/mel-core?from=2026-11-10&to=2026-11-11';
  assert.match(
    read(scene, address),
    /Nothing was recorded then: history starts 19 Nov 03:14:22\. Show the last 14 days/,
  );
  assert.ok(attributes(ask(scene, address).html, 'href').includes('?range=14d'));
});

test('nothing happened, nothing matches, nothing is there: each with a way on', () => {
  const scene = allUp();
  for (const [address, words, way] of [
    ['/?q=nowhere', /No target matches “nowhere”\. Show all/, '/'],
    [
      '/events?range=1h&kind=vpc',
      /Nothing changed in this time \(last 1 h\)\. Show the last 14 days/,
      '?range=14d&kind=vpc',
    ],
    ['/site/nowhere', /There is no such page ?No site is called “nowhere”/, '/'],
    ['/?range=3h', /The address was not understood: range=3h is not known; it may be 10min, 1h/, '?range=14d'],
  ] as const) {
    assert.match(read(scene, address), words, address);
    const hrefs = attributes(ask(scene, address).html, 'href');
    assert.ok(hrefs.includes(way), `${address}: ${hrefs.join(' ')}`);
  }
  assert.doesNotMatch(read(scene, '/events?range=14d&kind=vpc'), /Show the last 14 days/);
  assert.match(read(sceneOf({ ...scene.snapshot, flows: null }), '/flows'), /Set flows\.enabled: true/);
  assert.match(read(scene, '/vpc'), /does not ask AWS about its VPC.*vpc: \{ enabled: on/);
});
