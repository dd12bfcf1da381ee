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
import { vpcPeriod } from '../../metric/vpc-period.ts';
import { Sender } from '../../publish/sender.ts';
import { type PublishSettings, publishSettings } from '../../publish/settings.ts';
import { Spool } from '../../publish/spool.ts';
import type { FlowsView } from '../../verdict/flows-view.ts';
import type { Observer } from '../../verdict/observer.ts';
import type { AgentView, PublishView } from '../../verdict/snapshot.ts';
import type { VpcView } from '../../verdict/vpc-view.ts';
import type { HostIdentity } from './identity.ts';
import type { Logger } from './log.ts';
import type { Condition } from './notices.ts';
import { publishConditions } from './publish-conditions.ts';

/** Data of a batch; a period with more makes several. */
const BATCH_DATA = 500;
/** The SDK's own threshold of a clock that is off. */
const CLOCK_OFF_MS = 240_000;

/** What is published beside the targets: the agent itself, connections, the VPC. */
type Agent = Pick<AgentView, 'usage' | 'overload'> & {
  readonly flows: FlowsView | null;
  readonly vpc: VpcView | null;
};

interface Running {
  readonly settings: PublishSettings;
  readonly maxSeries: number;
  readonly sink: CloudWatch;
  readonly spool: Spool;
  readonly sender: Sender;
}

export class Publishing {
  readonly #log: Logger;
  readonly #identity: HostIdentity;
  readonly #observer: Observer;
  #running: Running | null = null;
  #made = '';
  /** Number of the period under way, by AWS's clock. */
  #period: number | null = null;
  #overloads = 0;
  #series = 0;
  #folded = 0;
  #foldedThings = 0;
  /** Connections as they were counted at the period's begin. */
  #flows: FlowsView | null = null;
  #failing = '';
  #changing: Promise<void> = Promise.resolve();

  constructor(observer: Observer, identity: HostIdentity, log: Logger) {
    this.#observer = observer;
    this.#identity = identity;
    this.#log = log;
  }

  /** Takes the configuration in force and what is known of the instance by now. */
  apply({ publish, aws, state }: Config): Promise<void> {
    const { identity } = this.#identity;
    const settings = this.#identity.settled
      ? publishSettings(publish.cloudwatch, identity, this.#identity.imds !== null, hostname())
      : null;
    const wanted = JSON.stringify([settings, publish, aws, state]);
    if (wanted === this.#made) return this.#changing;
    this.#made = wanted;
    this.#changing = this.#changing.then(async () => {
      await this.#end();
      if (settings === null) return;
      const { maxSeries } = publish.cloudwatch;
      const sink = new CloudWatch(
        { ...settings, ...aws, environment: process.env, imds: this.#identity.imds },
        settings.namespace,
      );
      const now = (): number => this.#now();
      const spool = new Spool({ directory: join(state.directory, 'spool'), maxBytes: publish.spool.maxBytes, now });
      const sender = new Sender({
        spool,
        sink,
        periodMs: settings.periodMs,
        instance: identity?.instanceId ?? hostname(),
        now,
        random: Math.random,
        after: later,
      });
      this.#running = { settings, maxSeries, sink, spool, sender };
      this.#period = null;
      this.#observer.takePeriod(systemClock().mono());
      this.#log.info(
        `publishing to CloudWatch: ${settings.namespace} in ${settings.region}, VpcId ${settings.vpc}, every ${settings.periodMs / 1000} s`,
      );
      spool.open().then(
        () => sender.resume(),
        (error: unknown) => this.#log.error({ error: String(error) }, 'the spool could not be read'),
      );
    });
    return this.#changing;
  }

  /** Once a second. Ends the period when the clock has passed its end. */
  tick(nowMono: number, agent: Agent): void {
    const running = this.#running;
    if (running === null) return;
    const period = Math.floor(this.#now() / running.settings.periodMs);
    const ended = this.#period;
    this.#period = period;
    if (ended !== null && ended !== period) void this.#close(running, ended, nowMono, agent);
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
    const running = this.#running;
    const view = this.view();
    if (running === null || view === null) return [];
    return publishConditions(view, {
      fault: running.spool.status().fault,
      clockOffMs: this.#clockOff(running),
      failure: running.sender.status().failure?.failure ?? null,
    });
  }

  /** What the period under way holds is written, to be sent by the next life. */
  async close(nowMono: number, agent: Agent): Promise<void> {
    await this.#changing;
    if (this.#running !== null && this.#period !== null) await this.#close(this.#running, this.#period, nowMono, agent);
    await this.#end();
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    running?.sender.stop();
    await running?.spool.close();
    running?.sink.close();
  }

  async #close(
    { settings, maxSeries, spool, sender }: Running,
    period: number,
    nowMono: number,
    agent: Agent,
  ): Promise<void> {
    const { flows, vpc } = agent;
    const { data, folded, foldedThings } = cloudWatchData({
      vpc: settings.vpc,
      targets: this.#observer.takePeriod(nowMono),
      groups: groupPeriods(this.#flows, flows),
      things: vpcPeriod(vpc, Date.now()),
      agent: this.#agentPeriod(spool, agent),
      set: settings.set,
      maxSeries,
    });
    this.#flows = flows;
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

  #agentPeriod(spool: Spool, { usage, overload }: Agent): AgentPeriod {
    const overloads = overload.lateSends + overload.noBuffers + overload.receiveOverflows;
    const during = Math.max(0, overloads - this.#overloads);
    this.#overloads = overloads;
    const { oldest, waiting } = spool.status();
    const publishLagMs = oldest === null ? 0 : Math.max(0, this.#now() - oldest);
    return { memoryBytes: usage.rssBytes, cpu: usage.cpu, overloads: during, publishLagMs, spoolDepth: waiting };
  }

  /** Wall time as AWS has it, where this host's is plainly wrong. */
  #now(): number {
    return Date.now() + (this.#running === null ? 0 : this.#clockOff(this.#running));
  }

  #clockOff({ sink }: Running): number {
    const offset = sink.clockOffsetMs();
    return Math.abs(offset) < CLOCK_OFF_MS ? 0 : offset;
  }

  #logChanges({ sender, spool }: Running): void {
    const { failure } = sender.status();
    const failing = failure === null ? '' : `${failure.failure.class} ${failure.failure.code}`;
    if (failing === this.#failing) return;
    this.#failing = failing;
    if (failure === null) this.#log.info('CloudWatch takes data again');
    else {
      const { waiting } = spool.status();
      this.#log.warn(
        { waiting, remedy: failure.failure.remedy },
        `nothing reaches CloudWatch: ${failure.failure.text}`,
      );
    }
  }
}

function later(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
