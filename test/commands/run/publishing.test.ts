/** How the running agent joins identity, spool, sender and configuration. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Behaviour, KEY, REGION } from '../../fakes/aws/cloudwatch.ts';
import { numbersIn, Rig, vpcOf } from './publishing-rig.ts';

const VPC = 'vpc-0a1b2c3d4e5f67890';

const ascending = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);
const fromOne = (count: number, first = 1): number[] => Array.from({ length: count }, (_, i) => first + i);

test('an identity that comes late: nothing goes under a wrong name, then all under the right one', async (t) => {
  const rig = await Rig.make(t);
  rig.metadata.mode = 'broken';
  await rig.configure('namespace: VpcCanary');
  rig.identity.begin();
  await rig.until('the notice', () => rig.codes().includes('identity-unknown'));
  await sleep(1500);
  assert.equal(rig.publishing.view(), null);
  assert.equal(rig.server.requests.length, 0);
  rig.metadata.mode = 'on';
  await rig.until('data', () => rig.of('Heartbeat').length >= 2);
  assert.deepEqual(new Set(rig.server.accepted.map(vpcOf)), new Set([VPC]));
  assert.deepEqual(rig.codes(), []);
  assert.ok(
    rig.log.some((line) =>
      line.startsWith(`info publishing to CloudWatch: VpcCanary in ${REGION}, VpcId ${VPC}, every 1 s`),
    ),
  );
  assert.ok(rig.log.some((line) => line.includes('CloudWatch accepts the data of')));
});

test('half an identity is none: it is asked again', async (t) => {
  const rig = await Rig.make(t);
  const asked = 'meta-data/network/interfaces/macs/06:00:00:00:00:01/vpc-id';
  rig.metadata.failing.add(asked);
  await rig.configure('namespace: VpcCanary');
  rig.identity.begin();
  await rig.until('the notice', () => rig.codes().includes('identity-unknown'));
  assert.equal(rig.identity.identity, null);
  rig.metadata.failing.delete(asked);
  await rig.until('the identity', () => rig.identity.identity?.vpcId === VPC);
});

test('an identity that never comes: what the configuration names is published, and the page says why', async (t) => {
  const rig = await Rig.make(t);
  rig.metadata.mode = 'off';
  await rig.configure(`region: ${REGION}, vpc: sydney`);
  rig.identity.begin();
  await rig.until('data', () => rig.of('Heartbeat').length >= 2);
  assert.deepEqual(new Set(rig.server.accepted.map(vpcOf)), new Set(['sydney']));
  assert.deepEqual(rig.codes(), ['identity-unknown']);
  assert.match(rig.identity.conditions()[0]?.text ?? '', /the instance metadata is switched off\.$/);
});

test('off EC2 nobody is asked; a region is what makes it publish, and one that is missing is told', async (t) => {
  const rig = await Rig.make(t, { offEc2: true });
  await rig.configure('enabled: on');
  assert.deepEqual(rig.codes(), ['publish-nowhere']);
  assert.equal(rig.publishing.view(), null);
  await rig.configure('vpc: sydney');
  assert.deepEqual(rig.codes(), []);
  assert.equal(rig.publishing.view(), null);
  await rig.configure(`region: ${REGION}, vpc: sydney`);
  await rig.until('data', () => rig.of('Heartbeat').length >= 1);
  assert.deepEqual(rig.metadata.asked, []);
});

test('a reload in the middle of a period: the first part goes as it was wished, the rest as it is wished now', async (t) => {
  const rig = await Rig.make(t);
  rig.identity.begin();
  await rig.configure('namespace: One');
  await rig.until('data', () => rig.of('Heartbeat').length >= 2);
  const begun = rig.of('RoundTripTime')[0]?.Values?.[0] ?? 0;
  await sleep(1500 - (Date.now() % 1000));
  const cut = Math.floor(Date.now() / 1000);
  await rig.configure('namespace: Two, set: [RoundTripTime, SpoolDepth]');
  await rig.until('data in Two', () => rig.of('SpoolDepth').length >= 2);
  await rig.nextLife();
  const numbers = numbersIn(rig.of('RoundTripTime'));
  assert.deepEqual(ascending(numbers), fromOne(rig.made - begun + 1, begun), 'every round trip once');
  const beats = rig.of('Heartbeat').map(({ Timestamp }) => Timestamp);
  assert.ok(
    beats.some((at) => Math.abs(at - cut) <= 1),
    'the part before the reload is of One',
  );
  assert.deepEqual([...rig.server.namespaces], ['One', 'Two']);
  assert.deepEqual(rig.server.problems, []);
});

test('a reload while CloudWatch is away: the spool is moved on, with its times, once, in order', async (t) => {
  let behaviour: Behaviour = 'internal';
  const rig = await Rig.make(t, { server: { behave: () => behaviour } });
  rig.identity.begin();
  await rig.configure('maxSeries: 50');
  await rig.until('three periods waiting', () => (rig.publishing.view()?.spool.waiting ?? 0) >= 3);
  const oldest = rig.publishing.view()?.spool.oldest;
  assert.ok(
    rig.log.some((line) => /^warn .*"waiting":\d.* nothing reaches CloudWatch: .*500/.test(line)),
    rig.log.join('\n'),
  );
  // the state directory is taken at the start only: nothing may be left behind
  await rig.configure('maxSeries: 60', `state: { directory: ${rig.folder}/elsewhere }\n`);
  await rig.until('it goes on', () => (rig.publishing.view()?.spool.waiting ?? 0) >= 5);
  assert.equal(rig.publishing.view()?.spool.oldest, oldest);
  assert.ok(!existsSync(join(rig.folder, 'elsewhere')));
  behaviour = 'ok';
  await rig.until('all sent', () => rig.publishing.view()?.spool.waiting === 0);
  await rig.until('the log says so', () =>
    rig.log.some((line) => line.includes('nothing waits for CloudWatch any more')),
  );
  await rig.end();
  const numbers = numbersIn(rig.of('RoundTripTime'));
  assert.equal(new Set(numbers).size, numbers.length, 'none twice');
  const [first = 0] = ascending(numbers);
  assert.deepEqual(ascending(numbers), fromOne(numbers.length, first), 'none lost');
  assert.equal((rig.of('Heartbeat')[0]?.Timestamp ?? 0) * 1000 <= (oldest ?? 0) + 60_000, true);
  assert.ok(
    rig.of('Heartbeat').some(({ Timestamp }) => Timestamp * 1000 === oldest),
    'with its own time',
  );
});

test('publishing switched off and on again begins afresh', async (t) => {
  const rig = await Rig.make(t);
  rig.identity.begin();
  await rig.configure('maxSeries: 50');
  await rig.until('data', () => rig.of('Heartbeat').length >= 1);
  await rig.configure('enabled: off');
  assert.equal(rig.publishing.view(), null);
  const off = rig.made;
  await sleep(700);
  const on = rig.made;
  await rig.configure('maxSeries: 50');
  await rig.until('more', () => numbersIn(rig.of('RoundTripTime')).some((number) => number > on));
  const numbers = numbersIn(rig.of('RoundTripTime'));
  assert.deepEqual(
    numbers.filter((number) => number > off + 1 && number < on),
    [],
    'what nobody wanted is not published',
  );
});

test('a clock off by an hour: data carry AWS’s time, the page says it, a reload does not forget it', async (t) => {
  const HOUR = 3_600_000;
  const rig = await Rig.make(t, { server: { now: () => Date.now() + HOUR } });
  rig.identity.begin();
  await rig.configure('maxSeries: 50');
  await rig.until('the notice', () => rig.codes().includes('publish-clock'));
  await rig.until('data', () => rig.of('Heartbeat').length >= 4);
  const [condition] = rig.publishing.conditions();
  assert.match(condition?.text ?? '', /clock is 1 h behind AWS's/);
  assert.match(condition?.remedy ?? '', /chronyc makestep/);
  await rig.configure('maxSeries: 60');
  const before = rig.server.accepted.length;
  await rig.until('data after the reload', () => rig.server.accepted.length > before + 8);
  assert.deepEqual(rig.server.problems, ['signature: time'], 'one request was refused, in all');
  const beats = rig.of('Heartbeat').map(({ Timestamp }) => Timestamp);
  const late = beats.slice(1).filter((at) => Math.abs(at * 1000 - Date.now() - HOUR) > 30_000);
  assert.ok(late.length <= 1, 'only what was closed before the first answer has this host’s time');
  const numbers = numbersIn(rig.of('RoundTripTime'));
  assert.equal(new Set(numbers).size, numbers.length);
});

test('credentials that expire are fetched anew, and nothing is lost', async (t) => {
  const rig = await Rig.make(t, { role: true });
  const [old, young] = [
    { id: 'ASIAOLD', secret: 'old', token: 'old-token' },
    { id: 'ASIANEW', secret: 'new', token: 'new-token' },
  ];
  rig.metadata.role(old.id, old.secret, old.token, Date.now() + 3_600_000);
  rig.server.keys = [old];
  rig.identity.begin();
  await rig.configure('maxSeries: 50');
  await rig.until('data', () => rig.of('Heartbeat').length >= 2);
  rig.metadata.role(young.id, young.secret, young.token, Date.now() + 7_200_000);
  rig.server.keys = [young];
  const before = rig.of('Heartbeat').length;
  await rig.until('data with the new ones', () => rig.of('Heartbeat').length >= before + 2);
  assert.deepEqual(rig.codes(), []);
  assert.equal(rig.server.problems.length, 1, 'one request with the old ones');
  // and when there are no new ones: told, kept, sent later
  rig.server.keys = [KEY];
  await rig.until('the notice', () => rig.codes().includes('publish-failing'));
  const [condition] = rig.publishing.conditions();
  assert.equal(condition?.severity, 'error');
  assert.match(
    condition?.text ?? '',
    /does not take the credentials \(InvalidClientTokenId.* waits? on disk and go(es)? out later/,
  );
  rig.server.keys = [young];
  await rig.until('all sent', () => rig.publishing.view()?.spool.waiting === 0 && rig.codes().length === 0);
  const numbers = ascending(numbersIn(rig.of('RoundTripTime')));
  assert.deepEqual(numbers, fromOne(numbers.length, numbers[0]));
});

test('the end of the agent waits for the answer that is under way, and the period under way is kept', async (t) => {
  const rig = await Rig.make(t, { server: { behave: () => 'late', lateMs: 150 } });
  rig.identity.begin();
  await rig.configure('maxSeries: 50');
  const requests = rig.server.requests.length;
  await rig.until('a request', () => rig.server.requests.length > requests);
  await rig.end();
  const sent = new Set(numbersIn(rig.of('RoundTripTime')));
  await rig.nextLife();
  const numbers = numbersIn(rig.of('RoundTripTime'));
  assert.equal(new Set(numbers).size, numbers.length, 'nothing twice');
  assert.ok(numbers.length > sent.size, 'what the last period held goes with the next life');
  assert.deepEqual(ascending(numbers), fromOne(numbers.length, Math.min(...numbers)));
});
