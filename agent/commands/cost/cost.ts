/** What `cost` says. */
import type { ConfigRequest } from '../../config/gather.ts';
import { formatDuration } from '../../measure/units.ts';
import { planAlarms } from '../../metric/alarms.ts';
import { type Bill, type Cost, costOf } from '../../metric/cost.ts';
import { PRICES } from '../../metric/prices.ts';
import { planSeries } from '../../metric/series.ts';
import { NO_THINGS, VPC_KINDS, type VpcThings } from '../../metric/vpc-period.ts';
import { loadPublishing, type Publishing } from '../publish-plan.ts';
import { thingWords, type VpcCounts, vpcThings } from './vpc-things.ts';

interface Output {
  out(text: string): void;
  error(text: string): void;
}

export interface CostRequest extends VpcCounts {
  readonly vpcs: number;
  readonly json?: boolean;
  readonly ask?: string | boolean;
}

/** @returns the exit code */
export async function cost(
  request: ConfigRequest,
  { vpcs, json, ask, ...counts }: CostRequest,
  output: Output,
): Promise<number> {
  const loaded = await loadPublishing(request, null);
  if (!loaded.ok) {
    output.error(`vpc-canary: ${loaded.text}\n`);
    return loaded.code;
  }
  const counted = await vpcThings(counts, ask);
  if (!counted.ok) {
    output.error(`vpc-canary: ${counted.text}\n`);
    return counted.code;
  }
  const things = counted.things ?? NO_THINGS;
  const publishing = { ...loaded.publishing, things };
  const { series, folded, ownThings } = planSeries(publishing);
  const foldedThings = VPC_KINDS.reduce((sum, kind) => sum + things[kind].length - ownThings[kind], 0);
  const alarms = planAlarms(publishing).alarms.filter(
    (alarm) => counted.things !== null || (alarm.kind !== 'worst' && alarm.id !== 'Vpc'),
  );
  const found = costOf({ series, alarms, periodMs: publishing.periodMs, vpcs });
  if (json === true) {
    const { asOf, region, source } = PRICES;
    const { set, periodMs, maxSeries, namespace } = publishing;
    const facts = {
      prices: { asOf, region, source },
      namespace,
      set,
      periodMs,
      maxSeries,
      folded: folded.length,
      foldedThings,
    };
    output.out(`${JSON.stringify({ ...facts, ...found }, null, 2)}\n`);
  } else {
    output.out(costText(found, publishing, folded.length, counted.things, foldedThings));
  }
  return 0;
}

export function costText(
  found: Cost,
  publishing: Publishing,
  folded: number,
  things: VpcThings | null,
  foldedThings: number,
): string {
  const { metrics, perVpc, fleet, vpcs } = found;
  const { targets, set, periodMs, maxSeries } = publishing;
  const chosen = typeof set === 'string' ? set : 'chosen';
  const lines = [
    `${[`${targets.length} target${targets.length === 1 ? '' : 's'}`, thingWords(things)].filter(Boolean).join(', ')}, ${chosen} metrics every ${formatDuration(periodMs)}, USD a month.`,
    `List prices of ${PRICES.region}, ${PRICES.asOf}, without free tier or discounts: check yours, ${PRICES.source}`,
    '',
    row('metric', 'series', 'USD'),
    ...metrics.map(({ name, series, usd }) => row(name, count(series), money(usd))),
    '',
    ...billLines('one VPC', perVpc),
    ...(vpcs === 1 ? [] : ['', ...billLines(`${count(vpcs)} VPCs`, fleet)]),
  ];
  if (folded > 0) {
    lines.push(
      '',
      `${folded} of ${targets.length} targets are told together as Other: publish.cloudwatch.maxSeries is ${maxSeries}.`,
    );
  }
  if (foldedThings > 0) {
    lines.push(
      '',
      `${foldedThings} of the VPC’s things are told together as Other: publish.cloudwatch.maxSeries is ${maxSeries}.`,
    );
  }
  if (things === null) {
    lines.push('', 'Subnets, tunnels, BGP sessions and route tables come on top: --subnets 6 --tunnels 4 …, or --ask.');
  }
  return `${lines.join('\n')}\n`;
}

function billLines(title: string, bill: Bill): string[] {
  return [
    row(title, '', money(bill.usd)),
    row('  series', count(bill.series), money(bill.seriesUsd)),
    row('  requests', count(bill.requests), money(bill.requestsUsd)),
    row('  alarms, if you deploy them', count(bill.alarms), money(bill.alarmsUsd)),
  ];
}

const row = (name: string, number: string, usd: string): string =>
  `${name.padEnd(30)}${number.padStart(12)}${usd.padStart(13)}`;

const count = (number: number): string => number.toLocaleString('en-US');

const money = (usd: number): string =>
  usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
