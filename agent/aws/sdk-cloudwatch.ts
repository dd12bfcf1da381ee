/** What is used of the SDK's CloudWatch client (see sdk-ec2.ts). */
// biome-ignore lint/performance/noBarrelFile: one file per client is what the bundler can prune by
export { CloudWatchClient, GetMetricDataCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
