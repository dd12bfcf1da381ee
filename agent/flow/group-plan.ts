/**
 * The groups of this agent: its sites, the subnets it stands in, AWS's services, what is private, and the internet.
 * Pure. The longest prefix decides, so a site inside a private range and an AWS range inside the internet need no rule;
 * where two have the very same prefix, the first of that order keeps it.
 */
import type { NamedPrefix } from './aws-ranges.ts';
import { buildGroups, type GroupPrefix, type GroupTable } from './groups.ts';
import type { Group } from './view.ts';

export interface GroupSources {
  readonly sites: readonly { readonly name: string; readonly cidrs: readonly string[] }[];
  /** Prefixes of this host's interfaces. */
  readonly subnets: readonly string[];
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

export function planGroups({ sites, subnets, aws }: GroupSources): GroupPlan {
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
  add({ name: 'own subnet', site: null, category: 'local' }, subnets);
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

function byName(prefixes: readonly NamedPrefix[]): Map<string, NamedPrefix[]> {
  const names = new Map<string, NamedPrefix[]>();
  for (const prefix of prefixes) {
    const its = names.get(prefix.name);
    if (its === undefined) names.set(prefix.name, [prefix]);
    else its.push(prefix);
  }
  return names;
}
