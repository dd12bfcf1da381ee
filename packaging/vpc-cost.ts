/**
 * What a VPC costs a month, as a table for the README: `node packaging/vpc-cost.ts`. The machine is that of
 * canary.yaml, metrics and alarms are those of the example configuration, prices come from agent/metric/prices.ts.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { cost } from '../agent/commands/cost/cost.ts';
import { type Cost, HOURS } from '../agent/metric/cost.ts';
import { PRICES } from '../agent/metric/prices.ts';

const CONFIGURATION = 'packaging/config.example.yaml';
const TEMPLATE = 'packaging/cloudformation/canary.yaml';

interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties: Record<string, unknown>;
}

interface Launch {
  readonly BlockDeviceMappings: readonly { readonly Ebs: { readonly VolumeSize: number } }[];
}

/** @throws when the example configuration is not good */
async function published(): Promise<Cost> {
  let text = '';
  const output = {
    out: (part: string) => {
      text += part;
    },
    error: (part: string) => {
      throw new Error(part);
    },
  };
  await cost({ file: CONFIGURATION, environment: {} }, { vpcs: 1, json: true }, output);
  return JSON.parse(text) as Cost;
}

/** Lines of Markdown. */
export async function vpcCostTable(): Promise<string> {
  const { Parameters, Resources } = parse(readFileSync(TEMPLATE, 'utf8')) as {
    Parameters: { InstanceType: { Default: keyof typeof PRICES.instanceHour } };
    Resources: Record<string, Resource>;
  };
  const all = Object.values(Resources);
  const type = Parameters.InstanceType.Default;
  const launch = all.flatMap(({ Properties }) => (Properties['LaunchTemplateData'] ?? []) as Launch | []);
  const gigabytes = launch
    .flatMap(({ BlockDeviceMappings }) => BlockDeviceMappings)
    .reduce((sum, { Ebs }) => sum + Ebs.VolumeSize, 0);
  const alarms = all.filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm').length;
  const endpoints = all.filter(({ Properties }) => Properties['VpcEndpointType'] === 'Interface');
  const basic = endpoints.filter(({ Condition }) => Condition === 'MakeEndpoints').length;
  // The table is of a region in which none for SQS is made.
  const most = endpoints.filter(({ Condition }) => Condition !== 'MakeSqsEndpoint').length;
  const endpointMonth = PRICES.endpointHour * HOURS;
  const { perVpc } = await published();

  const instance = PRICES.instanceHour[type] * HOURS;
  const volume = gigabytes * PRICES.volumeMonth;
  const recovery = alarms * PRICES.alarmMonth.metric;
  const machine = instance + volume + recovery;
  const other = (PRICES.instanceHour['t3.nano'] - PRICES.instanceHour[type]) * HOURS;
  const rows: [string, number][] = [
    [`${type}, ${HOURS} hours (t3.nano: ${money(other)} more)`, instance],
    [`${gigabytes} GB of gp3`, volume],
    ['the alarm that recovers the machine', recovery],
    [`${perVpc.series} series of metrics (4 targets at one site, the essential set)`, perVpc.seriesUsd],
    [`${perVpc.requests.toLocaleString('en-US')} requests, one a minute`, perVpc.requestsUsd],
    [`${perVpc.alarms} alarms of \`vpc-canary alarms\``, perVpc.alarmsUsd],
    ['**together**', machine + perVpc.usd],
    ['without CloudWatch: page, PRTG and Prometheus alone', machine],
    [`\`Endpoints=yes\`, more: ${basic} interface endpoints in one zone`, basic * endpointMonth],
    [`\`Endpoints=all\`, more: ${most} of them (one more in us-west-2)`, most * endpointMonth],
  ];
  return [
    `| ${PRICES.region}, ${PRICES.asOf}, without free tier, discounts and data transfer | USD a month |`,
    '|---|---:|',
    ...rows.map(([what, usd]) => `| ${what} | ${money(usd)} |`),
  ].join('\n');
}

const money = (usd: number): string => usd.toFixed(2);

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename)
  console.log(await vpcCostTable());
