/**
 * `vpc-canary report`: one text for whoever has to help and was not there. It asks the running agent, systemd, the
 * log and the kernel; what cannot be had is said in its place, for a report is asked for when things are broken.
 * Secrets of the configuration are left out as `config show` leaves them out.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { VERSION } from '../version.ts';
import { type AskOptions, askAgent, withAskOptions } from './ask-agent.ts';
import { addConfigOptions, type ConfigOptions, configRequest } from './config-options.ts';
import { usage64 } from './usage.ts';

interface ReportOptions extends AskOptions, ConfigOptions {
  readonly logLines: string;
}

const HELP = `
Examples:
  $ sudo vpc-canary report > report.txt
  $ vpc-canary report --url https://10.0.1.5:8443 --log-lines 1000

Run it as root to include the log and a configuration that only the agent may read. Exit code: 0, whatever it found.`;

const FACTS = ['/proc/version', '/proc/uptime', '/proc/loadavg', '/etc/os-release'];
const KERNEL = [
  ...['net/ipv4/ping_group_range', 'net/core/rmem_max', 'net/core/wmem_max', 'net/core/netdev_max_backlog'],
  ...['net/ipv4/icmp_ratelimit', 'net/ipv4/tcp_syn_retries', 'net/ipv6/conf/all/disable_ipv6'],
];
const SERVICE = 'ActiveState,SubState,Result,MainPID,NRestarts,ExecMainStatus,StatusText,MemoryCurrent,FragmentPath';

export function reportCommand(): Command {
  const command = new Command('report').description('print versions, state, configuration and log as one text');
  return usage64(addConfigOptions(withAskOptions(command)))
    .option('--log-lines <n>', 'how many of the last log lines', '200')
    .addHelpText('after', HELP)
    .action(async (options: ReportOptions) => {
      const sections: [string, () => string | Promise<string>][] = [
        ['vpc-canary', () => `${VERSION}, Node ${process.version}, ${process.arch}`],
        ['host', () => FACTS.map(textOf).join('\n')],
        ['kernel', () => KERNEL.map((name) => `${name} = ${textOf(`/proc/sys/${name}`)}`).join('\n')],
        ['service', () => outputOf('systemctl', ['show', 'vpc-canary.service', '-p', SERVICE])],
        ['addresses', () => outputOf('ip', ['-brief', 'address'])],
        ['routes', () => outputOf('ip', ['route', 'show', 'table', 'main'])],
        ['configuration', () => configuration(options)],
        ['state', () => state(options)],
        ['log', () => outputOf('journalctl', ['-u', 'vpc-canary.service', '-n', options.logLines, '--no-pager'])],
      ];
      process.stdout.write(`vpc-canary report, ${new Date().toISOString()}\n`);
      for (const [title, text] of sections) process.stdout.write(`\n== ${title} ==\n${(await text()).trimEnd()}\n`);
    });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch (error) {
    return `(${path}: ${error instanceof Error && 'code' in error ? String(error.code) : String(error)})`;
  }
}

/** What a program of the system prints, both streams; or why it could not be run. */
function outputOf(program: string, args: readonly string[]): Promise<string> {
  const limits = { timeout: 10_000, maxBuffer: 8 * 1024 * 1024, encoding: 'utf8' as const };
  return new Promise((resolve) => {
    execFile(program, args, limits, (error, stdout, stderr) => {
      const printed = stdout + stderr;
      resolve(printed !== '' || error === null ? printed : `(${program}: ${error.code ?? error.message})`);
    });
  });
}

async function configuration(options: ReportOptions): Promise<string> {
  const { show } = await import('./config/show.ts');
  let text = '';
  const take = (part: string): void => {
    text += part;
  };
  await show(configRequest(options, process.env), { written: true }, { out: take, error: take });
  return text;
}

async function state(options: ReportOptions): Promise<string> {
  const asked = await askAgent(options);
  return asked.ok ? JSON.stringify(asked.snapshot, null, 1) : `(${asked.text})`;
}
