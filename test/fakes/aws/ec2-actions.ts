/** EC2's Describe actions over a world: parameters checked, filters applied, pages cut, as the API Reference says. */
import {
  DescribeAccountAttributesResult$,
  DescribeAddressesResult$,
  DescribeIpamsResult$,
  DescribePublicIpv4PoolsResult$,
  DescribeRouteTablesResult$,
  DescribeSubnetsResult$,
  DescribeTransitGatewayAttachmentsResult$,
  DescribeVpcsResult$,
  DescribeVpnConnectionsResult$,
  DescribeVpnGatewaysResult$,
  GetIpamResourceCidrsResult$,
} from '@aws-sdk/client-ec2';
import { answerXml } from './ec2-xml.ts';
import type { World } from './world.ts';

/** What AWS refuses a request for. */
export class Refusal extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

interface Action {
  /** Name of the list in the result. */
  readonly list: string;
  readonly result: unknown;
  readonly items: (world: World, parameters: URLSearchParams) => readonly object[];
  /** Values of an item by filter name. */
  readonly filters?: Readonly<Record<string, (item: never) => readonly (string | undefined)[]>>;
  /** Least and most that MaxResults may be; absent: the action has no pages. */
  readonly page?: readonly [least: number, most: number];
  /** Parameters beside those that all have. */
  readonly parameters?: readonly string[];
}

type Loose = Readonly<Record<string, string | undefined>>;
const field = (name: string) => (item: Loose) => [item[name]];

const ACTIONS: Readonly<Record<string, Action>> = {
  DescribeVpcs: {
    list: 'Vpcs',
    result: DescribeVpcsResult$,
    items: (world) => world.vpcs,
    filters: { 'vpc-id': field('VpcId') },
    page: [5, 1000],
  },
  DescribeSubnets: {
    list: 'Subnets',
    result: DescribeSubnetsResult$,
    items: (world) => world.subnets,
    filters: { 'vpc-id': field('VpcId') },
    page: [5, 1000],
  },
  DescribeRouteTables: {
    list: 'RouteTables',
    result: DescribeRouteTablesResult$,
    items: (world) => world.routeTables,
    filters: { 'vpc-id': field('VpcId') },
    page: [5, 100],
  },
  DescribeVpnGateways: {
    list: 'VpnGateways',
    result: DescribeVpnGatewaysResult$,
    items: (world) => world.vpnGateways,
    filters: {
      'attachment.vpc-id': ({ VpcAttachments = [] }: { readonly VpcAttachments?: Loose[] }) =>
        VpcAttachments.map(({ VpcId }) => VpcId),
    },
  },
  DescribeVpnConnections: {
    list: 'VpnConnections',
    result: DescribeVpnConnectionsResult$,
    items: (world) => world.vpnConnections,
    filters: {
      'vpn-gateway-id': field('VpnGatewayId'),
      'transit-gateway-id': field('TransitGatewayId'),
      state: field('State'),
    },
  },
  DescribeTransitGatewayAttachments: {
    list: 'TransitGatewayAttachments',
    result: DescribeTransitGatewayAttachmentsResult$,
    items: (world) => world.transitGatewayAttachments,
    filters: {
      'resource-id': field('ResourceId'),
      'resource-type': field('ResourceType'),
      'transit-gateway-id': field('TransitGatewayId'),
    },
    page: [5, 1000],
  },
  DescribeAddresses: { list: 'Addresses', result: DescribeAddressesResult$, items: (world) => world.addresses },
  DescribeAccountAttributes: {
    list: 'AccountAttributes',
    result: DescribeAccountAttributesResult$,
    items: (world) => [
      { AttributeName: 'supported-platforms', AttributeValues: [{ AttributeValue: 'VPC' }] },
      { AttributeName: 'vpc-max-elastic-ips', AttributeValues: [{ AttributeValue: String(world.elasticIpLimit) }] },
    ],
  },
  DescribePublicIpv4Pools: {
    list: 'PublicIpv4Pools',
    result: DescribePublicIpv4PoolsResult$,
    items: (world) => world.publicPools,
    page: [1, 10],
  },
  DescribeIpams: { list: 'Ipams', result: DescribeIpamsResult$, items: (world) => world.ipams, page: [5, 1000] },
  GetIpamResourceCidrs: {
    list: 'IpamResourceCidrs',
    result: GetIpamResourceCidrsResult$,
    items: ({ ipamCidrs }, parameters) => {
      const scope = parameters.get('IpamScopeId');
      const type = parameters.get('ResourceType');
      if (scope === null) throw new Refusal('MissingParameter', 'The request must contain the parameter IpamScopeId');
      return ipamCidrs.filter(
        ({ IpamScopeId, ResourceType }) => IpamScopeId === scope && (type === null || ResourceType === type),
      );
    },
    page: [5, 1000],
    parameters: ['IpamScopeId', 'ResourceType'],
  },
};

const COMMON = /^(Action|Version|MaxResults|NextToken|Filter\.\d+\.(Name|Value\.\d+))$/;

/**
 * @param most items of a page whatever was asked for; AWS, too, may give fewer
 * @throws {Refusal}
 */
export function describe(world: World, parameters: URLSearchParams, most: number): string {
  const name = parameters.get('Action') ?? '';
  const action = ACTIONS[name];
  if (action === undefined) throw new Refusal('InvalidAction', `The action ${name} is not valid for this web service.`);
  for (const key of parameters.keys()) {
    const known = COMMON.test(key) || (action.parameters ?? []).includes(key);
    if (!known) throw new Refusal('UnknownParameter', `The parameter ${key} is not recognized`);
  }
  const chosen = filtered(action.items(world, parameters), filtersOf(parameters), action);
  const { page, next } = cut(chosen, parameters, action, most);
  return answerXml(name, action.result, { [action.list]: page, ...(next === null ? {} : { NextToken: next }) });
}

interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

function filtersOf(parameters: URLSearchParams): Filter[] {
  const filters: Filter[] = [];
  for (let n = 1; parameters.has(`Filter.${n}.Name`); n += 1) {
    const values: string[] = [];
    for (let m = 1; parameters.has(`Filter.${n}.Value.${m}`); m += 1) {
      values.push(parameters.get(`Filter.${n}.Value.${m}`) ?? '');
    }
    const name = parameters.get(`Filter.${n}.Name`) ?? '';
    if (values.length === 0) throw new Refusal('InvalidParameterValue', `The filter '${name}' has no values`);
    if (values.length > 200) throw new Refusal('FilterLimitExceeded', 'The maximum number of filter values is 200');
    filters.push({ name, values });
  }
  return filters;
}

function filtered(items: readonly object[], filters: readonly Filter[], action: Action): readonly object[] {
  return filters.reduce((left, { name, values }) => {
    const read = action.filters?.[name];
    if (read === undefined) throw new Refusal('InvalidParameterValue', `The filter '${name}' is invalid`);
    return left.filter((item) => read(item as never).some((value) => value !== undefined && values.includes(value)));
  }, items);
}

function cut(
  items: readonly object[],
  parameters: URLSearchParams,
  { page: range }: Action,
  most: number,
): { readonly page: readonly object[]; readonly next: string | null } {
  const asked = parameters.get('MaxResults');
  if (range === undefined) {
    if (asked !== null) throw new Refusal('UnknownParameter', 'The parameter MaxResults is not recognized');
    return { page: items, next: null };
  }
  const size = Number(asked ?? range[1]);
  if (!(size >= range[0] && size <= range[1])) {
    throw new Refusal(
      'InvalidParameterValue',
      `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value between ${range[0]} and ${range[1]}.`,
    );
  }
  const token = parameters.get('NextToken');
  const first = token === null ? 0 : Number(Buffer.from(token, 'base64').toString('latin1'));
  if (Number.isNaN(first)) throw new Refusal('InvalidNextToken', `The token '${token}' is invalid`);
  const end = first + Math.min(size, most);
  return {
    page: items.slice(first, end),
    next: end < items.length ? Buffer.from(String(end), 'latin1').toString('base64') : null,
  };
}
