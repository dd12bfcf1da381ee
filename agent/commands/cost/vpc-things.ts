/** How many subnets, tunnels, BGP sessions and route tables a VPC has: as said on the command line, or by its agent. */
import { NO_THINGS, thingsOf, type VpcThing, type VpcThings, vpcPeriod } from '../../metric/vpc-period.ts';
import { DEFAULT_URL } from '../ask-agent.ts';
import { askVpc } from '../ask-vpc.ts';

export interface VpcCounts {
  readonly subnets?: number;
  readonly tunnels?: number;
  readonly bgpPeers?: number;
  readonly routeTables?: number;
}

export type ThingsResult =
  /** null: nobody said. */
  | { readonly ok: true; readonly things: VpcThings | null }
  | { readonly ok: false; readonly code: number; readonly text: string };

/** <sysexits.h> */
const EX_USAGE = 64;
const EX_UNAVAILABLE = 69;

export async function vpcThings(
  { subnets, tunnels, bgpPeers, routeTables }: VpcCounts,
  ask: string | boolean | undefined,
): Promise<ThingsResult> {
  const said = [subnets, tunnels, bgpPeers, routeTables].some((count) => count !== undefined);
  if (ask === undefined || ask === false) {
    if (!said) return { ok: true, things: null };
    return {
      ok: true,
      things: {
        ...NO_THINGS,
        SubnetId: made(subnets, (id) => ({ SubnetId: id })),
        TunnelIpAddress: made(tunnels, (id) => ({ VpnId: id, TunnelIpAddress: id })),
        BgpPeerId: made(bgpPeers, (id) => ({ VirtualInterfaceId: id, BgpPeerId: id })),
        RouteTableId: made(routeTables, (id) => ({ RouteTableId: id })),
      },
    };
  }
  if (said) return { ok: false, code: EX_USAGE, text: '--ask counts by itself: leave --subnets, --tunnels … out.' };
  const asked = await askVpc({ url: ask === true ? DEFAULT_URL : ask, timeout: '10' });
  if (!asked.ok) return { ok: false, code: asked.code === 'usage' ? EX_USAGE : EX_UNAVAILABLE, text: asked.text };
  return { ok: true, things: thingsOf(vpcPeriod(asked.vpc, asked.now)) };
}

const made = (count: number | undefined, thing: (id: string) => VpcThing): VpcThing[] =>
  Array.from({ length: count ?? 0 }, (_, index) => thing(String(index + 1)));

/** "6 subnets, 4 tunnels": what was counted; empty when there is nothing. */
export function thingWords(things: VpcThings | null): string {
  const { SubnetId, TunnelIpAddress, BgpPeerId, RouteTableId } = things ?? NO_THINGS;
  const words = (count: number, one: string): string[] =>
    count === 0 ? [] : [`${count.toLocaleString('en-US')} ${one}${count === 1 ? '' : 's'}`];
  return [
    ...words(SubnetId.length, 'subnet'),
    ...words(TunnelIpAddress.length, 'tunnel'),
    ...words(BgpPeerId.length, 'BGP session'),
    ...words(RouteTableId.length, 'route table'),
  ].join(', ');
}
