/**
 * The groups of this agent: its sites, the subnets of its VPC, the VPC, peered ones, AWS's services, what is private, the internet.
 * Pure. The longest prefix decides, so a site inside a private range and an AWS range inside the internet need no rule;
 * where two have the very same prefix, the first of that order keeps it.
 */

import type { FlowCategory } from '../verdict/flows-view.ts';
import type { NamedPrefix } from './aws-ranges.ts';
import { buildGroups, type GroupPrefix, type GroupTable, NO_GROUP } from './groups.ts';
import type { Group } from './view.ts';

/** The VPC as EC2 tells it. */
export interface VpcGroups {
  readonly cidrs: readonly string[];
  readonly subnets: readonly {
    readonly id: string;
    /** Its Name tag; the group is called by it, or by the id. */
    readonly name?: string | null;
    /** IPv4 and IPv6. */
    readonly cidrs: readonly string[];
    /** "apse2-az1"; null: not known. */
    readonly availabilityZoneId: string | null;
  }[];
  /** Other VPCs, by the peering connection that the routes name. Through a transit gateway a VPC cannot be told from a site. */
  readonly peered: readonly { readonly id: string; readonly cidrs: readonly string[] }[];
  /** Of this instance. */
  readonly ownAvailabilityZoneId: string | null;
}

export interface GroupSources {
  readonly sites: readonly { readonly name: string; readonly cidrs: readonly string[] }[];
  /** Prefixes of this host's interfaces. */
  readonly subnets: readonly string[];
  /** null: not known, as off EC2 or before EC2 has answered. */
  readonly vpc?: VpcGroups | null;
  readonly aws: readonly NamedPrefix[];
}

export interface GroupPlan {
  readonly groups: readonly Group[];
  readonly table: GroupTable;
  /** Prefixes that could not be taken, in words. */
  readonly warnings: readonly string[];
}

/** RFC 1918, 6598, 3927, 4193, 4291. */
const PRIVATE = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
];
const LOOPBACK = ['127.0.0.0/8', '::1/128'];
const INTERNET = ['0.0.0.0/0', '::/0'];
/** More warnings than this are not read. */
const MOST_WARNINGS = 5;

export function planGroups({ sites, subnets, vpc = null, aws }: GroupSources): GroupPlan {
  const groups: Group[] = [];
  const prefixes: GroupPrefix[] = [];
  const add = (group: Group, its: readonly string[]): void => {
    const index = groups.push(group) - 1;
    for (const prefix of its) prefixes.push({ prefix, group: index });
  };
  for (const { name, cidrs } of sites) {
    if (cidrs.length > 0) add({ name, site: name, category: 'on-premises' }, cidrs);
  }
  const ofSites = groups.length;
  for (const { id, name, cidrs, availabilityZoneId } of vpc?.subnets ?? []) {
    const category = zoneCategory(availabilityZoneId, vpc?.ownAvailabilityZoneId ?? null);
    add({ name: name ? `${name} (${id})` : id, site: null, category }, cidrs);
  }
  add({ name: 'own subnet', site: null, category: 'local' }, subnets);
  // What is in no subnet we know of: one made since, or shared by others.
  if (vpc !== null) add({ name: 'VPC', site: null, category: null }, vpc.cidrs);
  for (const { id, cidrs } of vpc?.peered ?? []) add({ name: id, site: null, category: 'inter-vpc' }, cidrs);
  for (const [name, its] of byName(aws)) {
    add(
      { name, site: null, category: its[0]?.category ?? null },
      its.map(({ prefix }) => prefix),
    );
  }
  add({ name: 'loopback', site: null, category: 'local' }, LOOPBACK);
  add({ name: 'private', site: null, category: null }, PRIVATE);
  add({ name: 'internet', site: null, category: 'internet' }, INTERNET);
  const { table, problems } = buildGroups(prefixes);
  const nameOf = (index: number): string => groups[index]?.name ?? '';
  const warnings = problems.flatMap((problem) => {
    if (problem.kind === 'not-a-prefix') return `${problem.prefix} of ${nameOf(problem.group)} is not a prefix`;
    const [first, second] = problem.groups;
    // A built-in group gives way without a word.
    return second < ofSites
      ? `${problem.prefix} belongs to both ${nameOf(first)} and ${nameOf(second)}; it counts for ${nameOf(first)}`
      : [];
  });
  const more = warnings.length - MOST_WARNINGS;
  return {
    groups,
    table,
    warnings: more > 0 ? [...warnings.slice(0, MOST_WARNINGS), `and ${more} more`] : warnings,
  };
}

function zoneCategory(zone: string | null, own: string | null): FlowCategory | null {
  if (zone === null || own === null) return null;
  return zone === own ? 'intra-az' : 'inter-az';
}

/** A group keeps its place for as long as the agent runs: what was counted for it stays its own. */
export class Groups {
  readonly #places = new Map<string, number>();
  #list: Group[] = [];
  #place = new Int32Array(0);
  #table: GroupTable | null = null;

  /** Every group there has been, by place. */
  get list(): readonly Group[] {
    return this.#list;
  }

  /** Takes a plan in the place of the last one; groups that are in it no more keep their place. */
  take({ groups, table }: GroupPlan): void {
    const list = [...this.#list];
    this.#place = Int32Array.from(groups, (group) => {
      const id = JSON.stringify([group.site, group.name]);
      const known = this.#places.get(id) ?? list.length;
      this.#places.set(id, known);
      list[known] = group;
      return known;
    });
    this.#list = list;
    this.#table = table;
  }

  /** Place of the group of an address. The last of a plan holds all there is. */
  of(address: Uint8Array, family: 4 | 6): number {
    const found = this.#table?.lookup(address, family) ?? NO_GROUP;
    return this.#place.at(found === NO_GROUP ? -1 : found) ?? 0;
  }
}

function byName(prefixes: readonly NamedPrefix[]): Map<string, NamedPrefix[]> {
  const names = new Map<string, NamedPrefix[]>();
  for (const prefix of prefixes) {
    const its = names.get(prefix.name);
    if (its === undefined) names.set(prefix.name, [prefix]);
    else its.push(prefix);
  }
  return names;
}
