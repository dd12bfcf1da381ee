import { Command } from 'commander';
import { VERSION } from '../version.ts';

/** One line: the agent's version, Node's, the architecture. */
export function versionText(): string {
  return `vpc-canary ${VERSION} (Node ${process.version}, ${process.arch})`;
}

export function versionCommand(): Command {
  return new Command('version')
    .description('print the version of the agent and of its runtime')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  $ vpc-canary version\n  $ vpc-canary version --json')
    .action((options: { json?: boolean }) => {
      const facts = { version: VERSION, node: process.version, arch: process.arch };
      process.stdout.write(`${options.json ? JSON.stringify(facts) : versionText()}\n`);
    });
}
