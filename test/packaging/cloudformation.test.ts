import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { CATALOG, type MetricRow } from '../../agent/metric/catalog.ts';
import { cli } from '../commands/cli.ts';
import { templateProblems } from './resource-check.ts';

const FOLDER = 'packaging/cloudformation';
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const text = (name: string): string => readFileSync(`${FOLDER}/${name}`, 'utf8');
const rows: readonly MetricRow[] = CATALOG;

test('the templates are there and hold against CloudFormation’s resource specification', () => {
  assert.deepEqual(files, ['alarms.yaml', 'canary.yaml', 'dashboard-fleet.yaml', 'dashboard-vpc.yaml', 'iam.yaml']);
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

test('policies allow what the agent calls and no more', () => {
  const { Resources } = parse(text('iam.yaml'));
  const statements = Object.values<{ Type: string; Properties: { PolicyDocument: { Statement: Statement[] } } }>(
    Resources,
  )
    .filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy')
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const actions = statements.flatMap(({ Action }) => Action);
  assert.deepEqual(actions, [
    'cloudwatch:PutMetricData',
    'ssm:GetParameters',
    'ssm:GetParametersByPath',
    'kms:Decrypt',
  ]);
  for (const { Action, Resource, Condition } of statements) {
    assert.doesNotMatch(JSON.stringify(Action), /\*/);
    if (JSON.stringify(Resource) === '"*"')
      assert.deepEqual(Condition, { StringEquals: { 'cloudwatch:namespace': { Ref: 'Namespace' } } });
  }
});

test('the canary is closed: no public address, no SSH, IMDSv2 alone, nothing but page and echo from its clients', () => {
  const { Resources } = parse(text('canary.yaml')) as {
    Resources: Record<string, { Properties: Record<string, never> }>;
  };
  const of = (name: string): Record<string, never> => Resources[name]?.Properties ?? {};
  const rules = of('SecurityGroup')['SecurityGroupIngress'] as unknown as Record<string, unknown>[];
  assert.deepEqual(
    rules.map(({ IpProtocol, FromPort, ToPort, CidrIp }) => [IpProtocol, FromPort, ToPort, CidrIp]),
    [
      ['tcp', 8080, 8080, { Ref: 'ClientCidr' }],
      ['icmp', 8, 0, { Ref: 'ClientCidr' }],
    ],
  );
  const [card] = of('Instance')['NetworkInterfaces'] as unknown as Record<string, unknown>[];
  assert.equal(card?.['AssociatePublicIpAddress'], false);
  const { MetadataOptions } = of('LaunchTemplate')['LaunchTemplateData'] as unknown as Record<string, unknown>;
  assert.deepEqual(MetadataOptions, { HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
});
