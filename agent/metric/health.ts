/**
 * `/healthz`: a snapshot as `application/health+json` (draft-inadarei-api-health-check-06).
 *
 * `fail`, which comes with HTTP 503, is kept for what should wake somebody: a critical site that is down, or the
 * very site or target that was asked for. Everything else that is not well is `warn`, with HTTP 200: degraded,
 * unknown, a site that is down but not critical, a refused configuration. A load balancer that reads only the status
 * line thus does not take the agent out because one branch office is slow.
 */
import type { SiteView, Snapshot, State, TargetView } from '../verdict/snapshot.ts';
import type { HealthCheck, HealthStatus } from './health-check.ts';
import { vpcChecks } from './health-vpc.ts';
import { lossOf } from './loss.ts';
import { noticeText } from './notice.ts';
import { chooseScope, type Scope, type ScopeChoice, type ScopeNames, sentenceOf, targetsIn } from './scope.ts';

export interface HealthBody {
  readonly status: HealthStatus;
  /** Of this interface, not of the agent. */
  readonly version: '1';
  readonly releaseId: string;
  readonly serviceId: string;
  readonly description: string;
  /** The verdict in one sentence, then what an operator should know of the agent itself. */
  readonly notes: readonly string[];
  /** The same sentence, when not everything is well. */
  readonly output?: string;
  readonly checks: Readonly<Record<string, readonly HealthCheck[]>>;
  readonly links: Readonly<Record<string, string>>;
}

export type HealthAnswer =
  | { readonly ok: true; readonly httpStatus: 200 | 503; readonly body: HealthBody }
  | Extract<ScopeChoice, { ok: false }>;

export function renderHealth(snapshot: Snapshot, names: ScopeNames): HealthAnswer {
  const choice = chooseScope(snapshot, names);
  if (!choice.ok) return choice;
  const { scope } = choice;
  const { agent } = snapshot;
  const status = statusOf(snapshot, scope);
  const words = sentenceOf(snapshot, scope);
  const body: HealthBody = {
    status,
    version: '1',
    releaseId: agent.version,
    serviceId: agent.vpcId ?? agent.hostname,
    description: `vpc-canary, ${agent.title}`,
    notes: [words, ...agent.notices.map(noticeText)],
    ...(status === 'pass' ? {} : { output: words }),
    checks: checksOf(snapshot, scope),
    links: { about: pagePath(scope) },
  };
  return { ok: true, httpStatus: status === 'fail' ? 503 : 200, body };
}

function statusOf(snapshot: Snapshot, scope: Scope): HealthStatus {
  switch (scope.kind) {
    case 'all': {
      if (snapshot.sites.some((site) => site.critical && site.state === 'down')) return 'fail';
      const wellEverywhere =
        snapshot.verdict.state === 'up' &&
        snapshot.vpc?.state !== 'down' &&
        snapshot.vpc?.state !== 'degraded' &&
        [...snapshot.sites, ...snapshot.targets].every((part) => part.state === 'up') &&
        snapshot.agent.config.ok &&
        snapshot.agent.notices.every((notice) => notice.severity !== 'error');
      return wellEverywhere ? 'pass' : 'warn';
    }
    case 'site':
      return statusOfState(scope.site.state, true);
    case 'target':
      return statusOfState(scope.target.state, true);
  }
}

function statusOfState(state: State, downFails: boolean): HealthStatus {
  switch (state) {
    case 'up':
      return 'pass';
    case 'down':
      return downFails ? 'fail' : 'warn';
    case 'degraded':
    case 'unknown':
      return 'warn';
  }
}

function pagePath(scope: Scope): string {
  switch (scope.kind) {
    case 'all':
      return '/';
    case 'site':
      return `/site/${encodeURIComponent(scope.site.name)}`;
    case 'target':
      return `/target/${encodeURIComponent(scope.target.name)}`;
  }
}

/** All: the sites, and the targets that are not up. A site: it and its targets. A target: it alone. */
function checksOf(snapshot: Snapshot, scope: Scope): Record<string, readonly HealthCheck[]> {
  const time = new Date(snapshot.at).toISOString();
  const sites = scope.kind === 'all' ? snapshot.sites : scope.kind === 'site' ? [scope.site] : [];
  const targets = targetsIn(snapshot, scope).filter((target) => scope.kind !== 'all' || target.state !== 'up');
  return Object.fromEntries([
    ...sites.flatMap((site) => siteChecks(snapshot, site, scope.kind === 'site' || site.critical, time)),
    ...targets.flatMap((target) => targetChecks(target, scope.kind === 'target', time)),
    ...(scope.kind === 'all' && snapshot.vpc ? vpcChecks(snapshot.vpc, snapshot.at) : []),
    ...(scope.kind === 'all' ? [agentCheck(snapshot, time)] : []),
  ]);
}

type Named = readonly [key: string, checks: readonly HealthCheck[]];

/** "component:measurement"; a name of ours may itself hold a colon, which the draft does not allow. */
const key = (name: string, measurement: string): string => `${name.replaceAll(':', '_')}:${measurement}`;

function siteChecks(snapshot: Snapshot, site: SiteView, downFails: boolean, time: string): Named[] {
  const targets = targetsIn(snapshot, { kind: 'site', site });
  const status = statusOfState(site.state, downFails);
  const about = { componentId: site.name, componentType: 'system', status, time } as const;
  const missing = targets.filter((target) => target.state !== 'up').map((target) => target.label);
  const state: HealthCheck = {
    ...about,
    observedValue: site.state,
    ...(missing.length > 0 ? { affectedEndpoints: missing } : {}),
    ...outputOf(status, site.reasons),
    links: { about: pagePath({ kind: 'site', site }) },
  };
  return [
    [key(site.name, 'state'), [state]],
    [key(site.name, 'roundTripTime'), [{ ...about, ...observed(site.bestRttMs, 'ms') }]],
    [
      key(site.name, 'packetLoss'),
      [{ ...about, ...observed(percent(lossOf(targets.map((target) => target.last60s))), 'percent') }],
    ],
  ];
}

function targetChecks(target: TargetView, downFails: boolean, time: string): Named[] {
  const status = statusOfState(target.state, downFails);
  const about = { componentId: target.name, componentType: 'component', status, time } as const;
  const state: HealthCheck = {
    ...about,
    observedValue: target.state,
    affectedEndpoints: [target.label],
    ...outputOf(status, target.reasons),
    links: { about: pagePath({ kind: 'target', target }) },
  };
  return [
    [key(target.name, 'state'), [state]],
    [key(target.name, 'roundTripTime'), [{ ...about, ...observed(target.last60s.rtt?.p50 ?? null, 'ms') }]],
    [key(target.name, 'packetLoss'), [{ ...about, ...observed(percent(target.last60s.lossRatio), 'percent') }]],
  ];
}

function agentCheck(snapshot: Snapshot, time: string): Named {
  const { agent } = snapshot;
  const status = agent.config.ok ? 'pass' : 'warn';
  const check: HealthCheck = {
    componentId: agent.hostname,
    componentType: 'component',
    observedValue: Math.round((snapshot.at - agent.startedAt) / 1000),
    observedUnit: 's',
    status,
    time,
    ...(agent.config.ok ? {} : { output: `The configuration was refused: ${agent.config.problems.join('; ')}` }),
    links: { about: '/agent' },
  };
  return ['agent:uptime', [check]];
}

const percent = (ratio: number | null): number | null => (ratio === null ? null : ratio * 100);

/** What is not known is not there. */
function observed(value: number | null, observedUnit: string): Pick<HealthCheck, 'observedValue' | 'observedUnit'> {
  return value === null ? {} : { observedValue: Number(value.toFixed(3)), observedUnit };
}

function outputOf(status: HealthStatus, reasons: readonly { readonly text: string }[]): Pick<HealthCheck, 'output'> {
  return status === 'pass' || reasons.length === 0 ? {} : { output: reasons.map((reason) => reason.text).join('; ') };
}
