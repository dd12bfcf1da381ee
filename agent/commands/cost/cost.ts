/** What `cost` says. */
import type { ConfigRequest } from '../../config/gather.ts';
import { formatDuration } from '../../measure/units.ts';
import { planAlarms } from '../../metric/alarms.ts';
import { type Bill, type Cost, costOf } from '../../metric/cost.ts';
import { PRICES } from '../../metric/prices.ts';
import { planSeries } from '../../metric/series.ts';
import { loadPublishing, type Publishing } from '../publish-plan.ts';

interface Output {
  out(text: string): void;
  error(text: string): void;
}

/** @returns the exit code */
export async function cost(
  request: ConfigRequest,
  { vpcs, json }: { readonly vpcs: number; readonly json?: boolean },
  output: Output,
): Promise<number> {
  const loaded = await loadPublishing(request, null);
  if (!loaded.ok) {
    output.error(`vpc-canary: ${loaded.text}\n`);
    return loaded.code;
  }
  const { publishing } = loaded;
  const { series, folded } = planSeries(publishing);
  const { alarms } = planAlarms(publishing);
  const found = costOf({ series, alarms, periodMs: publishing.periodMs, vpcs });
  if (json === true) {
    const { asOf, region, source } = PRICES;
    const { set, periodMs, maxSeries, namespace } = publishing;
    const facts = { prices: { asOf, region, source }, namespace, set, periodMs, maxSeries, folded: folded.length };
    output.out(`${JSON.stringify({ ...facts, ...found }, null, 2)}\n`);
  } else {
    output.out(costText(found, publishing, folded.length));
  }
  return 0;
}

export function costText(found: Cost, publishing: Publishing, folded: number): string {
  const { metrics, perVpc, fleet, vpcs } = found;
  const { targets, set, periodMs, maxSeries } = publishing;
  const chosen = typeof set === 'string' ? set : 'chosen';
  const lines = [
    `${targets.length} target${targets.length === 1 ? '' : 's'}, ${chosen} metrics every ${formatDuration(periodMs)}, USD a month.`,
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
