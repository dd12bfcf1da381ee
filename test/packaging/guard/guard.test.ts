/** The templates against our own rules, and each rule against a template that breaks it. */
import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { cli } from '../../commands/cli.ts';
import { guard, RULES } from './cfn-guard.ts';

const templates = globSync('packaging/cloudformation/**/*.yaml').sort();
const breaking = globSync('test/packaging/guard/fails/*.yaml').sort();
const rules = [...RULES.matchAll(/^rule (\w+)/gm)].map(([, name = '']) => name).sort();
const read = (file: string): unknown => parse(readFileSync(file, 'utf8'));

test('every template keeps to the rules, and every rule has something to hold', () => {
  const held = new Set<string>();
  for (const file of templates) {
    const { passed, failed } = guard(read(file));
    assert.deepEqual(failed, [], file);
    for (const rule of passed) held.add(rule);
  }
  assert.deepEqual([...held].sort(), rules);
});

test('each rule fails the template that breaks it, and no other rule does', () => {
  assert.deepEqual(
    breaking.map((file) => basename(file, '.yaml')),
    rules,
  );
  for (const file of breaking) assert.deepEqual(guard(read(file)).failed, [basename(file, '.yaml')], file);
});

/** Further ways to break a rule: a change to a template that keeps to it. */
const WAYS: readonly (readonly [template: string, from: string | RegExp, to: string, rule: string])[] = [
  ['alarms', / +DatapointsToAlarm: 5\n/, '', 'alarm_has_m_of_n'],
  ['alarms', '- - Ref: AlarmTopic', '- - arn:aws:sns:x', 'alarm_actions_are_a_parameter'],
  ['alarms', 'ActionsSuppressorWaitPeriod: 60', '', 'composite_that_tells_can_be_silenced'],
  [
    'alarms',
    /Namespace:\n +Ref: Namespace\n +MetricName: Retr/,
    'Namespace: Own\n              MetricName: Retr',
    'alarm_namespace_is_a_parameter',
  ],
  ['iam', 'Principal:\n              Service:', 'Principal:\n              AWS:', 'role_is_assumed_by_services_only'],
  ['iam', 'Action: cloudwatch:PutMetricData', 'Action: cloudwatch:*', 'iam_actions_are_named'],
  [
    'iam',
    'StringEquals:\n                cloudwatch',
    'StringLike:\n                cloudwatch',
    'put_metric_data_is_bound_to_the_namespace',
  ],
  [
    'iam',
    /Resource:\n +Ref: ParameterKey\n +Condition:[\s\S]*?\n {2}Role:/,
    'Resource: "*"\n  Role:',
    'iam_all_resources_only_to_read_or_on_condition',
  ],
  ['canary', 'HttpPutResponseHopLimit: 1', 'HttpPutResponseHopLimit: 3', 'instance_metadata_version_2_only'],
  ['canary', /MetadataOptions:\n.*\n.*\n/, '', 'instance_metadata_version_2_only'],
  ['canary', 'CidrIp:\n            Ref: ClientCidr', 'CidrIpv6: "::/0"', 'ingress_is_not_from_everywhere'],
  ['canary', 'IpProtocol: icmp', 'IpProtocol: "-1"', 'ingress_is_not_from_everywhere'],
  [
    'canary',
    'Description: Who may open',
    'Default: 0.0.0.0/0\n    Description: Who may open',
    'ingress_is_not_from_everywhere',
  ],
  ['canary', 'FromPort:\n            Ref: PagePort', 'FromPort: 22', 'no_ssh'],
  ['canary', 'FromPort:\n        Ref: PagePort', 'FromPort: 22', 'no_ssh'],
  ['canary', 'MinValue: 1024', 'MinValue: 1', 'no_ssh'],
  [
    'canary',
    'SourcePrefixListId:\n        Ref: ClientPrefixList',
    'CidrIp: 0.0.0.0/0',
    'ingress_is_not_from_everywhere',
  ],
  ['fleet', 'AWS-SystemsManager-AutomationAdministrationRole', 'Anybody', 'role_is_assumed_by_services_only'],
  ['canary', 'AssociatePublicIpAddress: false', 'Description: x', 'instance_has_no_public_address'],
  ['dashboard-vpc', /"\$\{AWS::Region\}"/g, '"eu-west-1"', 'dashboard_takes_the_stack_region'],
];

test('and other ways to break one', () => {
  for (const [template, from, to, rule] of WAYS) {
    const good = readFileSync(`packaging/cloudformation/${template}.yaml`, 'utf8');
    const bad = good.replace(from, to);
    assert.notEqual(bad, good, `${template}: ${from} is not there`);
    assert.ok(guard(parse(bad)).failed.includes(rule), `${template}: ${from}`);
  }
});

test('a fault in the rules is no pass', () => {
  assert.throws(() => guard({ Resources: {} }, 'rule broken {'), /cfn-guard 5/);
});

interface Alarm {
  readonly Type: string;
  readonly Properties: { readonly AlarmActions?: unknown; readonly AlarmRule?: unknown };
}

test('alarms of a large configuration keep to them too, and one that tells nobody is in a composite’s rule', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-guard-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const targets = Array.from({ length: 60 }, (_, i) => `{ name: t${i}, site: s${i % 2}, icmp: 10.0.0.${i + 1} }`);
  const config = `sites: { s0: { cidrs: [10.1.0.0/16] }, s1: {} }
publish: { cloudwatch: { set: full, maxSeries: 1000 } }
targets: [${targets.join(', ')}]`;
  const file = join(folder, 'config.yaml');
  writeFileSync(file, config);
  const { code, stdout, stderr } = await cli(['alarms', '--format', 'json', '--config', file]);
  assert.equal(code, 0, stderr);
  const template = JSON.parse(stdout) as { readonly Resources: Readonly<Record<string, Alarm>> };
  assert.ok(Object.keys(template.Resources).length > 120);
  assert.deepEqual(guard(template).failed, []);
  const composed = JSON.stringify(Object.values(template.Resources).map(({ Properties }) => Properties.AlarmRule));
  const lone = Object.entries(template.Resources)
    .filter(([id, { Properties }]) => Properties.AlarmActions === undefined && id !== 'UnderMaintenance')
    .filter(([id]) => !composed.includes(`\${${id}}`));
  assert.deepEqual(
    lone.map(([id]) => id),
    [],
  );
});
