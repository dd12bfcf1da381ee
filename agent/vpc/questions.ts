/**
 * What is asked of AWS, how often, and what each question needs to know first.
 *
 * EC2 gives every account and region, for each action that only reads, a bucket of 100 calls that fills by 20 a
 * second (50 and 10 where a call has neither filter nor page size; all of ours have one). The dearest action is
 * DescribeVpnConnections, once a minute: 500 canaries make 500 ÷ 60 s = 8.3 calls a second of it, and when all of
 * them start at once the first calls are spread over a minute too, 8.3 a second again. All others come once in five
 * minutes: 500 ÷ 300 s = 1.7 a second each, a VPC of 1,000 subnets (two pages) 3.3. At twenty a second there is
 * room for 1,200 canaries in one account and region. Direct Connect's buckets are not published; an account
 * that sees no virtual interface of this VPC asks for them every five minutes, 1.7 a second from 500 canaries.
 */
import type { Milliseconds } from '../measure/target.ts';
import type { VpcPartName } from '../verdict/vpc-view.ts';
import { type Answers, gatewayIds, type Known, type Question } from './answers.ts';
import { reaching } from './direct-connect.ts';
import type { DirectConnectDoor, Ec2Door, Told } from './doors.ts';
import type { Ask, QuestionPlan } from './poller.ts';
import type { VpcPlace } from './settings.ts';

/** How often is asked, ms. */
export interface VpcEvery {
  readonly tunnels: Milliseconds;
  readonly addresses: Milliseconds;
  readonly routes: Milliseconds;
  readonly directConnect: Milliseconds;
}

export interface VpcDoors {
  readonly ec2: Ec2Door;
  readonly directConnect: DirectConnectDoor;
}

/**
 * @param counted called with every answer that a door gave, for the count of calls
 */
export function questionsOf(
  { ec2, directConnect }: VpcDoors,
  place: VpcPlace,
  every: VpcEvery,
  features: Readonly<Record<VpcPartName, boolean>>,
  counted: (told: Told<unknown>) => void,
): Readonly<Record<VpcPartName, readonly QuestionPlan[]>> {
  const { vpcId } = place;
  const plan = <Q extends Question>(question: Q, pace: QuestionPlan['every'], ask: Ask<Q>): QuestionPlan => ({
    question,
    every: pace,
    ask,
  });
  const once = async <T>(asking: Promise<Told<T>>): Promise<Told<T>> => {
    const told = await asking;
    counted(told);
    return told;
  };
  const each = async <T>(ids: readonly string[], ask: (id: string) => Promise<Told<readonly T[]>>) => {
    const all: T[] = [];
    for (const id of ids) {
      const told = await once(ask(id));
      if (!told.ok) return told;
      all.push(...told.value);
    }
    return { ok: true, value: all } as const;
  };
  const nothing = { ok: true, value: [] } as const;
  const slow = (): Milliseconds => every.routes;
  /** Gateways of the VPC; null while an answer is out that may name more. */
  const gateways = (known: Known, settled: ReadonlySet<Question>): string[] | null => {
    const ids = gatewayIds(known, vpcId);
    const isNamed = known.gateways !== undefined && known.attachments !== undefined;
    if (isNamed && ids.length > 0) return ids;
    // Routes name gateways that their owner does not share: that there are none is only known with them.
    const isTold = !features.tunnels || (settled.has('gateways') && settled.has('attachments'));
    return isTold && (!features.routes || settled.has('routeTables')) ? ids : null;
  };
  const reach = (known: Known) =>
    reaching(
      known.interfaces?.value ?? [],
      known.associations?.value ?? [],
      known.dxAttachments?.value ?? [],
      new Set(gatewayIds(known, vpcId)),
    );
  /** Virtual interfaces of this VPC that this account sees into. */
  const seen = (known: Known) =>
    reach(known).flatMap((one) => (one.interface.virtualInterfaceState === null ? [] : [one.interface]));
  const isWithout = (known: Known): boolean =>
    known.interfaces !== undefined && known.associations !== undefined && seen(known).length === 0;
  const ifAny = <Q extends 'connections' | 'lags' | 'metrics'>(
    ask: (interfaces: Answers['interfaces'], signal: AbortSignal) => Promise<Told<Answers[Q]>>,
  ) => {
    return (known: Known, signal: AbortSignal, settled: ReadonlySet<Question>) => {
      if (known.interfaces === undefined || !settled.has('associations')) return null;
      const interfaces = seen(known);
      return interfaces.length === 0 ? (nothing as Told<Answers[Q]>) : once(ask(interfaces, signal));
    };
  };
  return {
    subnets: [
      plan(
        'subnets',
        () => every.addresses,
        (_, signal) => once(ec2.subnets(vpcId, signal)),
      ),
      plan(
        'vpc',
        () => every.addresses,
        (_, signal) => once(ec2.vpc(vpcId, signal)),
      ),
    ],
    ipam: [
      plan(
        'ipam',
        () => every.addresses,
        (_, signal) => once(ec2.ipamCidrs(vpcId, signal)),
      ),
    ],
    addresses: [
      plan(
        'elasticIps',
        () => every.addresses,
        (_, signal) => once(ec2.elasticIps(signal)),
      ),
      plan(
        'publicPools',
        () => every.addresses,
        (_, signal) => once(ec2.publicPools(signal)),
      ),
    ],
    tunnels: [
      plan('gateways', slow, (_, signal) => once(ec2.vpnGateways(vpcId, signal))),
      plan('attachments', slow, (_, signal) => once(ec2.transitGatewayAttachments(vpcId, signal))),
      plan(
        'vpns',
        () => every.tunnels,
        (known, signal, settled) => {
          const ids = gateways(known, settled);
          if (ids === null) return null;
          return ids.length === 0 ? nothing : once(ec2.vpnConnections(ids, signal));
        },
      ),
    ],
    'direct-connect': [
      plan('associations', slow, (known, signal, settled) => {
        const ids = gateways(known, settled);
        return ids === null ? null : each(ids, (id) => directConnect.gatewayAssociations(id, signal));
      }),
      plan('dxAttachments', slow, (known, signal) => {
        if (known.associations === undefined) return null;
        const { accountId } = place;
        const own = known.associations.value.filter(
          ({ directConnectGatewayOwnerAccount: owner }) => owner === null || accountId === null || owner === accountId,
        );
        const ids = [...new Set(own.map(({ directConnectGatewayId }) => directConnectGatewayId))];
        return each(ids, (id) => directConnect.gatewayAttachments(id, signal));
      }),
      plan(
        'interfaces',
        (known) => (isWithout(known) ? Math.max(every.routes, every.directConnect) : every.directConnect),
        (_, signal) => once(directConnect.virtualInterfaces(signal)),
      ),
      plan(
        'connections',
        slow,
        ifAny<'connections'>((_, signal) => directConnect.connections(signal)),
      ),
      plan(
        'lags',
        slow,
        ifAny<'lags'>((_, signal) => directConnect.lags(signal)),
      ),
      plan(
        'metrics',
        slow,
        ifAny<'metrics'>((interfaces, signal) => directConnect.metrics(interfaces, signal)),
      ),
    ],
    routes: [
      plan(
        'routeTables',
        () => every.routes,
        (_, signal) => once(ec2.routeTables(vpcId, signal)),
      ),
    ],
  };
}
