/** `vpc-canary flows`: this host's TCP connections in a terminal, as top shows processes. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { ALL_FLOWS, type FlowChoice, type FlowMetric, type FlowView } from '../verdict/flows-view.ts';
import { type AskOptions, withAskOptions } from './ask-agent.ts';
import { lasting } from './flows/ending.ts';
import { SORT_KEYS, watchFlows } from './flows/screen.ts';
import { type Answer, agentSource, type FlowsSource, kernelSource } from './flows/source.ts';
import { chosen, flowsText } from './flows/text.ts';
import { STATUS_EXIT } from './status.ts';
import { sizeOr } from './terminal-size.ts';

interface FlowsOptions extends AskOptions {
  readonly json?: boolean;
  readonly once?: boolean;
  readonly local?: boolean;
  readonly loopback?: boolean;
  readonly process?: boolean;
  readonly sort: FlowMetric;
  readonly group?: string;
  readonly port?: number;
  readonly direction?: 'client' | 'server';
  readonly rows: number;
  readonly seconds: number;
}

const HELP = `
Keys of the live view: ${Object.entries(SORT_KEYS)
  .map(([key, metric]) => `${key} ${metric}`)
  .join(', ')}; q ends it.

The running agent is asked first: it has counted all along. Without one, or with --local, the command reads the
kernel itself and counts from then on; Ctrl-C or SIGTERM ends that early and prints what was counted until then.
Neither needs a privilege; --process sees other users' processes only as root.

Examples:
  $ vpc-canary flows
  $ vpc-canary flows --sort rtt --group syd-dc1
  $ vpc-canary flows --once --port 443 --direction server
  $ vpc-canary flows --json | jq '.coverage'
  $ sudo vpc-canary flows --local --seconds 30 --once --process

Exit codes:
  0   flows were shown
  64  an option is wrong
  69  connections cannot be read: neither agent nor kernel answers
  75  the agent has no figures yet
  77  the agent refused: password, token, address or host name`;

const METRICS = Object.values(SORT_KEYS);
const UNAVAILABLE = 69;

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
  };
}

export function flowsCommand(): Command {
  return withAskOptions(
    new Command('flows').description(
      'show the TCP connections of this host: who retransmits, waits, fails, moves data',
    ),
  )
    .option('--once', 'print once and end; so it is also when the output is no terminal')
    .option('--json', 'everything as JSON, once')
    .addOption(new Option('--sort <metric>', 'rank by').choices(METRICS).default('retransmissions'))
    .option('--group <name>', 'only flows with this group or site')
    .option('--port <number>', 'only flows with this service port', whole(1, 65_535))
    .addOption(new Option('--direction <side>', 'client: opened by this host').choices(['client', 'server']))
    .option('--rows <number>', 'most flows printed by --once', whole(1, 40), 20)
    .option('--local', "read this host's kernel, whether an agent runs or not")
    .option('--loopback', 'with --local: connections of this host with itself as well')
    .option('--seconds <number>', 'with --local and --once: how long to watch', whole(1, 3600), 5)
    .option('--process', 'name the processes of the flows shown')
    .addHelpText('after', HELP)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : STATUS_EXIT.usage))
    .action(async (options: FlowsOptions, command: Command) => {
      const isUrlGiven = command.getOptionValueSource('url') === 'cli';
      const opened = await open(options, isUrlGiven);
      if (!('words' in opened)) {
        process.exitCode = refuse(opened);
        return;
      }
      try {
        process.exitCode = await show(opened, options);
      } finally {
        opened.close();
      }
    });
}

function refuse(answer: Extract<Answer, { ok: false }>): number {
  process.stderr.write(`vpc-canary: ${answer.text}\n`);
  return answer.code === 'no-flows' ? UNAVAILABLE : STATUS_EXIT[answer.code];
}

/** The agent if one answers, else the kernel; a named agent is never replaced by this host. */
async function open(options: FlowsOptions, isUrlGiven: boolean): Promise<FlowsSource | Extract<Answer, { ok: false }>> {
  if (options.local !== true) {
    const agent = agentSource(options);
    const first = await agent.ask(ALL_FLOWS);
    if (first.ok) return agent;
    if (isUrlGiven || (first.code !== 'unreachable' && first.code !== 'no-flows')) return first;
    process.stderr.write(`vpc-canary: ${first.text} Reading this host's kernel instead; counts begin now.\n`);
  }
  return kernelSource(options.loopback === true);
}

function choiceOf({ group, port, direction }: FlowsOptions): FlowChoice {
  return { group: group ?? null, port: port ?? null, direction: direction ?? null };
}

async function show(source: FlowsSource, options: FlowsOptions): Promise<number> {
  const live = options.once !== true && options.json !== true && process.stdout.isTTY && process.stdin.isTTY;
  const owners = await ownerWords(source, options.process === true, live);
  if (live) {
    const by = await watchFlows(source, options.sort, choiceOf(options), owners);
    // What was seen last stays on the terminal.
    await source.refresh();
    return print(source, { ...options, sort: by }, owners);
  }
  if (source.countsFromNow) await count(source, options.seconds);
  return print(source, options, owners);
}

/** From the first look at every connection on, so that nothing is counted that was before. */
async function count(source: FlowsSource, seconds: number): Promise<void> {
  await source.refresh();
  if (!(await source.ask(ALL_FLOWS)).ok) return;
  process.stderr.write(
    `vpc-canary: Counting for ${seconds} s; Ctrl-C ends it and prints what was counted until then.\n`,
  );
  await lasting(seconds * 1000);
  await source.refresh();
}

async function print(source: FlowsSource, options: FlowsOptions, owners: Owners): Promise<number> {
  const answer = await source.ask(choiceOf(options));
  if (!answer.ok) return refuse(answer);
  const { flows } = answer;
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(flows)}\n`);
    return 0;
  }
  const shape = { ...choiceOf(options), by: options.sort, rows: options.rows };
  const { stdout, env } = process;
  const color = stdout.isTTY && (env['NO_COLOR'] ?? '') === '';
  const width = stdout.isTTY ? sizeOr(stdout.columns, 80) : 250;
  stdout.write(flowsText(flows, source.words, { ...shape, width, color, owners: owners(chosen(flows, shape)) }));
  return 0;
}

type Owners = (flows: readonly FlowView[]) => ((flow: FlowView) => string) | null;

/** "nginx 812 +2"; a dash where nobody may be seen. */
async function ownerWords(source: FlowsSource, wanted: boolean, live: boolean): Promise<Owners> {
  if (!wanted) return () => null;
  if (!source.isLocal) {
    process.stderr.write(
      'vpc-canary: --process is about this host; the flows of another one have no processes here.\n',
    );
    return () => null;
  }
  const { flowId, ownersOf } = await import('../flow/processes.ts');
  let noted: string | null = null;
  return (flows) => {
    const { owners, note } = ownersOf(flows);
    // On a terminal that is drawn anew a word on standard error would be lost.
    if (note !== null && note !== noted && !live) process.stderr.write(`vpc-canary: --process: ${note}.\n`);
    noted = note;
    return (flow) => {
      const [first, ...more] = owners.get(flowId(flow)) ?? [];
      if (first === undefined) return '-';
      return `${first.name.replace(/\p{Cc}/gu, '?')} ${first.pid}${more.length === 0 ? '' : ` +${more.length}`}`;
    };
  };
}
