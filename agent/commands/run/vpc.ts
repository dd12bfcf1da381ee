/**
 * The state of the VPC in the running agent: a watch is made from the configuration and from what the instance is,
 * and made anew when either changes; what was learnt goes over to the next one, and over a restart.
 */

import { join } from 'node:path';
import { DirectConnect } from '../../aws/direct-connect.ts';
import { Ec2 } from '../../aws/ec2.ts';
import type { Identity } from '../../aws/identity.ts';
import type { Config } from '../../config/config.ts';
import type { VpcGroups } from '../../flow/group-plan.ts';
import { systemClock } from '../../kernel/clock.ts';
import { formatTime } from '../../measure/units.ts';
import type { VpcPart, VpcView } from '../../verdict/vpc-view.ts';
import type { VpcEvidence } from '../../vpc/assemble.ts';
import type { VpcEvent } from '../../vpc/changes.ts';
import type { SavedMemory } from '../../vpc/memory.ts';
import { MemoryFile } from '../../vpc/memory-file.ts';
import { ruleIds } from '../../vpc/rules/all.ts';
import type { VpcPlace } from '../../vpc/settings.ts';
import { VpcWatch } from '../../vpc/vpc-watch.ts';
import type { HostIdentity } from './identity.ts';
import { later } from './later.ts';
import type { Condition } from './notices.ts';

/** How often what was learnt is written down. */
const SAVE_EVERY_MS = 300_000;

/** A target whose address is known. */
export interface KnownTarget {
  readonly name: string;
  readonly site: string;
  readonly address: string;
}

interface Running {
  readonly watch: VpcWatch;
  readonly file: MemoryFile;
  readonly close: () => void;
}

export class Vpc {
  readonly #identity: Pick<HostIdentity, 'identity' | 'imds' | 'settled'>;
  readonly #targets: () => readonly KnownTarget[];
  #config: Config | null = null;
  #running: Running | null = null;
  #made = '';
  #saved: SavedMemory | null = null;
  #savedMono = 0;
  #changing: Promise<void> = Promise.resolve();
  #groups: { readonly of: VpcView | null; readonly told: VpcGroups } | null = null;

  /** @param targets those whose address is known by now */
  constructor(identity: Pick<HostIdentity, 'identity' | 'imds' | 'settled'>, targets: () => readonly KnownTarget[]) {
    this.#identity = identity;
    this.#targets = targets;
  }

  /** Takes the configuration in force and what is known of the instance by now. */
  apply(config: Config): Promise<void> {
    this.#config = config;
    const place = this.#place();
    const wanted = JSON.stringify([place, config.vpc, config.aws, config.state]);
    if (wanted === this.#made) return this.#changing;
    this.#made = wanted;
    this.#changing = this.#changing.then(async () => {
      await this.#end();
      if (place === null) return;
      const file = new MemoryFile(join(config.state.directory, 'vpc.json'));
      this.#saved ??= await file.read();
      this.#running = this.#start(config, place, file);
    });
    return this.#changing;
  }

  /** Once a second: what changed since the last time. */
  events(): VpcEvent[] {
    const running = this.#running;
    if (running === null) return [];
    const now = systemClock().mono();
    if (now - this.#savedMono >= SAVE_EVERY_MS) {
      this.#savedMono = now;
      void running.file.write(running.watch.saved());
    }
    return running.watch.takeEvents();
  }

  view(): VpcView | null {
    return this.#running?.watch.view() ?? null;
  }

  /** What the verdict is told of the ways to sites. */
  evidence(): ReadonlyMap<string, VpcEvidence> {
    return this.#running?.watch.evidence() ?? new Map();
  }

  /** The VPC's prefixes for the groups of flows: what EC2 tells, until then what the metadata knows. */
  groups(): VpcGroups | null {
    const { identity } = this.#identity;
    if (identity === null) return null;
    const seen = this.view();
    const view = seen !== null && seen.vpcId === identity.vpcId ? seen : null;
    if (this.#groups !== null && this.#groups.of === view) return this.#groups.told;
    const told = groupsOf(identity, view);
    this.#groups = { of: view, told };
    return told;
  }

  conditions(): Condition[] {
    const config = this.#config;
    if (config === null) return [];
    const { id, region } = config.vpc;
    if (config.vpc.enabled === 'on' && this.#identity.settled && this.#place() === null) {
      const text = 'Which VPC to watch is not known: this is no EC2 instance, or its metadata does not tell.';
      return [{ code: 'vpc-unknown', severity: 'warning', text, remedy: `set ${missing(id, region)}` }];
    }
    const view = this.view();
    if (view === null) return [];
    const unknown = config.vpc.rules.silence.filter((rule) => !ruleIds().includes(rule));
    return [...view.parts.flatMap((part) => partCondition(part, view.at)), ...unknown.map(unknownRule)];
  }

  async close(): Promise<void> {
    await this.#changing;
    await this.#end();
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    if (running === null) return;
    running.close();
    this.#saved = running.watch.saved();
    await running.file.write(this.#saved);
  }

  /** null while nothing is to be watched. */
  #place(): VpcPlace | null {
    const { vpc } = this.#config ?? {};
    const { identity, imds, settled } = this.#identity;
    if (vpc === undefined || vpc.enabled === 'off' || !settled || (vpc.enabled === 'auto' && imds === null))
      return null;
    const vpcId = vpc.id ?? identity?.vpcId ?? null;
    const region = vpc.region ?? identity?.region ?? null;
    if (vpcId === null || region === null) return null;
    const isOwn = identity !== null && identity.vpcId === vpcId;
    return {
      vpcId,
      region,
      accountId: identity?.accountId ?? null,
      ownSubnetIds: isOwn ? identity.subnetIds : [],
      cidrs: isOwn ? identity.cidrs : [],
    };
  }

  #start(config: Config, place: VpcPlace, file: MemoryFile): Running {
    const { vpc, aws } = config;
    const options = { ...aws, region: place.region, environment: process.env, imds: this.#identity.imds };
    const ec2 = new Ec2({ ...options, endpoint: vpc.endpoints.ec2 });
    const { endpoint } = config.publish.cloudwatch;
    const directConnect = new DirectConnect(
      { ...options, endpoint: vpc.endpoints.directConnect },
      { ...options, endpoint },
    );
    const clock = systemClock();
    const { directConnect: dx, ...features } = vpc.features;
    const watch = new VpcWatch({
      doors: { ec2, directConnect },
      place,
      limits: {
        usageDegraded: vpc.thresholds.usage.degraded,
        usageDown: vpc.thresholds.usage.down,
        exhaustionMs: vpc.thresholds.exhaustionMs,
        routesDegraded: vpc.thresholds.routes,
        ...vpc.limits,
      },
      every: vpc.every,
      features: { ...features, 'direct-connect': dx },
      silenced: vpc.rules.silence,
      sites: () => this.#sites(),
      clock: { mono: () => clock.mono(), wall: () => clock.wall(), after: later },
      random: Math.random,
      saved: this.#saved,
    });
    watch.start();
    this.#savedMono = clock.mono();
    const close = (): void => {
      watch.close();
      ec2.close();
      directConnect.close();
    };
    return { watch, file, close };
  }

  #sites() {
    const bySite = new Map<string, KnownTarget[]>();
    for (const target of this.#targets()) bySite.set(target.site, [...(bySite.get(target.site) ?? []), target]);
    return (this.#config?.sites ?? []).map((site) => ({ ...site, targets: bySite.get(site.name) ?? [] }));
  }
}

function groupsOf(identity: Identity, view: VpcView | null): VpcGroups {
  const subnets = (view?.subnets ?? []).map(({ id, name, cidr, ipv6Cidrs, availabilityZoneId }) => ({
    id,
    name,
    cidrs: [...new Set([cidr, ...ipv6Cidrs])].filter((prefix) => prefix !== ''),
    availabilityZoneId,
  }));
  const cidrs = view === null ? identity.cidrs : view.cidrs.map(({ cidr }) => cidr);
  return { cidrs, subnets, peered: peeredOf(view), ownAvailabilityZoneId: identity.availabilityZoneId };
}

function peeredOf(view: VpcView | null): VpcGroups['peered'] {
  const peered = new Map<string, Set<string>>();
  for (const { destination, target, awsState } of (view?.routeTables ?? []).flatMap(({ routes }) => routes)) {
    // A prefix list has no addresses here.
    if (target === null || !target.startsWith('pcx-') || awsState !== 'active' || !destination.includes('/')) continue;
    peered.set(target, (peered.get(target) ?? new Set()).add(destination));
  }
  return [...peered].map(([id, cidrs]) => ({ id, cidrs: [...cidrs] }));
}

const missing = (id: string | null, region: string | null): string =>
  [id === null ? 'vpc.id' : '', region === null ? 'vpc.region' : ''].filter((key) => key !== '').join(' and ');

const PART_NAMES: Readonly<Record<VpcPart['name'], string>> = {
  subnets: 'subnets are',
  ipam: 'what IPAM says is',
  addresses: 'Elastic IPs and pools are',
  tunnels: 'VPN tunnels are',
  'direct-connect': 'Direct Connect is',
  routes: 'route tables are',
};

function partCondition({ name, status, at, problem }: VpcPart, now: number): Condition[] {
  if (status !== 'failing' || problem === null) return [];
  const effect = at === null ? 'not known' : `of ${formatTime(at, now, 'second')}`;
  const text = `Of the VPC, ${PART_NAMES[name]} ${effect}: ${problem.text}.`;
  return [{ code: `vpc-${name}`, severity: 'warning', text, remedy: problem.remedy }];
}

const unknownRule = (rule: string): Condition => ({
  code: `vpc-rule-${rule}`,
  severity: 'info',
  text: `vpc.rules.silence names ${rule}, and there is no such rule.`,
  remedy: 'take it out; the page’s VPC view shows the ids of rules',
});
