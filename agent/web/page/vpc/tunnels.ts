/** VPN: each connection, and of those that are not well both tunnels. One of two is "no redundancy". */
import { counted, formatCount } from '../../../measure/units.ts';
import type { TunnelView, VpcView, VpnView } from '../../../verdict/vpc-view.ts';
import type { Context } from '../context.ts';
import { glyph, glyphAlone } from '../glyph.ts';
import { type Html, html, join } from '../html.ts';
import { lasting, time } from '../time.ts';
import { isDark, partNotice } from './parts.ts';
import { anchor, condition, folded, ident, restLine, stateCounts } from './thing.ts';

const GATEWAYS: Readonly<Record<VpnView['gateway']['kind'], string>> = {
  vgw: 'virtual private gateway',
  tgw: 'transit gateway',
  'core-network': 'Cloud WAN',
  unknown: 'gateway',
};

export function vpcTunnels(context: Context, vpc: VpcView): Html {
  const { query, now } = context;
  const tunnels = vpc.vpns.flatMap((vpn) => vpn.tunnels);
  const { shown, left } = folded(vpc.vpns, ({ state }) => state, query.openAll);
  return html`<section data-part="vpc-tunnels" data-hold="" aria-labelledby="tunnels"><div class="section-head"><h2 id="tunnels">VPN tunnels</h2>${tunnels.length > 0 && stateCounts(tunnels, 'tunnel')}</div>
${partNotice(vpc, ['tunnels'], now)}
${
  vpc.vpns.length === 0
    ? !isDark(vpc, 'tunnels') && html`<p class="card none">${gatewayWords(vpc)}</p>`
    : html`<ul class="card things">${shown.map((vpn) => vpnLine(vpn, now))}${restLine(context, left, vpc.vpns.length, 'connections')}</ul>`
}</section>`;
}

/** Why there may be none. */
function gatewayWords({ virtualGateways, transitGatewayAttachments, parts, sharedBy }: VpcView): string {
  if (parts.some(({ name, status }) => name === 'tunnels' && status === 'off')) return 'Tunnels are not asked for.';
  if (!parts.some(({ name, at }) => name === 'tunnels' && at !== null)) return 'Nothing is known of tunnels.';
  const gateways = [
    ...virtualGateways.map(({ id }) => id),
    ...transitGatewayAttachments.map((one) => one.transitGatewayId),
  ];
  if (gateways.length === 0 && sharedBy !== null) {
    return `Gateways of a shared VPC, and the VPN connections that end at them, are seen by account ${sharedBy} alone.`;
  }
  return gateways.length === 0
    ? 'Neither a virtual private gateway nor a transit gateway is attached: no VPN ends here.'
    : `No VPN connection that this account sees ends at ${gateways.join(', ')}.`;
}

function vpnLine(vpn: VpnView, now: number): Html {
  const { gateway, customerGatewayId, routing, awsState } = vpn;
  const about = [
    `${routing === 'bgp' ? 'BGP' : 'static routes'}`,
    html`${GATEWAYS[gateway.kind]} <span class="mono">${gateway.id ?? 'unknown'}</span>`,
    customerGatewayId === null ? null : html`customer gateway <span class="mono">${customerGatewayId}</span>`,
    awsState === 'available' ? null : html`AWS says <b>${awsState}</b>`,
  ].filter((one) => one !== null);
  const quiet = vpn.state === 'up';
  return html`<li class="thing v-${vpn.state}" id="${anchor(vpn.id)}">${glyphAlone(vpn.state)}<p class="what">${ident(vpn)}</p>
<p class="how wide-how">${quiet ? quietWords(vpn, now) : condition(vpn, now)}</p><p class="about">${join(about, ' · ')}</p>
${!quiet && vpn.tunnels.length > 0 && html`<ul class="inner">${vpn.tunnels.map((tunnel) => tunnelLine(tunnel, now))}</ul>`}</li>`;
}

function quietWords({ tunnels, since }: VpnView, now: number): Html {
  const routes = tunnels.map(({ acceptedRoutes }) => acceptedRoutes ?? 0);
  const changes = tunnels.reduce((sum, tunnel) => sum + tunnel.changes, 0);
  return html`<span class="dim">up for ${lasting(since, now)}: <span class="mono">${tunnels.map(({ outsideAddress }) => outsideAddress).join(', ')}</span>${routes.some((count) => count > 0) && `, ${routes.map(formatCount).join(' and ')} routes`}${changes > 0 && `, ${counted(changes, 'change')} seen`}</span>`;
}

function tunnelLine(tunnel: TunnelView, now: number): Html {
  const { outsideAddress, state, status, message, acceptedRoutes, changedAt, changes } = tunnel;
  const word =
    state === 'unknown'
      ? html`<b class="t-unknown">unknown</b>: AWS says ${status}`
      : html`<b class="t-${state}">${state}</b>`;
  const facts = [
    message === null || message === '' ? null : html`${message}`,
    acceptedRoutes === null ? null : html`${counted(acceptedRoutes, 'route')} accepted`,
    changedAt === null ? null : html`changed ${time(changedAt, now)}, ${lasting(changedAt, now)} ago`,
    changes === 0 ? null : html`${counted(changes, 'change')} seen`,
  ].filter((one) => one !== null);
  return html`<li>${glyph(state)} <b class="mono">${outsideAddress}</b> ${word}${facts.length > 0 && html` <span class="dim">${join(facts, ' · ')}</span>`}</li>`;
}
