/** Direct Connect's Describe actions over a world (JSON 1.1), and CloudWatch's GetMetricData of AWS/DX. */
import { Refusal } from './ec2-actions.ts';
import type { World } from './world.ts';

type Input = Readonly<Record<string, unknown>>;

const LISTS: Readonly<
  Record<string, { readonly list: string; readonly items: (world: World, input: Input) => readonly object[] }>
> = {
  DescribeVirtualInterfaces: { list: 'virtualInterfaces', items: (world) => world.virtualInterfaces },
  DescribeConnections: { list: 'connections', items: (world) => world.connections },
  DescribeLags: { list: 'lags', items: (world) => world.lags },
  DescribeDirectConnectGatewayAssociations: {
    list: 'directConnectGatewayAssociations',
    items: ({ associations }, { associatedGatewayId: id, directConnectGatewayId: gateway }) => {
      if (id === undefined && gateway === undefined) {
        throw new Refusal('DirectConnectClientException', 'One of the parameters is required');
      }
      return associations.filter(
        (one) =>
          (id === undefined || one.associatedGateway?.id === id || one.virtualGatewayId === id) &&
          (gateway === undefined || one.directConnectGatewayId === gateway),
      );
    },
  },
  DescribeDirectConnectGatewayAttachments: {
    list: 'directConnectGatewayAttachments',
    items: ({ attachments }, { directConnectGatewayId: gateway }) => {
      if (gateway === undefined) throw new Refusal('DirectConnectClientException', 'A gateway or interface is needed');
      return attachments.filter((one) => one.directConnectGatewayId === gateway);
    },
  },
};

/** @throws {Refusal} */
export function describeDirectConnect(world: World, action: string, input: Input, most: number): object {
  const known = LISTS[action];
  if (known === undefined) throw new Refusal('UnknownOperationException', action);
  const { maxResults = 100, nextToken } = input as { maxResults?: number; nextToken?: string };
  if (!Number.isInteger(maxResults) || maxResults < 1) {
    throw new Refusal('DirectConnectClientException', `maxResults ${maxResults} is invalid`);
  }
  const first = nextToken === undefined ? 0 : Number(Buffer.from(nextToken, 'base64').toString('latin1'));
  // more than 100 is taken for 100
  const end = first + Math.min(maxResults, 100, most);
  const items = known.items(world, input);
  const next = end < items.length ? Buffer.from(String(end), 'latin1').toString('base64') : undefined;
  return { [known.list]: items.slice(first, end), ...(next === undefined ? {} : { nextToken: next }) };
}

const VALUE = {
  VirtualInterfaceBgpStatus: 'status',
  VirtualInterfaceBgpPrefixesAccepted: 'accepted',
  VirtualInterfaceBgpPrefixesAdvertised: 'advertised',
} as const;

interface MetricQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly Label?: string;
}

const SEARCH =
  /^SEARCH\('\{AWS\/DX,ConnectionId,IpAddressFamily,VirtualInterfaceId\} MetricName="(\w+)" VirtualInterfaceId=\(([^)]*)\)', '(Minimum|Maximum|Average)', 300\)$/;

/** Searches over AWS/DX, labelled by their dimensions. @throws {Refusal} */
export function metricData(world: World, input: Input, now: number): object {
  const { StartTime, EndTime } = input;
  const queries = input['MetricDataQueries'] as readonly MetricQuery[];
  if (!(Number(EndTime) > Number(StartTime))) {
    throw new Refusal('InvalidParameterValue', 'The parameter StartTime must be less than the parameter EndTime.');
  }
  const results = queries.flatMap(({ Id, Expression = '', Label = '' }) => {
    const [, metric, ids = ''] = SEARCH.exec(Expression) ?? [];
    if (metric === undefined || !/^[a-z]\w*$/.test(Id)) {
      throw new Refusal('ValidationError', `Error in expression '${Id}': ${Expression}`);
    }
    const wanted = [...ids.matchAll(/"([^"]+)"/g)].map(([, id]) => id);
    if (wanted.length > 50) throw new Refusal('ValidationError', 'the search gives too many series');
    const value = VALUE[metric as keyof typeof VALUE];
    return world.metrics
      .filter(({ virtualInterfaceId }) => wanted.includes(virtualInterfaceId))
      .map((series) => {
        const dimensions: Readonly<Record<string, string>> = {
          ConnectionId: series.connectionId,
          VirtualInterfaceId: series.virtualInterfaceId,
          IpAddressFamily: series.family,
        };
        const latest = Math.floor(now / 300_000) * 300;
        return {
          Id,
          Label: Label.replace(/\$\{PROP\('Dim\.(\w+)'\)\}/g, (_, name: string) => dimensions[name] ?? ''),
          StatusCode: 'Complete',
          Timestamps: [latest, latest - 300],
          Values: [series[value], series[value]],
        };
      });
  });
  return { MetricDataResults: results, Messages: [] };
}
