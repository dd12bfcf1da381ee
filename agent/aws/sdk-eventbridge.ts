/** What is used of the SDK's EventBridge client (see sdk-ec2.ts). */
// biome-ignore lint/performance/noBarrelFile: one file per client is what the bundler can prune by
export { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
