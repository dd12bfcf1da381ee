/**
 * `vpc-canary inventory`: this canary as a line of PRTG's device list. An agent knows itself alone; a whole fleet is
 * listed by packaging/inventory.ts, in the same columns.
 */
import { networkInterfaces } from 'node:os';
import { Command } from 'commander';
import { type Device, deviceHeader, deviceLine, sensorUrl } from '../metric/device-list.ts';
import { addConfigOptions, type ConfigOptions, configRequest } from './config-options.ts';

interface InventoryOptions extends ConfigOptions {
  readonly json?: boolean;
  readonly header: boolean;
}

const EX_CONFIG = 78;
const EX_TEMPFAIL = 75;

const HELP = `
Columns: account, region, VPC, subnet, instance, address, name, URL of an HTTP Data Advanced sensor. On EC2 they come
from the instance metadata, elsewhere what is not known is empty. No agent need run.

Examples:
  $ sudo vpc-canary inventory
  $ sudo vpc-canary inventory --no-header >> devices.csv

All canaries of accounts and regions at once: packaging/inventory.ts of the sources.

Exit codes:
  0   printed
  64  an option is wrong
  75  the instance metadata does not answer
  78  the configuration does not say where the agent listens`;

export function inventoryCommand(): Command {
  return addConfigOptions(new Command('inventory'))
    .description('this canary as a line of CSV for PRTG: account, VPC, address, name, sensor')
    .option('--json', 'as JSON')
    .option('--no-header', 'without the line of column names')
    .addHelpText('after', HELP)
    .action(async (options: InventoryOptions) => {
      process.exitCode = await inventory(options);
    });
}

async function inventory(options: InventoryOptions): Promise<number> {
  const { loadConfig } = await import('../config/load.ts');
  const loaded = await loadConfig(configRequest(options, process.env));
  if (!loaded.ok) {
    const { formatProblem } = await import('../config/problem.ts');
    return refuse(EX_CONFIG, loaded.problems.map(formatProblem).join('\n  '));
  }
  const { http, title } = loaded.config;
  if (/^(127\.|::1$)/.test(http.host))
    process.stderr.write(`vpc-canary: the page listens on ${http.host} alone; PRTG cannot reach it (http.listen).\n`);
  const place = await whereAmI();
  if (typeof place === 'string') return refuse(EX_TEMPFAIL, place);
  const address = /^(0\.0\.0\.0|::)$/.test(http.host) ? place.address : http.host;
  const scheme = http.tls === null ? 'http' : 'https';
  const device = { ...place, address, name: title ?? place.name, sensor: sensorUrl(scheme, address, http.port) };
  if (options.json) process.stdout.write(`${JSON.stringify(device)}\n`);
  else process.stdout.write(`${options.header ? deviceHeader() : ''}${deviceLine(device)}`);
  return 0;
}

function refuse(code: number, text: string): number {
  process.stderr.write(`vpc-canary: ${text}\n`);
  return code;
}

/** What the metadata says, or what is wrong with it; off EC2 what the host says. */
async function whereAmI(): Promise<Omit<Device, 'sensor'> | string> {
  const { hostname } = await import('node:os');
  const { HostIdentity } = await import('./run/identity.ts');
  const { imds } = new HostIdentity(process.env, () => {});
  const nowhere = { account: '', region: '', vpc: '', subnet: '', instance: '' };
  if (imds === null) return { ...nowhere, address: ownAddress(), name: hostname() };
  const { readIdentity } = await import('../aws/identity.ts');
  const { imdsFailureText } = await import('../aws/imds.ts');
  const read = await readIdentity(imds);
  if (!read.ok) return imdsFailureText(read.failure).text;
  const { accountId, region, vpcId, subnetIds, instanceId, tags } = read.identity;
  const local = await imds.get('meta-data/local-ipv4');
  return {
    account: accountId ?? '',
    region,
    vpc: vpcId ?? '',
    subnet: subnetIds[0] ?? '',
    instance: instanceId,
    address: local.ok ? local.text.trim() : ownAddress(),
    name: tags['Name'] ?? `vpc-canary ${vpcId ?? hostname()}`,
  };
}

/** The first address that others may reach; IPv4 before IPv6. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outer = all.filter(({ internal, address }) => !internal && !address.startsWith('fe80:'));
  return (outer.find(({ family }) => family === 'IPv4') ?? outer[0])?.address ?? '127.0.0.1';
}
