/**
 * One run of `ping`: names resolved, the engine started, every finished probe told and counted, the summary printed
 * when all counts are full or somebody presses ^C.
 */
import { isIP } from 'node:net';
import { refusalOf } from '../../config/address.ts';
import { libc } from '../../kernel/libc.ts';
import type { Note, ProbeSink, Singleton } from '../../measure/singleton.ts';
import type { Milliseconds } from '../../measure/target.ts';
import { counted, formatDuration } from '../../measure/units.ts';
import { probeClock } from '../../probe/clock.ts';
import { NAME_SERVICE_DEFAULTS, type NameService, SystemNameService } from '../../probe/name-service.ts';
import { type EchoTarget, openEchoes } from './echoes.ts';
import { jsonLine, noteJson, pingJson, singletonJson } from './json.ts';
import { type PingOptions, type PingPlan, planPing } from './plan.ts';
import { noteLine, opening, type Pinged, paragraph, probeLine, table } from './report.ts';
import { Tally } from './tally.ts';

/** Up to this many targets each probe has a line and each target a paragraph; beyond, there is a table at the end. */
const FEW = 5;
const PROGRESS_MS = 1000;
const OK = 0;
const SILENT = 1;
const USAGE = 2;
/** EX_NOPERM of sysexits.h. */
const NO_PERMISSION = 77;

let nobodyReads = false;
const say = (text: string): void => {
  if (!nobodyReads) process.stdout.write(`${text}\n`);
};
const complain = (text: string): void => {
  process.stderr.write(`vpc-canary ping: ${text}\n`);
};

/** Runs the command to its end. Returns the exit code. */
export async function runPing(hosts: readonly string[], options: PingOptions): Promise<number> {
  const read = planPing(hosts, options);
  if (!read.ok) {
    for (const problem of read.problems) complain(problem);
    return USAGE;
  }
  if (read.plan.interface !== null && libc().if_nametoindex(read.plan.interface) < 0) {
    complain(`-I ${read.plan.interface}: this host has no such interface; ip link lists them`);
    return USAGE;
  }
  const all = await resolveAll(read.plan);
  const unresolved = all.filter(({ problem }) => problem !== null);
  for (const { host, problem } of unresolved) complain(`${host}: ${problem}`);
  if (unresolved.length === all.length) return USAGE;
  const code = await new Session(read.plan, all).run();
  return code !== NO_PERMISSION && unresolved.length > 0 ? USAGE : code;
}

async function resolveAll(plan: PingPlan): Promise<Pinged[]> {
  const names = new SystemNameService(NAME_SERVICE_DEFAULTS, probeClock());
  try {
    return await Promise.all(plan.hosts.map((host) => resolveOne(names, host, plan.family)));
  } finally {
    names.close();
  }
}

async function resolveOne(names: NameService, host: string, family: 4 | 6 | null): Promise<Pinged> {
  const tally = new Tally();
  const literal = isIP(host);
  if (literal !== 0) {
    const wrong = family !== null && literal !== family;
    return { host, tally, address: wrong ? null : host, problem: wrong ? `this is not an IPv${family} address` : null };
  }
  const resolution = await names.resolve(host, family);
  const address = resolution.ok ? (resolution.addresses[0] ?? null) : null;
  if (address === null) return { host, tally, address, problem: resolution.ok ? 'no address' : resolution.text };
  const refusal = refusalOf(address);
  return refusal === null
    ? { host, tally, address, problem: null }
    : { host, tally, address: null, problem: `its address ${address} is ${refusal}` };
}

class Session implements ProbeSink {
  readonly #plan: PingPlan;
  readonly #all: readonly Pinged[];
  readonly #clock = probeClock();
  readonly #startedMono = this.#clock.mono();
  readonly #startedWall = this.#clock.wall();
  readonly #few: boolean;
  #unfinished: number;
  #end: () => void = () => {};

  constructor(plan: PingPlan, all: readonly Pinged[]) {
    this.#plan = plan;
    this.#all = all;
    this.#few = all.length <= FEW;
    this.#unfinished = all.filter(({ address }) => address !== null).length;
  }

  async run(): Promise<number> {
    const opened = openEchoes(this.#targets(), this.#plan.count, this);
    if (!opened.ok) {
      complain(opened.text);
      return NO_PERMISSION;
    }
    const { engine, mode } = opened;
    if (mode === 'ping') complain(opened.text);
    if (this.#plan.output === 'text' && !this.#plan.quiet) {
      const { size, everyMs } = this.#plan;
      say(opening(this.#all, size, everyMs, mode === 'raw' ? 'raw ICMP' : 'unprivileged ping sockets'));
    }
    await this.#untilDone();
    await engine.close();
    this.#summarise(mode);
    return this.#all.every(({ address, tally }) => address === null || tally.replies > 0) ? OK : SILENT;
  }

  singleton(singleton: Singleton): void {
    const pinged = this.#all[singleton.target];
    if (pinged === undefined) return;
    pinged.tally.add(singleton);
    if (this.#plan.output === 'json-lines') say(jsonLine(singletonJson(pinged, singleton)));
    else if (this.#hasLines) say(probeLine(pinged, singleton, this.#plan.size));
    if (pinged.tally.finished !== this.#plan.count) return;
    this.#unfinished -= 1;
    if (this.#unfinished === 0) this.#end();
  }

  note(note: Note): void {
    const pinged = this.#all[note.target];
    if (pinged === undefined) return;
    pinged.tally.note(note);
    if (this.#plan.output === 'json-lines') say(jsonLine(noteJson(pinged, note)));
    else if (this.#hasLines) say(noteLine(pinged, note));
  }

  get #hasLines(): boolean {
    return this.#plan.output === 'text' && !this.#plan.quiet && this.#few;
  }

  #targets(): EchoTarget[] {
    const { size, df, dscp, ttl, source, everyMs, timeoutMs, family } = this.#plan;
    const common = { kind: 'icmp', site: '', size, df, dscp, ttl, source, everyMs, timeoutMs, family } as const;
    const thresholds = {
      lossDegraded: 1,
      lossDown: 1,
      rttDegradedMs: null,
      jitterDegradedMs: null,
      windowMs: everyMs,
      clearMs: everyMs,
    };
    return this.#all.flatMap(({ host, address }, id) =>
      address === null
        ? []
        : [{ id, address, target: { ...common, name: host, host, interface: this.#plan.interface, thresholds } }],
    );
  }

  /** Ends with the counts, ^C, a termination signal, or a reader that has seen enough. */
  #untilDone(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#end = resolve;
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    process.stdout.on('error', () => {
      nobodyReads = true;
      resolve();
    });
    const progress = this.#showProgress();
    return promise.finally(() => {
      process.off('SIGINT', resolve);
      process.off('SIGTERM', resolve);
      progress();
    });
  }

  /** With many targets on a terminal: one line on standard error, rewritten every second. */
  #showProgress(): () => void {
    if (this.#few || this.#plan.quiet || this.#plan.output !== 'text' || !process.stderr.isTTY) return () => {};
    const timer = setInterval(() => {
      const answering = this.#all.filter(({ tally }) => tally.replies > 0).length;
      const finished = this.#all.reduce((sum, { tally }) => sum + tally.finished, 0);
      const line = `${answering} of ${counted(this.#all.length, 'target')} answered, ${counted(finished, 'probe')}`;
      process.stderr.write(`\r\x1b[2K${formatDuration(this.#lastedMs)}: ${line}`);
    }, PROGRESS_MS);
    return () => {
      clearInterval(timer);
      process.stderr.write('\r\x1b[2K');
    };
  }

  get #lastedMs(): Milliseconds {
    return this.#clock.mono() - this.#startedMono;
  }

  #summarise(mode: 'raw' | 'ping'): void {
    const { output, quiet } = this.#plan;
    if (output === 'text') {
      if (!quiet && this.#few) say('');
      const lasted = this.#lastedMs;
      say(this.#few ? this.#all.map((one) => paragraph(one, lasted)).join('\n\n') : table(this.#all, lasted));
      return;
    }
    const summary = pingJson(this.#all, this.#plan, mode, this.#startedWall, this.#clock.wall());
    say(jsonLine(output === 'json' ? summary : { kind: 'summary', ...summary }));
  }
}
