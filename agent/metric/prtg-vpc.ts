/**
 * `/prtg?view=vpc`: the VPC as PRTG channels: what stands for all of it, then tunnels, BGP sessions, subnets and route
 * tables one by one.
 *
 * A channel is named by AWS's ids, which stay when a name tag changes; things stand in the order of their ids, and of
 * each kind as many as always have room. A part that AWS does not tell, or told too long ago, has no channel in that
 * scan. Limits are those of the configuration at PRTG's first scan.
 */
import type { VpcView } from '../verdict/vpc-view.ts';
import { countedSubnets, isTold, VPC_OFF, vpcSums } from '../verdict/vpc-words.ts';
import { LOOKUP, type PrtgAnswer, type PrtgChannel, prtgError } from './prtg.ts';
import { peerName } from './vpc-period.ts';

/** Places among the fifty; the other fourteen are for the whole. */
const PLACES = { tunnels: 12, peers: 8, subnets: 12, tables: 4 };
const MAX_TEXT = 2000;

const count = (channel: string, value: number): PrtgChannel => ({ channel, value, unit: 'Count', limitmode: 0 });

const state = (channel: string, value: VpcView['state']): PrtgChannel => ({
  channel,
  value: LOOKUP[value],
  unit: 'Custom',
  valuelookup: 'vpc-canary.state',
  limitmode: 0,
});

const digits = (value: number): number => Number(value.toFixed(3));

function usage(channel: string, ratio: number, { usageDegraded, usageDown }: VpcView['limits']): PrtgChannel {
  const [warning, error] = [digits(usageDegraded * 100), digits(usageDown * 100)];
  return {
    channel,
    value: String(digits(ratio * 100)),
    float: 1,
    unit: 'Percent',
    limitmode: 1,
    limitmaxwarning: warning,
    limitmaxerror: error,
    limitwarningmsg: `${channel} above ${warning} %`,
    limiterrormsg: `${channel} above ${error} %`,
  };
}

function propagated(channel: string, value: number, limit: number, warnFrom: number): PrtgChannel {
  const warning = Math.floor(limit * warnFrom);
  return {
    channel,
    value,
    unit: 'Count',
    limitmode: 1,
    limitmaxwarning: warning,
    limitwarningmsg: `${channel} above ${warning} of ${limit}: what comes beyond is not installed`,
  };
}

/** @param now wall time */
export function renderPrtgVpc(vpc: VpcView | null, now: number): PrtgAnswer {
  if (vpc === null) return prtgError(VPC_OFF);
  const result = [...wholeChannels(vpc, now), ...partChannels(vpc, now)].filter((channel) => channel !== null);
  const left = leftOut(vpc);
  const text = `${vpc.summary}.${left === '' ? '' : ` (No channels of their own: ${left}.)`}`;
  return { prtg: { result, text: text.slice(0, MAX_TEXT) } };
}

function wholeChannels(vpc: VpcView, now: number): (PrtgChannel | null)[] {
  const { fullest, soonest, tunnels, peers, mostPropagated, blackholes, findings } = vpcSums(vpc);
  const part = (name: VpcView['parts'][number]['name'], channels: (PrtgChannel | null)[]): (PrtgChannel | null)[] =>
    isTold(vpc, name, now) ? channels : [];
  const lasting = soonest?.use.exhaustedInMs ?? null;
  return [
    state('State', vpc.state),
    ...part('subnets', [
      fullest === null ? null : usage('Fullest subnet', fullest.use.ratio, vpc.limits),
      lasting === null
        ? null
        : { channel: 'Soonest exhaustion', value: Math.round(lasting / 1000), unit: 'TimeSeconds', limitmode: 0 },
      count('Subnets not well', countedSubnets(vpc).filter(({ use }) => use.state !== 'up').length),
    ]),
    ...part('tunnels', [count('Tunnels up', tunnels.up), count('Tunnels down', tunnels.down)]),
    ...part('direct-connect', [count('BGP sessions up', peers.up), count('BGP sessions down', peers.down)]),
    ...part('routes', [
      mostPropagated === null
        ? null
        : propagated(
            'Most propagated routes',
            mostPropagated.propagated,
            mostPropagated.propagatedLimit,
            vpc.limits.routesDegraded,
          ),
      count('Blackhole routes', blackholes),
    ]),
    count('Findings', findings),
    count('Parts not told', vpc.parts.filter(({ status }) => status === 'failing' || status === 'stale').length),
    { channel: 'AWS calls', value: vpc.calls.made, unit: 'Count', mode: 'Difference', limitmode: 0 },
    { channel: 'AWS calls throttled', value: vpc.calls.throttled, unit: 'Count', mode: 'Difference', limitmode: 0 },
  ];
}

function partChannels(vpc: VpcView, now: number): PrtgChannel[] {
  const things = thingsOf(vpc);
  return [
    ...(isTold(vpc, 'tunnels', now) ? things.tunnels.slice(0, PLACES.tunnels) : []),
    ...(isTold(vpc, 'direct-connect', now) ? things.peers.slice(0, PLACES.peers) : []),
    ...(isTold(vpc, 'subnets', now) ? things.subnets.slice(0, PLACES.subnets) : []),
    ...(isTold(vpc, 'routes', now) ? things.tables.slice(0, PLACES.tables) : []),
  ];
}

function thingsOf(vpc: VpcView) {
  const { vpns, virtualInterfaces, routeTables, limits } = vpc;
  return {
    tunnels: byId(vpns).flatMap(({ id, tunnels }) =>
      tunnels.map((tunnel) => state(`${id} ${tunnel.outsideAddress}`, tunnel.state)),
    ),
    peers: byId(virtualInterfaces).flatMap(({ id, peers }) =>
      peers.map((peer, index) => state(`${id} ${peerName(peer, index)}`, peer.state)),
    ),
    subnets: byId(countedSubnets(vpc)).map(({ id, use }) => usage(id, use.ratio, limits)),
    tables: byId(routeTables).map(({ id, propagated: routes, propagatedLimit }) =>
      propagated(`${id} propagated`, routes, propagatedLimit, limits.routesDegraded),
    ),
  };
}

const byId = <T extends { readonly id: string }>(things: readonly T[]): T[] =>
  [...things].sort((a, b) => (a.id < b.id ? -1 : 1));

/** "288 subnets, 3 tunnels": what the answer counts only in the whole. */
function leftOut(vpc: VpcView): string {
  const things = thingsOf(vpc);
  const words = { tunnels: 'tunnels', peers: 'BGP sessions', subnets: 'subnets', tables: 'route tables' } as const;
  return (Object.keys(PLACES) as (keyof typeof PLACES)[])
    .map((kind) => [things[kind].length - PLACES[kind], words[kind]] as const)
    .filter(([more]) => more > 0)
    .map(([more, word]) => `${more} ${word}`)
    .join(', ');
}
