/**
 * Alarms as a CloudFormation template: a plain object, for whoever writes JSON or YAML of it.
 *
 * Composites name their children by reference, so that a renamed alarm cannot leave a rule that watches nobody.
 * Maintenance is an alarm too, because that is what CloudWatch lets silence others: a composite whose rule is FALSE
 * until the stack is deployed with Maintenance=yes. One that a fleet shares already can be named instead.
 */
import type {
  Alarm,
  BandAlarm,
  CompositeAlarm,
  LimitAlarm,
  MetricAlarm,
  ShareAlarm,
  WorstAlarm,
} from './alarm-kinds.ts';

export interface TemplateOptions {
  /** Defaults of the template's parameters; null leaves the parameter without one, to be given at deployment. */
  readonly vpc: string | null;
  readonly namespace: string;
  readonly topic: string | null;
  readonly maintenanceAlarm: string | null;
}

/** Seconds that a composite waits for the alarm of maintenance when it begins, and after it has ended. */
const SUPPRESSION = { wait: 60, extension: 180 };

export function alarmTemplate(alarms: readonly Alarm[], options: TemplateOptions): object {
  const resources = alarms.map((alarm) => [alarm.id, resource(alarm)] as const);
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'Alarms on what vpc-canary publishes, printed by vpc-canary alarms.',
    Parameters: parameters(options),
    Conditions: {
      HasTopic: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'AlarmTopic' }, ''] }] },
      OwnMaintenance: { 'Fn::Equals': [{ Ref: 'MaintenanceAlarm' }, ''] },
      InMaintenance: { 'Fn::Equals': [{ Ref: 'Maintenance' }, 'yes'] },
    },
    Resources: { ...Object.fromEntries(resources), UnderMaintenance: maintenance() },
  };
}

function parameters({ vpc, namespace, topic, maintenanceAlarm }: TemplateOptions): object {
  return {
    VpcId: {
      Type: 'String',
      Description: 'Value of the dimension VpcId: the VPC the agent stands in.',
      ...(vpc === null ? {} : { Default: vpc }),
      MinLength: 1,
      MaxLength: 60,
    },
    Namespace: { Type: 'String', Description: 'Namespace of the metrics.', Default: namespace },
    AlarmTopic: {
      Type: 'String',
      Description: 'ARN of the SNS topic that is told; empty tells nobody.',
      Default: topic ?? '',
    },
    Maintenance: {
      Type: 'String',
      Description: 'yes silences the alarms of all sites until the stack is deployed with no.',
      AllowedValues: ['no', 'yes'],
      Default: 'no',
    },
    MaintenanceAlarm: {
      Type: 'String',
      Description: 'Name of an alarm of yours that silences the sites while it is in alarm; empty makes one here.',
      Default: maintenanceAlarm ?? '',
    },
  };
}

function resource(alarm: Alarm): object {
  switch (alarm.kind) {
    case 'limit':
      return limitAlarm(alarm);
    case 'band':
      return bandAlarm(alarm);
    case 'share':
      return shareAlarm(alarm);
    case 'worst':
      return worstAlarm(alarm);
    case 'composite':
      return compositeAlarm(alarm);
  }
}

function limitAlarm(alarm: LimitAlarm): object {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      ...named(alarm),
      Namespace: { Ref: 'Namespace' },
      MetricName: alarm.metric,
      Dimensions: dimensions(alarm),
      Statistic: alarm.statistic,
      Period: alarm.periodSeconds,
      EvaluationPeriods: alarm.of.periods,
      DatapointsToAlarm: alarm.of.datapoints,
      ComparisonOperator: alarm.comparison,
      Threshold: alarm.threshold,
      TreatMissingData: alarm.missing,
      ...(alarm.notifies ? actions() : {}),
    },
  };
}

function bandAlarm(alarm: BandAlarm): object {
  const Metric = { Namespace: { Ref: 'Namespace' }, MetricName: alarm.metric, Dimensions: dimensions(alarm) };
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      ...named(alarm),
      Metrics: [
        { Id: 'rtt', MetricStat: { Metric, Period: alarm.periodSeconds, Stat: alarm.statistic }, ReturnData: true },
        {
          Id: 'usual',
          Expression: `ANOMALY_DETECTION_BAND(rtt, ${alarm.deviations})`,
          Label: 'usual',
          ReturnData: true,
        },
      ],
      ThresholdMetricId: 'usual',
      ComparisonOperator: 'GreaterThanUpperThreshold',
      EvaluationPeriods: alarm.of.periods,
      DatapointsToAlarm: alarm.of.datapoints,
      // without a reply there is no time; that is the other alarm's to say
      TreatMissingData: 'missing',
    },
  };
}

function shareAlarm(alarm: ShareAlarm): object {
  const stat = (Id: string, MetricName: string): object => {
    const Metric = { Namespace: { Ref: 'Namespace' }, MetricName, Dimensions: dimensions(alarm) };
    return { Id, MetricStat: { Metric, Period: alarm.periodSeconds, Stat: 'Sum' }, ReturnData: false };
  };
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      ...named(alarm),
      Metrics: [
        stat('again', alarm.metric),
        stat('bytes', alarm.bytes),
        { Id: 'share', Expression: alarm.expression, Label: 'sent again, %', ReturnData: true },
      ],
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: alarm.threshold,
      EvaluationPeriods: alarm.of.periods,
      DatapointsToAlarm: alarm.of.datapoints,
      TreatMissingData: 'missing',
    },
  };
}

/** A query of Metrics Insights that gives one series: the worst of them all, minute by minute. */
function worstAlarm(alarm: WorstAlarm): object {
  const from = `SCHEMA("\${Namespace}", ${alarm.schema.join(', ')})`;
  const query = `SELECT ${alarm.worst}(${alarm.metric}) FROM ${from} WHERE VpcId = '\${VpcId}'`;
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      ...named(alarm),
      Metrics: [
        {
          Id: 'worst',
          Expression: { 'Fn::Sub': query },
          Label: alarm.metric,
          Period: alarm.periodSeconds,
          ReturnData: true,
        },
      ],
      ComparisonOperator: alarm.comparison,
      Threshold: alarm.threshold,
      EvaluationPeriods: alarm.of.periods,
      DatapointsToAlarm: alarm.of.datapoints,
      // a VPC without tunnels has no data of them; nor has one that AWS does not tell of
      TreatMissingData: 'missing',
    },
  };
}

function compositeAlarm(alarm: CompositeAlarm): object {
  const rule = alarm.children.map((id) => `ALARM("\${${id}}")`).join(' OR ');
  return {
    Type: 'AWS::CloudWatch::CompositeAlarm',
    Properties: {
      ...named(alarm),
      AlarmRule: { 'Fn::Sub': rule },
      ...(alarm.notifies
        ? {
            ActionsSuppressor: {
              'Fn::If': ['OwnMaintenance', { Ref: 'UnderMaintenance' }, { Ref: 'MaintenanceAlarm' }],
            },
            ActionsSuppressorWaitPeriod: SUPPRESSION.wait,
            ActionsSuppressorExtensionPeriod: SUPPRESSION.extension,
            ...actions(),
          }
        : {}),
    },
  };
}

function maintenance(): object {
  return {
    Type: 'AWS::CloudWatch::CompositeAlarm',
    Condition: 'OwnMaintenance',
    Properties: {
      AlarmName: { 'Fn::Sub': `VpcCanary \${VpcId} maintenance` },
      AlarmDescription: 'In alarm while there is maintenance; silences the alarms of the sites.',
      AlarmRule: { 'Fn::If': ['InMaintenance', 'TRUE', 'FALSE'] },
    },
  };
}

function named({ name, description }: Alarm): object {
  return {
    AlarmName: { 'Fn::Sub': `VpcCanary \${VpcId} ${name.replaceAll('${', '${!')}` },
    AlarmDescription: description,
  };
}

const dimensions = (alarm: MetricAlarm): object[] =>
  alarm.dimensions.map(([Name, value]) => ({ Name, Value: Name === 'VpcId' ? { Ref: 'VpcId' } : value }));

/** To the topic when trouble begins and when it ends. */
function actions(): object {
  const topic = { 'Fn::If': ['HasTopic', [{ Ref: 'AlarmTopic' }], { Ref: 'AWS::NoValue' }] };
  return { AlarmActions: topic, OKActions: topic };
}
