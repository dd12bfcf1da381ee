import type { Command } from 'commander';

/** <sysexits.h>: wrong usage. Commander's own 1 means something else in most of our verbs. */
const EX_USAGE = 64;

/** Makes wrong usage of a command and of those below it exit with 64. Verbs with a code of their own leave it out. */
export function usage64(command: Command): Command {
  command.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EX_USAGE));
  for (const child of command.commands) usage64(child);
  return command;
}
