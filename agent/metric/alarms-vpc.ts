/**
 * The VPC's own alarms. What it has (subnets, tunnels, BGP sessions, route tables) no configuration names, and it comes
 * and goes: they ask Metrics Insights for the worst of its series, one alarm a metric, also for what is made tomorrow.
 * CloudWatch allows 200 such alarms an account and region, and prices them by the series they look at.
 */
import { type MOfN, VPC_WORST, type VpcAlarmLimits, worstConditions } from '../verdict/alarm-conditions.ts';
import type { Alarm, CompositeAlarm, WorstAlarm } from './alarm-kinds.ts';
import { CATALOG } from './catalog.ts';
import { type MetricSet, publishedMetrics } from './series.ts';

/** Of the VPC: an alarm for each metric that is published, and one over them that sends messages. */
export function vpcAlarms(limits: VpcAlarmLimits, set: MetricSet, periodSeconds: number): Alarm[] {
  const published = publishedMetrics(set);
  const children = worstConditions(limits)
    .filter(({ metric }) => published.includes(metric))
    .map(
      ({ text, ...condition }): WorstAlarm => ({
        ...condition,
        kind: 'worst',
        id: `Vpc${condition.metric}`,
        name: condition.metric,
        description: `In this VPC ${text}, ${words(VPC_WORST)}. The page /vpc says which.`,
        schema: CATALOG.find(({ name }) => name === condition.metric)?.cloudWatch?.dimensions ?? [],
        periodSeconds,
        of: VPC_WORST,
      }),
    );
  if (children.length === 0) return [];
  const whole: CompositeAlarm = {
    kind: 'composite',
    id: 'Vpc',
    name: 'vpc',
    description: 'Addresses, tunnels, BGP or routes of the VPC are in trouble; its alarms tell what.',
    children: children.map(({ id }) => id),
    notifies: true,
  };
  return [...children, whole];
}

const words = ({ datapoints, periods }: MOfN): string => `in ${datapoints} of ${periods} periods`;
