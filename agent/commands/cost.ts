/** `vpc-canary cost`: what publishing costs a month, before it does. */
import { Command, InvalidArgumentError } from 'commander';
import { DEFAULT_URL } from './ask-agent.ts';
import { addConfigOptions, type ConfigOptions, configRequest } from './config-options.ts';
import type { VpcCounts } from './cost/vpc-things.ts';

interface CostOptions extends ConfigOptions, VpcCounts {
  readonly vpcs: number;
  readonly ask?: string | boolean;
  readonly json?: boolean;
}

const HELP = `
Counts what the configuration publishes: series (each metric of each target costs its own monthly price), requests,
and the alarms that "vpc-canary alarms" prints. Subnets, tunnels, BGP sessions and route tables stand in no
configuration: say how many there are, or --ask a running agent. Prices are list prices of us-east-1 with their date, without free
tier or discounts: check yours at https://aws.amazon.com/cloudwatch/pricing/

Examples:
  $ vpc-canary cost
  $ vpc-canary cost --config canary.yaml --vpcs 100
  $ vpc-canary cost --set publish.cloudwatch.set=full --set publish.cloudwatch.period=10s
  $ vpc-canary cost --subnets 6 --tunnels 4 --bgp-peers 2
  $ vpc-canary cost --ask                    subnets, tunnels … as the agent of this host sees them
  $ vpc-canary cost --vpcs 100 --json | jq .fleet.usd

Exit codes:
  0   counted
  64  an option is wrong
  69  with --ask: no agent answers there, or it does not ask AWS about its VPC
  78  the configuration has problems`;

export function costCommand(): Command {
  return addConfigOptions(new Command('cost'))
    .description('what publishing to CloudWatch costs a month: per metric, per VPC, for many VPCs')
    .option('--vpcs <number>', 'for this many VPCs configured alike', wholeNumber, 1)
    .option('--subnets <number>', 'subnets of the VPC', countNumber)
    .option('--tunnels <number>', 'VPN tunnels, two a connection', countNumber)
    .option('--bgp-peers <number>', 'BGP sessions of virtual interfaces, one an address family', countNumber)
    .option('--route-tables <number>', 'route tables', countNumber)
    .option('--ask [url]', `count them as a running agent sees them (default: ${DEFAULT_URL})`)
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

function countNumber(text: string): number {
  if (/^[0-9]{1,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('write a whole number from 0 to 99999.');
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (/^[0-9]+$/.test(text) && number >= 1 && number <= 100_000) return number;
  throw new InvalidArgumentError('write a whole number from 1 to 100000.');
}
