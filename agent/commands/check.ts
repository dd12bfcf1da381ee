/** `vpc-canary check`: a Nagios or Icinga plugin that asks the running agent. */
import { Command } from 'commander';
import { formatAge } from '../measure/units.ts';
import {
  NAGIOS,
  type NagiosAnswer,
  type NagiosLimits,
  NO_LIMIT_PAIR,
  nagiosLine,
  parseLimits,
  renderNagios,
} from '../metric/nagios.ts';
import { renderNagiosVpc } from '../metric/nagios-vpc.ts';
import { type AskOptions, askAgent, withAskOptions } from './ask-agent.ts';
import { askVpc } from './ask-vpc.ts';

interface CheckOptions extends AskOptions {
  readonly site?: string;
  readonly target?: string;
  readonly warning?: string;
  readonly critical?: string;
  readonly vpc?: boolean;
}

/** A verdict older than this is no verdict. */
const STALE_MS = 30_000;

const HELP = `
Examples:
  $ vpc-canary check
  $ vpc-canary check --site mel-dc2
  $ vpc-canary check --target erp -w 100,5% -c 500,20%
  $ vpc-canary check --vpc
  $ vpc-canary check --url http://10.0.1.5:8080 --user nagios --password-file /etc/nagios/canary.secret

The state is the agent's own: up is OK, degraded WARNING, down CRITICAL, unknown UNKNOWN. Limits given here, on the
median round trip (ms) and the loss (%) of the last minute, can only make it worse.

Exit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN (also when no agent answers, or an option is wrong).`;

export function checkCommand(): Command {
  return withAskOptions(
    new Command('check').description('the verdict as a Nagios plugin: one line, perfdata, exit code 0 to 3'),
  )
    .option('--site <name>', 'this site alone')
    .option('--target <name>', 'this target alone')
    .option(
      '--vpc',
      'the VPC as AWS tells it: subnets, tunnels, BGP, routes; its limits are those of the configuration',
    )
    .option('-w, --warning <limits>', 'WARNING from this round trip and loss on: "100", "5%" or "100,5%"')
    .option('-c, --critical <limits>', 'CRITICAL from this round trip and loss on')
    .addHelpText('after', HELP)
    .exitOverride((error) => {
      // To Nagios, the 1 that means "wrong usage" elsewhere is WARNING.
      process.exit(error.exitCode === 0 ? 0 : NAGIOS.unknown);
    })
    .action(async (options: CheckOptions) => {
      const { code, output } = await check(options);
      process.stdout.write(`${output}\n`);
      process.exitCode = code;
    });
}

const unknown = (text: string): NagiosAnswer => ({ code: NAGIOS.unknown, output: nagiosLine(NAGIOS.unknown, text) });

async function check(options: CheckOptions): Promise<NagiosAnswer> {
  const warning = limits(options.warning);
  const critical = limits(options.critical);
  if (warning === null) return unknown(`-w "${options.warning}" is not "100", "5%" or "100,5%".`);
  if (critical === null) return unknown(`-c "${options.critical}" is not "100", "5%" or "100,5%".`);
  if (options.vpc === true) return checkVpc(options);
  const asked = await askAgent(options);
  if (!asked.ok) return unknown(asked.text);
  if (asked.ageMs !== null && asked.ageMs > STALE_MS) {
    return unknown(`The agent's verdict is ${formatAge(asked.ageMs)} old: it has stopped judging.`);
  }
  const names = { site: options.site ?? null, target: options.target ?? null };
  return renderNagios(asked.snapshot, names, { warning, critical });
}

async function checkVpc(options: CheckOptions): Promise<NagiosAnswer> {
  if ([options.site, options.target, options.warning, options.critical].some((given) => given !== undefined)) {
    return unknown('--vpc stands alone, without --site, --target, -w or -c.');
  }
  const asked = await askVpc(options);
  return asked.ok ? renderNagiosVpc(asked.vpc, asked.now) : unknown(asked.text);
}

/** null when it cannot be read. */
const limits = (text: string | undefined): NagiosLimits | null =>
  text === undefined ? NO_LIMIT_PAIR.warning : parseLimits(text);
