/**
 * All canaries of accounts and regions as CSV for PRTG, in the columns of `vpc-canary inventory`.
 *
 *   node packaging/inventory.ts --region R [--region R]... [--profile P]... [--port 8080] [--dry-run]
 *
 * Asks EC2 for running instances with the tag vpc-canary=yes, once for each profile (an account) and region, with the
 * AWS command line. Commands go to standard error, the list to standard output.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Device, deviceHeader, deviceLine, sensorUrl } from '../agent/metric/device-list.ts';
import { type AwsCli, awsCli } from './aws-cli.ts';

interface Instance {
  readonly InstanceId: string;
  readonly VpcId?: string;
  readonly SubnetId?: string;
  readonly PrivateIpAddress?: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

interface Described {
  readonly Reservations?: readonly { readonly OwnerId: string; readonly Instances: readonly Instance[] }[];
}

/** @param profile null takes the environment's credentials */
function devices(aws: AwsCli, region: string, profile: string | null, port: number): Device[] {
  const answer = aws.ask([
    ...['ec2', 'describe-instances', '--region', region, ...(profile === null ? [] : ['--profile', profile])],
    ...['--filters', 'Name=tag:vpc-canary,Values=yes', 'Name=instance-state-name,Values=running', '--output', 'json'],
  ]);
  const { Reservations = [] } = (answer ?? {}) as Described;
  return Reservations.flatMap(({ OwnerId, Instances }) =>
    Instances.map(({ InstanceId, VpcId = '', SubnetId = '', PrivateIpAddress = '', Tags = [] }) => {
      const tag = (key: string): string | undefined => Tags.find(({ Key }) => Key === key)?.Value;
      return {
        account: OwnerId,
        region,
        vpc: VpcId,
        subnet: SubnetId,
        instance: InstanceId,
        address: PrivateIpAddress,
        name: tag('Name') ?? `vpc-canary ${VpcId}`,
        sensor: sensorUrl('http', PrivateIpAddress, Number(tag('VpcCanaryPort') ?? port)),
      };
    }),
  );
}

function main(): void {
  const { values } = parseArgs({
    options: {
      region: { type: 'string', multiple: true, default: [] },
      profile: { type: 'string', multiple: true, default: [] },
      port: { type: 'string', default: '8080' },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  const here = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  const regions = values.region.length > 0 ? values.region : here === undefined ? [] : [here];
  if (regions.length === 0) throw new Error('name a region: --region eu-west-1, or set AWS_REGION');
  const port = Number(values.port);
  if (!(Number.isInteger(port) && port >= 1 && port <= 65_535))
    throw new Error(`--port "${values.port}" is not a port`);
  const aws = awsCli(values['dry-run'], console.error);
  const found = new Map<string, Device>();
  for (const profile of values.profile.length > 0 ? values.profile : [null])
    for (const region of regions)
      for (const device of devices(aws, region, profile, port)) found.set(device.instance, device);
  const key = ({ account, region, vpc, instance }: Device): string => [account, region, vpc, instance].join(' ');
  const sorted = [...found.values()].sort((one, other) => (key(one) < key(other) ? -1 : 1));
  if (values['dry-run']) return;
  process.stdout.write(deviceHeader() + sorted.map(deviceLine).join(''));
  if (sorted.length === 0) console.error('no running instance has the tag vpc-canary=yes there');
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) {
  try {
    main();
  } catch (error) {
    console.error(`inventory failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
