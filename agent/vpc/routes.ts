/**
 * Route tables: what is in them against their limits, what changed between two answers, and which route wins.
 *
 * The order (VPC User Guide, "Route priority"): the longest prefix; among equals the local route, then a static one,
 * then one from a prefix list, then what gateways propagate. Which of Direct Connect and VPN carries a propagated
 * prefix the virtual private gateway decides (`site-paths.ts`). The entries of a prefix list are not asked for, so
 * a route to one is counted and shown and takes no part in the choice.
 */
import type { AwsRoute, AwsRouteTable } from '../aws/vpc-shapes.ts';
import { type Prefix, parsePrefix } from '../measure/address.ts';
import { covers, shareOf } from '../measure/prefix.ts';
import { counted, formatRatio } from '../measure/units.ts';
import type { Reason, State } from '../verdict/snapshot.ts';
import type { RouteOrigin, RouteTableView, RouteView } from '../verdict/vpc-view.ts';
import type { VpcLimits } from './settings.ts';
import { levelOf } from './usage.ts';

/** Routes of a table that are shown. */
const MOST_SHOWN = 100;

export function originOf({ origin, destination, target }: AwsRoute): RouteOrigin {
  if (target === 'local') return 'local';
  if (origin === 'EnableVgwRoutePropagation') return 'propagated';
  if (origin === 'Advertisement') return 'advertised';
  return destination.startsWith('pl-') ? 'prefix-list' : 'static';
}

export const routeView = (route: AwsRoute): RouteView => ({
  destination: route.destination,
  target: route.target,
  origin: originOf(route),
  awsState: route.state ?? 'unknown',
});

export const isBlackhole = ({ state }: AwsRoute): boolean => state === 'blackhole';

const isOfGateway = (route: AwsRoute): boolean => ['propagated', 'advertised'].includes(originOf(route));

export type Table = Omit<RouteTableView, 'since'>;

export function tableView(table: AwsRouteTable, limits: VpcLimits, before: State | undefined): Table {
  const propagated = table.routes.filter(isOfGateway).length;
  const statics = staticsOf(table);
  const blackholes = table.routes.filter(isBlackhole).map(({ destination }) => destination);
  const level = (count: number, limit: number): State => levelOf(count / limit, before, limits.routesDegraded, 1);
  const levels = [level(propagated, limits.propagatedRoutes), level(statics, limits.staticRoutes)];
  const reasons: Reason[] = [];
  for (const [index, [count, limit, kind]] of [
    [propagated, limits.propagatedRoutes, 'propagated'] as const,
    [statics, limits.staticRoutes, 'static'] as const,
  ].entries()) {
    if (levels[index] === 'up') continue;
    const effect = count < limit ? '' : ': further ones are dropped';
    const text = `${count} of ${limit} ${kind} routes (limit ${formatRatio(limits.routesDegraded)})${effect}`;
    reasons.push({ code: `${kind}-routes`, text });
  }
  if (blackholes.length > 0) {
    const text = `${counted(blackholes.length, 'route')} into nothing: ${listed(blackholes)}`;
    reasons.push({ code: 'blackhole', text });
  }
  const isDegraded = levels.includes('degraded') || blackholes.length > 0;
  return {
    id: table.routeTableId,
    name: table.name,
    main: table.associations.some(({ main }) => main),
    subnets: table.associations.flatMap(({ subnetId }) => (subnetId === null ? [] : [subnetId])),
    propagating: table.propagatingGatewayIds,
    propagated,
    propagatedLimit: limits.propagatedRoutes,
    statics,
    staticLimit: limits.staticRoutes,
    blackholes,
    routes: inOrder(table.routes).slice(0, MOST_SHOWN).map(routeView),
    state: levels.includes('down') ? 'down' : isDegraded ? 'degraded' : 'up',
    reasons,
  };
}

/** The quota holds for IPv4 and for IPv6 apart (Amazon VPC quotas): the fuller one counts. */
function staticsOf({ routes }: AwsRouteTable): number {
  const statics = routes.filter((route) => ['static', 'prefix-list'].includes(originOf(route)));
  const v6 = statics.filter(({ destination }) => destination.includes(':')).length;
  return Math.max(v6, statics.length - v6);
}

const RANK: Readonly<Record<RouteOrigin, number>> = {
  local: 0,
  static: 1,
  'prefix-list': 2,
  propagated: 3,
  advertised: 3,
};

const inOrder = (routes: readonly AwsRoute[]): AwsRoute[] =>
  [...routes].sort((a, b) => RANK[originOf(a)] - RANK[originOf(b)]);

/** "10.40.0.0/16, 10.41.0.0/16 and 28 more" */
export function listed(texts: readonly string[], most = 2): string {
  const more = texts.length - most;
  return more > 0 ? `${texts.slice(0, most).join(', ')} and ${more} more` : texts.join(', ');
}

/** The table a subnet uses: its own, else the main one. */
export function tableOf(subnetId: string | null, tables: readonly AwsRouteTable[]): AwsRouteTable | null {
  const own = tables.find(({ associations }) =>
    associations.some((association) => subnetId !== null && association.subnetId === subnetId),
  );
  return own ?? tables.find(({ associations }) => associations.some(({ main }) => main)) ?? null;
}

export interface Candidate {
  readonly route: AwsRoute;
  readonly prefix: Prefix;
}

export interface Choice {
  /** null: packets go nowhere. */
  readonly route: AwsRoute | null;
  readonly why: string;
  /** More specific routes inside the destination with another target. */
  readonly split: readonly AwsRoute[];
}

/** Routes with a prefix of their own, the one that wins first. */
export function candidates(routes: readonly AwsRoute[]): readonly Candidate[] {
  return routes
    .flatMap((route) => {
      const prefix = parsePrefix(route.destination);
      return prefix === null || route.state === 'filtered' ? [] : [{ route, prefix }];
    })
    .sort((a, b) => b.prefix.length - a.prefix.length || RANK[originOf(a.route)] - RANK[originOf(b.route)]);
}

/** The route that packets to a destination take. */
export function choose(destination: Prefix, known: readonly Candidate[]): Choice {
  const covering = known.filter(({ prefix }) => covers(prefix, destination));
  const inside = known.filter(({ prefix }) => prefix.length > destination.length && covers(destination, prefix));
  const [best, second] = covering;
  const parts = inParts(inside, destination);
  if (parts !== null) return parts;
  const split = inside.filter(({ route }) => route.target !== best?.route.target).map(({ route }) => route);
  if (best === undefined) {
    const why =
      split.length === 0 ? 'no route' : `no route covers the whole of it, only ${listed(destinations(split))}`;
    return { route: null, why, split };
  }
  return { route: best.route, why: whyOf(best, second, covering.length), split };
}

/** More specific routes to one target that take the whole destination between them. */
function inParts(inside: readonly Candidate[], destination: Prefix): Choice | null {
  const [first] = inside;
  if (first === undefined || inside.some(({ route }) => route.target !== first.route.target)) return null;
  const outer = inside.filter(
    (one) => !inside.some((other) => other.prefix.length < one.prefix.length && covers(other.prefix, one.prefix)),
  );
  const whole = outer.reduce((sum, { prefix }) => sum + shareOf(prefix, destination), 0);
  if (whole < 1) return null;
  return { route: first.route, why: `${counted(outer.length, 'more specific route')} to one target`, split: [] };
}

function whyOf(best: Candidate, second: Candidate | undefined, covering: number): string {
  if (second === undefined) return 'the only route';
  if (second.prefix.length < best.prefix.length) return `longest prefix of ${covering}`;
  return `${ORIGIN_WORDS[originOf(best.route)]} before ${ORIGIN_WORDS[originOf(second.route)]}`;
}

const ORIGIN_WORDS: Readonly<Record<RouteOrigin, string>> = {
  local: 'local',
  static: 'static',
  'prefix-list': 'prefix list',
  propagated: 'propagated',
  advertised: 'advertised',
};

const destinations = (routes: readonly AwsRoute[]): string[] => routes.map(({ destination }) => destination);

/** What changed in one or several tables that changed alike. */
export interface RouteChange {
  readonly tables: readonly string[];
  readonly kind: 'installed' | 'withdrawn' | 'moved' | 'blackholed' | 'restored';
  /** "10.40.0.0/16 → vgw-1" */
  readonly routes: readonly string[];
}

/** Routes that came, went or changed; tables that are new or gone tell nothing here. */
export function routeChanges(before: readonly AwsRouteTable[], after: readonly AwsRouteTable[]): RouteChange[] {
  const found = new Map<string, { tables: string[]; kind: RouteChange['kind']; routes: string[] }>();
  for (const table of after) {
    const old = before.find(({ routeTableId }) => routeTableId === table.routeTableId);
    if (old === undefined || old === table) continue;
    for (const [kind, routes] of changesOf(old.routes, table.routes)) {
      const key = `${kind}\n${routes.join('\n')}`;
      const same = found.get(key);
      if (same === undefined) found.set(key, { tables: [table.routeTableId], kind, routes });
      else same.tables.push(table.routeTableId);
    }
  }
  return [...found.values()];
}

function changesOf(before: readonly AwsRoute[], after: readonly AwsRoute[]): Map<RouteChange['kind'], string[]> {
  const changes = new Map<RouteChange['kind'], string[]>();
  const add = (kind: RouteChange['kind'], text: string): void => {
    changes.set(kind, [...(changes.get(kind) ?? []), text]);
  };
  const old = byKey(before);
  const now = byKey(after);
  const gone = [...old].filter(([key]) => !now.has(key)).map(([, route]) => route);
  for (const [key, route] of now) {
    const was = old.get(key);
    if (was !== undefined) {
      if (isBlackhole(was) !== isBlackhole(route)) add(isBlackhole(route) ? 'blackholed' : 'restored', shown(route));
      continue;
    }
    const from = gone.findIndex(({ destination }) => destination === route.destination);
    const [moved] = from < 0 ? [] : gone.splice(from, 1);
    if (moved === undefined) add('installed', shown(route));
    else add('moved', `${route.destination}: ${moved.target ?? 'nowhere'} → ${route.target ?? 'nowhere'}`);
  }
  for (const route of gone) add('withdrawn', shown(route));
  return changes;
}

const byKey = (routes: readonly AwsRoute[]): Map<string, AwsRoute> =>
  new Map(routes.map((route) => [`${route.destination} ${route.target} ${originOf(route)}`, route]));

const shown = ({ destination, target }: AwsRoute): string => `${destination} → ${target ?? 'nowhere'}`;
