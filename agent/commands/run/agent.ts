/**
 * The agent as a whole: builds the parts, joins them, and lets them go again. This is the only place that knows
 * them all; each of them knows nobody.
 *
 *   probers → observer → a snapshot a second → history, web, log
 */
import type { Config } from '../../config/config.ts';
import type { ConfigRequest } from '../../config/gather.ts';
import type { LoadedConfig } from '../../config/load.ts';
import { formatProblem, type Problem } from '../../config/problem.ts';
import { type ConfigKeeper, keepConfig, type ReloadOutcome } from '../../config/reload.ts';
import { History } from '../../history/history.ts';
import { effectiveCapabilities } from '../../kernel/capabilities.ts';
import { systemClock } from '../../kernel/clock.ts';
import { noticeText } from '../../metric/notice.ts';
import type { AddressChange } from '../../probe/address-source.ts';
import type { HostEvidence, SiteEvidence } from '../../verdict/evidence.ts';
import { LocalAlarms } from '../../verdict/local-alarms.ts';
import { Observer } from '../../verdict/observer.ts';
import { sentence } from '../../verdict/sentence.ts';
import type { AgentView, CanaryEvent, Snapshot } from '../../verdict/snapshot.ts';
import type { VpcView } from '../../verdict/vpc-view.ts';
import { VERSION } from '../../version.ts';
import type { WebOptions, WebServer } from '../../web/options.ts';
import { startWeb } from '../../web/server.ts';
import type { Sources } from '../../web/sources.ts';
import { WebStartError } from '../../web/start-error.ts';
import { EventPublishing } from './event-publishing.ts';
import { Flows } from './flows.ts';
import { watchHost } from './host.ts';
import { HostIdentity } from './identity.ts';
import type { Logger } from './log.ts';
import { NetworkManagerEvents } from './network-manager-events.ts';
import { type Condition, Notices, UntoldNotices } from './notices.ts';
import { Parameters } from './parameters.ts';
import { Probers } from './probers.ts';
import { Publishing } from './publishing.ts';
import { EverySecond } from './second.ts';
import { clockEvent, Self } from './self.ts';
import { TargetIds } from './target-ids.ts';
import { type KnownTarget, Vpc } from './vpc.ts';
import { webOptions } from './web-options.ts';

const NO_PAST = {
  series: () => ({ stepMs: 1000, rows: [] }),
  spans: (_kind: 'target' | 'site', _name: string, from: number, to: number) => [
    { from, to, state: 'unmeasured' as const },
  ],
  events: () => [],
  oldest: () => null,
};

export interface AgentParts {
  readonly initial: LoadedConfig;
  readonly request: ConfigRequest;
  /** Problems of the configuration at start, when the agent runs on without it; empty when it was good. */
  readonly refused: readonly Problem[];
  readonly log: Logger;
  /** Called with every snapshot, and for how long the probers have hung (0 when they do not), ms. */
  readonly show: (snapshot: Snapshot, stalledMs: number) => void;
}

export class Agent {
  readonly #log: Logger;
  readonly #show: AgentParts['show'];
  readonly #startedAt = Date.now();
  readonly #self = new Self();
  readonly #late = (ms: number): void => this.#self.late(ms);
  readonly #host = watchHost();
  readonly #flows = new Flows();
  readonly #notices = new Notices();
  readonly #untold = new UntoldNotices();
  readonly #ids = new TargetIds();
  readonly #alarms = new LocalAlarms();
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();
  readonly #history: History | null;
  readonly #observer: Observer;
  readonly #probers: Probers;
  readonly #identity: HostIdentity;
  readonly #publishing: Publishing;
  readonly #vpc: Vpc;
  readonly #eventPublishing: EventPublishing;
  readonly #networkManager: NetworkManagerEvents;
  readonly #parameters: Parameters;
  readonly #keeper: ConfigKeeper;
  readonly #capabilities = effectiveCapabilities() ?? [];
  /** What of the configuration is taken at the start only, and whether the one in force has other values for it. */
  readonly #atStart: string;
  #needsRestart = false;
  #hostEvidence: HostEvidence | null = null;
  #refused: readonly Problem[];
  #web: WebServer | null = null;
  #webOptions: WebOptions | null = null;
  #second: EverySecond | null = null;
  #snapshot: Snapshot | null = null;
  #sequence = 0;
  #eventId: number;
  #headline = '';
  /** Reloads are applied one after the other. */
  #applying: Promise<void> = Promise.resolve();

  constructor({ initial, request, refused, log, show }: AgentParts) {
    this.#log = log;
    this.#show = show;
    this.#refused = refused;
    const { config } = initial;
    this.#atStart = takenAtStart(config);
    this.#history = openHistory(config);
    this.#eventId = this.#history?.lastEventId() ?? 0;
    this.#observer = new Observer({
      nextEventId: () => (this.#eventId += 1),
      recentEvents: this.#history?.events({ limit: 50 }) ?? [],
      publish: true,
      onChange: () => this.#second?.soon(),
    });
    this.#identity = new HostIdentity(process.env, () => this.#reachAws(this.#keeper.current.config), log);
    this.#publishing = new Publishing(this.#observer, this.#identity, log);
    this.#vpc = new Vpc(this.#identity, () => this.#knownTargets());
    this.#eventPublishing = new EventPublishing(this.#identity, log);
    this.#networkManager = new NetworkManagerEvents({
      identity: this.#identity,
      log,
      tell: (event) => this.#observer.event(event),
      recent: () => [...(this.#snapshot?.events ?? []), ...(this.#history?.events({ limit: 500 }) ?? [])],
      transitGateways: () => transitGatewaysOf(this.#vpc.view()),
    });
    this.#probers = new Probers(this.#observer, (change) => this.#moved(change), this.#late);
    this.#keeper = keepConfig(initial, request, {
      now: Date.now,
      onSignal: (listener) => {
        process.on('SIGHUP', listener);
        return () => process.off('SIGHUP', listener);
      },
      onReload: (outcome) => this.#reloaded(outcome),
    });
    this.#parameters = new Parameters(this.#keeper, request, this.#identity, log);
  }

  /** Starts probing, then the page. @throws {WebStartError} when it cannot listen */
  async start(): Promise<WebServer> {
    const { config } = this.#keeper.current;
    await this.#apply(config);
    this.#identity.begin();
    this.#second = new EverySecond(
      () => systemClock().mono(),
      () => this.#tick(),
      this.#late,
    );
    this.#webOptions = webOptions(config, this.#log);
    this.#web = await startWeb(this.#webOptions, this.#sources());
    return this.#web;
  }

  #sources(): Sources {
    return {
      snapshot: () => this.#snapshot,
      subscribe: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      flows: (choice) => this.#flows.select(choice),
      history: this.#history ?? NO_PAST,
      effectiveConfig: () => this.#keeper.current.effective(),
    };
  }

  /** Moves the page to where the new configuration wants it; if it cannot go there, it comes back. */
  async #moveWeb(config: Config): Promise<void> {
    const before = this.#webOptions;
    const after = webOptions(config, this.#log);
    if (this.#web === null || before === null || JSON.stringify(after) === JSON.stringify(before)) return;
    await this.#web.close();
    this.#web = null;
    try {
      this.#web = await startWeb(after, this.#sources());
      this.#webOptions = after;
      this.#log.info(`The page is at ${this.#web.url}/`);
    } catch (error) {
      if (!(error instanceof WebStartError)) throw error;
      this.#log.error(`the page stays where it was: ${error.message}`);
      this.#web = await startWeb(before, this.#sources());
    }
  }

  async stop(): Promise<void> {
    this.#keeper.close();
    this.#parameters.close();
    this.#second?.stop();
    await this.#probers.close();
    this.#flows.close();
    if (this.#second !== null) this.#tick();
    const last = this.#snapshot;
    if (last !== null) await this.#publishing.close(systemClock().mono(), publishedOf(last));
    await this.#vpc.close();
    await this.#networkManager.close();
    await this.#eventPublishing.close();
    this.#identity.close();
    this.#history?.close();
    this.#host.close();
    await this.#web?.close();
  }

  async #apply(config: Config): Promise<void> {
    const targets = this.#ids.assign(this.#refused.length > 0 ? [] : config.targets);
    this.#observer.setTargets(this.#refused.length > 0 ? [] : config.sites, targets);
    this.#flows.expect(config);
    await this.#probers.setTargets(targets);
    this.#reachAws(config);
    this.#flows.apply(config);
  }

  #reachAws(config: Config): void {
    void this.#publishing.apply(config);
    void this.#vpc.apply(config);
    void this.#eventPublishing.apply(config);
    void this.#networkManager.apply(config);
    this.#parameters.apply(config);
  }

  #reloaded(outcome: ReloadOutcome): void {
    if (outcome.kind === 'refused') {
      this.#log.error({ problems: outcome.status.problems }, 'configuration refused, the last good one stays in force');
      this.#event('config', `configuration refused: ${outcome.status.problems[0] ?? ''}`);
      return;
    }
    this.#refused = [];
    const { config } = outcome.loaded;
    this.#needsRestart = takenAtStart(config) !== this.#atStart;
    this.#log.level = config.log.level;
    this.#log.info({ targets: config.targets.length, sources: outcome.status.sources }, 'configuration taken');
    this.#event('config', `configuration taken: ${config.targets.length} targets at ${config.sites.length} sites`);
    this.#applying = this.#applying
      .then(() => this.#apply(config))
      .then(() => this.#moveWeb(config))
      .catch((error: unknown) => this.#log.error({ error: String(error) }, 'configuration could not be applied'));
  }

  #moved({ id, host, from, to }: AddressChange): void {
    const target = this.#ids.current.find((known) => known.id === id)?.target;
    if (target) this.#event('agent', `${target.name}: ${host} is at ${to} now, was ${from}`, target.name, target.site);
  }

  #event(kind: 'config' | 'agent', text: string, subject = 'agent', site: string | null = null): void {
    this.#observer.event({
      at: Date.now(),
      kind,
      layer: 'aws-agent',
      subject,
      site,
      from: null,
      to: null,
      lastedMs: null,
      text,
      reasons: [],
    });
  }

  #tick(): void {
    const clock = systemClock();
    const change = this.#self.observe();
    if (change !== null) this.#event('agent', clockEvent(change));
    for (const { id } of this.#ids.current) this.#observer.resolution(id, this.#probers.address(id));
    for (const event of this.#vpc.events()) this.#observer.event(event);
    this.#flows.vpc(this.#vpc.groups());
    this.#observer.setEvidence({
      overload: this.#probers.icmp().overload.now ? 'this host does not keep up' : null,
      host: this.#lookAtHost(),
      sites: joinEvidence(this.#flows.evidence(), this.#vpc.evidence()),
    });
    const { snapshot: seen, events, rows } = this.#observer.tick(clock.mono(), clock.wall());
    this.#record(seen, events, rows);
    this.#eventPublishing.offer(events);
    this.#sequence += 1;
    const flows = this.#flows.view();
    const agent = this.#agentView(seen.at);
    const vpc = this.#vpc.view();
    const snapshot: Snapshot = {
      ...seen,
      sequence: this.#sequence,
      agent,
      flows,
      vpc,
      alarms: this.#alarms.observe({ at: seen.at, targets: seen.targets, flows, vpc, agent }, clock.mono()),
    };
    this.#snapshot = snapshot;
    this.#publishing.tick(clock.mono(), publishedOf(snapshot));
    this.#logChanges(snapshot, events);
    for (const listener of this.#listeners) listener(snapshot);
    this.#show(snapshot, this.#probers.stalledMs());
  }

  #knownTargets(): KnownTarget[] {
    return this.#ids.current.flatMap(({ id, target: { name, site } }) => {
      const { address } = this.#probers.address(id);
      return address === null ? [] : [{ name, site, address }];
    });
  }

  #lookAtHost(): HostEvidence {
    const clock = systemClock();
    const calm = this.#snapshot !== null && this.#snapshot.counts.up === this.#snapshot.targets.length;
    if (this.#host.read(clock.mono(), calm) || this.#hostEvidence === null) {
      this.#hostEvidence = this.#host.evidence(this.#host.view(clock.wall()));
    }
    return this.#hostEvidence;
  }

  #record(
    seen: Omit<Snapshot, 'agent' | 'sequence' | 'flows' | 'vpc'>,
    events: readonly CanaryEvent[],
    rows: Rows,
  ): void {
    const history = this.#history;
    if (history === null) return;
    for (const { target, stepMs, row } of rows) if (stepMs === 1000) history.writeRows(target, [row]);
    for (const event of events) history.writeEvent(event);
    history.observe(seen);
    history.tick();
  }

  #logChanges(snapshot: Snapshot, events: readonly CanaryEvent[]): void {
    for (const event of events) {
      const facts = { kind: event.kind, subject: event.subject, at: new Date(event.at).toISOString() };
      if (event.to === 'down') this.#log.warn(facts, event.text);
      else this.#log.info(facts, event.text);
    }
    for (const notice of this.#untold.begun(snapshot.agent.notices, systemClock().mono())) {
      // A refused configuration is logged where it is refused, problem by problem.
      if (notice.code === 'config-refused') continue;
      this.#log[notice.severity === 'error' ? 'error' : 'warn']({ notice: notice.code }, noticeText(notice));
    }
    const headline = `${snapshot.verdict.state} ${snapshot.verdict.headline}`;
    if (headline === this.#headline) return;
    this.#headline = headline;
    this.#log.info({ state: snapshot.verdict.state }, sentence(snapshot.verdict, snapshot.at));
  }

  #agentView(now: number): AgentView {
    const { status, current } = this.#keeper;
    const icmp = this.#probers.icmp();
    const events = this.#eventPublishing.view();
    const problems = this.#refused.length > 0 ? this.#refused.map(formatProblem) : status.problems;
    return {
      version: VERSION,
      pid: process.pid,
      startedAt: this.#startedAt,
      hostname: this.#self.hostname,
      title:
        current.config.title ?? this.#vpc.view()?.name ?? current.config.publish.cloudwatch.vpc ?? this.#self.hostname,
      vpcId: this.#identity.identity?.vpcId ?? null,
      availabilityZone: this.#identity.identity?.availabilityZone ?? null,
      icmp: { mode: icmp.mode, timing: icmp.timing, text: icmp.text },
      overload: this.#probers.overload(),
      clock: this.#self.clock(),
      config: { ...status, ok: problems.length === 0, problems },
      history: this.#history?.status() ?? {
        mode: 'off',
        path: null,
        bytes: null,
        maxBytes: null,
        oldest: null,
        writeErrors: 0,
        text: 'history is off (history.mode)',
      },
      publish: this.#publishing.view(),
      ...(events === null ? {} : { events }),
      allowances: this.#host.allowances(),
      usage: this.#self.usage(),
      capabilities: this.#capabilities,
      notices: [...this.#notices.list(this.#conditions(problems), now), ...(this.#history?.notices() ?? [])],
    };
  }

  #conditions(problems: readonly string[]): Condition[] {
    const conditions: Condition[] = [
      ...this.#self.conditions(),
      ...this.#probers.conditions(),
      ...this.#flows.conditions(),
      ...this.#identity.conditions(),
      ...this.#publishing.conditions(),
      ...this.#vpc.conditions(),
      ...this.#eventPublishing.conditions(),
      ...this.#networkManager.conditions(),
      ...this.#parameters.conditions(),
    ];
    if (problems.length > 0) {
      const effect = this.#refused.length > 0 ? 'nothing is probed' : 'the last good one stays in force';
      conditions.push({
        code: 'config-refused',
        severity: 'error',
        text: `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}, ${effect}: ${problems[0]}`,
        remedy: 'vpc-canary config check shows them all; mend the file, it is read again by itself',
      });
    } else if (this.#keeper.current.config.builtInTargets) {
      conditions.push({
        code: 'no-targets',
        severity: 'info',
        text: 'No targets are configured: only this host itself is probed.',
        remedy: `name targets in ${this.#keeper.current.file}; vpc-canary config --help shows how`,
      });
    }
    if (this.#needsRestart) {
      conditions.push({
        code: 'restart-needed',
        severity: 'info',
        text: 'history.* or state.* was changed; that takes effect when the agent starts again.',
        remedy: 'systemctl restart vpc-canary',
      });
    }
    return conditions;
  }
}

/** null while AWS has not told what the VPC hangs on. */
function transitGatewaysOf(vpc: VpcView | null): ReadonlySet<string> | null {
  const ids = (vpc?.transitGatewayAttachments ?? []).map(({ transitGatewayId }) => transitGatewayId);
  return ids.length === 0 ? null : new Set(ids);
}

/** What flows and the control plane know of each site. */
function joinEvidence(
  flows: Readonly<Record<string, SiteEvidence>>,
  vpc: ReadonlyMap<string, SiteEvidence>,
): Readonly<Record<string, SiteEvidence>> {
  if (vpc.size === 0) return flows;
  const joined = { ...flows };
  for (const [site, known] of vpc) joined[site] = { ...joined[site], ...known };
  return joined;
}

const publishedOf = ({ agent, flows, vpc }: Snapshot) => ({ ...agent, flows: flows ?? null, vpc: vpc ?? null });

type Rows = ReturnType<Observer['tick']>['rows'];

const takenAtStart = ({ history, state }: Config): string => JSON.stringify({ history, state });

function openHistory({ history, state }: Config): History | null {
  if (history.mode === 'off') return null;
  const directory = history.mode === 'memory' ? null : state.directory;
  return new History({ directory, maxBytes: history.maxBytes, now: Date.now });
}
