/**
 * What is used of the SDK's EC2 client, and nothing else: the bundle holds what stands here and what that needs, of a
 * client that knows 700 operations (packaging/bundle.ts).
 */
// biome-ignore lint/performance/noBarrelFile: one file per client is what the bundler can prune by
export {
  DescribeAccountAttributesCommand,
  DescribeAddressesCommand,
  DescribeIpamsCommand,
  DescribePublicIpv4PoolsCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeTransitGatewayAttachmentsCommand,
  DescribeVpcsCommand,
  DescribeVpnConnectionsCommand,
  DescribeVpnGatewaysCommand,
  EC2Client,
  GetIpamResourceCidrsCommand,
} from '@aws-sdk/client-ec2';
