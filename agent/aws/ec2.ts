/**
 * EC2's Describe calls for one VPC, through the SDK, which is loaded at the first of them. Each gives an answer or a
 * classified failure whose remedy is the policy statement for just that action; pages are joined.
 *
 * Asked with filters and pages where the action has them: AWS's throttle counts the unfiltered and unpaged ones dearer
 * (EC2 API Reference, "Request throttling").
 */
import type { EC2Client } from '@aws-sdk/client-ec2';
import { type Answer, anywhere, Caller } from './caller.ts';
import type { AwsOptions } from './connection.ts';
import {
  attachmentOf,
  ipamCidrOf,
  publicPoolOf,
  routeTableOf,
  subnetOf,
  vpcOf,
  vpnConnectionOf,
  vpnGatewayOf,
} from './ec2-shapes.ts';
import { joined } from './pages.ts';
import type {
  AwsElasticIps,
  AwsIpamCidr,
  AwsPublicPool,
  AwsRouteTable,
  AwsSubnet,
  AwsTransitGatewayAttachment,
  AwsVpc,
  AwsVpnConnection,
  AwsVpnGateway,
} from './vpc-shapes.ts';

/** The most that one page may hold, by each action's reference. */
const PAGE = 1000;
const PAGE_OF_ROUTE_TABLES = 100;
const PAGE_OF_POOLS = 10;
/** The quota of Elastic IP addresses of a region, as DescribeAccountAttributes names it. */
const ELASTIC_IP_LIMIT = 'vpc-max-elastic-ips';
/** What hangs on a transit gateway and leads out of AWS; other VPCs are not asked for, there may be thousands. */
const LEADING_OUT = ['vpn', 'vpn-concentrator', 'direct-connect-gateway', 'connect', 'peering', 'tgw-peering'];

const sdk = () => import('./sdk-ec2.ts');
const filter = (Name: string, Values: readonly string[]) => ({ Name, Values: [...Values] });
const from = (token: string | undefined) => (token === undefined ? {} : { NextToken: token });

export class Ec2 {
  readonly #caller: Caller<EC2Client>;

  constructor(options: AwsOptions) {
    this.#caller = new Caller(options, 'ec2', async (config) => new (await sdk()).EC2Client(config));
  }

  close(): void {
    this.#caller.close();
  }

  /** null when this account sees no VPC of that id. */
  vpc(vpcId: string, abortSignal: AbortSignal): Promise<Answer<AwsVpc | null>> {
    return this.#caller.ask(anywhere('ec2:DescribeVpcs'), async (client) => {
      const { DescribeVpcsCommand } = await sdk();
      const input = { Filters: [filter('vpc-id', [vpcId])] };
      const [vpc] = (await client.send(new DescribeVpcsCommand(input), { abortSignal })).Vpcs ?? [];
      return vpc === undefined ? null : vpcOf(vpc);
    });
  }

  subnets(vpcId: string, abortSignal: AbortSignal): Promise<Answer<readonly AwsSubnet[]>> {
    return this.#caller.ask(anywhere('ec2:DescribeSubnets'), async (client) => {
      const { DescribeSubnetsCommand } = await sdk();
      const all = await joined(async (token) => {
        const input = { Filters: [filter('vpc-id', [vpcId])], MaxResults: PAGE, ...from(token) };
        const { Subnets: items, NextToken: next } = await client.send(new DescribeSubnetsCommand(input), {
          abortSignal,
        });
        return { items, next };
      });
      return all.map(subnetOf);
    });
  }

  routeTables(vpcId: string, abortSignal: AbortSignal): Promise<Answer<readonly AwsRouteTable[]>> {
    return this.#caller.ask(anywhere('ec2:DescribeRouteTables'), async (client) => {
      const { DescribeRouteTablesCommand } = await sdk();
      const all = await joined(async (token) => {
        const input = { Filters: [filter('vpc-id', [vpcId])], MaxResults: PAGE_OF_ROUTE_TABLES, ...from(token) };
        const { RouteTables: items, NextToken: next } = await client.send(new DescribeRouteTablesCommand(input), {
          abortSignal,
        });
        return { items, next };
      });
      return all.map(routeTableOf);
    });
  }

  /** Attached to the VPC, or being attached or detached. */
  vpnGateways(vpcId: string, abortSignal: AbortSignal): Promise<Answer<readonly AwsVpnGateway[]>> {
    return this.#caller.ask(anywhere('ec2:DescribeVpnGateways'), async (client) => {
      const { DescribeVpnGatewaysCommand } = await sdk();
      const input = { Filters: [filter('attachment.vpc-id', [vpcId])] };
      const answer = await client.send(new DescribeVpnGatewaysCommand(input), { abortSignal });
      return (answer.VpnGateways ?? []).map(vpnGatewayOf);
    });
  }

  /**
   * That end at any of the gateways, virtual private ("vgw-…") or transit ("tgw-…"), one request for each kind since
   * filters narrow each other. Deleted connections, which AWS tells of for an hour, are left out.
   */
  vpnConnections(
    gatewayIds: readonly string[],
    abortSignal: AbortSignal,
  ): Promise<Answer<readonly AwsVpnConnection[]>> {
    return this.#caller.ask(anywhere('ec2:DescribeVpnConnections'), async (client) => {
      const { DescribeVpnConnectionsCommand } = await sdk();
      const transit = gatewayIds.filter((id) => id.startsWith('tgw-'));
      const virtual = gatewayIds.filter((id) => !id.startsWith('tgw-'));
      const all: AwsVpnConnection[] = [];
      for (const [name, ids] of [['vpn-gateway-id', virtual] as const, ['transit-gateway-id', transit] as const]) {
        if (ids.length === 0) continue;
        const input = { Filters: [filter(name, ids), filter('state', ['pending', 'available', 'deleting'])] };
        const answer = await client.send(new DescribeVpnConnectionsCommand(input), { abortSignal });
        all.push(...(answer.VpnConnections ?? []).map(vpnConnectionOf));
      }
      return all;
    });
  }

  /**
   * The VPC's own attachments; then what else hangs on those transit gateways and leads out of AWS, which only the
   * account that owns the transit gateway is told.
   */
  transitGatewayAttachments(
    vpcId: string,
    abortSignal: AbortSignal,
  ): Promise<Answer<readonly AwsTransitGatewayAttachment[]>> {
    return this.#caller.ask(anywhere('ec2:DescribeTransitGatewayAttachments'), async (client) => {
      const { DescribeTransitGatewayAttachmentsCommand } = await sdk();
      const find = (filters: ReturnType<typeof filter>[]) =>
        joined(async (token) => {
          const input = { Filters: filters, MaxResults: PAGE, ...from(token) };
          const answer = await client.send(new DescribeTransitGatewayAttachmentsCommand(input), { abortSignal });
          return { items: answer.TransitGatewayAttachments, next: answer.NextToken };
        });
      const own = (await find([filter('resource-type', ['vpc']), filter('resource-id', [vpcId])])).map(attachmentOf);
      const gateways = new Set(own.flatMap(({ transitGatewayId }) => transitGatewayId ?? []));
      if (gateways.size === 0) return own;
      const others = await find([filter('transit-gateway-id', [...gateways]), filter('resource-type', LEADING_OUT)]);
      return [...own, ...others.map(attachmentOf)];
    });
  }

  /** What IPAM says of the VPC and its subnets, in the default private scope of each IPAM; without IPAM, nothing. */
  async ipamCidrs(vpcId: string, abortSignal: AbortSignal): Promise<Answer<readonly AwsIpamCidr[]>> {
    const scopes = await this.#caller.ask(anywhere('ec2:DescribeIpams'), async (client) => {
      const { DescribeIpamsCommand } = await sdk();
      const all = await joined(async (token) => {
        const input = { MaxResults: PAGE, ...from(token) };
        const { Ipams: items, NextToken: next } = await client.send(new DescribeIpamsCommand(input), { abortSignal });
        return { items, next };
      });
      return all.flatMap(({ PrivateDefaultScopeId }) => PrivateDefaultScopeId ?? []);
    });
    if (!scopes.ok || scopes.value.length === 0) return scopes.ok ? { ok: true, value: [] } : scopes;
    return this.#caller.ask(anywhere('ec2:GetIpamResourceCidrs'), async (client) => {
      const { GetIpamResourceCidrsCommand } = await sdk();
      const all: AwsIpamCidr[] = [];
      for (const IpamScopeId of scopes.value) {
        for (const ResourceType of ['vpc', 'subnet'] as const) {
          const found = await joined(async (token) => {
            const input = { IpamScopeId, ResourceType, MaxResults: PAGE, ...from(token) };
            const answer = await client.send(new GetIpamResourceCidrsCommand(input), { abortSignal });
            return { items: answer.IpamResourceCidrs, next: answer.NextToken };
          });
          all.push(...found.filter(({ VpcId, ResourceId }) => (VpcId ?? ResourceId) === vpcId).map(ipamCidrOf));
        }
      }
      return all;
    });
  }

  async elasticIps(abortSignal: AbortSignal): Promise<Answer<AwsElasticIps>> {
    const used = await this.#caller.ask(anywhere('ec2:DescribeAddresses'), async (client) => {
      const { DescribeAddressesCommand } = await sdk();
      return (await client.send(new DescribeAddressesCommand({}), { abortSignal })).Addresses?.length ?? 0;
    });
    if (!used.ok) return used;
    return this.#caller.ask(anywhere('ec2:DescribeAccountAttributes'), async (client) => {
      const { DescribeAccountAttributesCommand } = await sdk();
      const { AccountAttributes = [] } = await client.send(new DescribeAccountAttributesCommand({}), { abortSignal });
      const told = AccountAttributes.find(({ AttributeName }) => AttributeName === ELASTIC_IP_LIMIT);
      const limit = Number(told?.AttributeValues?.[0]?.AttributeValue ?? Number.NaN);
      return { used: used.value, limit: Number.isFinite(limit) ? limit : null };
    });
  }

  publicPools(abortSignal: AbortSignal): Promise<Answer<readonly AwsPublicPool[]>> {
    return this.#caller.ask(anywhere('ec2:DescribePublicIpv4Pools'), async (client) => {
      const { DescribePublicIpv4PoolsCommand } = await sdk();
      const all = await joined(async (token) => {
        const input = { MaxResults: PAGE_OF_POOLS, ...from(token) };
        const answer = await client.send(new DescribePublicIpv4PoolsCommand(input), { abortSignal });
        return { items: answer.PublicIpv4Pools, next: answer.NextToken };
      });
      return all.map(publicPoolOf);
    });
  }
}
