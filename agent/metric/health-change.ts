/**
 * Two answers of `/healthz` held against each other: is the second one worse? Asked after an update, where the first
 * is from before it. What was down already is no fault of the update, and what cannot be compared says nothing.
 *
 *   - a site or target that was up or degraded may not be in a worse state now, nor unknown
 *   - what was down or unknown before may be anything
 *   - a configuration that was good may not be refused now
 *   - an agent that was well in all may not have grown a trouble that is none of these
 */
import type { HealthBody } from './health.ts';
import type { HealthCheck } from './health-check.ts';

/** As far as it is used; what wrote it may have been another version. */
export type HealthLike = Partial<Pick<HealthBody, 'status' | 'notes' | 'output' | 'checks' | 'releaseId'>>;

const RANKS: Readonly<Record<string, number>> = { up: 0, degraded: 1, down: 2 };

/** What is worse now, one line each; empty when nothing is. */
export function worsened(before: HealthLike, now: HealthLike): string[] {
  const past = statesOf(before);
  const knows = past.size > 0;
  const worse: string[] = [];
  for (const [name, check] of statesOf(now)) {
    // only targets that are not up are told, so one that was not told was up
    const was = past.get(name)?.observedValue ?? (check.componentType === 'component' && knows ? 'up' : 'unknown');
    const is = String(check.observedValue);
    const rank = RANKS[String(was)];
    if (rank === undefined || rank === RANKS['down'] || (RANKS[is] ?? Number.POSITIVE_INFINITY) <= rank) continue;
    worse.push(`${name} was ${was}, is ${is}${check.output === undefined ? '' : ` (${check.output})`}`);
  }
  const [own] = now.checks?.['agent:uptime'] ?? [];
  if (before.checks?.['agent:uptime']?.[0]?.status === 'pass' && own !== undefined && own.status !== 'pass')
    worse.push(own.output ?? 'the agent itself is not well');
  if (worse.length === 0 && before.status === 'pass' && now.status !== 'pass')
    worse.push(`all was well, now: ${now.notes?.join(' ') ?? now.output ?? now.status}`);
  return worse;
}

function statesOf({ checks = {} }: HealthLike): Map<string, HealthCheck> {
  const states = new Map<string, HealthCheck>();
  for (const [key, [check]] of Object.entries(checks)) {
    if (key.endsWith(':state') && check !== undefined) states.set(check.componentId, check);
  }
  return states;
}
