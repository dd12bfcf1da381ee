/** What can go wrong with each call of the doors, and that no secret of an answer gets past them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DirectConnect } from '../../agent/aws/direct-connect.ts';
import { Imds } from '../../agent/aws/imds.ts';
import { ENVIRONMENT } from '../fakes/aws/cloudwatch.ts';
import { FakeMetadata } from '../fakes/aws/metadata.ts';
import type { Breakage } from '../fakes/aws/services.ts';
import { directConnect, transitGateway, VPC_ID, vgwWithTwoVpns, withIpam } from '../fakes/aws/vpc-stories.ts';
import { SECRETS, type World } from '../fakes/aws/world.ts';
import { calls, failureOf, given, soon, vpcRig } from './vpc-rig.ts';

/** Everything at once: gateways of all kinds, IPAM, interfaces. */
function everything(): World {
  const world = withIpam(vgwWithTwoVpns());
  const { associations, attachments, connections, lags, virtualInterfaces, metrics } = directConnect();
  const { transitGatewayAttachments } = transitGateway();
  return Object.assign(world, {
    associations,
    attachments,
    connections,
    lags,
    virtualInterfaces,
    metrics,
    transitGatewayAttachments,
  });
}

test('each action denied alone: only its call fails, and the remedy is the statement that grants it', async (t) => {
  const rig = await vpcRig(t, everything());
  for (const [actions, call] of calls(rig)) {
    for (const action of actions) {
      rig.server.denied.clear();
      rig.server.denied.add(action);
      const failure = failureOf(await call());
      assert.equal(failure.class, 'denied', action);
      assert.match(failure.text, new RegExp(`may not call ${action}`));
      assert.ok(failure.remedy.includes(`{"Effect":"Allow","Action":"${action}","Resource":"*"}`), failure.remedy);
    }
    for (const [others, other] of calls(rig)) {
      if (!others.some((name) => rig.server.denied.has(name))) given(await other());
    }
  }
});

test('every breakage has its class, for EC2 and Direct Connect alike, and AWS is asked once', async (t) => {
  const rig = await vpcRig(t, everything());
  const cases: readonly [Breakage, string, RegExp][] = [
    ['internal', 'transient', /answers 500/],
    ['html', 'transient', /answers 503/],
    ['cut', 'transient', /./],
    ['garbled', 'transient', /the answer cannot be read/],
  ];
  for (const [breakage, kind, text] of cases) {
    rig.server.broken.set('*', breakage);
    for (const [[action = ''], call] of calls(rig)) {
      const before = rig.server.calls.length;
      const failure = failureOf(await call());
      assert.equal(failure.class, kind, `${breakage} ${action}: ${JSON.stringify(failure)}`);
      assert.match(failure.text, text, `${breakage} ${action}`);
      assert.equal(rig.server.calls.length, before + 1, `${breakage} ${action}`);
    }
  }
});

test('throttled: the class says so, at once and without another try', async (t) => {
  const rig = await vpcRig(t, everything());
  rig.server.throttled.add('*');
  for (const [[action = ''], call] of calls(rig)) {
    const before = rig.server.calls.length;
    assert.equal(failureOf(await call()).class, 'throttled', action);
    assert.equal(rig.server.calls.length, before + 1, action);
  }
  rig.server.throttled.clear();
  given(await rig.ec2.subnets(VPC_ID, soon()));
});

test('a clock an hour off costs one more request, whichever way it is off', async (t) => {
  for (const off of [3_600_000, -3_600_000]) {
    const rig = await vpcRig(t, everything());
    rig.server.now = () => Date.now() + off;
    for (const [[action = ''], call] of calls(rig)) {
      const told = await call();
      assert.ok(told.ok, `${off} ${action}: ${JSON.stringify(told)}`);
    }
    assert.equal(rig.server.problems.filter((problem) => /time/.test(problem)).length, 3, 'once for each client');
  }
});

test('an ended session: credentials are fetched again, and the call is made again', async (t) => {
  const metadata = new FakeMetadata();
  const imds = new Imds({ endpoint: await metadata.listen() });
  t.after(async () => {
    imds.close();
    await metadata.close();
  });
  metadata.role('ASIAOLD', 'old', 'old-token', Date.now() + 3_600_000);
  const rig = await vpcRig(t, everything(), { environment: {}, imds });
  rig.server.keys = [{ id: 'ASIAOLD', secret: 'old', token: 'old-token' }];
  given(await rig.ec2.subnets(VPC_ID, soon()));
  rig.server.keys = [{ id: 'ASIANEW', secret: 'new', token: 'new-token' }];
  metadata.role('ASIANEW', 'new', 'new-token', Date.now() + 3_600_000);
  given(await rig.ec2.subnets(VPC_ID, soon()));
  rig.server.broken.set('*', 'expired');
  const failure = failureOf(await rig.ec2.subnets(VPC_ID, soon()));
  assert.equal(failure.class, 'credentials', JSON.stringify(failure));
});

test('an answer that does not come is given up when the caller says so', async (t) => {
  const rig = await vpcRig(t, everything());
  rig.server.broken.set('*', 'hang');
  const failure = failureOf(await rig.ec2.subnets(VPC_ID, AbortSignal.timeout(200)));
  assert.equal(failure.class, 'transient');
});

test('no interface endpoint for Direct Connect: the failure names the endpoint to make', async (t) => {
  // nobody answers for these names or addresses: as in a VPC whose only way out is the link that is down
  const fixed = { fips: false, proxy: 'http://127.0.0.1:9', certificates: null, imds: null, environment: ENVIRONMENT };
  const options = { ...fixed, region: 'ap-southeast-2', endpoint: null };
  const door = new DirectConnect(options, options);
  t.after(() => door.close());
  const failure = failureOf(await door.virtualInterfaces(soon()));
  assert.equal(failure.class, 'transient');
  assert.match(failure.text, /directconnect\.ap-southeast-2\.amazonaws\.com cannot be reached \(ECONNREFUSED/);
  assert.match(failure.remedy, /interface endpoint com\.amazonaws\.ap-southeast-2\.directconnect /);
  const direct = { ...options, proxy: null, region: 'no-such-1' };
  const nowhere = new DirectConnect(direct, direct);
  t.after(() => nowhere.close());
  const unknown = failureOf(await nowhere.virtualInterfaces(soon()));
  assert.match(unknown.text, /directconnect\.no-such-1\.amazonaws\.com (cannot be resolved|cannot be reached)/);
  assert.match(unknown.remedy, /com\.amazonaws\.no-such-1\.directconnect/);
});

test('no secret of an answer is in what the doors give, good or bad', async (t) => {
  const rig = await vpcRig(t, everything());
  const seen: string[] = [];
  const look = async (): Promise<void> => {
    for (const [, call] of calls(rig)) seen.push(JSON.stringify(await call()));
  };
  await look();
  for (const breakage of ['garbled', 'cut', 'html', 'internal'] as const) {
    rig.server.broken.set('*', breakage);
    await look();
  }
  const all = seen.join('\n');
  assert.ok(all.includes('vpn-0aaaaaaaaaaaaaaaa') && all.includes('dxvif-ffaaaaaa'), 'the answers were seen');
  for (const [name, secret] of Object.entries(SECRETS)) assert.ok(!all.includes(secret), name);
  assert.doesNotMatch(all, /pre_?shared_?key|authkey|customergatewayconfiguration/i);
});
