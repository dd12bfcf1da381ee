/**
 * The agent with AWS around it, on loopback: what it publishes and says when all is well, and what a user sees, on the
 * page, in `status` and in the log, of everything that can be wrong between an instance and CloudWatch.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import {
  type Behaviour,
  ENVIRONMENT,
  FakeCloudWatch,
  type FakeCloudWatchOptions,
  KEY,
  REGION,
} from '../fakes/aws/cloudwatch.ts';
import { FakeMetadata, type MetadataMode } from '../fakes/aws/metadata.ts';
import { FakeParameterStore } from '../fakes/aws/parameter-store.ts';
import { Authority, certificateSkip } from '../fakes/certificates.ts';
import { type RunningAgent, startAgent } from './running-agent.ts';

const VPC = 'vpc-0a1b2c3d4e5f67890';

interface Around {
  readonly server?: FakeCloudWatchOptions;
  readonly metadata?: MetadataMode;
  /** The role gives credentials. */
  readonly role?: boolean;
  /** Lines of publish.cloudwatch. */
  readonly cloudwatch?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly store?: FakeParameterStore['mode'];
}

interface World {
  readonly agent: RunningAgent;
  readonly cloudwatch: FakeCloudWatch;
  readonly metadata: FakeMetadata;
  readonly store: FakeParameterStore;
}

async function world(t: TestContext, around: Around = {}): Promise<World> {
  const [cloudwatch, metadata, store] = [
    new FakeCloudWatch(around.server),
    new FakeMetadata(),
    new FakeParameterStore(),
  ];
  store.mode = around.store ?? 'on';
  metadata.mode = around.metadata ?? 'on';
  if (around.role ?? true) metadata.role(KEY.id, KEY.secret, 'token', Date.now() + 3_600_000);
  else delete metadata.entries['meta-data/iam/security-credentials/'];
  cloudwatch.keys = [{ ...KEY, token: 'token' }, KEY];
  store.keys = [{ ...KEY, token: 'token' }, KEY];
  for (const [name, value] of Object.entries(around.parameters ?? {})) store.parameters.set(name, { value });
  const [endpoint, ssm, imds] = [await cloudwatch.listen(), await store.listen(), await metadata.listen()];
  const config = `publish: { cloudwatch: { endpoint: "${endpoint}", period: 1s, ${around.cloudwatch ?? ''} } }
parameters: { endpoint: "${ssm}" }
vpc: { enabled: off }
targets: [{ name: core, site: here, icmp: 127.0.0.1, every: 200ms }]
`;
  const environment = {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: imds,
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    ...around.environment,
  };
  t.after(() => Promise.all([cloudwatch.close(), metadata.close(), store.close()]));
  return { agent: startAgent(t, { config, environment }), cloudwatch, metadata, store };
}

const plain = (text: string): string =>
  text
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+!?\s*/g, ' ');

const unspaced = (text: string): string => text.replaceAll(' ', '');

const status = (agent: RunningAgent): string =>
  execFileSync(process.execPath, ['--no-warnings', 'agent/main.ts', 'status', '--url', agent.url], {
    encoding: 'utf8',
  });

/** Waits for a notice and holds it against page, `status` and log. */
async function told(agent: RunningAgent, code: string, text: RegExp, remedy: RegExp, log: RegExp): Promise<void> {
  const { agent: view } = await agent.snapshotWith(code, ({ agent: { notices } }) =>
    notices.some((notice) => notice.code === code && text.test(notice.text)),
  );
  const notice = view.notices.find((one) => one.code === code);
  assert.match(notice?.remedy ?? '', remedy);
  const page = plain((await agent.get('/agent')).body);
  assert.match(page, text, 'the page');
  assert.match(page, remedy, 'the page');
  // lines are as wide as the terminal, and a policy's statement is wider
  const shown = unspaced(plain(status(agent)));
  assert.match(shown, new RegExp(unspaced(text.source)), 'status');
  assert.match(shown, new RegExp(unspaced(remedy.source)), 'status');
  assert.match(agent.output, log, 'the log');
}

test('all well: page, status and log say what is published, when last, what waits', async (t) => {
  const { agent, cloudwatch, store } = await world(t, { parameters: { '/vpc-canary/default': 'title: from afar' } });
  await agent.snapshotWith('accepted data', ({ agent: { publish } }) => (publish?.lastAcceptedAt ?? null) !== null);
  const { agent: view } = await agent.snapshotWith('the title', (seen) => seen.agent.title === 'from afar');
  assert.equal(view.vpcId, VPC);
  assert.equal(view.availabilityZone, 'ap-southeast-2a');
  assert.deepEqual(
    view.notices.filter(({ severity }) => severity !== 'info'),
    [],
  );
  const page = plain((await agent.get('/agent')).body);
  assert.match(page, new RegExp(`To VpcCanary in ${REGION}, VpcId ${VPC} Every 1\\.0 s: \\d+ series`));
  assert.match(page, /Last accepted .*\d\d:\d\d:\d\d.* Waiting (nothing|1 batch)/);
  assert.match(plain(status(agent)), new RegExp(`CloudWatch VpcCanary in ${REGION}: last accepted .* ago`));
  assert.match(agent.output, new RegExp(`this instance is i-0123456789abcdef0, ${VPC}, ap-southeast-2a`));
  assert.match(agent.output, new RegExp(`publishing to CloudWatch: VpcCanary in ${REGION}, VpcId ${VPC}, every 1 s`));
  assert.match(agent.output, new RegExp(`CloudWatch accepts the data of ${VPC} series=\\d+`));
  assert.match(agent.output, /parameters taken/);
  assert.deepEqual(cloudwatch.problems, []);
  assert.deepEqual(store.problems, []);
  const wanted = ['Heartbeat', 'RoundTripTime', 'PacketLoss', 'HealthIndicator'];
  await agent.until('the essential set', () =>
    wanted.every((name) => cloudwatch.accepted.some(({ MetricName }) => MetricName === name)),
  );
});

test('CloudWatch away, then kill -9: every period that had closed arrives once, with its own time', async (t) => {
  let behaviour: Behaviour = 'ok';
  const { agent, cloudwatch } = await world(t, { server: { behave: () => behaviour } });
  await agent.snapshotWith('accepted data', ({ agent: { publish } }) => (publish?.lastAcceptedAt ?? null) !== null);
  behaviour = 'internal';
  await told(
    agent,
    'publish-failing',
    /answers 500 .* wait on disk and go out later/,
    /Health Dashboard/,
    /nothing reaches CloudWatch.*answers 500.*waiting=\d/,
  );
  const { agent: view } = await agent.snapshotWith(
    'five waiting',
    ({ agent: { publish } }) => (publish?.spool.waiting ?? 0) >= 5,
  );
  assert.match(plain((await agent.get('/agent')).body), /Waiting \d+ batches since .*, on disk/);
  assert.match(plain(status(agent)), /, \d+ periods waiting/);
  agent.kill('SIGKILL');
  await agent.exit();
  behaviour = 'ok';
  const next = startAgent(t, { ...agent.start, flags: ['--state-dir', agent.folder] });
  await next.snapshotWith(
    'nothing waits',
    ({ agent: { publish } }) => publish !== null && publish.lastAcceptedAt !== null && publish.spool.waiting <= 1,
  );
  assert.match(next.output, /what waited for CloudWatch on disk goes out, oldest first waiting=\d+/);
  const beats = cloudwatch.accepted
    .filter(({ MetricName }) => MetricName === 'Heartbeat')
    .map(({ Timestamp }) => Timestamp);
  assert.equal(new Set(beats).size, beats.length, 'none twice');
  const oldest = (view.publish?.spool.oldest ?? 0) / 1000;
  for (let at = oldest; at < oldest + 5; at += 1) assert.ok(beats.includes(at), `the period of ${at}`);
});

test('no credentials', async (t) => {
  const { agent } = await world(t, { role: false });
  await told(
    agent,
    'publish-failing',
    /Nothing reaches CloudWatch: no credentials: .* has no meta-data\/iam/,
    /instance profile/,
    /nothing reaches CloudWatch: no credentials/,
  );
  await told(
    agent,
    'parameters-unread',
    /Parameter Store cannot be read, .*no credentials/,
    /instance profile/,
    /Parameter Store cannot be read: no credentials/,
  );
});

test('a role without PutMetricData: the statement that mends it', async (t) => {
  const { agent } = await world(t, { server: { behave: () => 'denied' } });
  const statement =
    /add to the role's policy: \{"Effect":"Allow","Action":"cloudwatch:PutMetricData","Resource":"\*","Condition":\{"StringEquals":\{"cloudwatch:namespace":"VpcCanary"\}\}\}/;
  await told(
    agent,
    'publish-failing',
    /the role may not call cloudwatch:PutMetricData/,
    statement,
    /the role may not call cloudwatch:PutMetricData/,
  );
});

test('a role without ssm:GetParameters: the statement that mends it', async (t) => {
  const { agent } = await world(t, { store: 'denied' });
  const statement =
    /add to the role's policy: .*"Action":\["ssm:GetParameters","ssm:GetParametersByPath"\],"Resource":"arn:aws:ssm:ap-southeast-2:\*:parameter\/vpc-canary\/\*"/;
  await told(
    agent,
    'parameters-unread',
    /the role may not call ssm:GetParameters/,
    statement,
    /Parameter Store cannot be read: the role may not call/,
  );
});

test('the wrong region', async (t) => {
  const { agent } = await world(t, { cloudwatch: 'region: us-east-1' });
  await told(
    agent,
    'publish-failing',
    /127\.0\.0\.1:\d+ is not in the region us-east-1/,
    /region and the endpoint agree/,
    /is not in the region us-east-1/,
  );
});

test('parameters that do not hold: the last good ones stay, and the page says which and why', async (t) => {
  const parameters = {
    '/vpc-canary/default': 'title: fleet',
    [`/vpc-canary/${VPC}`]: 'targets: [{ name: far, icmp: 300.0.0.1 }]',
  };
  const { agent } = await world(t, { parameters });
  const why = new RegExp(`Parameters were refused.*/vpc-canary/${VPC}:1.*300\\.0\\.0\\.1`);
  await told(agent, 'parameters-refused', why, /read again within five minutes/, /parameters refused.*300\.0\.0\.1/);
  assert.deepEqual(
    (await agent.snapshot()).targets.map(({ name }) => name),
    ['core'],
  );
});

test('a path with 200 parameters is read page by page', async (t) => {
  const parameters = Object.fromEntries(
    Array.from({ length: 200 }, (_, i) => [
      `/vpc-canary/default/t${i}`,
      `targets: [{ name: t${i}, site: far, icmp: 127.0.1.${i + 1}, every: 5s }]`,
    ]),
  );
  const { agent, store } = await world(t, { parameters });
  await agent.snapshotWith('all targets', ({ targets }) => targets.length === 201);
  assert.equal(store.calls.filter((call) => call === 'GetParametersByPath').length, 21);
});

test('a clock off by an hour', async (t) => {
  const { agent, cloudwatch } = await world(t, { server: { now: () => Date.now() - 3_600_000 } });
  await told(
    agent,
    'publish-clock',
    /This host's clock is 1 h ahead of AWS's/,
    /chronyc makestep/,
    /publishing to CloudWatch/,
  );
  await agent.until('data', () => cloudwatch.accepted.length > 8);
  const last = cloudwatch.accepted.at(-1)?.Timestamp ?? 0;
  assert.ok(Math.abs(last * 1000 - (Date.now() - 3_600_000)) < 30_000, 'they carry AWS’s time');
});

test('the metadata is off, or its answer may not travel into a container', async (t) => {
  const off = await world(t, { metadata: 'off' });
  await told(
    off.agent,
    'identity-unknown',
    /does not know its VPC: the instance metadata is switched off/,
    /--http-endpoint enabled/,
    /does not know its VPC: the instance metadata is switched off/,
  );
  const container = await world(t, { metadata: 'hop-limit' });
  await told(
    container.agent,
    'identity-unknown',
    /gives no token: its answer may travel one hop only/,
    /--http-put-response-hop-limit 2/,
    /gives no token/,
  );
  // probing never waits for it
  await container.agent.snapshotWith('a reply', ({ targets }) => (targets[0]?.lastReplyAt ?? null) !== null);
});

test('an endpoint with a certificate that nobody trusts', { skip: certificateSkip }, async (t) => {
  const tls = new Authority(t).issue('IP:127.0.0.1', 10);
  const { agent } = await world(t, { server: { tls } });
  await told(
    agent,
    'publish-failing',
    /the certificate of 127\.0\.0\.1:\d+ is not trusted/,
    /aws\.certificates/,
    /is not trusted/,
  );
});

test('off EC2 with keys in the environment and a region, nobody asks the metadata', async (t) => {
  const environment = { ...ENVIRONMENT, AWS_EC2_METADATA_SERVICE_ENDPOINT: undefined };
  const { cloudwatch, metadata, agent } = await world(t, {
    environment,
    cloudwatch: `region: ${REGION}, vpc: sydney-office`,
  });
  await agent.until('data', () => cloudwatch.accepted.length > 0);
  assert.deepEqual(metadata.asked, []);
  assert.ok(cloudwatch.accepted.every(({ Dimensions = [] }) => Dimensions[0]?.Value === 'sydney-office'));
});
