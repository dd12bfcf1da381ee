/**
 * What a VPC publishes over a period: the control plane's latest answer, every period and not only above a limit, so
 * that alarms recover. A part whose last answer is older than three polls tells nothing: what is not known has no
 * datum.
 */
import type { AllowanceTotal } from '../measure/host-view.ts';
import type { Milliseconds } from '../measure/target.ts';
import type { State } from '../verdict/snapshot.ts';
import type { VpcPartName, VpcView } from '../verdict/vpc-view.ts';
import { type CountedSubnet, countedSubnets, isTold } from '../verdict/vpc-words.ts';
import type { Dimension } from './catalog-row.ts';

/** Kinds of things of a VPC, and of its instance, that have series of their own; in the order they take their places. */
export const VPC_KINDS = [
  'TunnelIpAddress',
  'BgpPeerId',
  'RouteTableId',
  'Allowance',
  'SubnetId',
] as const satisfies Dimension[];
export type VpcKind = (typeof VPC_KINDS)[number];

/** One thing: its dimensions, without VpcId. */
export type VpcThing = Partial<Readonly<Record<Dimension, string>>>;

/** The things of a VPC, by kind. */
export type VpcThings = Readonly<Record<VpcKind, readonly VpcThing[]>>;

export const NO_THINGS: VpcThings = {
  SubnetId: [],
  TunnelIpAddress: [],
  BgpPeerId: [],
  RouteTableId: [],
  Allowance: [],
};

/** A thing with its values by metric; null: not known. */
export interface MeasuredThing {
  readonly of: VpcThing;
  readonly values: Readonly<Record<string, number | null>>;
}

export type VpcPeriod = Readonly<Record<VpcKind, readonly MeasuredThing[]>>;

export const NO_PERIOD: VpcPeriod = {
  SubnetId: [],
  TunnelIpAddress: [],
  BgpPeerId: [],
  RouteTableId: [],
  Allowance: [],
};

export function thingsOf(period: VpcPeriod): VpcThings {
  const of = (kind: VpcKind): VpcThing[] => period[kind].map((thing) => thing.of);
  return {
    SubnetId: of('SubnetId'),
    TunnelIpAddress: of('TunnelIpAddress'),
    BgpPeerId: of('BgpPeerId'),
    RouteTableId: of('RouteTableId'),
    Allowance: of('Allowance'),
  };
}

/** 1 up, 0 not; nothing while unknown. */
export const isUp = (state: State): number | null => (state === 'unknown' ? null : state === 'up' ? 1 : 0);

/** @param now wall time */
export function vpcPeriod(view: VpcView | null, now: Milliseconds): VpcPeriod {
  if (view === null) return NO_PERIOD;
  const told = (name: VpcPartName): boolean => isTold(view, name, now);
  return {
    ...NO_PERIOD,
    SubnetId: told('subnets') ? countedSubnets(view).map(ofSubnet) : [],
    TunnelIpAddress: told('tunnels') ? view.vpns.flatMap(ofVpn) : [],
    BgpPeerId: told('direct-connect') ? view.virtualInterfaces.flatMap(ofInterface) : [],
    RouteTableId: told('routes') ? view.routeTables.map(ofTable) : [],
  };
}

function ofSubnet({ id, use }: CountedSubnet): MeasuredThing {
  const exhaustion = use.exhaustedInMs === null ? null : use.exhaustedInMs / 1000;
  return { of: { SubnetId: id }, values: { SubnetIpUsage: use.ratio * 100, SubnetTimeToExhaustion: exhaustion } };
}

function ofVpn({ id, tunnels }: VpcView['vpns'][number]): MeasuredThing[] {
  return tunnels.map(({ outsideAddress, state, acceptedRoutes }) => ({
    of: { VpnId: id, TunnelIpAddress: outsideAddress },
    values: { TunnelState: isUp(state), TunnelAcceptedRoutes: acceptedRoutes },
  }));
}

function ofInterface({ id, peers }: VpcView['virtualInterfaces'][number]): MeasuredThing[] {
  return peers.map((peer, index) => ({
    of: { VirtualInterfaceId: id, BgpPeerId: peerName(peer, index) },
    values: { BgpPeerState: isUp(peer.state) },
  }));
}

/** A peer's id; the family, or its place, where AWS tells none. */
export const peerName = (
  { id, family }: VpcView['virtualInterfaces'][number]['peers'][number],
  index: number,
): string => id ?? (family === null ? `peer-${index + 1}` : `ipv${family}`);

function ofTable({ id, propagated }: VpcView['routeTables'][number]): MeasuredThing {
  return { of: { RouteTableId: id }, values: { PropagatedRoutes: propagated } };
}

/** What was added to each allowance since `before`; an agent that began anew counts from zero again. */
export function allowancePeriod(
  before: readonly AllowanceTotal[],
  now: readonly AllowanceTotal[],
): readonly MeasuredThing[] {
  const earlier = new Map(before.map(({ name, exceeded }) => [name, exceeded]));
  return now.map(({ name, exceeded }) => ({
    of: { Allowance: name },
    values: { AllowanceExceeded: Math.max(0, exceeded - (earlier.get(name) ?? exceeded)) },
  }));
}

/**
 * Several things as one, as an alarm wants it: the fullest, the soonest, the one that is down.
 *
 * @param metric of the catalogue
 */
export function worstOf(metric: string, things: readonly MeasuredThing[]): number | null {
  const known = things.flatMap(({ values }) => values[metric] ?? []);
  if (known.length === 0) return null;
  const lowIsBad = metric.endsWith('State') || metric === 'SubnetTimeToExhaustion';
  return lowIsBad ? Math.min(...known) : Math.max(...known);
}
