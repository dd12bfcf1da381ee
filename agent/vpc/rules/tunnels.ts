/** Rules about Site-to-Site VPN. */
import { counted } from '../../measure/units.ts';
import { listed } from '../routes.ts';
import { DOCS, isAvailable, type Rule } from './rule.ts';

/** What fits through a tunnel of Site-to-Site VPN (VPN User Guide: MTU 1446 with the usual algorithms). */
export const VPN_MTU = 1446;

export const TUNNEL_RULES: readonly Rule[] = [
  {
    id: 'R03',
    title: 'A VPN carries less than expected',
    severity: 'warning',
    remedy: 'clamp the TCP MSS to 1406 at the customer gateway, or lower expect.mtu: tunnels do no path MTU discovery',
    link: `${DOCS.vpn}/cgw-best-practice.html`,
    find: ({ view: { siteWays }, sites }) =>
      siteWays.flatMap(({ site, link }) => {
        const mtu = sites.find(({ name }) => name === site)?.expect.mtu ?? null;
        if (link !== 'vpn' || mtu === null || mtu <= VPN_MTU) return [];
        return [
          { subject: site, text: `${site} is expected to take packets of ${mtu} bytes; a VPN tunnel takes ${VPN_MTU}` },
        ];
      }),
  },
  {
    id: 'R07',
    title: 'A single tunnel in use',
    severity: 'warning',
    remedy: 'bring up the second tunnel at the customer gateway: AWS replaces endpoints for maintenance, one at a time',
    link: `${DOCS.vpn}/vpn-redundant-connection.html`,
    find: ({ view: { vpns } }) =>
      vpns.filter(isAvailable).flatMap(({ id, name, tunnels }) => {
        const up = tunnels.filter(({ state }) => state === 'up');
        const down = tunnels.filter(({ state }) => state === 'down');
        if (up.length !== 1 || down.length === 0) return [];
        const text = `${name ?? id} runs over ${up[0]?.outsideAddress} alone; ${listed(down.map(({ outsideAddress }) => outsideAddress))} is down`;
        return [{ subject: id, text }];
      }),
  },
  {
    id: 'R13',
    title: 'Static routing over VPN',
    severity: 'info',
    remedy: 'use BGP where the customer gateway can: a static tunnel that is up says nothing of what lies behind it',
    link: `${DOCS.vpn}/VPNRoutingTypes.html`,
    find: ({ view: { vpns } }) =>
      vpns
        .filter((vpn) => isAvailable(vpn) && vpn.routing === 'static')
        .map(({ id, name }) => ({ subject: id, text: `${name ?? id} routes statically` })),
  },
  {
    id: 'R14',
    title: 'BGP is up and brings no route',
    severity: 'warning',
    remedy: 'see what the customer gateway announces, and its filters',
    link: `${DOCS.vpn}/VPNRoutingTypes.html`,
    find: ({ view: { vpns } }) =>
      vpns
        .filter((vpn) => isAvailable(vpn) && vpn.routing === 'bgp')
        .flatMap(({ id, name, tunnels }) =>
          tunnels
            .filter(({ state, acceptedRoutes }) => state === 'up' && acceptedRoutes === 0)
            .map(({ outsideAddress }) => ({
              subject: id,
              text: `tunnel ${outsideAddress} of ${name ?? id} is up and has accepted no route`,
            })),
        ),
  },
  {
    id: 'R20',
    title: 'All VPN connections end at one customer gateway',
    severity: 'info',
    remedy: 'add a connection to a second customer gateway device: both tunnels of one end at the same one',
    link: `${DOCS.vpn}/vpn-redundant-connection.html`,
    find: ({ view: { vpns, virtualInterfaces, vpcId } }) => {
      const used = vpns.filter(isAvailable);
      const devices = new Set(used.map(({ customerGatewayId }) => customerGatewayId));
      const [device] = devices;
      if (used.length === 0 || devices.size !== 1 || device == null || virtualInterfaces.length > 0) return [];
      const text = `${counted(used.length, 'VPN connection')} of ${vpcId} ${used.length === 1 ? 'ends' : 'end'} at ${device}: when it fails, nothing else reaches the VPC`;
      return [{ subject: device, text }];
    },
  },
];
