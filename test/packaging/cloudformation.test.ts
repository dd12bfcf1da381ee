import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { CATALOG } from '../../agent/metric/catalog.ts';
import type { MetricRow } from '../../agent/metric/catalog-row.ts';
import { DETAIL_TYPES, SOURCE } from '../../agent/publish/event-detail.ts';
import { cli } from '../commands/cli.ts';
import { CONNECT_PEER_DOWN, IPSEC_DOWN, MAINTENANCE, routes, TOPOLOGY } from '../fakes/aws/network-events.ts';
import { templateProblems } from './resource-check.ts';

const FOLDER = 'packaging/cloudformation';
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const text = (name: string): string => readFileSync(`${FOLDER}/${name}`, 'utf8');
const rows: readonly MetricRow[] = CATALOG;

test('the templates are there and hold against CloudFormation’s resource specification', () => {
  const dashboards = ['dashboard-fleet.yaml', 'dashboard-vpc.yaml'];
  assert.deepEqual(files, [
    'alarms.yaml',
    'canary.yaml',
    ...dashboards,
    'events.yaml',
    'fleet.yaml',
    'health-events.yaml',
    'iam.yaml',
    'network-events.yaml',
  ]);
  for (const name of files) assert.deepEqual(templateProblems(parse(text(name))), [], name);
});

test('the check sees what is wrong', () => {
  const broken = (change: (template: string) => string): string[] =>
    templateProblems(parse(change(text('alarms.yaml'))));
  assert.deepEqual(
    broken((template) => template.replace('EvaluationPeriods: 3', 'EvaluationPeriods: three')),
    ['Heartbeat.EvaluationPeriods: "three" is no integer'],
  );
  assert.deepEqual(
    broken((template) => template.replace('TreatMissingData: breaching', 'TreatMissing: breaching')),
    ['Heartbeat.TreatMissing: no such property'],
  );
  assert.deepEqual(
    broken((template) => template.replace('{PacketLossErp}', '{PacketLossErb}')),
    ['PacketLossErb: referred to, but not there'],
  );
  assert.deepEqual(
    broken((template) => template.replaceAll('- Id: usual', '- Name: usual')).filter((line) => line.includes('Erp')),
    ['RoundTripTimeErp.Metrics[1].Id: required', 'RoundTripTimeErp.Metrics[1].Name: no such property'],
  );
});

test('alarms.yaml is what the command prints for the example configuration', async () => {
  const { code, stdout, stderr } = await cli(['alarms', '--config', 'packaging/config.example.yaml']);
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(text('alarms.yaml'), stdout);
});

/** Names of metrics, wherever a template may say one. */
function metricsIn(template: string): Set<string> {
  const patterns = [
    /^\s*MetricName: (\w+)$/gm,
    /MetricName=\\"(\w+)\\"/g,
    /\["\$\{Namespace\}", "(\w+)"/g,
    /SELECT (?:SUM|AVG|MAX|MIN|COUNT)\((\w+)\)/g,
  ];
  return new Set(patterns.flatMap((pattern) => [...template.matchAll(pattern)].map(([, name = '']) => name)));
}

test('a metric named in a template is in the catalogue, and an essential one is in an alarm or a dashboard', () => {
  // canary.yaml watches EC2's own metric
  const ours = files.filter((name) => name !== 'canary.yaml');
  const named = new Set(ours.flatMap((name) => [...metricsIn(text(name))]));
  const published = rows.filter(({ cloudWatch }) => cloudWatch !== null).map(({ name }) => name);
  assert.ok(named.size >= 5, `only ${[...named]} found`);
  assert.deepEqual(
    [...named].filter((name) => !published.includes(name)),
    [],
  );
  const essential = rows.filter(({ cloudWatch }) => cloudWatch?.essential).map(({ name }) => name);
  for (const where of [['alarms.yaml', 'dashboard-vpc.yaml'], ['dashboard-vpc.yaml'], ['dashboard-fleet.yaml']]) {
    const here = new Set(where.flatMap((name) => [...metricsIn(text(name))]));
    assert.deepEqual(
      essential.filter((name) => !here.has(name)),
      [],
      where.join(),
    );
  }
  const vpc = metricsIn(text('dashboard-vpc.yaml'));
  assert.deepEqual(
    published.filter((name) => !vpc.has(name)),
    [],
    'the dashboard of a VPC shows the full set',
  );
});

test('a search names the dimensions of its metric as they are published', () => {
  for (const name of ['dashboard-vpc.yaml', 'dashboard-fleet.yaml']) {
    const searches = [
      ...text(name).matchAll(/\{\$\{Namespace\},([\w,]+)\} MetricName=\\"(\w+)\\"/g),
      ...text(name).matchAll(/\["\$\{Namespace\}", "\w+", "(\w+)", "\$\{VpcId\}"/g),
    ];
    const insights = [...text(name).matchAll(/SELECT \w+\((\w+)\) FROM SCHEMA\(\\"\$\{Namespace\}\\", ([\w, ]+)\)/g)];
    assert.ok(searches.length + insights.length >= 4, name);
    for (const [, dimensions = '', metric] of searches) {
      if (metric === undefined) assert.equal(dimensions, 'VpcId');
      else
        assert.deepEqual(
          dimensions.split(','),
          rows.find((row) => row.name === metric)?.cloudWatch?.dimensions,
          metric,
        );
    }
    for (const [, metric, dimensions = ''] of insights)
      assert.deepEqual(dimensions.split(', '), rows.find((row) => row.name === metric)?.cloudWatch?.dimensions, metric);
  }
});

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { readonly region?: string; readonly metrics?: unknown[][]; readonly markdown?: string };
}

test('dashboards are JSON that CloudWatch takes: widgets in the grid, none over another, ids unique', () => {
  for (const name of ['dashboard-vpc.yaml', 'dashboard-fleet.yaml']) {
    const body: string = parse(text(name)).Resources.Dashboard.Properties.DashboardBody['Fn::Sub'];
    const { widgets } = JSON.parse(body) as { widgets: Widget[] };
    const cells = new Set<string>();
    for (const { type, x, y, width, height, properties } of widgets) {
      assert.ok(['metric', 'text'].includes(type));
      assert.ok(x >= 0 && x + width <= 24 && width >= 1 && height >= 1);
      if (type === 'metric') assert.match(properties.region ?? '', /^\$\{AWS::Region\}$/);
      for (let cx = x; cx < x + width; cx += 1)
        for (let cy = y; cy < y + height; cy += 1) {
          assert.ok(!cells.has(`${cx},${cy}`), `${name}: two widgets at ${cx},${cy}`);
          cells.add(`${cx},${cy}`);
        }
      for (const metric of properties.metrics ?? []) {
        const last = metric.at(-1);
        if (typeof last === 'object' && last !== null && 'id' in last)
          assert.match(String(last.id), /^[a-z][A-Za-z0-9_]*$/);
      }
    }
  }
});

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** What agent/aws names when a permission is missing, and what its parameters' KMS key needs. */
function calledActions(): Set<string> {
  const sources = globSync('agent/aws/*.ts').map((file) => readFileSync(file, 'utf8'));
  const named = sources.flatMap((source) =>
    [...source.matchAll(/'((?:ec2|directconnect|cloudwatch|events|sqs|ssm):[A-Z]\w+)'/g)].map(
      ([, action = '']) => action,
    ),
  );
  assert.ok(named.length > 20, String(named.length));
  return new Set([...named, 'kms:Decrypt']);
}

test('policies allow what the agent calls and no more', () => {
  const { Resources } = parse(text('iam.yaml'));
  const statements = Object.values<{ Type: string; Properties: { PolicyDocument: { Statement: Statement[] } } }>(
    Resources,
  )
    .filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy')
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const actions = statements.flatMap(({ Action }) => Action);
  assert.deepEqual([...actions].sort(), [...calledActions()].sort());
  for (const { Action, Resource, Condition } of statements) {
    assert.doesNotMatch(JSON.stringify(Action), /\*/);
    const reads = [Action].flat().every((action) => /:(Describe|Get)/.test(action));
    if (JSON.stringify(Resource) === '"*"' && !reads)
      assert.deepEqual(Condition, { StringEquals: { 'cloudwatch:namespace': { Ref: 'Namespace' } } });
  }
});

type Properties = Record<string, unknown>;
const resources = (name: string): Record<string, { Type: string; Properties: Properties; Condition?: string }> =>
  parse(text(name)).Resources;
const propertiesOf = (template: string, id: string): Properties => resources(template)[id]?.Properties ?? {};

test('the canary is closed: no public address, no SSH, IMDSv2 alone, nothing but page and echo from its clients', () => {
  const of = (id: string): Properties => propertiesOf('canary.yaml', id);
  const page = { Ref: 'PagePort' };
  const letIn = ({ IpProtocol, FromPort, ToPort, CidrIp, SourcePrefixListId }: Properties): unknown[] => {
    return [IpProtocol, FromPort, ToPort, CidrIp ?? SourcePrefixListId];
  };
  const both = (client: string): unknown[] => [
    ['tcp', page, page, { Ref: client }],
    ['icmp', 8, 0, { Ref: client }],
  ];
  assert.deepEqual((of('SecurityGroup')['SecurityGroupIngress'] as Properties[]).map(letIn), both('ClientCidr'));
  const further = Object.values(resources('canary.yaml')).filter(({ Type }) => Type.endsWith('SecurityGroupIngress'));
  assert.deepEqual(
    further.map(({ Properties }) => letIn(Properties)),
    [...both('ClientCidr2'), ...both('ClientPrefixList')],
  );
  assert.ok(further.every(({ Condition }) => Condition !== undefined));
  const [card] = of('Instance')['NetworkInterfaces'] as Properties[];
  assert.equal(card?.['AssociatePublicIpAddress'], false);
  assert.equal(of('Instance')['KeyName'], undefined);
  const { MetadataOptions } = of('LaunchTemplate')['LaunchTemplateData'] as Properties;
  assert.deepEqual(MetadataOptions, { HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
  const { InstanceType } = parse(text('canary.yaml')).Parameters;
  assert.deepEqual([InstanceType.Default, InstanceType.AllowedValues], ['t4g.nano', ['t4g.nano', 't3.nano']]);
});

test('endpoints: what installation and publishing need, and with all what the VPC and events do', () => {
  const services = (condition: string): string[] =>
    Object.values(resources('canary.yaml'))
      .filter(({ Type, Condition }) => Type === 'AWS::EC2::VPCEndpoint' && Condition === condition)
      .map(({ Properties }) => JSON.stringify(Properties['ServiceName']).replace(/^.*AWS::Region\}\.(\w+)"\}$/, '$1'))
      .sort();
  assert.deepEqual(services('MakeEndpoints'), ['monitoring', 'ssm', 'ssmmessages']);
  assert.deepEqual(services('MakeAllEndpoints'), ['directconnect', 'ec2', 'events']);
  // Network Manager's events come out in one region only, and an endpoint does not reach SQS in another.
  assert.deepEqual(services('MakeSqsEndpoint'), ['sqs']);
  const { Conditions } = parse(text('canary.yaml'));
  assert.deepEqual(Conditions.MakeSqsEndpoint['Fn::And'], [
    { Condition: 'MakeAllEndpoints' },
    { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-west-2'] },
  ]);
});

test('the page listens where the security group lets in', () => {
  const { additionalArguments } = propertiesOf('canary.yaml', 'Association')['Parameters'] as Record<string, unknown[]>;
  const [given] = additionalArguments ?? [];
  const { 'Fn::Sub': json } = given as { 'Fn::Sub': string };
  assert.deepEqual(JSON.parse(json.replace(/\$\{PagePort\}/, '8080')), { SSM_LISTEN: '0.0.0.0:8080' });
});

/** Inline policies of a role. */
function statementsOf(template: string, id: string): Statement[] {
  const policies = propertiesOf(template, id)['Policies'] as { PolicyDocument: { Statement: Statement[] } }[];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

test('the roles are of least privilege: no wildcard of actions, no managed policy, parameters of ours alone', () => {
  const roles = files.flatMap((name) =>
    Object.entries(resources(name)).flatMap(([id, { Type }]) =>
      Type === 'AWS::IAM::Role' ? [[name, id] as const] : [],
    ),
  );
  assert.equal(roles.length, 5);
  for (const [name, id] of roles) {
    assert.equal(propertiesOf(name, id)['ManagedPolicyArns'], undefined);
    if (name === 'iam.yaml') continue;
    for (const { Action, Resource } of statementsOf(name, id)) {
      assert.doesNotMatch(JSON.stringify(Action), /\*/);
      for (const action of [Action].flat().filter((one) => /^ssm:(GetParameter|PutParameter)/.test(one)))
        assert.match(JSON.stringify(Resource), /parameter\/vpc-canary/, action);
    }
  }
  const [managed] = statementsOf('fleet.yaml', 'Role');
  assert.deepEqual(managed, statementsOf('canary.yaml', 'Role')[0]);
});

test('the fleet’s instances may do what iam.yaml lets one do', () => {
  const actions = statementsOf('fleet.yaml', 'Role').flatMap(({ Action }) => Action);
  for (const action of calledActions()) if (action !== 'kms:Decrypt') assert.ok(actions.includes(action), action);
});

test('the roll-out’s role may do what the runbook and its actions call, on the fleet alone', () => {
  const runbook = readFileSync('ssm-document/VpcCanary-Rollout.yaml', 'utf8');
  const pascal = (name: string): string => name.replaceAll(/(?:^|_)([a-z])/g, (_match, letter) => letter.toUpperCase());
  const called = new Set([
    ...[...runbook.matchAll(/ssm\.(\w+)\(|boto3\.client\("ssm"\)\.(\w+)\(/g)]
      .map(([, one, other]) => one ?? other ?? '')
      .filter((name) => name !== 'get_paginator')
      .map(pascal),
    ...[...runbook.matchAll(/get_paginator\("(\w+)"\)/g)].map(([, name = '']) => pascal(name)),
    ...[...runbook.matchAll(/^ +Api: (\w+)$/gm)].map(([, name = '']) => name),
    // what aws:runCommand itself needs
    ...['SendCommand', 'ListCommands', 'ListCommandInvocations'],
  ]);
  assert.ok(called.size >= 7 && called.has('DescribeAutomationStepExecutions') && called.has('PutParameter'));
  const statements = statementsOf('fleet.yaml', 'RolloutRole');
  const actions = statements.flatMap(({ Action }) => Action);
  for (const operation of called) assert.ok(actions.includes(`ssm:${operation}`), operation);
  const onInstances = statements.filter(({ Resource }) => JSON.stringify(Resource).includes(':instance/'));
  assert.deepEqual(
    onInstances.map(({ Condition }) => Condition),
    [{ StringEquals: { 'aws:ResourceTag/vpc-canary': 'yes' } }],
  );
});

test('State Manager keeps version and configuration: parameters are lists, of names the documents have', () => {
  const { KeepVersion, KeepConfiguration } = resources('fleet.yaml');
  const { parameters } = parse(readFileSync('ssm-document/VpcCanary-Configure.yaml', 'utf8'));
  // of AWS-ConfigureAWSPackage
  const ofPackage = ['action', 'installationType', 'name', 'version', 'additionalArguments'];
  for (const [association, names] of [
    [KeepVersion, ofPackage],
    [KeepConfiguration, Object.keys(parameters)],
    [resources('canary.yaml')['Association'], ofPackage],
  ] as const) {
    const given = association?.Properties['Parameters'] as Record<string, unknown>;
    for (const [name, value] of Object.entries(given)) assert.ok(names.includes(name) && Array.isArray(value), name);
  }
  for (const association of [KeepVersion, KeepConfiguration])
    assert.deepEqual(association?.Properties['Targets'], [{ Key: 'tag:vpc-canary', Values: ['yes'] }]);
  assert.deepEqual((propertiesOf('fleet.yaml', 'KeepVersion')['Parameters'] as Properties)['version'], [
    '{{ssm:/vpc-canary/version}}',
  ]);
  assert.equal(propertiesOf('fleet.yaml', 'Version')['Name'], '/vpc-canary/version');
  const tags = propertiesOf('canary.yaml', 'Instance')['Tags'] as { Key: string; Value: unknown }[];
  assert.deepEqual(tags.find(({ Key }) => Key === 'vpc-canary')?.Value, 'yes');
  const { TagKey } = parse(readFileSync('ssm-document/VpcCanary-Rollout.yaml', 'utf8')).parameters;
  assert.ok(tags.some(({ Key }) => Key === TagKey.default));
});

test('in a stack set only one region makes the roles, which are global', () => {
  for (const [id, { Type, Condition }] of Object.entries(resources('fleet.yaml')))
    if (Type.startsWith('AWS::IAM::')) assert.equal(Condition, 'MakeRoles', id);
  for (const { Description } of Object.values<{ Description?: string }>(parse(text('fleet.yaml')).Parameters))
    assert.ok((Description ?? '').length > 10);
});

/** Whether an event matches a rule's pattern, of what patterns can say only lists of values. */
function matches(pattern: Properties, event: Properties): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    const value = event[key];
    return Array.isArray(wanted) ? wanted.includes(value) : matches(wanted as Properties, (value ?? {}) as Properties);
  });
}

test('events.yaml takes events of sites and the VPC as they are sent, and leaves those of targets', () => {
  const rule = propertiesOf('events.yaml', 'Rule');
  const { detail, ...pattern } = rule['EventPattern'] as Properties;
  assert.deepEqual((detail as { 'Fn::If': unknown[] })['Fn::If'].slice(0, 2), ['OneVpc', { vpc: [{ Ref: 'VpcId' }] }]);
  const taken = Object.entries(DETAIL_TYPES)
    .filter(([, detailType]) => matches(pattern, { source: SOURCE, 'detail-type': detailType }))
    .map(([kind]) => kind);
  assert.deepEqual(taken, ['site', 'vpc', 'aws']);
  const [target] = rule['Targets'] as { InputTransformer: { InputPathsMap: Properties; InputTemplate: string } }[];
  const { InputPathsMap: paths, InputTemplate: template } = target!.InputTransformer;
  const schema = JSON.parse(readFileSync('packaging/events/vpc-canary-site-state-change.schema.json', 'utf8'));
  for (const [name, path] of Object.entries(paths)) {
    assert.ok(template.includes(`<${name}>`), name);
    assert.ok(String(path).replace('$.detail.', '') in schema.properties.detail.properties, String(path));
  }
});

test('network-events.yaml takes what Network Manager and Health send, into a queue that lets only its rules send', () => {
  const patternOf = (id: string) => propertiesOf('network-events.yaml', id)['EventPattern'] as Properties;
  for (const event of [IPSEC_DOWN, CONNECT_PEER_DOWN, routes('INSTALLED', 1), TOPOLOGY]) {
    assert.ok(matches(patternOf('NetworkManager'), event));
    assert.ok(!matches(patternOf('HealthRule'), event));
  }
  assert.ok(matches(patternOf('HealthRule'), MAINTENANCE));
  assert.ok(!matches(patternOf('HealthRule'), { ...MAINTENANCE, detail: { service: 'EC2' } }));
  const forwarded = propertiesOf('health-events.yaml', 'Rule');
  assert.deepEqual(forwarded['EventPattern'], patternOf('HealthRule'), 'what is sent on is what is taken');
  const { PolicyDocument } = propertiesOf('network-events.yaml', 'QueuePolicy') as {
    PolicyDocument: { Statement: Statement[] };
  };
  assert.equal(PolicyDocument.Statement.length, 1);
  assert.match(JSON.stringify(PolicyDocument.Statement[0]?.Condition), /aws:SourceArn.*NetworkManager.*HealthRule/);
  const { AllowedPattern } = parse(text('iam.yaml')).Parameters.NetworkEventsQueue;
  assert.match(
    'arn:aws:sqs:us-west-2:111122223333:vpc-canary-vpc-0a1b2c3d4e5f67890',
    new RegExp(`^${AllowedPattern}$`),
  );
});
