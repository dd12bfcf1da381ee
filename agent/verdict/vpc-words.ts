/**
 * What is not well about a VPC, as lines: `status --vpc`, Nagios, `/healthz` and the page's head list the same things
 * in the same words. A part that AWS does not tell is one of them.
 */
import type { Milliseconds } from '../measure/target.ts';
import { formatAge, formatCount, formatRatio } from '../measure/units.ts';
import type { Reason, State } from './snapshot.ts';
import type { AddressUse, SubnetView, VpcPart, VpcPartName, VpcView } from './vpc-view.ts';

/** What an operator calls the parts. */
export const PART_WORDS: Readonly<Record<VpcPartName, string>> = {
  subnets: 'Address space',
  ipam: 'IPAM',
  addresses: 'Public addresses',
  tunnels: 'VPN tunnels',
  'direct-connect': 'Direct Connect',
  routes: 'Routes',
};

export interface VpcTrouble {
  readonly kind: 'subnet' | 'quota' | 'vpn' | 'virtual-interface' | 'lag' | 'route-table' | 'part';
  readonly id: string;
  readonly name: string | null;
  readonly state: State;
  /** null where AWS tells none, as for a quota. */
  readonly since: number | null;
  readonly text: string;
}

/** The worse first, in the order of the page among equals. @param now wall time */
export function vpcTroubles(vpc: VpcView, now: number): readonly VpcTrouble[] {
  const troubles = [
    ...countedSubnets(vpc).map(
      ({ id, name, use }): VpcTrouble => ({
        ...{ kind: 'subnet', id, name, state: use.state, since: use.since },
        text: reasonWords(use.reasons) || `${formatRatio(use.ratio)} used, ${formatCount(use.free)} free`,
      }),
    ),
    ...vpc.quotas.map(
      ({ id, name, used, total, state }): VpcTrouble => ({
        ...{ kind: 'quota', id, name, state, since: null },
        text: `${formatCount(used)} of ${formatCount(total)} used`,
      }),
    ),
    ...vpc.vpns.map((one) => trouble('vpn', one)),
    ...vpc.virtualInterfaces.map((one) => trouble('virtual-interface', one)),
    ...vpc.lags.map((one) => trouble('lag', one)),
    ...vpc.routeTables.map((one) => trouble('route-table', one)),
    ...vpc.parts.flatMap((part) => partTrouble(part, now)),
  ];
  return troubles.filter(({ state }) => state !== 'up').sort((a, b) => RANK[a.state] - RANK[b.state]);
}

const RANK: Readonly<Record<State, number>> = { down: 0, degraded: 1, unknown: 2, up: 3 };

interface Judged {
  readonly id: string;
  readonly name: string | null;
  readonly state: State;
  readonly since: number;
  readonly reasons: readonly Reason[];
}

function trouble(kind: VpcTrouble['kind'], { id, name, state, since, reasons }: Judged): VpcTrouble {
  return { kind, id, name, state, since, text: reasonWords(reasons) };
}

const reasonWords = (reasons: readonly Reason[]): string => reasons.map(({ text }) => text).join('; ');

function partTrouble(part: VpcPart, now: number): VpcTrouble[] {
  if (part.problem === null && part.status !== 'stale') return [];
  const about = { kind: 'part', id: part.name, name: PART_WORDS[part.name], state: 'unknown' } as const;
  const { problem } = part;
  const age = part.at === null ? 'never told' : `last told ${formatAge(now - part.at)} ago`;
  return [{ ...about, since: problem?.since ?? part.at, text: problem === null ? age : `${problem.text}; ${age}` }];
}

/** "vpn-0b8e…, akl-branch" as one: the name where there is one. */
export const troubleName = ({ id, name, kind }: VpcTrouble): string =>
  kind === 'part' || kind === 'quota' ? (name ?? id) : name === null ? id : `${name} (${id})`;

/** A subnet whose addresses AWS counts. */
export type CountedSubnet = SubnetView & { readonly use: AddressUse };

export const countedSubnets = ({ subnets }: VpcView): CountedSubnet[] =>
  subnets.flatMap((subnet) => (subnet.use === null ? [] : [{ ...subnet, use: subnet.use }]));

const FRESH_POLLS = 3;

function isFresh({ status, at, everyMs }: VpcPart, now: Milliseconds): boolean {
  return status !== 'off' && at !== null && now - at <= FRESH_POLLS * everyMs;
}

/** The view tells of what this part polls. */
export const isTold = (view: VpcView, name: VpcPartName, now: Milliseconds): boolean =>
  view.parts.some((part) => part.name === name && isFresh(part, now));

/** Sums of the view that several renderers need. */
export interface VpcSums {
  readonly fullest: CountedSubnet | null;
  readonly soonest: CountedSubnet | null;
  readonly tunnels: Readonly<Record<State, number>>;
  readonly peers: Readonly<Record<State, number>>;
  readonly mostPropagated: VpcView['routeTables'][number] | null;
  readonly blackholes: number;
  /** Neither silenced nor only informative. */
  readonly findings: number;
}

export function vpcSums(vpc: VpcView): VpcSums {
  const { routeTables } = vpc;
  const subnets = countedSubnets(vpc);
  return {
    fullest: highest(subnets, ({ use }) => use.ratio),
    soonest: highest(
      subnets.filter(({ use }) => use.exhaustedInMs !== null),
      ({ use }) => -(use.exhaustedInMs ?? 0),
    ),
    tunnels: byState(vpc.vpns.flatMap(({ tunnels }) => tunnels)),
    peers: byState(vpc.virtualInterfaces.flatMap(({ peers }) => peers)),
    mostPropagated: highest(
      routeTables,
      ({ propagated, propagatedLimit }) => propagated / Math.max(1, propagatedLimit),
    ),
    blackholes: routeTables.reduce((count, table) => count + table.blackholes.length, 0),
    findings: vpc.findings.filter(({ silenced, severity }) => !silenced && severity !== 'info').length,
  };
}

function highest<T>(things: readonly T[], rank: (thing: T) => number): T | null {
  return things.reduce<T | null>((most, thing) => (most === null || rank(thing) > rank(most) ? thing : most), null);
}

function byState(things: readonly { readonly state: State }[]): Record<State, number> {
  const counts = { up: 0, degraded: 0, down: 0, unknown: 0 };
  for (const { state } of things) counts[state] += 1;
  return counts;
}

/** What to do where nothing is known of the VPC. */
export const VPC_OFF = 'This agent does not ask AWS about its VPC: it is not on EC2, or vpc.enabled is off.';
