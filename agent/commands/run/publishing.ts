/**
 * Publishing in the running agent: at each period's end the observer's samples become data, the data go to the spool,
 * and the sender does the rest. Made from the configuration and from what the instance is; made anew when either
 * changes. Nothing here waits for the network, so nothing here holds up probing.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { CloudWatch } from '../../aws/cloudwatch.ts';
import type { Config } from '../../config/config.ts';
import { systemClock } from '../../kernel/clock.ts';
import { type AgentPeriod, cloudWatchData } from '../../metric/cloudwatch.ts';
import { groupPeriods } from '../../metric/group-period.ts';
import { allowancePeriod, vpcPeriod } from '../../metric/vpc-period.ts';
import { Sender } from '../../publish/sender.ts';
import { type PublishSettings, publishSettings } from '../../publish/settings.ts';
import { Spool } from '../../publish/spool.ts';
import type { FlowsView } from '../../verdict/flows-view.ts';
import type { Observer } from '../../verdict/observer.ts';
import type { AgentView, PublishView } from '../../verdict/snapshot.ts';
import type { VpcView } from '../../verdict/vpc-view.ts';
import { AwsClock } from './aws-clock.ts';
import type { HostIdentity } from './identity.ts';
import type { Logger } from './log.ts';
import type { Condition } from './notices.ts';
import { publishConditions } from './publish-conditions.ts';

/** Data of a batch; a period with more makes several. */
const BATCH_DATA = 500;

/** What is published beside the targets: the agent itself, connections, the VPC. */
type Agent = Pick<AgentView, 'usage' | 'overload' | 'allowances'> & {
  readonly flows: FlowsView | null;
  readonly vpc?: VpcView | null;
};

interface Seen {
  readonly mono: number;
  readonly agent: Agent;
}

interface Running {
  readonly settings: PublishSettings;
  readonly maxSeries: number;
  readonly sink: CloudWatch;
  readonly spool: Spool;
  readonly sender: Sender;
}

export class Publishing {
  readonly #log: Pick<Logger, 'info' | 'warn' | 'error' | 'debug'>;
  readonly #identity: Pick<HostIdentity, 'identity' | 'imds' | 'settled'>;
  readonly #observer: Pick<Observer, 'takePeriod'>;
  readonly #clock: AwsClock;
  #running: Running | null = null;
  #made = '';
  /** Wished for, and nobody says where. */
  #nowhere = false;
  /** Of the start: what waits there must not be left behind by a reload. */
  #directory: string | null = null;
  /** Number of the period under way, by AWS's clock. */
  #period: number | null = null;
  #seen: Seen | null = null;
  #overloads = 0;
  #series = 0;
  #folded = 0;
  #foldedThings = 0;
  /** ENA's allowances as they were counted then. */
  #allowances: NonNullable<AgentView['allowances']> = [];
  /** Connections as they were counted at the period's begin. */
  #flows: FlowsView | null = null;
  #told = { failing: '', lastAcceptedAt: null as number | null, backlog: false };
  #changing: Promise<void> = Promise.resolve();
  /** A period being written. */
  #closing: Promise<void> = Promise.resolve();

  constructor(
    observer: Pick<Observer, 'takePeriod'>,
    identity: Pick<HostIdentity, 'identity' | 'imds' | 'settled'>,
    log: Pick<Logger, 'info' | 'warn' | 'error' | 'debug'>,
    clock = new AwsClock(),
  ) {
    this.#observer = observer;
    this.#identity = identity;
    this.#log = log;
    this.#clock = clock;
  }

  /** Takes the configuration in force and what is known of the instance by now. */
  apply({ publish, aws, state }: Config): Promise<void> {
    const { identity, imds, settled } = this.#identity;
    const wishes = publish.cloudwatch;
    const settings = settled ? publishSettings(wishes, identity, imds !== null, hostname()) : null;
    this.#nowhere = settled && settings === null && wishes.enabled === 'on';
    this.#directory ??= join(state.directory, 'spool');
    const { maxBytes } = publish.spool;
    const wanted = JSON.stringify([settings, wishes.maxSeries, maxBytes, aws]);
    if (wanted === this.#made) return this.#changing;
    this.#made = wanted;
    this.#changing = this.#changing.then(async () => {
      const before = this.#running;
      // what the period under way holds so far goes out as it was wished for; the rest of it as it is wished for now
      if (before !== null) await this.#closePeriod(before);
      await this.#end();
      if (settings === null) return;
      const spool = new Spool({ directory: this.#directory, maxBytes, now: () => this.#clock.now() });
      if (before === null) this.#beginAfresh();
      this.#begin(settings, wishes.maxSeries, aws, spool);
    });
    return this.#changing;
  }

  #begin(settings: PublishSettings, maxSeries: number, aws: Config['aws'], spool: Spool): void {
    const { identity, imds } = this.#identity;
    const reached = { ...settings, ...aws, environment: process.env, imds };
    const sink = new CloudWatch(reached, settings.namespace, this.#clock.aheadMs);
    const sender = new Sender({
      spool,
      sink,
      periodMs: settings.periodMs,
      instance: identity?.instanceId ?? hostname(),
      now: () => this.#clock.now(),
      random: Math.random,
      after: later,
    });
    this.#running = { settings, maxSeries, sink, spool, sender };
    this.#period = null;
    this.#told = { failing: '', lastAcceptedAt: null, backlog: false };
    this.#log.info(
      `publishing to CloudWatch: ${settings.namespace} in ${settings.region}, VpcId ${settings.vpc}, every ${settings.periodMs / 1000} s`,
    );
    spool.open().then(
      () => {
        const { waiting } = spool.status();
        if (waiting > 0) this.#log.info({ waiting }, 'what waited for CloudWatch on disk goes out, oldest first');
        sender.resume();
      },
      (error: unknown) => this.#log.error({ error: String(error) }, 'the spool could not be read'),
    );
  }

  /** What was counted while nothing was published is none of the first period. */
  #beginAfresh(): void {
    this.#observer.takePeriod(systemClock().mono());
    this.#flows = this.#seen?.agent.flows ?? null;
    this.#overloads = this.#seen === null ? 0 : overloadsOf(this.#seen.agent);
  }

  /** Once a second. Ends the period when the clock has passed its end. */
  tick(mono: number, agent: Agent): void {
    this.#seen = { mono, agent };
    const running = this.#running;
    if (running === null) return;
    const { settings, sink } = running;
    const corrected = this.#clock.follow(sink.clockOffsetMs());
    const period = Math.floor(this.#clock.now() / settings.periodMs);
    // a period under way when AWS's time became known is told by that time as a whole
    if (corrected && this.#period !== null) this.#period = period;
    const ended = this.#period;
    this.#period = period;
    if (ended !== null && ended !== period) this.#closing = this.#close(running, ended, this.#seen);
    this.#logChanges(running);
  }

  view(): PublishView | null {
    const running = this.#running;
    if (running === null) return null;
    const { settings, spool, sender } = running;
    const { lastAcceptedAt, deliveryMs, failure, refused } = sender.status();
    const { fault: _, ...status } = spool.status();
    return {
      namespace: settings.namespace,
      region: settings.region,
      vpc: settings.vpc,
      periodMs: settings.periodMs,
      series: this.#series,
      folded: this.#folded,
      foldedThings: this.#foldedThings,
      lastAcceptedAt,
      deliveryMs,
      spool: status,
      error:
        failure === null ? null : { text: failure.failure.text, remedy: failure.failure.remedy, since: failure.since },
      refused,
    };
  }

  conditions(): Condition[] {
    if (this.#nowhere) return [NOWHERE];
    const running = this.#running;
    const view = this.view();
    if (running === null || view === null) return [];
    return publishConditions(view, {
      fault: running.spool.status().fault,
      clockOffMs: this.#clock.aheadMs,
      failure: running.sender.status().failure?.failure ?? null,
      now: this.#clock.now(),
    });
  }

  /** What the period under way holds is written, to be sent by the next life. */
  async close(mono: number, agent: Agent): Promise<void> {
    await this.#changing;
    this.#seen = { mono, agent };
    if (this.#running !== null) await this.#closePeriod(this.#running);
    await this.#end();
  }

  async #closePeriod(running: Running): Promise<void> {
    const [period, seen] = [this.#period, this.#seen];
    this.#period = null;
    if (period !== null && seen !== null) await this.#close(running, period, seen);
  }

  async #end(): Promise<void> {
    await this.#closing;
    const running = this.#running;
    this.#running = null;
    await running?.sender.stop();
    await running?.spool.close();
    running?.sink.close();
  }

  async #close({ settings, maxSeries, spool, sender }: Running, period: number, { mono, agent }: Seen): Promise<void> {
    const { flows, vpc, allowances = [] } = agent;
    const { data, folded, foldedThings } = cloudWatchData({
      vpc: settings.vpc,
      targets: this.#observer.takePeriod(mono),
      groups: groupPeriods(this.#flows, flows),
      things: { ...vpcPeriod(vpc ?? null, Date.now()), Allowance: allowancePeriod(this.#allowances, allowances) },
      agent: this.#agentPeriod(spool, agent),
      set: settings.set,
      maxSeries,
    });
    this.#flows = flows;
    this.#allowances = allowances;
    this.#series = data.length;
    this.#folded = folded;
    this.#foldedThings = foldedThings;
    const resolution = settings.periodMs < 60_000 ? 1 : 60;
    for (let from = 0; from < data.length; from += BATCH_DATA) {
      const part = data.slice(from, from + BATCH_DATA).map((datum) => ({ ...datum, resolution }) as const);
      const stored = await spool.append(period * settings.periodMs, part);
      if (this.#running?.spool === spool) sender.offer(stored);
    }
  }

  #agentPeriod(spool: Spool, agent: Agent): AgentPeriod {
    const { usage } = agent;
    const overloads = overloadsOf(agent);
    const during = Math.max(0, overloads - this.#overloads);
    this.#overloads = overloads;
    const { oldest, waiting } = spool.status();
    const publishLagMs = oldest === null ? 0 : Math.max(0, this.#clock.now() - oldest);
    return { memoryBytes: usage.rssBytes, cpu: usage.cpu, overloads: during, publishLagMs, spoolDepth: waiting };
  }

  #logChanges({ settings, sender, spool }: Running): void {
    const { failure, lastAcceptedAt, deliveryMs } = sender.status();
    const { waiting } = spool.status();
    const told = this.#told;
    const failing = failure === null ? '' : `${failure.failure.class} ${failure.failure.code}`;
    if (failure !== null && failing !== told.failing) {
      const { text, remedy } = failure.failure;
      this.#log.warn({ waiting, remedy }, `nothing reaches CloudWatch: ${text}`);
    } else if (failing !== told.failing) {
      this.#log.info({ waiting }, 'CloudWatch takes data again');
    }
    if (lastAcceptedAt !== null && told.lastAcceptedAt === null) {
      this.#log.info({ series: this.#series }, `CloudWatch accepts the data of ${settings.vpc}`);
    }
    if (told.backlog && waiting === 0) this.#log.info('nothing waits for CloudWatch any more');
    if (lastAcceptedAt !== told.lastAcceptedAt) this.#log.debug({ waiting, deliveryMs }, 'CloudWatch accepted data');
    this.#told = { failing, lastAcceptedAt, backlog: waiting > 0 && (told.backlog || failing !== '') };
  }
}

const NOWHERE: Condition = {
  code: 'publish-nowhere',
  severity: 'error',
  text: 'Publishing is on, and nobody says where: nothing goes to CloudWatch.',
  remedy: 'name the region: publish.cloudwatch.region',
};

const overloadsOf = ({ overload }: Agent): number =>
  overload.lateSends + overload.noBuffers + overload.receiveOverflows;

function later(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
