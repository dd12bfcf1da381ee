/** The doors to EC2 and Direct Connect, the real SDK in them, before a server that answers from a world. */
import type { TestContext } from 'node:test';
import type { AwsOptions } from '../../agent/aws/connection.ts';
import { DirectConnect } from '../../agent/aws/direct-connect.ts';
import { Ec2 } from '../../agent/aws/ec2.ts';
import type { AwsFailure } from '../../agent/aws/errors.ts';
import type { DirectConnectDoor, Ec2Door, Told } from '../../agent/vpc/doors.ts';
import { ENVIRONMENT, REGION } from '../fakes/aws/cloudwatch.ts';
import { FakeAws } from '../fakes/aws/services.ts';
import { DXGW_ID, VGW_ID, VPC_ID } from '../fakes/aws/vpc-stories.ts';
import type { World } from '../fakes/aws/world.ts';

export interface VpcRig {
  readonly server: FakeAws;
  /** As the rooms that use them see them: that the classes fit is checked here. */
  readonly ec2: Ec2Door;
  readonly directConnect: DirectConnectDoor;
}

export async function vpcRig(t: TestContext, world: World, over: Partial<AwsOptions> = {}): Promise<VpcRig> {
  const server = new FakeAws(world);
  const endpoint = await server.listen();
  const fixed = { region: REGION, fips: false, proxy: null, certificates: null, imds: null };
  const options: AwsOptions = { ...fixed, endpoint, environment: ENVIRONMENT, ...over };
  const ec2 = new Ec2(options);
  const directConnect = new DirectConnect(options, options);
  t.after(async () => {
    ec2.close();
    directConnect.close();
    await server.close();
  });
  return { server, ec2, directConnect };
}

export const soon = (): AbortSignal => AbortSignal.timeout(10_000);

/** Every call of both doors, by the actions it needs. */
export const calls = ({
  ec2,
  directConnect,
}: VpcRig): readonly (readonly [actions: readonly string[], call: () => Promise<Told<unknown>>])[] => [
  [['ec2:DescribeVpcs'], () => ec2.vpc(VPC_ID, soon())],
  [['ec2:DescribeSubnets'], () => ec2.subnets(VPC_ID, soon())],
  [['ec2:DescribeRouteTables'], () => ec2.routeTables(VPC_ID, soon())],
  [['ec2:DescribeVpnGateways'], () => ec2.vpnGateways(VPC_ID, soon())],
  [['ec2:DescribeVpnConnections'], () => ec2.vpnConnections([VGW_ID], soon())],
  [['ec2:DescribeTransitGatewayAttachments'], () => ec2.transitGatewayAttachments(VPC_ID, soon())],
  [['ec2:DescribeIpams', 'ec2:GetIpamResourceCidrs'], () => ec2.ipamCidrs(VPC_ID, soon())],
  [['ec2:DescribeAddresses', 'ec2:DescribeAccountAttributes'], () => ec2.elasticIps(soon())],
  [['ec2:DescribePublicIpv4Pools'], () => ec2.publicPools(soon())],
  [['directconnect:DescribeVirtualInterfaces'], () => directConnect.virtualInterfaces(soon())],
  [['directconnect:DescribeDirectConnectGatewayAssociations'], () => directConnect.gatewayAssociations(VGW_ID, soon())],
  [['directconnect:DescribeDirectConnectGatewayAttachments'], () => directConnect.gatewayAttachments(DXGW_ID, soon())],
  [['directconnect:DescribeConnections'], () => directConnect.connections(soon())],
  [['directconnect:DescribeLags'], () => directConnect.lags(soon())],
  [['cloudwatch:GetMetricData'], () => directConnect.metrics([anInterface], soon())],
];

export const anInterface = {
  virtualInterfaceId: 'dxvif-ffaaaaaa',
  virtualInterfaceName: null,
  virtualInterfaceType: null,
  virtualInterfaceState: null,
  connectionId: null,
  location: null,
  ownerAccount: null,
  vlan: null,
  mtu: null,
  jumboFrameCapable: null,
  virtualGatewayId: null,
  directConnectGatewayId: null,
  siteLinkEnabled: null,
  bgpPeers: [],
} as const;

export function given<T>(told: Told<T>): T {
  if (!told.ok) throw new Error(JSON.stringify(told.failure));
  return told.value;
}

export function failureOf(told: Told<unknown>): AwsFailure {
  if (told.ok) throw new Error(`no failure but ${JSON.stringify(told.value).slice(0, 200)}`);
  return told.failure;
}
