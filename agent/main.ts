/** argv → one command; nothing else. Each verb's file loads what it needs only when it runs. */
import { Command } from 'commander';
import { checkCommand } from './commands/check.ts';
import { configCommand } from './commands/config.ts';
import { pingCommand } from './commands/ping.ts';
import { runCommand } from './commands/run.ts';
import { statusCommand } from './commands/status.ts';
import { versionCommand } from './commands/version.ts';

const program = new Command('vpc-canary')
  .description('A canary in every VPC: probes on-premises targets, reads TCP statistics, says what is wrong and where.')
  .showHelpAfterError('(add --help for the options and examples)')
  .addCommand(runCommand())
  .addCommand(statusCommand())
  .addCommand(checkCommand())
  .addCommand(configCommand())
  .addCommand(pingCommand())
  .addCommand(versionCommand());

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`vpc-canary: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 70;
});
