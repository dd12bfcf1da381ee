/**
 * From AWS's answers to what is shown: one view, the events since the last one, and what the verdict is told of the
 * way to each site. Nothing here asks or waits; what is remembered stands in {@link VpcMemory}.
 */
import type { LinkKind, Milliseconds } from '../measure/target.ts';
import { counted, formatRatio } from '../measure/units.ts';
import { LINK_NAMES } from '../verdict/chain.ts';
import type { SiteEvidence, WayEvidence } from '../verdict/evidence.ts';
import type { State } from '../verdict/snapshot.ts';
import type { RouteTableView, SitePathView, SiteWayView, VpcPart, VpcView } from '../verdict/vpc-view.ts';
import { gatewayIds, type Known, type Question } from './answers.ts';
import { routeEvent, Scribe, type VpcEvent } from './changes.ts';
import type { VpcMemory } from './memory.ts';
import { routeChanges, tableView } from './routes.ts';
import { findings } from './rules/all.ts';
import type { RuleSite } from './rules/rule.ts';
import type { VpcLimits, VpcPlace } from './settings.ts';
import { linkEvidence, type SitePlace, sitePaths, type Way } from './site-paths.ts';
import { cidrViews, quotaViews, subnetViews } from './view-addresses.ts';
import {
  attachmentViews,
  directConnectGateways,
  interfaceViews,
  lagViews,
  virtualGateways,
  vpnViews,
} from './view-links.ts';

export interface Scene {
  readonly known: Known;
  readonly memory: VpcMemory;
  readonly place: VpcPlace;
  readonly limits: VpcLimits;
  readonly sites: readonly (SitePlace & RuleSite)[];
  readonly parts: readonly VpcPart[];
  /** What was told lately enough to stand in a verdict. */
  readonly fresh: ReadonlySet<Question>;
  /** Ids of rules that are not to be told. */
  readonly silenced: readonly string[];
  readonly calls: VpcView['calls'];
  /** Wall time. */
  readonly now: Milliseconds;
}

export interface Assembled {
  readonly view: VpcView;
  /** Since the last one, the oldest first. */
  readonly events: readonly VpcEvent[];
  /** By site: what the control plane says of its way. */
  readonly evidence: ReadonlyMap<string, VpcEvidence>;
}

export type VpcEvidence = Pick<SiteEvidence, 'link' | 'way'>;

export function assemble(scene: Scene): Assembled {
  const { known, memory, place, limits, now, sites, parts, silenced, calls } = scene;
  const scribe = new Scribe(memory.book, memory.kinds, now);
  const gateways = new Set(gatewayIds(known, place.vpcId));
  const subnets = subnetViews(known, memory, scribe, place, limits);
  const interfaces = interfaceViews(known, scribe, gateways, limits, place);
  const carriers = {
    vpns: vpnViews(known, memory, scribe, now),
    interfaces,
    gateways: directConnectGateways(known, scribe, place),
    attachments: attachmentViews(known, scribe),
    isDirectConnectTold:
      (known.interfaces !== undefined && known.associations !== undefined) ||
      parts.some(({ name, status }) => name === 'direct-connect' && status === 'off'),
  };
  const routeTables = tableViews(scene, scribe);
  const ways = sitePaths(sites, known.routeTables?.value ?? [], place.ownSubnetIds[0] ?? null, carriers, now);
  const sitesOf = siteFinder(ways, memory);
  tellRoutes(scene, scribe, ways, sitesOf);
  const vpc = known.vpc?.value ?? null;
  const owner = vpc?.ownerId ?? null;
  const seen = {
    at: now,
    vpcId: place.vpcId,
    name: vpc?.name ?? null,
    region: place.region,
    accountId: place.accountId,
    sharedBy: owner !== null && place.accountId !== null && owner !== place.accountId ? owner : null,
    limits: {
      usageDegraded: limits.usageDegraded,
      usageDown: limits.usageDown,
      exhaustionMs: limits.exhaustionMs,
      routesDegraded: limits.routesDegraded,
    },
    parts,
    cidrs: cidrViews(known, place, subnets),
    subnets,
    quotas: quotaViews(known, scribe, limits),
    virtualGateways: virtualGateways(known, scribe, place),
    transitGatewayAttachments: carriers.attachments,
    vpns: carriers.vpns,
    directConnectGateways: carriers.gateways,
    virtualInterfaces: interfaces,
    lags: lagViews(known, scribe, interfaces),
    routeTables,
    sitePaths: ways.map(({ path }) => path),
    siteWays: siteWays(scene, ways, scribe),
    calls,
  };
  const events = scribe.finish(kindsTold(known), sitesOf);
  const view: VpcView = {
    ...seen,
    state: worstOf(seen),
    summary: summaryOf(seen),
    findings: findings({ view: seen, sites }, silenced),
  };
  return { view, events, evidence: evidenceOf(ways, seen.siteWays, scene.fresh) };
}

function tableViews({ known: { routeTables }, limits }: Scene, scribe: Scribe): RouteTableView[] {
  return (routeTables?.value ?? []).map((table) => {
    const key = `table ${table.routeTableId}`;
    const seen = tableView(table, limits, scribe.before(key));
    const label = seen.name ?? seen.id;
    const text =
      seen.state === 'up' ? `${label} is well again` : `${label}: ${seen.reasons.map((one) => one.text).join('; ')}`;
    const since = scribe.note(key, '', seen.state, routeTables?.at ?? 0, () => ({
      layer: 'routes',
      subject: label,
      reasons: seen.reasons,
      text,
    }));
    return { ...seen, since };
  });
}

type Ways = readonly { readonly path: SitePathView; readonly way: Way }[];

/** Finds the sites behind gateways: by their routes now, or by those they had when they have none. */
function siteFinder(ways: Ways, memory: VpcMemory): (gateways: readonly string[]) => readonly string[] {
  const now = new Map<string, Set<string>>();
  for (const { path } of ways) {
    if (path.route?.target == null || path.link === 'local') continue;
    now.set(path.site, (now.get(path.site) ?? new Set()).add(path.route.target));
  }
  const before = new Map(memory.siteGateways);
  for (const [site, gateways] of now) memory.siteGateways.set(site, gateways);
  return (gateways) => {
    const has = (of: ReadonlySet<string> | undefined): boolean => gateways.some((id) => of?.has(id) ?? false);
    const names = new Set([...before.keys(), ...now.keys()]);
    return [...names].filter((site) => has(now.get(site)) || has(before.get(site))).sort();
  };
}

/** Routes installed and withdrawn since the last answer; nothing at the first. */
function tellRoutes(
  { known: { routeTables }, memory }: Scene,
  scribe: Scribe,
  ways: Ways,
  sitesOf: (gateways: readonly string[]) => readonly string[],
): void {
  if (routeTables === undefined || routeTables.value === memory.tables) return;
  const before = memory.tables;
  memory.tables = routeTables.value;
  if (before === null) return;
  const own = ways[0]?.path.routeTableId;
  for (const change of routeChanges(before, routeTables.value)) {
    const targets = new Set(change.routes.map((text) => text.split(' ').at(-1) ?? ''));
    const concerns = own !== undefined && change.tables.includes(own);
    scribe.add(routeEvent(routeTables.at, change, concerns ? sitesOf([...targets]) : []));
  }
}

/** Over what each site runs as a whole; a change of that is told. */
function siteWays({ known, sites, memory, now }: Scene, ways: Ways, scribe: Scribe): SiteWayView[] {
  if (known.routeTables === undefined) return [];
  return sites.flatMap(({ name }): SiteWayView[] => {
    const its = ways.filter(({ path }) => path.site === name);
    const links = [...new Set(its.map(({ path }) => path.link))].filter((link) => link !== 'unknown').sort();
    if (its.length === 0) return [];
    const key = `way ${name}`;
    const told = its.every(({ path }) => path.route === null) ? 'none' : links.join('+');
    // While nobody knows what carries it, what was known last stands.
    if (told !== '') {
      scribe.note(key, told, 'up', now, ({ said }) =>
        said === told
          ? null
          : {
              layer: 'routes',
              subject: name,
              sites: [name],
              text:
                told === 'none'
                  ? `${name} has no route any more (was over ${linkWords(said)})`
                  : `${name} runs over ${linkWords(told)}${said === 'none' ? ' again' : ` (was ${linkWords(said)})`}`,
            },
      );
    }
    const entry = memory.book.get(key);
    const was = entry?.was ?? null;
    const link = links.length === 1 ? (links[0] ?? 'unknown') : 'unknown';
    return [
      { site: name, link, since: was === null ? null : (entry?.since ?? null), was: was === null ? null : one(was) },
    ];
  });
}

const isLink = (text: string): text is LinkKind => Object.hasOwn(LINK_NAMES, text);
const one = (said: string): SiteWayView['link'] => (isLink(said) ? said : 'unknown');

/** "Direct Connect and VPN" */
const linkWords = (said: string): string =>
  said
    .split('+')
    .map((link) => (isLink(link) ? LINK_NAMES[link] : link))
    .join(' and ');

/** What carries a link is told by the answer to this question. */
const TELLS: Partial<Record<SitePathView['link'], Question>> = { 'direct-connect': 'interfaces', vpn: 'vpns' };

function evidenceOf(
  ways: Ways,
  siteWays: readonly SiteWayView[],
  fresh: ReadonlySet<Question>,
): Map<string, VpcEvidence> {
  const evidence = new Map<string, VpcEvidence>();
  if (!fresh.has('routeTables')) return evidence;
  for (const site of new Set(ways.map(({ path }) => path.site))) {
    const its = ways.filter(({ path }) => path.site === site && fresh.has(TELLS[path.link] ?? 'routeTables'));
    const link = linkEvidence(its);
    const told = siteWays.find((one) => one.site === site);
    const way = told === undefined ? null : wayEvidence(told);
    if (link !== null || way !== null)
      evidence.set(site, { ...(link === null ? {} : { link }), ...(way === null ? {} : { way }) });
  }
  return evidence;
}

/** The same, where what carries it is known. */
function wayEvidence({ link, since, was }: SiteWayView): WayEvidence | null {
  if (link === 'unknown') return null;
  return { link, since, was: was === 'unknown' ? null : was };
}

/** Kinds of things of which the answers so far tell everything. */
function kindsTold(known: Known): Set<string> {
  const kinds = new Set<string>();
  const add = (isTold: boolean, ...names: readonly string[]): void => {
    if (isTold) for (const name of names) kinds.add(name);
  };
  add(known.subnets !== undefined, 'subnet');
  add(known.gateways !== undefined, 'vgw');
  add(known.attachments !== undefined, 'attachment');
  add(known.vpns !== undefined, 'vpn', 'tunnel');
  add(known.associations !== undefined, 'dxgw');
  const isDirectConnectTold = known.interfaces !== undefined && known.associations !== undefined;
  add(isDirectConnectTold, 'vif', 'peer');
  add(isDirectConnectTold && known.lags !== undefined && known.connections !== undefined, 'lag');
  add(known.routeTables !== undefined, 'table');
  add(known.elasticIps !== undefined && known.publicPools !== undefined, 'quota');
  return kinds;
}

type Seen = Omit<VpcView, 'state' | 'summary' | 'findings'>;

function worstOf({ subnets, quotas, vpns, virtualInterfaces, lags, routeTables }: Seen): State {
  const states = new Set<State>([
    ...subnets.map(({ use }) => use?.state ?? 'unknown'),
    ...[...quotas, ...vpns, ...virtualInterfaces, ...lags, ...routeTables].map(({ state }) => state),
  ]);
  return (['down', 'degraded', 'up'] as const).find((state) => states.has(state)) ?? 'unknown';
}

/** "4 subnets, fullest 91 %; 1 of 4 tunnels down; BGP up; 62 of 100 propagated routes" */
function summaryOf({ subnets, vpns, virtualInterfaces, lags, routeTables, parts }: Seen): string {
  const words: string[] = [];
  const fullest = Math.max(-1, ...subnets.map(({ use }) => use?.ratio ?? -1));
  if (subnets.length > 0)
    words.push(`${counted(subnets.length, 'subnet')}${fullest < 0 ? '' : `, fullest ${formatRatio(fullest)}`}`);
  const tunnels = vpns.flatMap((vpn) => vpn.tunnels);
  words.push(...upOrDown(tunnels, 'tunnel'));
  words.push(
    ...upOrDown(
      virtualInterfaces.flatMap(({ peers }) => peers),
      'BGP peer',
    ),
  );
  words.push(
    ...lags
      .filter(({ state }) => state !== 'up')
      .map(({ id, name, reasons }) => `${name ?? id} ${reasons[0]?.text ?? ''}`),
  );
  const table = [...routeTables].sort((a, b) => b.propagated / b.propagatedLimit - a.propagated / a.propagatedLimit)[0];
  if (table !== undefined && table.propagated > 0)
    words.push(`${table.propagated} of ${table.propagatedLimit} propagated routes`);
  const blackholes = new Set(routeTables.flatMap((one) => one.blackholes)).size;
  if (blackholes > 0) words.push(counted(blackholes, 'blackhole'));
  if (words.length > 0) return words.join('; ');
  return parts.some(({ status }) => status === 'waiting') ? 'AWS is being asked' : 'AWS tells nothing of it';
}

function upOrDown(things: readonly { readonly state: State }[], noun: string): string[] {
  if (things.length === 0) return [];
  const down = things.filter(({ state }) => state === 'down').length;
  const unknown = things.filter(({ state }) => state === 'unknown').length;
  if (down > 0) return [`${down} of ${counted(things.length, noun)} down`];
  if (unknown > 0) return [`${unknown} of ${counted(things.length, noun)} unknown`];
  return [`${counted(things.length, noun)} up`];
}
