/** `vpc-canary cost`: what publishing costs a month, before it does. */
import { Command, InvalidArgumentError } from 'commander';
import { addConfigOptions, type ConfigOptions, configRequest } from './config-options.ts';

interface CostOptions extends ConfigOptions {
  readonly vpcs: number;
  readonly json?: boolean;
}

const HELP = `
Counts what the configuration publishes: series (each metric of each target costs its own monthly price), requests,
and the alarms that "vpc-canary alarms" prints. Prices are list prices of us-east-1 with their date, without free
tier or discounts: check yours at https://aws.amazon.com/cloudwatch/pricing/

Examples:
  $ vpc-canary cost
  $ vpc-canary cost --config canary.yaml --vpcs 100
  $ vpc-canary cost --set publish.cloudwatch.set=full --set publish.cloudwatch.period=10s
  $ vpc-canary cost --vpcs 100 --json | jq .fleet.usd

Exit codes:
  0   counted
  64  an option is wrong
  78  the configuration has problems`;

export function costCommand(): Command {
  return addConfigOptions(new Command('cost'))
    .description('what publishing to CloudWatch costs a month: per metric, per VPC, for many VPCs')
    .option('--vpcs <number>', 'for this many VPCs configured alike', wholeNumber, 1)
    .option('--json', 'as JSON')
    .addHelpText('after', HELP)
    .action(async (options: CostOptions) => {
      const { cost } = await import('./cost/cost.ts');
      process.exitCode = await cost(configRequest(options, process.env), options, {
        out: (text) => void process.stdout.write(text),
        error: (text) => void process.stderr.write(text),
      });
    });
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (/^[0-9]+$/.test(text) && number >= 1 && number <= 100_000) return number;
  throw new InvalidArgumentError('write a whole number from 1 to 100000.');
}
