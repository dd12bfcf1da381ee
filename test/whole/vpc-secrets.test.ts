/**
 * The whole agent before AWS with secrets in every answer, good and broken: nothing of them is in anything that it
 * prints, serves, writes or sends. And what AWS tells arrives: on the page, in history, at EventBridge, from the queue.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BusEvent } from '../../agent/aws/event-bridge.ts';
import type { VpcView } from '../../agent/verdict/vpc-view.ts';
import { cli } from '../commands/cli.ts';
import { ENVIRONMENT } from '../fakes/aws/cloudwatch.ts';
import { QUEUE_PATH } from '../fakes/aws/message-queue.ts';
import { IPSEC_DOWN } from '../fakes/aws/network-events.ts';
import { FakeAws } from '../fakes/aws/services.ts';
import { setBgp, setLink, setTunnel, withdrawRoutes } from '../fakes/aws/vpc-day.ts';
import {
  CONNECTION_IDS,
  directConnect,
  LAG_ID,
  PRIVATE_TABLE_ID,
  VIF_IDS,
  VPC_ID,
  VPN_IDS,
  vgwWithTwoVpns,
  withIpam,
} from '../fakes/aws/vpc-stories.ts';
import { SECRETS, type World } from '../fakes/aws/world.ts';
import { eventProblems } from '../fakes/event-schemas.ts';
import { textOf } from '../fakes/markup.ts';
import { startAgent } from './running-agent.ts';

const PAGES = [
  '/',
  '/vpc',
  '/events',
  '/agent',
  '/report',
  '/metrics',
  '/healthz',
  '/prtg?view=vpc',
  '/api/v1/state',
  '/api/v1/vpc',
  '/api/v1/events',
];

/** Of 20 s. */
const TURNS = 4;

function world(): World {
  const { associations, attachments, connections, lags, virtualInterfaces, metrics } = directConnect();
  const all = withIpam(vgwWithTwoVpns());
  return Object.assign(all, { associations, attachments, connections, lags, virtualInterfaces, metrics });
}

function look(what: string, text: string): void {
  for (const [name, secret] of Object.entries(SECRETS)) assert.ok(!text.includes(secret), `${name} is in ${what}`);
  assert.doesNotMatch(text, /pre_?shared_?key|authKey|customerGatewayConfiguration/i, what);
}

test('secrets of AWS’s answers are nowhere; its news are everywhere', { timeout: 280_000 }, async (t) => {
  const server = new FakeAws(world());
  const aws = await server.listen();
  t.after(() => server.close());
  const agent = startAgent(t, {
    environment: ENVIRONMENT,
    config: `
targets: [{ name: here, site: syd, icmp: 127.0.0.1 }]
publish:
  cloudwatch: { enabled: on, region: ap-southeast-2, vpc: ${VPC_ID}, endpoint: "${aws}", period: 10s, set: full }
  eventBridge: { enabled: true, region: ap-southeast-2, endpoint: "${aws}" }
vpc:
  enabled: on
  id: ${VPC_ID}
  region: ap-southeast-2
  endpoints: { ec2: "${aws}", directConnect: "${aws}" }
  every: { tunnels: 10s, directConnect: 10s, addresses: 10s, routes: 10s }
  networkManager: { queue: "https://sqs.us-west-2.amazonaws.com${QUEUE_PATH}", endpoint: "${aws}" }
log: { level: trace, format: json }
`,
  });
  const seen = async (): Promise<void> => {
    for (const page of PAGES) look(page, (await agent.get(page)).body);
  };
  // AWS is asked every ten seconds, and later and later while it fails
  const eventually = async (what: string, look: Parameters<typeof agent.until>[1]): Promise<void> => {
    for (let turn = 1; ; turn += 1) {
      try {
        await agent.until(what, look);
        return;
      } catch (error) {
        if (turn === TURNS || agent.child.exitCode !== null) throw error;
      }
    }
  };
  const viewWith = (what: string, holds: (vpc: VpcView) => boolean): Promise<void> =>
    eventually(what, async () => {
      const { status, body } = await agent.get('/api/v1/vpc');
      return status === 200 && holds(JSON.parse(body) as VpcView);
    });
  // What was never seen before makes no event when it changes: every part must have answered first.
  await viewWith(
    'the VPC, every part of it',
    ({ parts, vpns, virtualInterfaces, lags, routeTables }) =>
      parts.every(({ status }) => status === 'ok') &&
      vpns.length === 2 &&
      virtualInterfaces.length === 2 &&
      lags.length > 0 &&
      routeTables.some(({ propagated }) => propagated >= 30),
  );
  await seen();

  const at = Date.now() - 2000;
  setTunnel(server.world, VPN_IDS[0], '203.0.113.2', { status: 'DOWN', at, message: 'IPSEC IS DOWN', routes: 0 });
  setBgp(server.world, VIF_IDS[0], 'ipv6', 'down');
  setLink(server.world, LAG_ID, CONNECTION_IDS[1], 'down');
  withdrawRoutes(server.world, PRIVATE_TABLE_ID, 30);
  server.queue.send(JSON.stringify({ ...IPSEC_DOWN, time: new Date(at).toISOString() }));
  const sent = (): BusEvent[] =>
    server.bus.accepted.map(({ Source = '', DetailType = '', Detail = '', Time = 0, Resources = [] }) => {
      return { source: Source, detailType: DetailType, detail: Detail, at: Time * 1000, resources: Resources };
    });
  const told = (what: RegExp) => () => sent().some(({ detail }) => what.test(detail));
  await eventually('the tunnel at EventBridge', told(/"kind":"vpc".*Tunnel 203\.0\.113\.2 of syd-dc1 is down/));
  await eventually('the routes at EventBridge', told(/"kind":"vpc".*"layer":"routes"/));
  await eventually(
    'AWS’s own event at EventBridge',
    told(/"kind":"aws".*IPsec of vpn-1 \(35\.84\.102\.207\) went down/),
  );
  await seen();
  assert.match((await agent.get('/api/v1/events')).body, /IPsec of vpn-1 \(35\.84\.102\.207\) went down/);
  for (const event of sent()) assert.deepEqual(eventProblems(event), [], event.detail);
  assert.match(
    textOf((await agent.get('/agent')).body),
    /EventBridge\s*To\s*bus default in ap-southeast-2\s*Accepted\s*\d/,
  );
  look('EventBridge', JSON.stringify(server.bus.accepted));

  server.broken.set('*', 'garbled');
  const from = server.calls.length;
  await eventually('garbled answers', () =>
    ['ec2:DescribeVpnConnections', 'directconnect:DescribeVirtualInterfaces'].every((call) =>
      server.calls.slice(from).includes(call),
    ),
  );
  await viewWith('parts that fail', ({ parts }) =>
    ['tunnels', 'direct-connect'].every((part) => parts.some(({ name, problem }) => name === part && problem !== null)),
  );
  await seen();
  const status = await cli(['status', '--vpc', '--url', agent.url]);
  look('status --vpc', status.stdout + status.stderr);
  const report = await cli(['report', '--config', agent.configFile, '--url', agent.url]);
  look('report', report.stdout + report.stderr);

  agent.kill('SIGTERM');
  assert.equal(await agent.exit(), 0, agent.errors);
  look('the log', agent.output + agent.errors);
  assert.match(agent.output + agent.errors, /Tunnel 203\.0\.113\.2 of syd-dc1 is down/);
  const files = globSync('**/*', { cwd: agent.folder }).filter((name) => statSync(join(agent.folder, name)).isFile());
  assert.ok(files.includes('history.db') && files.includes('vpc.json'), String(files));
  for (const name of files) look(name, readFileSync(join(agent.folder, name), 'latin1'));
});
