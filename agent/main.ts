/** argv → one command; nothing else. Each verb's file loads what it needs only when it runs. */
import { Command } from 'commander';
import { alarmsCommand } from './commands/alarms.ts';
import { checkCommand } from './commands/check.ts';
import { configCommand } from './commands/config.ts';
import { costCommand } from './commands/cost.ts';
import { flowsCommand } from './commands/flows.ts';
import { healthCommand } from './commands/health.ts';
import { inventoryCommand } from './commands/inventory.ts';
import { pingCommand } from './commands/ping.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { statusCommand } from './commands/status.ts';
import { usage64 } from './commands/usage.ts';
import { versionCommand, versionText } from './commands/version.ts';

const AFTER_HELP = `
Examples:
  $ vpc-canary run                        probe, judge and serve the page
  $ vpc-canary ping 10.20.0.1 10.20.0.53
  $ vpc-canary status                     what the running agent says
  $ vpc-canary config check canary.yaml
  $ vpc-canary run --help                 every verb has its own options and examples

Exit codes of every verb but check (Nagios) and ping, which have their own:
0 done, 64 wrong usage, 70 a mistake of ours; further ones are in the help of each verb.`;

const program = usage64(new Command('vpc-canary'))
  .description('A canary in every VPC: probes on-premises targets, reads TCP statistics, says what is wrong and where.')
  .version(versionText(), '-V, --version', 'print the version of the agent and of its runtime')
  .showHelpAfterError('(add --help for the options and examples)')
  .addHelpText('after', AFTER_HELP)
  .addCommand(usage64(runCommand()))
  .addCommand(statusCommand())
  .addCommand(checkCommand())
  .addCommand(usage64(healthCommand()))
  .addCommand(usage64(configCommand()))
  .addCommand(flowsCommand())
  .addCommand(usage64(alarmsCommand()))
  .addCommand(usage64(costCommand()))
  .addCommand(pingCommand())
  .addCommand(reportCommand())
  .addCommand(usage64(inventoryCommand()))
  .addCommand(usage64(versionCommand()));

// Who reads the output may leave early (`| head`): that is no mistake. The agent itself measures on without its log.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  if (process.argv[2] !== 'run') process.exit();
});

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`vpc-canary: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 70;
});
