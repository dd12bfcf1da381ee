/** What is used of the SDK's SQS client (see sdk-ec2.ts). */
// biome-ignore lint/performance/noBarrelFile: one file per client is what the bundler can prune by
export { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
