/** `vpc-canary alarms`: a CloudFormation template with alarms for the targets as configured. */
import { Command, Option } from 'commander';
import { addConfigOptions, type ConfigOptions, configRequest } from './config-options.ts';

interface AlarmOptions extends ConfigOptions {
  readonly format: 'yaml' | 'json';
  readonly vpcId?: string;
  readonly snsTopic?: string;
  readonly maintenanceAlarm?: string;
  readonly site?: string;
}

const HELP = `
A heartbeat alarm (missing data breach); for each target one on loss (3 of 5 minutes at its limit) and one on the 99th
percentile of round-trip time (above what CloudWatch learnt as usual); for each site with prefixes one on TCP
retransmissions (1 % or more in 3 of 5 minutes). For the VPC one each on the fullest subnet, a tunnel that is down and
a BGP session that is down (with SubnetTimeToExhaustion and PropagatedRoutes in publish.cloudwatch.set also on a subnet
that fills up and on room for routes): queries, since no configuration knows their ids. Only the heartbeat, one
composite a site and one of the VPC send messages; composites are silent during maintenance. Names of metrics and targets are those that are published.

Examples:
  $ vpc-canary alarms --sns-topic arn:aws:sns:ap-southeast-2:111122223333:network > alarms.yaml
  $ aws cloudformation deploy --stack-name vpc-canary-alarms --template-file alarms.yaml \\
      --parameter-overrides VpcId=vpc-0a1b2c3d4e5f67890
  $ aws cloudformation deploy --stack-name vpc-canary-alarms --template-file alarms.yaml \\
      --parameter-overrides Maintenance=yes   # silent until it is deployed with Maintenance=no
  $ vpc-canary alarms --site mel-dc2 --format json

Exit codes:
  0   printed
  64  an option is wrong, or there would be more resources than a template may have
  78  the configuration has problems`;

export function alarmsCommand(): Command {
  return addConfigOptions(new Command('alarms'))
    .description('print CloudWatch alarms for the targets as configured, as a CloudFormation template')
    .addOption(new Option('--format <format>', 'yaml or json').choices(['yaml', 'json']).default('yaml'))
    .option('--vpc-id <id>', 'default of the parameter VpcId; without one it must be given when deploying')
    .option('--sns-topic <arn>', 'default of the parameter AlarmTopic: who is told')
    .option('--maintenance-alarm <name>', 'default of the parameter MaintenanceAlarm: an alarm of yours that silences')
    .option('--site <name>', 'alarms of this site alone, without the heartbeat')
    .addHelpText('after', HELP)
    .action(async (options: AlarmOptions) => {
      const { alarms } = await import('./alarms/print.ts');
      process.exitCode = await alarms(configRequest(options, process.env), options, {
        out: (text) => void process.stdout.write(text),
        error: (text) => void process.stderr.write(text),
      });
    });
}
