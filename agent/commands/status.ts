/** `vpc-canary status`: what the running agent says, for a terminal. */
import { Command } from 'commander';
import { type AskFailure, type AskOptions, askAgent, withAskOptions } from './ask-agent.ts';
import { askVpc } from './ask-vpc.ts';
import { type StatusStyle, statusText } from './status-text.ts';
import { sizeOr } from './terminal-size.ts';
import { vpcText } from './vpc-text.ts';

interface StatusOptions extends AskOptions {
  readonly json?: boolean;
  readonly watch?: boolean | string;
  readonly vpc?: boolean;
}

/** Codes of sysexits.h, so that a script can tell "the agent is away" from "the network is". */
export const STATUS_EXIT: Readonly<Record<AskFailure, number>> = {
  usage: 64,
  unreachable: 69,
  'not-an-agent': 69,
  'not-ready': 75,
  denied: 77,
};

const UNAVAILABLE = 69;
const DEFAULT_WATCH_S = 2;
const CLEAR = '\x1b[H\x1b[2J';

const HELP = `
Examples:
  $ vpc-canary status
  $ vpc-canary status --watch
  $ vpc-canary status --vpc              subnets, tunnels, Direct Connect, routes, as AWS tells them
  $ vpc-canary status --vpc --json | jq '.subnets[] | select(.use.ratio > 0.8) | .id'
  $ vpc-canary status --json | jq .verdict.headline
  $ vpc-canary status --url https://10.0.1.5:8443 --ca canary.pem --token-file ~/.canary-token

Exit codes:
  0   the agent answered, whatever its verdict (scripts that want the verdict as a code: vpc-canary check)
  64  an option is wrong
  69  no agent answers there, or with --vpc one that does not ask AWS about its VPC
  75  the agent has no verdict yet
  77  the agent refused: password, token, address or host name

Colours are used on a terminal only, and never when NO_COLOR is set.`;

export function statusCommand(): Command {
  return withAskOptions(
    new Command('status').description('show what the running agent says: verdict, what is not up, the rest'),
  )
    .option('--json', 'the whole state as JSON')
    .option('--vpc', 'the VPC: address space, tunnels, BGP, routes, findings')
    .option('--watch [seconds]', `show it again every so often (default: ${DEFAULT_WATCH_S})`)
    .addHelpText('after', HELP)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : STATUS_EXIT.usage))
    .action(async (options: StatusOptions) => {
      if (options.watch === undefined || options.watch === false) process.exitCode = await show(options, '');
      else await watch(options, options.watch === true ? DEFAULT_WATCH_S : Number(options.watch));
    });
}

/** Asks and prints once. @returns the exit code */
async function show(options: StatusOptions, before: string): Promise<number> {
  const { stdout, env } = process;
  const style = { color: stdout.isTTY && (env['NO_COLOR'] ?? '') === '', width: sizeOr(stdout.columns, 100) };
  const answer = options.vpc === true ? await vpcAnswer(options, style) : await stateAnswer(options, style);
  if (answer.ok) {
    stdout.write(before + answer.text);
    return 0;
  }
  stdout.write(before);
  process.stderr.write(`vpc-canary: ${answer.text}\n`);
  return answer.code === 'no-vpc' ? UNAVAILABLE : STATUS_EXIT[answer.code];
}

type Shown =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly code: AskFailure | 'no-vpc'; readonly text: string };

async function stateAnswer(options: StatusOptions, style: StatusStyle): Promise<Shown> {
  const asked = await askAgent(options);
  if (!asked.ok) return asked;
  if (options.json) return { ok: true, text: `${asked.body}\n` };
  const vpc = await askVpc(options);
  return { ok: true, text: statusText(asked.snapshot, asked.ageMs, style, vpc.ok ? vpc.vpc : null) };
}

async function vpcAnswer(options: StatusOptions, style: StatusStyle): Promise<Shown> {
  const asked = await askVpc(options);
  if (!asked.ok) return asked;
  return { ok: true, text: options.json ? `${asked.body}\n` : vpcText(asked.vpc, asked.now, style) };
}

/** Until it is interrupted; an agent that goes away is asked again until it is back. */
async function watch(options: StatusOptions, seconds: number): Promise<void> {
  if (!(seconds >= 1 && seconds <= 3600)) {
    process.stderr.write('vpc-canary: --watch takes 1 to 3600 seconds.\n');
    process.exitCode = STATUS_EXIT.usage;
    return;
  }
  for (;;) {
    const code = await show(options, process.stdout.isTTY && !options.json ? CLEAR : '');
    if (code === STATUS_EXIT.usage) {
      process.exitCode = code;
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}
