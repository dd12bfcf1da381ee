/** The watch of the VPC as the agent makes it: from configuration and identity, with what goes wrong in words. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Identity } from '../../../agent/aws/identity.ts';
import { Vpc } from '../../../agent/commands/run/vpc.ts';
import type { Config } from '../../../agent/config/config.ts';
import { loadConfig } from '../../../agent/config/load.ts';
import { ENVIRONMENT, REGION } from '../../fakes/aws/cloudwatch.ts';
import { FakeAws } from '../../fakes/aws/services.ts';
import { installRoutes } from '../../fakes/aws/vpc-day.ts';
import { directConnect, PRIVATE_TABLE_ID, SUBNET_IDS, VPC_ID } from '../../fakes/aws/vpc-stories.ts';
import { ACCOUNT } from '../../fakes/aws/world.ts';

const IDENTITY: Identity = {
  instanceId: 'i-0123456789abcdef0',
  instanceType: 't4g.nano',
  region: REGION,
  availabilityZone: 'ap-southeast-2a',
  availabilityZoneId: 'apse2-az1',
  accountId: ACCOUNT,
  vpcId: VPC_ID,
  subnetIds: [SUBNET_IDS[0]],
  cidrs: ['10.0.0.0/16', '10.1.0.0/16'],
  tags: {},
};

interface Rig {
  readonly vpc: Vpc;
  readonly aws: FakeAws;
  readonly directory: string;
  /** The configuration with these lines under `vpc:`. */
  readonly configOf: (more?: string) => Promise<Config>;
}

async function rig(t: TestContext, identity: Identity | null = IDENTITY): Promise<Rig> {
  Object.assign(process.env, ENVIRONMENT);
  const directory = mkdtempSync(join(tmpdir(), 'vpc-canary-vpc-'));
  const aws = new FakeAws(directConnect());
  const endpoint = await aws.listen();
  const vpc = new Vpc({ identity, imds: null, settled: true }, () => [
    { name: 'core', site: 'syd-dc1', address: '10.20.0.1' },
  ]);
  const configOf = async (more = ''): Promise<Config> => {
    const every = 'every: { tunnels: 10s, directConnect: 10s, addresses: 10s, routes: 10s }';
    const text = `
state: { directory: ${directory} }
sites: { syd-dc1: { cidrs: [10.20.0.0/24] } }
targets: [{ name: core, site: syd-dc1, icmp: 10.20.0.1 }]
publish: { cloudwatch: { enabled: off, endpoint: "${endpoint}" } }
vpc: { enabled: on, endpoints: { ec2: "${endpoint}", directConnect: "${endpoint}" }, ${every}, ${more} }
`;
    const loaded = await loadConfig({ file: '/dev/null', environment: {}, layers: [{ name: 'test', text }] });
    assert.ok(loaded.ok, JSON.stringify(loaded));
    return loaded.config;
  };
  t.after(async () => {
    await vpc.close();
    await aws.close();
    rmSync(directory, { recursive: true });
  });
  return { vpc, aws, directory, configOf };
}

async function until(done: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) if (done()) return;
  assert.fail(`waited in vain: ${what}`);
}

const isWhole = ({ vpc }: Rig): boolean =>
  vpc.view()?.parts.every(({ status }) => status === 'ok' || status === 'off') ?? false;

test('made from the identity; its prefixes for flows; made anew by a reload without forgetting', async (t) => {
  const it = await rig(t);
  const route = { Origin: 'CreateRoute', VpcPeeringConnectionId: 'pcx-0123456789abcdef0' } as const;
  installRoutes(it.aws.world, PRIVATE_TABLE_ID, [
    { ...route, DestinationCidrBlock: '10.9.0.0/16', State: 'active' },
    { ...route, DestinationCidrBlock: '10.8.0.0/16', State: 'blackhole' },
  ]);
  assert.deepEqual(it.vpc.groups(), {
    cidrs: IDENTITY.cidrs,
    subnets: [],
    peered: [],
    ownAvailabilityZoneId: 'apse2-az1',
  });
  await it.vpc.apply(await it.configOf());
  await until(() => isWhole(it), 'all parts');
  const view = it.vpc.view();
  assert.equal(view?.vpcId, VPC_ID);
  assert.deepEqual(
    view?.sitePaths.map(({ destination, link }) => [destination, link]),
    [
      ['10.20.0.0/24', 'direct-connect'],
      ['10.20.0.1', 'direct-connect'],
    ],
  );
  assert.equal(it.vpc.evidence().get('syd-dc1')?.link?.state, 'up');
  const groups = it.vpc.groups();
  assert.equal(groups, it.vpc.groups(), 'the same until something is told');
  assert.deepEqual(groups?.subnets[0], {
    id: SUBNET_IDS[0],
    name: 'private-a',
    cidrs: ['10.0.3.0/24'],
    availabilityZoneId: 'apse2-az1',
  });
  assert.deepEqual(groups?.cidrs, ['10.0.0.0/16', '10.1.0.0/16', '2001:db8:1::/56']);
  assert.deepEqual(groups?.peered, [{ id: 'pcx-0123456789abcdef0', cidrs: ['10.9.0.0/16'] }]);
  assert.deepEqual(it.vpc.conditions(), []);
  const since = view?.virtualInterfaces[0]?.since;
  assert.ok(since !== undefined);

  await it.vpc.apply(await it.configOf('features: { ipam: false }, rules: { silence: [R08, R99] }'));
  await until(() => isWhole(it), 'all parts again');
  assert.equal(it.vpc.view()?.parts.find(({ name }) => name === 'ipam')?.status, 'off');
  assert.equal(it.vpc.view()?.virtualInterfaces[0]?.since, since);
  assert.ok(it.vpc.view()?.findings.find(({ id }) => id === 'R08')?.silenced);
  assert.deepEqual(
    it.vpc.conditions().map(({ code, severity }) => [code, severity]),
    [['vpc-rule-R99', 'info']],
  );
  const saved = join(it.directory, 'vpc.json');
  assert.ok(existsSync(saved));
  assert.equal(JSON.parse(readFileSync(saved, 'utf8')).vpcId, VPC_ID);

  await it.vpc.apply(
    await it
      .configOf('features: { ipam: false }')
      .then((config) => ({ ...config, vpc: { ...config.vpc, enabled: 'off' as const } })),
  );
  assert.equal(it.vpc.view(), null);
  assert.deepEqual(it.vpc.events(), []);
  assert.deepEqual(it.vpc.groups()?.subnets, []);
});

test('a denial is a notice with the statement, for that part alone', async (t) => {
  const it = await rig(t);
  it.aws.denied.add('directconnect:DescribeLags');
  await it.vpc.apply(await it.configOf());
  await until(() => it.vpc.conditions().length > 0, 'the notice');
  const [condition, ...others] = it.vpc.conditions();
  assert.deepEqual(others, []);
  assert.equal(condition?.code, 'vpc-direct-connect');
  assert.match(condition?.text ?? '', /^Of the VPC, Direct Connect .*the role may not call directconnect:DescribeLags/);
  assert.match(condition?.remedy ?? '', /"Action":"directconnect:DescribeLags"/);
});

test('off EC2 and switched on: which VPC must be said', async (t) => {
  const it = await rig(t, null);
  await it.vpc.apply(await it.configOf());
  assert.equal(it.vpc.view(), null);
  assert.equal(it.vpc.groups(), null);
  assert.deepEqual(
    it.vpc.conditions().map(({ code, remedy }) => [code, remedy]),
    [['vpc-unknown', 'set vpc.id and vpc.region']],
  );
  await it.vpc.apply(await it.configOf(`id: ${VPC_ID}`));
  assert.equal(it.vpc.conditions()[0]?.remedy, 'set vpc.region');
  await it.vpc.apply(await it.configOf(`id: ${VPC_ID}, region: ${REGION}`));
  await until(() => (it.vpc.view()?.subnets.length ?? 0) > 0, 'subnets');
  assert.deepEqual(it.vpc.conditions(), []);
});

test('auto off EC2 asks nothing', async (t) => {
  const it = await rig(t, null);
  const config = await it.configOf(`id: ${VPC_ID}, region: ${REGION}`);
  await it.vpc.apply({ ...config, vpc: { ...config.vpc, enabled: 'auto' } });
  assert.equal(it.vpc.view(), null);
  assert.deepEqual([it.vpc.conditions(), it.aws.calls], [[], []]);
});
