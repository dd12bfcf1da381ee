/**
 * `vpc-canary health`: what `/healthz` of the running agent says, and whether an update has made it worse. For
 * scripts on the host: the agent is found by its own configuration.
 */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { HealthBody } from '../metric/health.ts';
import { type HealthLike, worsened } from '../metric/health-change.ts';
import { type AskFailure, type AskOptions, askBody, type Refusal, strange, withAskOptions } from './ask-agent.ts';
import { addConfigOptions, type ConfigOptions, configRequest } from './config-options.ts';

interface HealthOptions extends AskOptions, ConfigOptions {
  readonly json?: boolean;
  readonly expectVersion?: string;
  readonly notWorseThan?: string;
  /** Seconds, as written. */
  readonly wait: string;
}

interface Judged {
  readonly code: number;
  readonly text: string;
}

const EXIT = { asked: 0, not: 1, usage: 64, configuration: 78 };
const REFUSED: Readonly<Record<AskFailure, number>> = {
  usage: EXIT.usage,
  unreachable: 69,
  'not-an-agent': 69,
  'not-ready': 75,
  denied: 77,
};
const AGAIN_MS = 1000;
const LONGEST_WAIT_S = 3600;

const HELP = `
Without --url the agent of this host is asked, at the address and with the password of its configuration.

Examples:
  $ sudo vpc-canary health
  $ sudo vpc-canary health --json > before.json
  $ sudo vpc-canary health --expect-version 1.4.0 --not-worse-than before.json --wait 90

--not-worse-than: a site or target that was up or degraded must not be in a worse state; what was down before may
still be. A configuration that was good must not be refused.

Exit codes:
  0   healthy (pass or warn), or all that was asked for holds
  1   /healthz says fail, or the version is another, or something is worse
  64  an option is wrong
  69  no agent answers
  77  the agent refused: password, token, address or host name
  78  the configuration does not say where the agent listens`;

export function healthCommand(): Command {
  return addConfigOptions(withAskOptions(new Command('health')))
    .description('what /healthz of the running agent says; whether an update made it worse')
    .option('--json', 'the answer as it came')
    .option('--expect-version <version>', 'the agent must be of this version')
    .option('--not-worse-than <file>', 'compare with an earlier answer (--json)')
    .option('--wait <seconds>', 'ask again for so long, until what is asked for holds', '0')
    .addHelpText('after', HELP)
    .action(async (options: HealthOptions, command: Command) => {
      const { code, text } = await health(options, command.getOptionValueSource('url') === 'cli');
      (code === EXIT.asked || options.json ? process.stdout : process.stderr).write(`${text}\n`);
      process.exitCode = code;
    });
}

async function health(options: HealthOptions, hasUrl: boolean): Promise<Judged> {
  const seconds = Number(options.wait);
  if (!(seconds >= 0 && seconds <= LONGEST_WAIT_S) || options.wait.trim() === '')
    return { code: EXIT.usage, text: `vpc-canary: --wait "${options.wait}" is not 0 to ${LONGEST_WAIT_S} seconds.` };
  const before = options.notWorseThan === undefined ? null : earlier(options.notWorseThan);
  if (typeof before === 'string') return { code: EXIT.usage, text: `vpc-canary: ${before}` };
  const where = hasUrl ? ({ ok: true, options: {} } as const) : await own(options);
  if (!where.ok) return { code: EXIT.configuration, text: `vpc-canary: ${where.text}` };
  const asking = { ...options, ...where.options };
  for (const end = Date.now() + seconds * 1000; ; ) {
    const judged = await once(asking, before);
    if (judged.code === EXIT.asked || judged.code === EXIT.usage || Date.now() >= end) return judged;
    await new Promise((resolve) => setTimeout(resolve, Math.min(AGAIN_MS, Math.max(0, end - Date.now()))));
  }
}

/** Loaded when it is needed: the configuration is what takes long. */
async function own(options: HealthOptions) {
  const { ownAgent } = await import('./own-agent.ts');
  return ownAgent(configRequest(options, process.env));
}

/** An earlier answer, or what is wrong with the file. */
function earlier(file: string): HealthLike | string {
  try {
    return healthIn(readFileSync(file, 'utf8')) ?? `--not-worse-than ${file}: not what "health --json" prints.`;
  } catch (error) {
    return `--not-worse-than ${file}: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

async function once(options: HealthOptions, before: HealthLike | null): Promise<Judged> {
  const asked = await askBody(options, '/healthz', [503]);
  if (!asked.ok) return refusal(asked);
  const now = healthIn(asked.body);
  if (now === null) return refusal(strange(asked));
  const wrong = [...versionProblem(options, now), ...(before === null ? failing(now) : worsened(before, now))];
  if (options.json) return { code: wrong.length > 0 ? EXIT.not : EXIT.asked, text: asked.body };
  const { status, releaseId, notes = [], output } = now;
  const words = `${status}, version ${releaseId ?? 'unknown'}: ${notes[0] ?? output ?? ''}`;
  if (wrong.length === 0) return { code: EXIT.asked, text: words };
  return { code: EXIT.not, text: `vpc-canary: ${wrong.join('; ')}\n${words}` };
}

const refusal = ({ code, text }: Refusal): Judged => ({ code: REFUSED[code], text: `vpc-canary: ${text}` });

function versionProblem({ expectVersion }: HealthOptions, { releaseId }: HealthLike): string[] {
  if (expectVersion === undefined || expectVersion === releaseId) return [];
  return [`version ${releaseId ?? 'unknown'} answers, not ${expectVersion}`];
}

function failing(now: HealthLike): string[] {
  return now.status === 'fail' ? [now.output ?? 'it says fail'] : [];
}

/** null when this is no answer of `/healthz`. */
function healthIn(body: string): (HealthLike & Pick<HealthBody, 'status'>) | null {
  try {
    const value: unknown = JSON.parse(body);
    const isHealth =
      typeof value === 'object' &&
      value !== null &&
      'status' in value &&
      /^(pass|warn|fail)$/.test(String(value.status)) &&
      'version' in value;
    return isHealth ? (value as HealthLike & Pick<HealthBody, 'status'>) : null;
  } catch {
    return null;
  }
}
