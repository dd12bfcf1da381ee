/** The kinds of alarms there are, as plain data: `alarms.ts` plans them, `cloudformation.ts` writes them, `cost.ts` counts. */
import type { MOfN, WorstCondition } from '../verdict/alarm-conditions.ts';
import type { Dimension } from './catalog-row.ts';
import type { CloudWatchMetricName } from './series.ts';

export interface AlarmBase {
  /** Unique in the template and the same for the same target whatever else is configured. */
  readonly id: string;
  /** What stands after "VpcCanary" and the VPC in the alarm's name. */
  readonly name: string;
  readonly description: string;
}

/** The worst of all series of a metric in the VPC, whichever there are. */
export interface WorstAlarm extends AlarmBase, Pick<WorstCondition, 'metric' | 'worst' | 'comparison' | 'threshold'> {
  readonly kind: 'worst';
  /** Of the metric, VpcId first: what the query takes its series from. */
  readonly schema: readonly Dimension[];
  readonly periodSeconds: number;
  readonly of: MOfN;
}

interface OverMetric extends AlarmBase {
  readonly metric: CloudWatchMetricName;
  readonly dimensions: readonly (readonly [Dimension, string])[];
  readonly periodSeconds: number;
  readonly of: MOfN;
}

/** A statistic against a fixed limit. */
export interface LimitAlarm extends OverMetric {
  readonly kind: 'limit';
  readonly statistic: 'Sum' | 'Maximum';
  readonly comparison: 'LessThanThreshold' | 'GreaterThanOrEqualToThreshold';
  readonly threshold: number;
  /** What a period without data counts as; CloudWatch's words. */
  readonly missing: 'breaching' | 'missing';
  /** Whether it sends messages itself. */
  readonly notifies: boolean;
}

/** A percentile against the band that CloudWatch learns of it. */
export interface BandAlarm extends OverMetric {
  readonly kind: 'band';
  readonly statistic: 'p99';
  readonly deviations: number;
}

/** Retransmissions as a share of the traffic, from two metrics with the same dimensions. */
export interface ShareAlarm extends OverMetric {
  readonly kind: 'share';
  /** Bytes of the traffic. */
  readonly bytes: CloudWatchMetricName;
  readonly expression: string;
  readonly threshold: number;
}

/** In alarm while any of its children is. */
export interface CompositeAlarm extends AlarmBase {
  readonly kind: 'composite';
  /** Ids. */
  readonly children: readonly string[];
  /** Sends messages, unless there is maintenance; a part of a larger site's alarm does not. */
  readonly notifies: boolean;
}

/** One that watches metrics. */
export type MetricAlarm = LimitAlarm | BandAlarm | ShareAlarm;
export type Alarm = MetricAlarm | WorstAlarm | CompositeAlarm;
