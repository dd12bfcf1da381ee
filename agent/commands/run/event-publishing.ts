/**
 * Events to EventBridge in the running agent: each goes into the store on disk, then to the bus. Made from the
 * configuration and from what the instance is, and made anew when either changes; what waits stays.
 */

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { EventBridge } from '../../aws/event-bridge.ts';
import type { Config } from '../../config/config.ts';
import { counted } from '../../measure/units.ts';
import { busEvent, type EventOrigin } from '../../publish/event-detail.ts';
import { EventSender } from '../../publish/event-sender.ts';
import { EventStore } from '../../publish/event-store.ts';
import type { CanaryEvent, EventsView } from '../../verdict/snapshot.ts';
import type { HostIdentity } from './identity.ts';
import { later } from './later.ts';
import type { Logger } from './log.ts';
import type { Condition } from './notices.ts';

/** Room for some 3,000 events. */
const MAX_BYTES = 2_000_000;
/** Events of the first seconds wait until it is known who this instance is. */
const MOST_EARLY = 1000;

interface Running {
  readonly bus: string;
  readonly region: string;
  readonly origin: EventOrigin;
  readonly store: EventStore;
  readonly sink: EventBridge;
  readonly sender: EventSender;
}

export class EventPublishing {
  readonly #identity: Pick<HostIdentity, 'identity' | 'imds' | 'settled'>;
  readonly #log: Pick<Logger, 'info' | 'warn'>;
  #wanted = false;
  #running: Running | null = null;
  /** Switched on, and nobody says in which region. */
  #nowhere = false;
  #early: CanaryEvent[] = [];
  #made = '';
  #failing = '';
  #changing: Promise<void> = Promise.resolve();

  constructor(identity: Pick<HostIdentity, 'identity' | 'imds' | 'settled'>, log: Pick<Logger, 'info' | 'warn'>) {
    this.#identity = identity;
    this.#log = log;
  }

  /** Takes the configuration in force and what is known of the instance by now. */
  apply({ publish, aws, state }: Config): Promise<void> {
    const { identity, imds, settled } = this.#identity;
    const { enabled, bus, endpoint } = publish.eventBridge;
    const region = publish.eventBridge.region ?? identity?.region ?? null;
    this.#wanted = enabled;
    this.#nowhere = enabled && settled && region === null;
    const made = enabled && settled && region !== null ? JSON.stringify([identity, publish, aws, state]) : '';
    if (made === this.#made) return this.#changing;
    this.#made = made;
    this.#changing = this.#changing.then(async () => {
      await this.#end();
      if (made === '' || region === null) return;
      const vpc = publish.cloudwatch.vpc ?? identity?.vpcId ?? hostname();
      const origin = { vpc, instance: identity?.instanceId ?? hostname(), vpcArn: arnOf(identity) };
      const store = new EventStore({ directory: join(state.directory, 'events'), maxBytes: MAX_BYTES });
      await store.open();
      const sink = new EventBridge({ region, endpoint, ...aws, environment: process.env, imds }, bus);
      const sender = new EventSender({ store, sink, now: Date.now, random: Math.random, after: later });
      this.#running = { bus, region, origin, store, sink, sender };
      this.#log.info(`events go to EventBridge: ${bus} in ${region}`);
      const early = this.#early;
      this.#early = [];
      this.offer(early);
      sender.wake();
    });
    return this.#changing;
  }

  /** What has just happened. That everything answers after a start is no news. */
  offer(events: readonly CanaryEvent[]): void {
    const news = events.filter(({ from, to }) => from !== 'unknown' || to !== 'up');
    if (!this.#wanted || news.length === 0) return;
    const running = this.#running;
    if (running === null) {
      this.#early = [...this.#early, ...news].slice(-MOST_EARLY);
      return;
    }
    const { store, sender, origin } = running;
    void store.append(news.map((event) => busEvent(event, origin, randomUUID()))).then(() => sender.wake());
  }

  /** null when no events are sent. */
  view(): EventsView | null {
    if (this.#running === null) return null;
    const { bus, region, sender, store } = this.#running;
    const { accepted, lastAcceptedAt, failure } = sender.status();
    const { waiting, mode } = store.status();
    const error =
      failure === null ? null : { text: failure.failure.text, remedy: failure.failure.remedy, since: failure.since };
    return { bus, region, accepted, lastAcceptedAt, waiting, mode, error };
  }

  conditions(): Condition[] {
    if (this.#nowhere) {
      const text = 'Events are to go to EventBridge, but this is no EC2 instance and no region is named.';
      return [{ code: 'events-nowhere', severity: 'error', text, remedy: 'set publish.eventBridge.region' }];
    }
    const running = this.#running;
    if (running === null) return [];
    const { failure, refused } = running.sender.status();
    const { waiting, dropped, fault, mode } = running.store.status();
    const conditions: Condition[] = [];
    const add = (severity: Condition['severity'], code: string, text: string, remedy: string | null): void => {
      conditions.push({ code: `events-${code}`, severity, text, remedy });
    };
    this.#logChange(failure?.failure.text ?? '', waiting);
    if (failure !== null) {
      const { class: kind, text, remedy } = failure.failure;
      const helpless = kind === 'denied' || kind === 'credentials' || kind === 'invalid';
      const held = `${counted(waiting, 'event')} ${waiting === 1 ? 'waits' : 'wait'} ${mode === 'disk' ? 'on disk' : 'in memory'}`;
      add(helpless ? 'error' : 'warning', 'failing', `No event reaches EventBridge: ${text}; ${held}.`, remedy);
    }
    if (fault !== null) {
      const text = `Events that wait for EventBridge cannot be written (${fault}): they wait in memory.`;
      add('warning', 'store', text, 'free space in state.directory, or make it writable for the agent’s user');
    }
    if (dropped > 0)
      add('warning', 'dropped', `${counted(dropped, 'event')} were dropped unsent, the oldest first.`, null);
    if (refused.count > 0) {
      const text = `EventBridge refused ${counted(refused.count, 'event')}, the latest: ${refused.text ?? ''}.`;
      add('warning', 'refused', text, null);
    }
    return conditions;
  }

  async close(): Promise<void> {
    await this.#changing;
    await this.#end();
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.sender.stop();
    await running?.store.close();
    running?.sink.close();
  }

  #logChange(failing: string, waiting: number): void {
    if (failing === this.#failing) return;
    if (failing !== '') this.#log.warn({ waiting }, `no event reaches EventBridge: ${failing}`);
    else this.#log.info('EventBridge takes events again');
    this.#failing = failing;
  }
}

function arnOf(identity: HostIdentity['identity']): string | null {
  if (identity === null || identity.accountId === null || identity.vpcId === null) return null;
  const { region, accountId, vpcId } = identity;
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return `arn:${partition}:ec2:${region}:${accountId}:vpc/${vpcId}`;
}
