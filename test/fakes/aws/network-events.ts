/** Events as AWS documents them: Network Manager's in both forms of keys, AWS Health's. */

const ARN = 'arn:aws:ec2:us-west-2:111122223333';

const envelope = (detailType: string, resources: readonly string[], detail: unknown) => ({
  version: '0',
  id: '65dd1a8c-8f9a-4f0e-9c3d-3f9d6d0c5f2e',
  'detail-type': detailType,
  source: 'aws.networkmanager',
  account: '111122223333',
  time: '2026-11-28T09:31:05Z',
  region: 'us-west-2',
  resources,
  detail,
});

const GLOBAL = 'arn:aws:networkmanager::111122223333:global-network/global-network-0a1b';

export const IPSEC_DOWN = envelope('Network Manager Status Update', [GLOBAL, `${ARN}:vpn-connection/vpn-1`], {
  changeType: 'VPN-CONNECTION-IPSEC-DOWN',
  changeDescription: 'IPsec for a VPN connection has gone down.',
  region: 'us-west-2',
  transitGatewayAttachmentArn: `${ARN}:transit-gateway-attachment/tgw-attach-1`,
  vpnConnectionArn: `${ARN}:vpn-connection/vpn-1`,
  outsideIpAddress: '35.84.102.207',
  transitGatewayArn: `${ARN}:transit-gateway/tgw-1`,
});

/** The form of 2019. */
export const BGP_ESTABLISHED_KEBAB = envelope(
  'Network Manager Status Update',
  [GLOBAL, `${ARN}:vpn-connection/vpn-1`],
  {
    'change-type': 'VPN-CONNECTION-BGP-ESTABLISH',
    'change-description': 'BGP for a VPN connection has been established.',
    region: 'us-west-2',
    'transit-gateway-attachment-arn': `${ARN}:transit-gateway-attachment/tgw-attach-1`,
    'vpn-connection-arn': `${ARN}:vpn-connection/vpn-1`,
    'outside-ip-address': '35.84.102.207',
    'transit-gateway-arn': `${ARN}:transit-gateway/tgw-1`,
  },
);

export const CONNECT_PEER_DOWN = envelope('Network Manager Status Update', [GLOBAL], {
  changeType: 'CONNECT_PEER_BGP_DOWN',
  changeDescription: 'BGP for a Connect peer has gone down.',
  region: 'us-west-2',
  connectPeerArn: `${ARN}:transit-gateway-connect-peer/tgw-connect-peer-1`,
  transitGatewayArn: `${ARN}:transit-gateway/tgw-1`,
});

export const routes = (change: 'INSTALLED' | 'UNINSTALLED', count: number) =>
  envelope('Network Manager Routing Update', [GLOBAL, `${ARN}:transit-gateway/tgw-1`], {
    changeType: `TGW-ROUTE-${change}`,
    changeDescription: `Routes in one or more Transit Gateway route tables have been ${change.toLowerCase()}.`,
    region: 'us-west-2',
    transitGatewayRouteTableArns: [`${ARN}:transit-gateway-route-table/tgw-rtb-1`],
    sequenceNumber: 1_574_361_829_000,
    routes: Array.from({ length: count }, (_, i) => ({
      destinationCidrBlock: `10.20.${i}.0/24`,
      attachments: [{ tgwAttachmentId: 'tgw-attach-1', resourceId: 'vpn-1', attachmentType: 'vpn' }],
      routeType: 'route_propagated',
      routeState: 'active',
      propagatedRouteFamily: 'bgp',
    })),
    transitGatewayArn: `${ARN}:transit-gateway/tgw-1`,
  });

export const TOPOLOGY = envelope('Network Manager Topology Change', [GLOBAL, `${ARN}:transit-gateway/tgw-1`], {
  changeType: 'DXGW-ATTACHMENT-DELETED',
  changeDescription: 'A Direct Connect gateway attachment has been deleted.',
  region: 'us-west-2',
  dxGatewayArn: 'arn:aws:directconnect::111122223333:dx-gateway/5f294f92',
  transitGatewayArn: `${ARN}:transit-gateway/tgw-1`,
});

export const MAINTENANCE = {
  version: '0',
  id: '7bf73129-1428-4cd3-a780-95db273d1602',
  'detail-type': 'AWS Health Event',
  source: 'aws.health',
  account: '111122223333',
  time: '2026-11-28T09:31:05Z',
  region: 'ap-southeast-2',
  resources: ['dxvif-ffaaaaaa'],
  detail: {
    eventArn: 'arn:aws:health:ap-southeast-2::event/DIRECTCONNECT/AWS_DIRECTCONNECT_MAINTENANCE_SCHEDULED/1',
    service: 'DIRECTCONNECT',
    eventTypeCode: 'AWS_DIRECTCONNECT_MAINTENANCE_SCHEDULED',
    eventTypeCategory: 'scheduledChange',
    statusCode: 'upcoming',
    startTime: 'Tue, 01 Dec 2026 02:00:00 GMT',
    endTime: 'Tue, 01 Dec 2026 06:00:00 GMT',
    eventDescription: [{ language: 'en_US', latestDescription: 'Planned maintenance has been scheduled.' }],
    affectedEntities: [{ entityValue: 'dxvif-ffaaaaaa' }, { entityValue: 'dxvif-ffbbbbbb' }],
  },
};
