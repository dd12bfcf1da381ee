/**
 * The agent with AWS's control plane around it: what EC2 and Direct Connect tell stands on every surface, a tunnel
 * that falls is seen within a poll, and no secret of an answer comes out anywhere.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import type { VpcView } from '../../agent/verdict/vpc-view.ts';
import { FakeCloudWatch, KEY } from '../fakes/aws/cloudwatch.ts';
import { FakeMetadata } from '../fakes/aws/metadata.ts';
import { FakeAws } from '../fakes/aws/services.ts';
import { setBgp, setTunnel } from '../fakes/aws/vpc-day.ts';
import { directConnect, nothing, VIF_IDS, VPC_ID, VPN_IDS, vgwWithTwoVpns } from '../fakes/aws/vpc-stories.ts';
import { SECRETS, type World } from '../fakes/aws/world.ts';
import { textOf } from '../fakes/markup.ts';
import { type RunningAgent, startAgent } from './running-agent.ts';

interface Stage {
  readonly agent: RunningAgent;
  readonly aws: FakeAws;
  readonly cloudwatch: FakeCloudWatch;
}

async function stage(t: TestContext, world: World, deny: readonly string[] = []): Promise<Stage> {
  const [aws, cloudwatch, metadata] = [new FakeAws(world), new FakeCloudWatch(), new FakeMetadata()];
  metadata.role(KEY.id, KEY.secret, 'token', Date.now() + 3_600_000);
  aws.keys = cloudwatch.keys = [{ ...KEY, token: 'token' }, KEY];
  for (const action of deny) aws.denied.add(action);
  const [url, publish, imds] = [await aws.listen(), await cloudwatch.listen(), await metadata.listen()];
  const config = `publish: { cloudwatch: { endpoint: "${publish}", period: 1s } }
parameters: { enabled: off }
vpc:
  endpoints: { ec2: "${url}", directConnect: "${url}" }
  every: { tunnels: 10s, directConnect: 10s, addresses: 10s, routes: 10s }
sites: { office: { cidrs: [10.20.0.0/16], expect: { link: vpn } } }
targets: [{ name: core, site: here, icmp: 127.0.0.1, every: 1s }]
`;
  const environment = {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: imds,
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
  };
  t.after(() => Promise.all([aws.close(), cloudwatch.close(), metadata.close()]));
  return { agent: startAgent(t, { config, environment }), aws, cloudwatch };
}

const viewWith = (agent: RunningAgent, what: string, holds: (vpc: VpcView) => boolean): Promise<VpcView> =>
  agent.until(what, async () => {
    const { status, body } = await agent.get('/api/v1/vpc');
    const vpc = status === 200 ? (JSON.parse(body) as VpcView) : null;
    return vpc !== null && holds(vpc) ? vpc : null;
  });

const told = ({ parts }: VpcView): boolean => parts.every(({ status }) => status === 'ok' || status === 'off');

test('a VPC with two VPNs: every surface tells of it; a tunnel that falls is an event and "no redundancy"', async (t) => {
  const world = vgwWithTwoVpns();
  const { agent, cloudwatch } = await stage(t, world);
  const vpc = await viewWith(agent, 'all parts', (one) => told(one) && one.vpns.length === 2);
  assert.deepEqual([vpc.vpcId, vpc.subnets.length > 0], [VPC_ID, true]);
  const page = async (): Promise<string> => textOf((await agent.get('/vpc')).body);
  const first = await page();
  for (const { id } of [...vpc.subnets, ...vpc.vpns, ...vpc.routeTables]) assert.ok(first.includes(id), id);
  assert.match((await agent.get('/')).body, /href="\/vpc"/);
  assert.match((await agent.get('/prtg?view=vpc')).body, /"Tunnels up","value":4/);
  assert.match((await agent.get('/metrics')).body, /^vpc_canary_tunnel_state\{.*\} 1$/m);
  await agent.until('a datum of the VPC', () =>
    ['SubnetIpUsage', 'TunnelState'].every((name) => cloudwatch.accepted.some((datum) => datum.MetricName === name)),
  );
  const [fallen = ''] = world.vpnConnections?.[0]?.VgwTelemetry?.map(({ OutsideIpAddress }) => OutsideIpAddress) ?? [];
  const at = Date.now() - 3000;
  setTunnel(world, VPN_IDS[0], fallen, { status: 'DOWN', at, message: 'IPSEC IS DOWN', routes: 0 });
  const after = await viewWith(agent, 'the tunnel down', ({ vpns }) => vpns[0]?.state === 'degraded');
  assert.match(after.vpns[0]?.reasons.map(({ text }) => text).join() ?? '', /redundan/);
  const down = await page();
  assert.match(down, new RegExp(`${fallen.replaceAll('.', '\\.')} down IPSEC IS DOWN`));
  const { events } = JSON.parse((await agent.get('/api/v1/events?kind=vpc')).body);
  const event = events.find((one: { to: string }) => one.to === 'down' || one.to === 'degraded');
  assert.equal(event?.layer, 'bgp-tunnels');
  assert.ok(Math.abs(event.at - at) < 1500, 'it began when AWS says, not when it was asked');
  assert.match(textOf((await agent.get('/events')).body), new RegExp(fallen.replaceAll('.', '\\.')));
  const status = (...more: string[]): string =>
    execFileSync(process.execPath, ['--no-warnings', 'agent/main.ts', 'status', '--vpc', '--url', agent.url, ...more], {
      encoding: 'utf8',
    });
  assert.match(status(), /IPSEC IS DOWN/);
  const check = spawnSync(process.execPath, ['--no-warnings', 'agent/main.ts', 'check', '--vpc', '--url', agent.url], {
    encoding: 'utf8',
  });
  assert.equal(check.status, 1, check.stdout);
  assert.match(check.stdout, /^VPC-CANARY WARNING - .*'tunnels down'=1/);
  const everything = [down, status('--json'), agent.output, agent.errors, check.stdout];
  for (const path of [
    '/api/v1/state',
    '/api/v1/vpc',
    '/metrics',
    '/healthz',
    '/prtg',
    '/prtg?view=vpc',
    '/agent',
    '/vpc?open=all',
  ])
    everything.push((await agent.get(path)).body);
  for (const secret of Object.values(SECRETS).flat()) {
    for (const text of everything) assert.ok(!text.includes(String(secret)), 'a secret of an answer came out');
  }
});

test('Direct Connect: a session that drops shows by family; what may not be asked says which permission is missing', async (t) => {
  const world = directConnect();
  const { agent } = await stage(t, world, ['ec2:DescribeRouteTables']);
  await viewWith(
    agent,
    'Direct Connect, and routes refused',
    ({ parts, virtualInterfaces }) =>
      virtualInterfaces.length > 0 && parts.some(({ name, problem }) => name === 'routes' && problem !== null),
  );
  const page = async (): Promise<string> => textOf((await agent.get('/vpc')).body);
  assert.match(await page(), /Routes is unknown: .*ec2:DescribeRouteTables[\s\S]*"Effect": "Allow"/);
  assert.doesNotMatch((await agent.get('/metrics')).body, /^vpc_canary_propagated_routes\{/m);
  setBgp(world, VIF_IDS[0], 'ipv4', 'down');
  await viewWith(agent, 'the session down', ({ virtualInterfaces }) =>
    virtualInterfaces.some(({ peers }) => peers.some(({ status }) => status === 'down')),
  );
  assert.match(await page(), /BGP IPv4 down since/);
  assert.match((await agent.get('/metrics')).body, /^vpc_canary_bgp_peer_state\{.*family="ipv4"\} 0$/m);
});

test('a VPC with nothing: said in a line each, and well', async (t) => {
  const { agent } = await stage(t, nothing());
  await viewWith(agent, 'all parts', told);
  const page = textOf((await agent.get('/vpc')).body);
  assert.match(page, /Neither a virtual private gateway nor a transit gateway is attached/);
  assert.match(page, /No Direct Connect that this account sees reaches this VPC/);
});
