/**
 * What a question is about: everything, one site (`?site=`), or one target (`?target=`). PRTG, health checks and
 * Nagios ask alike, so they choose alike, and a misspelt name is told with the names there are; it must never
 * quietly fall back to "everything".
 */
import { formatAge, formatTime } from '../measure/units.ts';
import { shownName } from '../verdict/names.ts';
import { sentence } from '../verdict/sentence.ts';
import type { Reason, SiteView, Snapshot, State, TargetView } from '../verdict/snapshot.ts';

export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'site'; readonly site: SiteView }
  | { readonly kind: 'target'; readonly target: TargetView };

export interface ScopeNames {
  readonly site: string | null;
  readonly target: string | null;
}

export type ScopeChoice =
  | { readonly ok: true; readonly scope: Scope }
  | { readonly ok: false; readonly code: 'unknown-site' | 'unknown-target' | 'not-in-site'; readonly text: string };

/** How many names an error lists. */
const NAMES_TOLD = 20;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_TOLD).join(', ');
  const more = names.length - NAMES_TOLD;
  return more > 0 ? `${shown} and ${more} more` : shown || 'none';
}

export function chooseScope(snapshot: Snapshot, names: ScopeNames): ScopeChoice {
  const site = names.site === null ? null : snapshot.sites.find((view) => view.name === names.site);
  if (site === undefined) {
    const known = listed(snapshot.sites.map((view) => view.name));
    return { ok: false, code: 'unknown-site', text: `There is no site "${names.site}". Sites: ${known}.` };
  }
  if (names.target === null) {
    return { ok: true, scope: site === null ? { kind: 'all' } : { kind: 'site', site } };
  }
  const target = snapshot.targets.find((view) => view.name === names.target);
  if (target === undefined) {
    const known = listed(site === null ? snapshot.targets.map((view) => view.name) : site.targets);
    return { ok: false, code: 'unknown-target', text: `There is no target "${names.target}". Targets: ${known}.` };
  }
  if (site !== null && target.site !== site.name) {
    const text = `The target "${target.name}" stands in the site "${target.site}", not in "${site.name}".`;
    return { ok: false, code: 'not-in-site', text };
  }
  return { ok: true, scope: { kind: 'target', target } };
}

export function targetsIn(snapshot: Snapshot, scope: Scope): readonly TargetView[] {
  switch (scope.kind) {
    case 'all':
      return snapshot.targets;
    case 'site':
      return snapshot.targets.filter((view) => view.site === scope.site.name);
    case 'target':
      return [scope.target];
  }
}

export function stateOf(snapshot: Snapshot, scope: Scope): State {
  switch (scope.kind) {
    case 'all':
      return snapshot.verdict.state;
    case 'site':
      return scope.site.state;
    case 'target':
      return scope.target.state;
  }
}

/** The verdict in one sentence; for a site or target the same form of words. */
export function sentenceOf(snapshot: Snapshot, scope: Scope): string {
  switch (scope.kind) {
    case 'all':
      return sentence(snapshot.verdict, snapshot.at);
    case 'site':
      return part(snapshot, scope.site);
    case 'target':
      return part(snapshot, scope.target);
  }
}

function part(snapshot: Snapshot, view: { name: string; state: State; since: number; reasons: readonly Reason[] }) {
  const age = formatAge(snapshot.at - view.since);
  const since = formatTime(view.since, snapshot.at, view.state === 'down' ? 'tenth' : 'minute');
  const words = view.state === 'up' ? `up, for ${age}` : `${view.state} since ${since}, ${age}`;
  const why = view.reasons.map((reason) => reason.text).join('; ');
  return `${shownName(view.name, 60)} is ${words}${why === '' ? '' : `: ${why}`}.`;
}
