/** What is used of the SDK's Direct Connect client (see sdk-ec2.ts). */
// biome-ignore lint/performance/noBarrelFile: one file per client is what the bundler can prune by
export {
  DescribeConnectionsCommand,
  DescribeDirectConnectGatewayAssociationsCommand,
  DescribeDirectConnectGatewayAttachmentsCommand,
  DescribeLagsCommand,
  DescribeVirtualInterfacesCommand,
  DirectConnectClient,
} from '@aws-sdk/client-direct-connect';
