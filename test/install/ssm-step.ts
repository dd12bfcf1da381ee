/** How the SSM agent runs one script of a package (rows 1 and 10 to 14 of README.md). */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.ts';
import { GO_ARCHITECTURE } from './ssm-package.ts';

export const REBOOT = 194;
export const KILLED = 137;

/** What is shown of a result. */
export const SHOWN = 2500;

/**
 * additionalArguments as they arrive. A map in place of a string is dropped, without a word.
 * @throws Error when the step would fail
 */
export function parseArguments(given: unknown): Record<string, string> {
  if (typeof given !== 'string' || given === '') return {};
  const parsed: unknown = JSON.parse(given);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Error('not a JSON object');
  return Object.fromEntries(
    Object.entries(parsed).map(([key, value]: [string, unknown]) => {
      if (!/^SSM_./.test(key)) throw new Error(`${key} does not begin with SSM_`);
      if (typeof value !== 'string') throw new Error(`${key} is not a string`);
      return [key, value];
    }),
  );
}

/** No HOME: the agent is a system service. Proxies are always set, if only to nothing. */
export function environment(action: string, args: Readonly<Record<string, string>>): Record<string, string> {
  return {
    BWS_ACTION_NAME: action,
    BWS_PLATFORM_NAME: 'debian',
    BWS_PLATFORM_VERSION: '12',
    BWS_PLATFORM_FAMILY: 'debian',
    BWS_ARCHITECTURE: GO_ARCHITECTURE,
    BWS_INIT_SYSTEM: 'systemd',
    BWS_PACKAGE_MANAGER: 'apt-get',
    BWS_INSTANCE_ID: 'i-0123456789abcdef0',
    BWS_INSTANCE_TYPE: 't4g.nano',
    BWS_REGION: 'ap-southeast-2',
    BWS_AVAILABILITY_ZONE: 'ap-southeast-2a',
    BWS_ACCOUNT_ID: '',
    http_proxy: '',
    https_proxy: '',
    no_proxy: '',
    ...args,
    AWS_SSM_INSTANCE_ID: 'i-0123456789abcdef0',
    AWS_SSM_REGION_NAME: 'ap-southeast-2',
    AWS_SSM_PLATFORM_NAME: 'Debian GNU/Linux',
    AWS_SSM_PLATFORM_VERSION: '12',
    SSM_COMMAND_ID: 'c0ffee',
  };
}

/**
 * The line of sh for a script in `folder` of the machine, and its environment. umask 077 is the hardened image's, not
 * the agent's.
 */
export function commandOf(
  machine: Machine,
  folder: string,
  action: string,
  args: Readonly<Record<string, string>>,
): [line: string, environment: Record<string, string>] {
  writeFileSync(join(machine.root, folder, '_script.sh'), `echo Running sh ${action}.sh\nsh ${action}.sh\n`, {
    mode: 0o700,
  });
  return [`umask 077; cd '/${folder}' && exec sh ./_script.sh`, environment(action, args)];
}

/** Runs it. Lasts until its output is closed; after the timeout all of its process group are killed. */
export async function runStep(
  machine: Machine,
  command: [line: string, environment: Record<string, string>],
  timeoutMs: number,
): Promise<{ status: number; output: string }> {
  const [line, variables] = command;
  const { status, output } = await machine.run(line, { environment: variables, timeoutMs });
  return { status: status ?? KILLED, output };
}
