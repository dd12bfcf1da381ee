/** The catalogue's rows about the VPC itself, as AWS's control plane tells it. */
import type { MetricRow } from './catalog-row.ts';

const SUBNET = ['VpcId', 'SubnetId'] as const;
const TUNNEL = ['VpcId', 'VpnId', 'TunnelIpAddress'] as const;
const PEER = ['VpcId', 'VirtualInterfaceId', 'BgpPeerId'] as const;
const TABLE = ['VpcId', 'RouteTableId'] as const;

const OF_SUBNET = ['subnet_id'] as const;
const OF_TUNNEL = ['vpn_id', 'tunnel_ip_address'] as const;
const OF_PEER = ['virtual_interface_id', 'bgp_peer_id', 'family'] as const;
const OF_TABLE = ['route_table_id'] as const;

const gauge = (name: string, labels: readonly string[]) => ({ name, type: 'gauge', labels }) as const;
const counter = (name: string, labels: readonly string[]) => ({ name, type: 'counter', labels }) as const;

export const VPC_ROWS = [
  {
    name: 'VpcState',
    help: 'State of the VPC as AWS tells it, the worst of its parts: 1 for the state it is in, 0 for the others.',
    cloudWatch: null,
    prometheus: gauge('vpc_canary_vpc_state', ['state']),
  },
  {
    name: 'SubnetIpUsage',
    help: 'Share of the subnet’s IPv4 addresses in use; the five that AWS reserves are left out.',
    cloudWatch: { unit: 'Percent', dimensions: SUBNET, essential: true },
    prometheus: gauge('vpc_canary_subnet_ip_usage_ratio', OF_SUBNET),
  },
  {
    name: 'SubnetTimeToExhaustion',
    help: 'Time until the subnet has no free address, the sooner by the last hour and the last day; absent when it is not filling.',
    cloudWatch: { unit: 'Seconds', dimensions: SUBNET, essential: false },
    prometheus: gauge('vpc_canary_subnet_time_to_exhaustion_seconds', OF_SUBNET),
  },
  {
    name: 'SubnetAddressesFree',
    help: 'Free IPv4 addresses of the subnet.',
    cloudWatch: null,
    prometheus: gauge('vpc_canary_subnet_addresses_free', OF_SUBNET),
  },
  {
    name: 'SubnetInfo',
    help: 'Name, prefix and zone of the subnet; always 1.',
    cloudWatch: null,
    prometheus: gauge('vpc_canary_subnet_info', [...OF_SUBNET, 'name', 'cidr', 'availability_zone']),
  },
  {
    name: 'AddressQuotaUsage',
    help: 'Share of a quota of public addresses in use: Elastic IPs, public pools.',
    cloudWatch: null,
    prometheus: gauge('vpc_canary_address_quota_usage_ratio', ['quota']),
  },
  {
    name: 'TunnelState',
    help: '1 while the VPN tunnel is up, 0 while it is down; absent while unknown.',
    cloudWatch: { unit: 'None', dimensions: TUNNEL, essential: true },
    prometheus: gauge('vpc_canary_tunnel_state', OF_TUNNEL),
  },
  {
    name: 'TunnelAcceptedRoutes',
    help: 'Routes AWS accepted over the VPN tunnel.',
    cloudWatch: { unit: 'Count', dimensions: TUNNEL, essential: false },
    prometheus: gauge('vpc_canary_tunnel_accepted_routes', OF_TUNNEL),
  },
  {
    name: 'TunnelChanges',
    help: 'Changes of the VPN tunnel seen since the agent began, those between two polls included.',
    cloudWatch: null,
    prometheus: counter('vpc_canary_tunnel_changes_total', OF_TUNNEL),
  },
  {
    name: 'BgpPeerState',
    help: '1 while the BGP session of the virtual interface is up, 0 while it is down; absent while unknown.',
    cloudWatch: { unit: 'None', dimensions: PEER, essential: true },
    prometheus: gauge('vpc_canary_bgp_peer_state', OF_PEER),
  },
  {
    name: 'BgpPrefixes',
    help: 'Prefixes AWS accepted and advertised over the BGP session; only where this account owns the connection.',
    cloudWatch: null,
    prometheus: gauge('vpc_canary_bgp_prefixes', [...OF_PEER, 'direction']),
  },
  {
    name: 'BgpPrefixLimit',
    help: 'Prefixes the BGP session takes; with more it goes idle.',
    cloudWatch: null,
    prometheus: gauge('vpc_canary_bgp_prefix_limit', OF_PEER),
  },
  {
    name: 'LagLinksUp',
    help: 'Connections of the LAG that are available.',
    cloudWatch: null,
    prometheus: gauge('vpc_canary_lag_links_up', ['lag_id']),
  },
  {
    name: 'LagMinimumLinks',
    help: 'Links the LAG needs; with fewer all of it goes down.',
    cloudWatch: null,
    prometheus: gauge('vpc_canary_lag_minimum_links', ['lag_id']),
  },
  {
    name: 'PropagatedRoutes',
    help: 'Propagated routes in the route table; AWS installs no more than 100.',
    cloudWatch: { unit: 'Count', dimensions: TABLE, essential: false },
    prometheus: gauge('vpc_canary_propagated_routes', OF_TABLE),
  },
  {
    name: 'PropagatedRouteLimit',
    help: 'Most propagated routes the route table takes.',
    cloudWatch: null,
    prometheus: gauge('vpc_canary_propagated_route_limit', OF_TABLE),
  },
  {
    name: 'StaticRoutes',
    help: 'Static routes in the route table.',
    cloudWatch: null,
    prometheus: gauge('vpc_canary_static_routes', OF_TABLE),
  },
  {
    name: 'BlackholeRoutes',
    help: 'Routes of the table whose target is gone: packets that match are dropped.',
    cloudWatch: null,
    prometheus: gauge('vpc_canary_blackhole_routes', OF_TABLE),
  },
  {
    name: 'VpcFindings',
    help: 'What the rules about the VPC found, by severity; those silenced are not counted.',
    cloudWatch: null,
    prometheus: gauge('vpc_canary_vpc_findings', ['severity']),
  },
  {
    name: 'VpcPollAge',
    help: 'Age of the latest whole answer of AWS about a part of the VPC; absent before the first.',
    cloudWatch: null,
    prometheus: gauge('vpc_canary_vpc_poll_age_seconds', ['part']),
  },
  {
    name: 'VpcCalls',
    help: 'Calls to AWS about the VPC, those refused for being too many apart.',
    cloudWatch: null,
    prometheus: counter('vpc_canary_vpc_calls_total', ['outcome']),
  },
] as const satisfies readonly MetricRow[];
