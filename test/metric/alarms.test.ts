import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alarm } from '../../agent/metric/alarm-kinds.ts';
import { type AlarmInput, planAlarms } from '../../agent/metric/alarms.ts';
import { alarmTemplate } from '../../agent/metric/cloudformation.ts';
import { icmp } from '../fakes/planned-targets.ts';
import { templateProblems } from '../packaging/resource-check.ts';

const target = (name: string, site = 'dc') => icmp(name, site, '10.0.0.1');
const input = (names: readonly string[], over: Partial<AlarmInput> = {}): AlarmInput => ({
  vpc: 'vpc-1',
  targets: names.map((name) => target(name)),
  groups: [],
  set: 'essential',
  maxSeries: 100,
  periodMs: 60_000,
  site: null,
  ...over,
});
const ids = (alarms: readonly Alarm[]): string[] => alarms.map(({ id }) => id);
const template = (alarms: readonly Alarm[]) =>
  alarmTemplate(alarms, { vpc: null, namespace: 'VpcCanary', topic: null, maintenanceAlarm: null }) as {
    Resources: Record<string, { Properties: Record<string, unknown> }>;
  };

test('a heartbeat, two alarms a target, a composite a site over them', () => {
  const { alarms } = planAlarms(input([], { targets: [target('a'), target('b', 'hq')] }));
  assert.deepEqual(ids(alarms), [
    'Heartbeat',
    'PacketLossA',
    'RoundTripTimeA',
    'SiteDc',
    'PacketLossB',
    'RoundTripTimeB',
    'SiteHq',
  ]);
  assert.deepEqual(
    alarms.filter((alarm) => alarm.kind === 'composite').map(({ children }) => children),
    [
      ['PacketLossA', 'RoundTripTimeA'],
      ['PacketLossB', 'RoundTripTimeB'],
    ],
  );
  const notifying = alarms.filter((alarm) => 'notifies' in alarm && alarm.notifies);
  assert.deepEqual(ids(notifying), ['Heartbeat', 'SiteDc', 'SiteHq']);
});

test('a site with prefixes has an alarm on retransmissions, also without targets', () => {
  const { alarms } = planAlarms(input([], { targets: [target('a')], groups: ['dc', 'hq'] }));
  assert.deepEqual(ids(alarms).slice(3), ['RetransmissionsDc', 'SiteDc', 'RetransmissionsHq', 'SiteHq']);
  assert.deepEqual(templateProblems(template(alarms)), []);
  const { Metrics, Threshold } = template(alarms).Resources['RetransmissionsDc']?.Properties ?? {};
  assert.equal(Threshold, 1);
  assert.deepEqual(
    (Metrics as { Id: string; ReturnData: boolean }[]).map(({ Id, ReturnData }) => [Id, ReturnData]),
    [
      ['again', false],
      ['bytes', false],
      ['share', true],
    ],
  );
});

test('a heartbeat that is missing breaches; loss has the target’s own limit', () => {
  const slow = { ...target('a'), thresholds: { ...target('a').thresholds, lossDegraded: 0.015 } };
  const { Resources } = template(planAlarms(input([], { targets: [slow] })).alarms);
  assert.equal(Resources['Heartbeat']?.Properties['TreatMissingData'], 'breaching');
  assert.equal(Resources['PacketLossA']?.Properties['Threshold'], 1.5);
});

test('what is not published has no alarm', () => {
  assert.deepEqual(ids(planAlarms(input(['a'], { set: ['PacketLoss'] })).alarms), ['PacketLossA', 'SiteDc']);
  assert.deepEqual(ids(planAlarms(input(['a'], { set: ['Heartbeat', 'AgentCpu'] })).alarms), ['Heartbeat']);
  const { alarms, folded } = planAlarms(input(['a', 'b', 'c'], { maxSeries: 7 }));
  assert.deepEqual(
    folded.map(({ name }) => name),
    ['b', 'c'],
  );
  assert.deepEqual(ids(alarms), ['Heartbeat', 'PacketLossA', 'RoundTripTimeA', 'SiteDc']);
});

test('one site alone, without the heartbeat', () => {
  const { alarms } = planAlarms(input([], { targets: [target('a'), target('b', 'hq')], site: 'hq' }));
  assert.deepEqual(ids(alarms), ['PacketLossB', 'RoundTripTimeB', 'SiteHq']);
});

test('high resolution or not, alarms look at whole minutes', () => {
  for (const [periodMs, seconds] of [
    [1000, 60],
    [10_000, 60],
    [60_000, 60],
  ] as const) {
    const [beat] = planAlarms(input([], { periodMs })).alarms;
    assert.equal(beat?.kind === 'limit' && beat.periodSeconds, seconds);
  }
});

test('names that are alike stay apart, whatever is in them, and the template holds', () => {
  const names = [
    'erp-db',
    'erp.db',
    'ErpDb',
    'erp db',
    'ERP/db',
    'sýd',
    's_d',
    '"a"',
    '$\u007bx}',
    '\\',
    'x'.repeat(200),
    `${'x'.repeat(199)}y`,
  ];
  const { alarms } = planAlarms(input(names));
  assert.equal(alarms.length, 1 + 2 * names.length + 1);
  assert.equal(new Set(ids(alarms)).size, alarms.length);
  assert.equal(new Set(alarms.map(({ name }) => name)).size, alarms.length);
  const printed = template(alarms);
  assert.deepEqual(templateProblems(printed), []);
  for (const { name } of alarms) {
    assert.match(name, /^[\x20-\x7e]+$/);
    assert.doesNotMatch(name, /["\\]/);
    assert.ok(`VpcCanary ${'v'.repeat(60)} ${name}`.length <= 255, name);
  }
});

test('an id does not depend on what else is configured', () => {
  const alone = ids(planAlarms(input(['erp.db'])).alarms);
  const among = ids(planAlarms(input(['erp-db', 'ErpDb', 'erp.db'])).alarms);
  assert.deepEqual(
    alone.filter((id) => !among.includes(id)),
    [],
  );
});

test('a large site is made of parts that a composite may name, in a rule that is not too long', () => {
  const names = Array.from({ length: 60 }, (_, index) => `${'n'.repeat(150)}${index}`);
  const { alarms } = planAlarms(input(names, { maxSeries: 1000 }));
  const composites = alarms.filter((alarm) => alarm.kind === 'composite');
  assert.deepEqual(ids(composites), ['SiteDcPart1', 'SiteDcPart2', 'SiteDcPart3', 'SiteDcPart4', 'SiteDc']);
  const byId = new Map(alarms.map((alarm) => [alarm.id, alarm]));
  const named = composites.flatMap(({ children }) => children);
  assert.deepEqual(new Set([...named, 'SiteDc', 'Heartbeat']), new Set(byId.keys()));
  for (const { children } of composites) {
    const rule = children.map((id) => `ALARM("VpcCanary ${'v'.repeat(60)} ${byId.get(id)?.name}")`).join(' OR ');
    assert.ok(children.length <= 100 && rule.length <= 10_240, `${rule.length}`);
  }
  assert.deepEqual(templateProblems(template(alarms)), []);
});

test('maintenance silences the sites and not the heartbeat', () => {
  const { Resources } = template(planAlarms(input(['a'])).alarms);
  assert.deepEqual(Resources['SiteDc']?.Properties['ActionsSuppressor'], {
    'Fn::If': ['OwnMaintenance', { Ref: 'UnderMaintenance' }, { Ref: 'MaintenanceAlarm' }],
  });
  assert.equal(Resources['Heartbeat']?.Properties['ActionsSuppressor'], undefined);
});

const LIMITS = { usageDegraded: 0.8, exhaustionMs: 86_400_000, propagatedRoutes: 80 };

test('the VPC: a query for the worst of each published metric, and one composite over them', () => {
  const { alarms } = planAlarms(input(['a'], { vpcLimits: LIMITS }));
  assert.deepEqual(ids(alarms).slice(-4), ['VpcSubnetIpUsage', 'VpcTunnelState', 'VpcBgpPeerState', 'Vpc']);
  assert.deepEqual(ids(planAlarms(input(['a'], { vpcLimits: LIMITS, set: 'full' })).alarms).slice(-6), [
    'VpcSubnetIpUsage',
    'VpcSubnetTimeToExhaustion',
    'VpcTunnelState',
    'VpcBgpPeerState',
    'VpcPropagatedRoutes',
    'Vpc',
  ]);
  const printed = template(planAlarms(input(['a'], { vpcLimits: LIMITS, set: 'full' })).alarms);
  assert.deepEqual(templateProblems(printed), []);
  const { Metrics, Threshold, ComparisonOperator, TreatMissingData } =
    printed.Resources['VpcTunnelState']?.Properties ?? {};
  assert.deepEqual(Metrics, [
    {
      Id: 'worst',
      Expression: {
        'Fn::Sub': `SELECT MIN(TunnelState) FROM SCHEMA("\${Namespace}", VpcId, VpnId, TunnelIpAddress) WHERE VpcId = '\${VpcId}'`,
      },
      Label: 'TunnelState',
      Period: 60,
      ReturnData: true,
    },
  ]);
  assert.deepEqual([Threshold, ComparisonOperator, TreatMissingData], [1, 'LessThanThreshold', 'missing']);
  const routes = printed.Resources['VpcPropagatedRoutes']?.Properties;
  assert.deepEqual([routes?.['Threshold'], routes?.['ComparisonOperator']], [80, 'GreaterThanOrEqualToThreshold']);
  const notifying = alarms.filter((alarm) => 'notifies' in alarm && alarm.notifies);
  assert.deepEqual(ids(notifying), ['Heartbeat', 'SiteDc', 'Vpc']);
});

test('a VPC that is not asked about, or of which nothing is published, has none; nor has one site alone', () => {
  assert.ok(!ids(planAlarms(input(['a'])).alarms).includes('Vpc'));
  assert.ok(!ids(planAlarms(input(['a'], { vpcLimits: LIMITS, set: ['PacketLoss'] })).alarms).includes('Vpc'));
  assert.ok(!ids(planAlarms(input(['a'], { vpcLimits: LIMITS, site: 'dc' })).alarms).includes('Vpc'));
});
