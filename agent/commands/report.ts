/**
 * `vpc-canary report`: one text for whoever has to help and was not there. It asks the running agent, systemd, the
 * log and the kernel; what cannot be had is said in its place, for a report is asked for when things are broken.
 * Secrets of the configuration are left out as `config show` leaves them out; then, whatever a log or a state may have
 * said, the values of the secrets that the configuration points to are struck from the whole text, and passwords and
 * query values from its URLs.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { withoutUser } from '../config/problem.ts';
import { VERSION } from '../version.ts';
import { type AskOptions, askAgent, withAskOptions } from './ask-agent.ts';
import { addConfigOptions, type ConfigOptions, configRequest } from './config-options.ts';
import { usage64 } from './usage.ts';

interface ReportOptions extends AskOptions, ConfigOptions {
  readonly logLines: string;
  readonly output?: string;
}

const HELP = `
Examples:
  $ sudo vpc-canary report --output report.txt
  $ vpc-canary report --url https://10.0.1.5:8443 --log-lines 1000

Run it as root to include the log and a configuration that only the agent may read. Secrets are struck
out: passwords, tokens, header values, what stands behind "?" in URLs. Addresses and names stay: read it before you
pass it on. Exit code: 0, whatever it found; 73 when FILE cannot be written.`;

const FACTS = ['/proc/version', '/proc/uptime', '/proc/loadavg', '/etc/os-release'];
const KERNEL = [
  ...['net/ipv4/ping_group_range', 'net/core/rmem_max', 'net/core/wmem_max', 'net/core/netdev_max_backlog'],
  ...['net/ipv4/icmp_ratelimit', 'net/ipv4/tcp_syn_retries', 'net/ipv6/conf/all/disable_ipv6'],
];
/** Values in the query of a URL, and what an Authorization header holds, wherever they stand. */
const QUERY = /([?&][\w.~%-]+=)[^&#\s"'<>\])]+/g;
const AUTHORIZATION = /\b((?:Basic|Bearer) )[\w.~+/=-]{6,}/g;
/** Secrets in the environment of whoever asks. */
const ENVIRONMENT = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
/** A shorter secret would strike out half of the report. */
const SHORTEST = 4;
const EX_CANTCREAT = 73;
const SERVICE = 'ActiveState,SubState,Result,MainPID,NRestarts,ExecMainStatus,StatusText,MemoryCurrent,FragmentPath';

export function reportCommand(): Command {
  const command = new Command('report').description('print versions, state, configuration and log as one text');
  return usage64(addConfigOptions(withAskOptions(command)))
    .option('--log-lines <n>', 'how many of the last log lines', '200')
    .option('-o, --output <file>', 'write it there, readable by you alone, instead of printing it')
    .addHelpText('after', HELP)
    .action(async (options: ReportOptions, command: Command) => {
      const hasUrl = command.getOptionValueSource('url') === 'cli';
      const sections: [string, () => string | Promise<string>][] = [
        ['vpc-canary', () => `${VERSION}, Node ${process.version}, ${process.arch}`],
        ['host', () => FACTS.map(textOf).join('\n')],
        ['kernel', () => KERNEL.map((name) => `${name} = ${textOf(`/proc/sys/${name}`)}`).join('\n')],
        ['service', () => outputOf('systemctl', ['show', 'vpc-canary.service', '-p', SERVICE])],
        ['addresses', () => outputOf('ip', ['-brief', 'address'])],
        ['routes', () => outputOf('ip', ['route', 'show', 'table', 'main'])],
        ['configuration', () => configuration(options)],
        ['state', () => state(options, hasUrl)],
        ['log', () => outputOf('journalctl', ['-u', 'vpc-canary.service', '-n', options.logLines, '--no-pager'])],
      ];
      const strike = await striking(options);
      let report = `vpc-canary report, ${new Date().toISOString()}\n`;
      for (const [title, text] of sections) report += `\n== ${title} ==\n${strike(await text()).trimEnd()}\n`;
      process.exitCode = deliver(report, options.output);
    });
}

/** @returns the exit code */
function deliver(report: string, file: string | undefined): number {
  if (file === undefined) {
    process.stdout.write(report);
    return 0;
  }
  try {
    writeFileSync(file, report, { mode: 0o600 });
    process.stderr.write(`vpc-canary: the report is in ${file}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`vpc-canary: ${file} cannot be written: ${error instanceof Error ? error.message : error}\n`);
    return EX_CANTCREAT;
  }
}

/** What strikes secrets from a text: those that can be read here by their values, others by where they stand. */
async function striking(options: ReportOptions): Promise<(text: string) => string> {
  const { gather } = await import('../config/gather.ts');
  const { readSecrets } = await import('../config/secrets.ts');
  const request = configRequest(options, process.env);
  const { texts } = await readSecrets((await gather(request)).tree, request.environment);
  const values = [...texts.values(), ...ENVIRONMENT.map((name) => process.env[name] ?? '')];
  const spelled = values.filter((value) => value.length >= SHORTEST).flatMap(spellings);
  // the longest first: one secret may hold another
  spelled.sort((one, other) => other.length - one.length);
  return (text) => {
    let struck = withoutUser(text).replace(QUERY, '$1[not shown]').replace(AUTHORIZATION, '$1[not shown]');
    for (const secret of spelled) struck = struck.replaceAll(secret, '[not shown]');
    return struck;
  };
}

/** As it is, within JSON, within a URL, in base64. */
const spellings = (secret: string): string[] => [
  ...new Set([
    ...[secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)],
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  ]),
];

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

async function state(options: ReportOptions, hasUrl: boolean): Promise<string> {
  const { ownAgent } = await import('./own-agent.ts');
  const own = hasUrl ? null : await ownAgent(configRequest(options, process.env));
  // with a configuration that is broken, the agent may still run on the last good one, at the usual place
  const asked = await askAgent(own?.ok ? { ...options, ...own.options } : options);
  return asked.ok ? JSON.stringify(asked.snapshot, null, 1) : `(${asked.text})`;
}
