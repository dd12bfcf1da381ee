/** `vpc-canary status`: what the running agent says, for a terminal. */
import { Command } from 'commander';
import { type AskFailure, type AskOptions, askAgent, withAskOptions } from './ask-agent.ts';
import { statusText } from './status-text.ts';

interface StatusOptions extends AskOptions {
  readonly json?: boolean;
  readonly watch?: boolean | string;
}

/** Codes of sysexits.h, so that a script can tell "the agent is away" from "the network is". */
export const STATUS_EXIT: Readonly<Record<AskFailure, number>> = {
  usage: 64,
  unreachable: 69,
  'not-an-agent': 69,
  'not-ready': 75,
  denied: 77,
};

const DEFAULT_WATCH_S = 2;
const CLEAR = '\x1b[H\x1b[2J';

const HELP = `
Examples:
  $ vpc-canary status
  $ vpc-canary status --watch
  $ vpc-canary status --json | jq .verdict.headline
  $ vpc-canary status --url https://10.0.1.5:8443 --ca canary.pem --token-file ~/.canary-token

Exit codes:
  0   the agent answered, whatever its verdict (scripts that want the verdict as a code: vpc-canary check)
  64  an option is wrong
  69  no agent answers there
  75  the agent has no verdict yet
  77  the agent refused: password, token, address or host name

Colours are used on a terminal only, and never when NO_COLOR is set.`;

export function statusCommand(): Command {
  return withAskOptions(
    new Command('status').description('show what the running agent says: verdict, what is not up, the rest'),
  )
    .option('--json', 'the whole state as JSON')
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
  const asked = await askAgent(options);
  if (!asked.ok) {
    process.stdout.write(before);
    process.stderr.write(`vpc-canary: ${asked.text}\n`);
    return STATUS_EXIT[asked.code];
  }
  const { stdout, env } = process;
  const style = { color: stdout.isTTY && (env['NO_COLOR'] ?? '') === '', width: stdout.columns ?? 100 };
  stdout.write(before + (options.json ? `${asked.body}\n` : statusText(asked.snapshot, asked.ageMs, style)));
  return 0;
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
