/** The agent on an instance whose VPC answers: what it shows and tells of it, through the metadata, EC2 and Direct Connect. */
import assert from 'node:assert/strict';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { CanaryEvent } from '../../agent/verdict/snapshot.ts';
import type { VpcView } from '../../agent/verdict/vpc-view.ts';
import { KEY } from '../fakes/aws/cloudwatch.ts';
import { FakeMetadata } from '../fakes/aws/metadata.ts';
import { FakeAws } from '../fakes/aws/services.ts';
import { setBgp, setTunnel } from '../fakes/aws/vpc-day.ts';
import { directConnect, VIF_IDS, VPC_ID, VPN_IDS, vgwWithTwoVpns } from '../fakes/aws/vpc-stories.ts';
import { SECRETS, type World } from '../fakes/aws/world.ts';
import { type RunningAgent, startAgent } from './running-agent.ts';

function everything(): World {
  const world = directConnect();
  world.vpnConnections = vgwWithTwoVpns().vpnConnections;
  return world;
}

async function around(t: TestContext, log = 'info'): Promise<{ agent: RunningAgent; aws: FakeAws }> {
  const [aws, metadata] = [new FakeAws(everything()), new FakeMetadata()];
  aws.keys = [{ ...KEY, token: 'token' }];
  metadata.role(KEY.id, KEY.secret, 'token', Date.now() + 3_600_000);
  const [endpoint, imds] = [await aws.listen(), await metadata.listen()];
  const config = `
sites: { syd-dc1: { cidrs: [10.20.0.0/24], expect: { link: direct-connect } } }
targets: [{ name: core, site: here, icmp: 127.0.0.1 }]
publish: { cloudwatch: { enabled: off, endpoint: "${endpoint}" } }
parameters: { enabled: off }
log: { level: ${log} }
vpc:
  endpoints: { ec2: "${endpoint}", directConnect: "${endpoint}" }
  every: { tunnels: 10s, directConnect: 10s, addresses: 10s, routes: 10s }
`;
  const environment = {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: imds,
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
  };
  t.after(() => Promise.all([aws.close(), metadata.close()]));
  return { agent: startAgent(t, { config, environment }), aws };
}

/** Waits for a view of which something holds: the questions come in their own time, some need others' answers. */
async function viewWith(agent: RunningAgent, what: string, holds: (view: VpcView) => boolean): Promise<VpcView> {
  const look = () =>
    agent.until(what, async () => {
      const { status, body } = await agent.get('/api/v1/vpc');
      const view = status === 200 ? (JSON.parse(body) as VpcView) : null;
      return view !== null && holds(view) ? view : null;
    });
  return look().catch(look);
}

test('the VPC in the snapshot, its changes as events in history, log and API, no secret anywhere, what was learnt kept', async (t) => {
  const { agent, aws } = await around(t, 'trace');
  const vpc = await viewWith(
    agent,
    'the whole VPC',
    ({ parts, vpns, virtualInterfaces, sitePaths }) =>
      parts.every(({ status }) => status === 'ok') &&
      vpns.length > 0 &&
      virtualInterfaces.length === VIF_IDS.length &&
      sitePaths.some(({ link }) => link === 'direct-connect'),
  );
  const { agent: view } = await agent.snapshot();
  assert.equal(vpc.vpcId, VPC_ID);
  assert.equal(view.title, 'payments');
  assert.equal(vpc.subnets.find(({ own }) => own)?.name, 'private-a');
  assert.equal(vpc.state, 'up');
  assert.deepEqual(
    vpc.sitePaths.map(({ site, link }) => [site, link]),
    [['syd-dc1', 'direct-connect']],
  );
  // EC2 tells full seconds.
  const at = Math.floor(Date.now() / 1000) * 1000 - 2000;
  setTunnel(aws.world, VPN_IDS[0], '203.0.113.1', { status: 'DOWN', at, message: 'IPSEC IS DOWN' });
  for (const id of VIF_IDS) setBgp(aws.world, id, 'ipv4', 'down');
  const { events } = await agent.snapshotWith('the events', (seen) =>
    ['Tunnel 203.0.113.1', 'BGP IPv4', 'syd-dc1 runs over VPN'].every((begin) =>
      seen.events.some(({ kind, text }) => kind === 'vpc' && text.startsWith(begin)),
    ),
  );
  const tunnel = events.find(({ text }) => text.startsWith('Tunnel'));
  assert.deepEqual([tunnel?.at, tunnel?.from, tunnel?.to, tunnel?.layer], [at, 'up', 'down', 'bgp-tunnels']);
  const stored = JSON.parse((await agent.get('/api/v1/events?kind=vpc')).body) as { events: CanaryEvent[] };
  assert.ok(stored.events.some(({ id }) => id === tunnel?.id));
  assert.match(agent.output, /syd-dc1 runs over VPN \(was Direct Connect\)/);

  aws.denied.add('ec2:DescribeRouteTables');
  const { agent: denied } = await agent.snapshotWith('the denial', (seen) =>
    seen.agent.notices.some(({ code }) => code === 'vpc-routes'),
  );
  const notice = denied.notices.find(({ code }) => code === 'vpc-routes');
  assert.match(
    notice?.text ?? '',
    /^Of the VPC, route tables are of \d\d:\d\d:\d\d: the role may not call ec2:DescribeRouteTables/,
  );
  assert.match(notice?.remedy ?? '', /"Action":"ec2:DescribeRouteTables"/);

  const pages = await Promise.all(
    ['/', '/vpc', '/agent', '/events', '/metrics', '/prtg?view=vpc', '/api/v1/state', '/api/v1/vpc'].map((path) =>
      agent.get(path),
    ),
  );
  agent.kill('SIGTERM');
  assert.equal(await agent.exit(), 0);
  const saved = join(agent.folder, 'vpc.json');
  assert.equal(statSync(saved).mode & 0o777, 0o600);
  const files = globSync(`${agent.folder}/**/*`).filter((file) => statSync(file).isFile());
  assert.ok(files.length >= 3);
  const written = [
    agent.output,
    agent.errors,
    ...pages.map(({ body }) => body),
    ...files.map((file) => readFileSync(file, 'latin1')),
  ];
  for (const secret of [...Object.values(SECRETS), KEY.secret])
    for (const text of written) assert.ok(!text.includes(secret), secret);
  assert.deepEqual(aws.problems, []);
});

test('no answer of AWS: probing, page and verdict are as they are, and the parts say why', async (t) => {
  const { agent, aws } = await around(t);
  aws.broken.set('*', 'html');
  const seen = await viewWith(agent, 'what fails', ({ parts }) => parts.every(({ status }) => status === 'failing'));
  assert.equal(seen.state, 'unknown');
  assert.match(seen.parts[0]?.problem?.text ?? '', /503/);
  await agent.snapshotWith('a verdict', ({ verdict }) => verdict.state === 'up');
});
