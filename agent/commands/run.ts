/** `vpc-canary run`: the agent itself, in the foreground until SIGINT or SIGTERM. */
import { Command } from 'commander';
import { addConfigOptions, type ConfigOptions } from './config-options.ts';

const EXAMPLES = `
Examples:
  $ vpc-canary run                                  probe 127.0.0.1 and ::1, page on http://127.0.0.1:8080/
  $ vpc-canary run --config canary.yaml
  $ vpc-canary run --config canary.yaml --listen 0.0.0.0:8080 --state-dir /var/lib/vpc-canary

The configuration is read again when its file changes and on SIGHUP; a bad one is refused and the last good one
stays in force. See "vpc-canary config --help".

Exit codes:
  0   ended by SIGINT or SIGTERM
  64  wrong flags
  69  the page's address cannot be listened on (port in use, no such address)
  78  the configuration has problems (under systemd the agent runs on and its page says so)`;

export function runCommand(): Command {
  const command = new Command('run').description('run the agent: probe, judge, keep history, serve the page');
  return addConfigOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (options: ConfigOptions) => {
      const { runAgent } = await import('./run/start.ts');
      process.exitCode = await runAgent(options);
    });
}
