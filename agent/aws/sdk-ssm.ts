/** What is used of the SDK's Systems Manager client (see sdk-ec2.ts). */
// biome-ignore lint/performance/noBarrelFile: one file per client is what the bundler can prune by
export { GetParametersByPathCommand, GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
