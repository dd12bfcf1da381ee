/**
 * The BGP metrics of virtual interfaces in namespace AWS/DX, which CloudWatch has since 2026: one value in five
 * minutes, in the account that owns the connection.
 *
 * They are found by SEARCH, because a search needs no dimension but the interface's id, and the label tells the
 * family whatever AWS calls it ("ipv4", "IPv4").
 */
import type { CloudWatchClient, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { joined } from './pages.ts';
import type { AwsVirtualInterfaceMetrics } from './vpc-shapes.ts';

/** A search gives at most 100 series; an interface has two, one for each family. */
const MOST_INTERFACES = 25;
const PERIOD_S = 300;
/** Values appear some minutes after their period. */
const BACK_MS = 20 * 60_000;

const METRICS = [
  ['bgpStatus', 'VirtualInterfaceBgpStatus', 'Minimum'],
  ['prefixesAccepted', 'VirtualInterfaceBgpPrefixesAccepted', 'Maximum'],
  ['prefixesAdvertised', 'VirtualInterfaceBgpPrefixesAdvertised', 'Maximum'],
] as const;

/** Each series comes back under its interface and its family. */
const LABEL = ['VirtualInterfaceId', 'IpAddressFamily'].map((name) => `$\{PROP('Dim.${name}')}`).join(' ');

/** @param now ms since the epoch, by AWS's clock */
export async function interfaceMetrics(
  client: CloudWatchClient,
  ids: readonly string[],
  now: number,
  abortSignal: AbortSignal,
): Promise<AwsVirtualInterfaceMetrics[]> {
  const { GetMetricDataCommand } = await import('./sdk-cloudwatch.ts');
  const found = new Map<string, AwsVirtualInterfaceMetrics>();
  for (let first = 0; first < ids.length; first += MOST_INTERFACES) {
    const some = ids.slice(first, first + MOST_INTERFACES);
    const results = await joined(async (token) => {
      const input = {
        StartTime: new Date(now - BACK_MS),
        EndTime: new Date(now),
        ScanBy: 'TimestampDescending',
        MetricDataQueries: METRICS.map(([id, metric, statistic]) => ({
          Id: id,
          Expression: search(metric, statistic, some),
          Label: LABEL,
        })),
        ...(token === undefined ? {} : { NextToken: token }),
      } as const;
      const answer = await client.send(new GetMetricDataCommand(input), { abortSignal });
      return { items: answer.MetricDataResults, next: answer.NextToken };
    });
    for (const result of results) take(found, result);
  }
  return [...found.values()];
}

function search(metric: string, statistic: string, ids: readonly string[]): string {
  const which = ids.map((id) => `"${id}"`).join(' OR ');
  const schema = '{AWS/DX,ConnectionId,IpAddressFamily,VirtualInterfaceId}';
  return `SEARCH('${schema} MetricName="${metric}" VirtualInterfaceId=(${which})', '${statistic}', ${PERIOD_S})`;
}

/** The newest value of a series stands first; a page may hold none of it. */
function take(found: Map<string, AwsVirtualInterfaceMetrics>, result: MetricDataResult): void {
  const [, virtualInterfaceId, number] = /^(dxvif-\S+) \D*([46])/.exec(result.Label ?? '') ?? [];
  const metric = METRICS.find(([id]) => id === result.Id)?.[0];
  const value = result.Values?.[0];
  if (virtualInterfaceId === undefined || metric === undefined || value === undefined) return;
  const family = number === '4' ? 4 : 6;
  const key = `${virtualInterfaceId} ${family}`;
  const none = { bgpStatus: null, prefixesAccepted: null, prefixesAdvertised: null, at: null };
  const known = found.get(key) ?? { virtualInterfaceId, family, ...none };
  if (known[metric] !== null) return;
  const at = result.Timestamps?.[0]?.getTime() ?? null;
  found.set(key, { ...known, [metric]: value, at: at === null ? known.at : Math.max(at, known.at ?? at) });
}
