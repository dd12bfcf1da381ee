/** Rules about route tables and the ways they give to sites. */
import { parsePrefix } from '../../measure/address.ts';
import { overlap } from '../../measure/prefix.ts';
import { counted } from '../../measure/units.ts';
import { LINK_NAMES } from '../../verdict/chain.ts';
import type { RouteTableView, SubnetView } from '../../verdict/vpc-view.ts';
import { listed } from '../routes.ts';
import { DOCS, type Rule } from './rule.ts';

export const ROUTE_RULES: readonly Rule[] = [
  {
    id: 'R01',
    title: 'Gateway attached, propagation off',
    severity: 'warning',
    remedy: 'enable route propagation for the gateway in that table, or add static routes and silence this rule',
    link: `${DOCS.vpc}/WorkWithRouteTables.html`,
    find: ({ view: { virtualGateways, routeTables, subnets } }) =>
      virtualGateways
        .filter(({ attachment }) => attachment === 'attached')
        .flatMap(({ id }) =>
          routeTables
            .filter((table) => isUsed(table, routeTables, subnets) && !table.propagating.includes(id))
            .filter(({ routes }) => !routes.some(({ target }) => target === id))
            .map((table) => ({
              subject: table.id,
              text: `${id} is attached, but ${table.name ?? table.id} neither takes its routes nor has one to it: its subnets reach nothing behind the gateway`,
            })),
        ),
  },
  {
    id: 'R02',
    title: 'Overlapping prefixes',
    severity: 'error',
    remedy: 'renumber one side, or translate addresses in between: the local route of the VPC always wins',
    link: `${DOCS.vpc}/vpc-cidr-blocks.html`,
    find: ({ view: { cidrs }, sites }) =>
      sites.flatMap(({ name, cidrs: its, expect }) =>
        expect.link === 'local'
          ? []
          : its.flatMap((cidr) =>
              cidrs
                .filter((own) => overlaps(own.cidr, cidr))
                .map((own) => ({
                  subject: name,
                  text: `${cidr} of ${name} overlaps ${own.cidr} of this VPC: packets to what they share never leave the VPC`,
                })),
            ),
      ),
  },
  {
    id: 'R05',
    title: 'Propagated routes near the limit',
    severity: 'warning',
    remedy: 'summarise prefixes where they are announced: the limit of propagated routes cannot be raised',
    link: `${DOCS.vpc}/amazon-vpc-limits.html`,
    find: ({ view: { routeTables, limits } }) =>
      routeTables
        .filter(({ propagated, propagatedLimit }) => propagated >= propagatedLimit * limits.routesDegraded)
        .map(({ id, name, propagated, propagatedLimit }) => ({
          subject: id,
          text: `${name ?? id} holds ${propagated} of ${propagatedLimit} propagated routes: what comes beyond is dropped without a word`,
        })),
  },
  {
    id: 'R12',
    title: 'Routes into nothing',
    severity: 'warning',
    remedy: 'remove the route, or bring back what it points to',
    link: `${DOCS.vpc}/RouteTables.html`,
    find: ({ view: { routeTables } }) =>
      routeTables
        .filter(({ blackholes }) => blackholes.length > 0)
        .map(({ id, name, blackholes }) => ({
          subject: id,
          text: `${name ?? id} drops packets to ${listed(blackholes, 3)}: the ${blackholes.length === 1 ? "route's target is" : "routes' targets are"} gone`,
        })),
  },
  {
    id: 'R16',
    title: 'Not the expected link',
    severity: 'warning',
    remedy:
      'see whether the expected link is down, or which more specific or static route overrides it; else change expect.link',
    link: `${DOCS.vpc}/route-tables-priority.html`,
    find: ({ view: { siteWays }, sites }) =>
      siteWays.flatMap(({ site, link }) => {
        const expected = sites.find(({ name }) => name === site)?.expect.link ?? null;
        if (expected === null || link === 'unknown' || link === expected) return [];
        return [{ subject: site, text: `${site} runs over ${LINK_NAMES[link]}, expected is ${LINK_NAMES[expected]}` }];
      }),
  },
  {
    id: 'R17',
    title: 'A site without a route',
    severity: 'error',
    remedy: 'add a route to it, or enable propagation of the gateway it lies behind',
    link: `${DOCS.vpc}/route-tables-priority.html`,
    find: ({ view: { sitePaths } }) => {
      const bySite = new Map<string, string[]>();
      for (const { site, destination, route, why } of sitePaths) {
        if (route === null && why === 'no route') bySite.set(site, [...(bySite.get(site) ?? []), destination]);
      }
      return [...bySite].map(([site, its]) => ({
        subject: site,
        text: `the table of this agent's subnet has no route to ${listed(its, 3)} of ${site}`,
      }));
    },
  },
  {
    id: 'R24',
    title: 'A site split between two ways',
    severity: 'info',
    remedy: 'make sure that is meant: targets of one site then fail apart, and paths are asymmetric',
    link: `${DOCS.vpc}/route-tables-priority.html`,
    find: ({ view: { sitePaths } }) => {
      const bySite = new Map<string, Set<string>>();
      for (const { site, route } of sitePaths) {
        if (route?.target == null) continue;
        bySite.set(site, (bySite.get(site) ?? new Set()).add(route.target));
      }
      return [...bySite]
        .filter(([, targets]) => targets.size > 1)
        .map(([site, targets]) => ({
          subject: site,
          text: `the routes to ${site} lead to ${counted(targets.size, 'target')}: ${listed([...targets], 3)}`,
        }));
    },
  },
];

/** A main table serves the subnets that no other table names. */
function isUsed(table: RouteTableView, tables: readonly RouteTableView[], subnets: readonly SubnetView[]): boolean {
  if (table.subnets.length > 0) return true;
  const named = new Set(tables.flatMap((one) => one.subnets));
  return table.main && (subnets.length === 0 || subnets.some(({ id }) => !named.has(id)));
}

function overlaps(one: string, other: string): boolean {
  const [a, b] = [parsePrefix(one), parsePrefix(other)];
  return a !== null && b !== null && overlap(a, b);
}
