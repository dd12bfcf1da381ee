/** The samples of the VPC. A part that AWS does not tell, or told too long ago, has none. */
import type { Snapshot, State } from '../verdict/snapshot.ts';
import type { BgpPeerView, RouteTableView, SubnetView, TunnelView, VpcPartName, VpcView } from '../verdict/vpc-view.ts';
import { isTold } from '../verdict/vpc-words.ts';
import { label, type Sample, seconds } from './exposition.ts';
import { isUp, peerName } from './vpc-period.ts';

type VpcSamples = (snapshot: Snapshot) => Sample[];
type Labelled = readonly (readonly [more: string, value: number | null])[];

const STATES: readonly State[] = ['up', 'degraded', 'down', 'unknown'];
const SEVERITIES = ['info', 'warning', 'error'] as const;

const of =
  (samples: (vpc: VpcView, now: number) => Sample[]): VpcSamples =>
  ({ vpc, at }) =>
    vpc ? samples(vpc, at) : [];

const each =
  <T>(part: VpcPartName, things: (vpc: VpcView) => readonly (readonly [T, string])[]) =>
  (values: (thing: T) => Labelled): VpcSamples =>
    of((vpc, now) =>
      isTold(vpc, part, now)
        ? things(vpc).flatMap(([thing, labels]) =>
            values(thing).map(([more, value]): Sample => ['', more === '' ? labels : `${labels},${more}`, value]),
          )
        : [],
    );

const single =
  <T>(value: (thing: T) => number | null) =>
  (thing: T): Labelled => [['', value(thing)]];

const subnets = each<SubnetView>('subnets', (vpc) =>
  vpc.subnets.map((subnet) => [subnet, label('subnet_id', subnet.id)]),
);
const quotas = each<VpcView['quotas'][number]>('addresses', (vpc) =>
  vpc.quotas.map((quota) => [quota, label('quota', quota.name)]),
);
const tunnels = each<TunnelView>('tunnels', (vpc) =>
  vpc.vpns.flatMap(({ id, tunnels: both }) =>
    both.map(
      (tunnel) => [tunnel, `${label('vpn_id', id)},${label('tunnel_ip_address', tunnel.outsideAddress)}`] as const,
    ),
  ),
);
const peers = each<BgpPeerView>('direct-connect', (vpc) =>
  vpc.virtualInterfaces.flatMap(({ id, peers: sessions }) =>
    sessions.map((peer, index) => {
      const labels = [
        label('virtual_interface_id', id),
        label('bgp_peer_id', peerName(peer, index)),
        label('family', peer.family === null ? '' : `ipv${peer.family}`),
      ];
      return [peer, labels.join(',')] as const;
    }),
  ),
);
const lags = each<VpcView['lags'][number]>('direct-connect', (vpc) =>
  vpc.lags.map((lag) => [lag, label('lag_id', lag.id)]),
);
const tables = each<RouteTableView>('routes', (vpc) =>
  vpc.routeTables.map((table) => [table, label('route_table_id', table.id)]),
);

export const VPC_SAMPLES = {
  VpcState: of((vpc) => STATES.map((state) => ['', label('state', state), state === vpc.state ? 1 : 0])),
  SubnetIpUsage: subnets(single(({ use }) => use?.ratio ?? null)),
  SubnetTimeToExhaustion: subnets(single(({ use }) => seconds(use?.exhaustedInMs))),
  SubnetAddressesFree: subnets(single(({ use }) => use?.free ?? null)),
  SubnetInfo: subnets(({ name, cidr, availabilityZone }) => [
    [[label('name', name ?? ''), label('cidr', cidr), label('availability_zone', availabilityZone ?? '')].join(','), 1],
  ]),
  AddressQuotaUsage: quotas(single(({ used, total }) => (total > 0 ? used / total : null))),
  TunnelState: tunnels(single(({ state }) => isUp(state))),
  TunnelAcceptedRoutes: tunnels(single(({ acceptedRoutes }) => acceptedRoutes)),
  TunnelChanges: tunnels(single(({ changes }) => changes)),
  BgpPeerState: peers(single(({ state }) => isUp(state))),
  BgpPrefixes: peers(({ prefixesAccepted, prefixesAdvertised }) => [
    [label('direction', 'accepted'), prefixesAccepted],
    [label('direction', 'advertised'), prefixesAdvertised],
  ]),
  BgpPrefixLimit: peers(single(({ prefixLimit }) => prefixLimit)),
  LagLinksUp: lags(single(({ connections }) => connections.filter(({ awsState }) => awsState === 'available').length)),
  LagMinimumLinks: lags(single(({ minimumLinks }) => minimumLinks)),
  PropagatedRoutes: tables(single(({ propagated }) => propagated)),
  PropagatedRouteLimit: tables(single(({ propagatedLimit }) => propagatedLimit)),
  StaticRoutes: tables(single(({ statics }) => statics)),
  BlackholeRoutes: tables(single(({ blackholes }) => blackholes.length)),
  VpcFindings: of(({ findings }) =>
    SEVERITIES.map((severity) => [
      '',
      label('severity', severity),
      findings.filter((finding) => !finding.silenced && finding.severity === severity).length,
    ]),
  ),
  VpcPollAge: of(({ parts }, now) =>
    parts.flatMap((part): Sample[] =>
      part.status === 'off' ? [] : [['', label('part', part.name), part.at === null ? null : seconds(now - part.at)]],
    ),
  ),
  VpcCalls: of(({ calls }) => [
    ['', label('outcome', 'answered'), calls.made - calls.throttled],
    ['', label('outcome', 'throttled'), calls.throttled],
  ]),
} as const satisfies Readonly<Record<string, VpcSamples>>;
