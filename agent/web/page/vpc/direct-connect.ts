/** Direct Connect: virtual interfaces with their BGP sessions, LAGs with their members, gateways of other accounts. */
import { counted, formatCount } from '../../../measure/units.ts';
import type {
  BgpPeerView,
  DirectConnectGatewayView,
  LagView,
  VirtualInterfaceView,
  VpcView,
} from '../../../verdict/vpc-view.ts';
import type { Context } from '../context.ts';
import { glyph, glyphAlone } from '../glyph.ts';
import { type Html, html, join } from '../html.ts';
import { isDark, partNotice } from './parts.ts';
import { anchor, condition, folded, ident, restLine, shareBar, stateCounts, stateWords } from './thing.ts';

export function vpcDirectConnect(context: Context, vpc: VpcView): Html {
  const { query, now } = context;
  const { virtualInterfaces, lags, directConnectGateways, limits } = vpc;
  const peers = virtualInterfaces.flatMap((one) => one.peers);
  const { shown, left } = folded(virtualInterfaces, ({ state }) => state, query.openAll);
  return html`<section data-part="vpc-dx" data-hold="" aria-labelledby="dx"><div class="section-head"><h2 id="dx">Direct Connect</h2>${peers.length > 0 && stateCounts(peers, 'BGP session')}</div>
${partNotice(vpc, ['direct-connect'], now)}
${
  virtualInterfaces.length + lags.length + directConnectGateways.length === 0
    ? !isDark(vpc, 'direct-connect') && html`<p class="card none">${noneWords(vpc)}</p>`
    : html`<ul class="card things">${shown.map((one) => interfaceLine(one, limits.routesDegraded, now))}${restLine(context, left, virtualInterfaces.length, 'interfaces')}${lags.map((one) => lagLine(one, now))}${directConnectGateways.map(gatewayLine)}</ul>`
}</section>`;
}

function noneWords({ parts }: VpcView): string {
  const part = parts.find(({ name }) => name === 'direct-connect');
  if (part === undefined || part.status === 'off') return 'Direct Connect is not asked for.';
  return part.at === null
    ? 'Nothing is known of Direct Connect.'
    : 'No Direct Connect that this account sees reaches this VPC.';
}

function interfaceLine(one: VirtualInterfaceView, nearlyFull: number, now: number): Html {
  const about = [
    html`${one.type} by ${one.via.kind === 'dxgw' ? 'Direct Connect gateway' : one.via.kind === 'vgw' ? 'virtual private gateway' : 'unknown gateway'}${one.via.id !== null && html` <span class="mono">${one.via.id}</span>`}`,
    one.location,
    one.lagId ?? one.connectionId,
    one.vlan === null ? null : `VLAN ${one.vlan}`,
    one.mtu === null ? null : `MTU ${one.mtu}${one.jumbo === true && one.mtu <= 1500 ? ' (jumbo possible)' : ''}`,
    one.siteLink === true ? 'SiteLink' : null,
    one.awsState === 'available' ? null : html`AWS says <b>${one.awsState}</b>`,
  ].filter((fact) => fact !== null);
  const quiet = one.state === 'up';
  return html`<li class="thing v-${one.state}" id="${anchor(one.id)}">${glyphAlone(one.state)}<p class="what">${ident(one)}</p>
<p class="how wide-how">${quiet ? html`<span class="dim">up: ${one.peers.map(quietPeer).join(', ') || 'no BGP session'}</span>` : condition(one, now)}</p><p class="about">${join(about, ' · ')}</p>
${!quiet && one.peers.length > 0 && html`<ul class="inner">${one.peers.map((peer) => peerLine(peer, nearlyFull, now))}</ul>`}</li>`;
}

const family = (peer: BgpPeerView): string => (peer.family === null ? 'BGP' : `BGP IPv${peer.family}`);

function quietPeer(peer: BgpPeerView): string {
  const { prefixesAccepted, prefixLimit } = peer;
  return `${family(peer)}${prefixesAccepted === null ? '' : ` ${formatCount(prefixesAccepted)}/${formatCount(prefixLimit)} prefixes`}`;
}

function peerLine(peer: BgpPeerView, nearlyFull: number, now: number): Html {
  const { state, status, since, device, asn, prefixesAccepted, prefixesAdvertised, prefixLimit, peerState } = peer;
  const near = prefixesAccepted !== null && prefixesAccepted >= prefixLimit * nearlyFull;
  const facts = [
    prefixesAccepted === null
      ? null
      : `${formatCount(prefixesAccepted)} of ${formatCount(prefixLimit)} prefixes accepted`,
    prefixesAdvertised === null ? null : `${formatCount(prefixesAdvertised)} advertised`,
    device,
    asn === null ? null : `AS ${asn}`,
    peerState === null || peerState === 'available' ? null : `AWS says ${peerState}`,
  ].filter((fact) => fact !== null);
  const word =
    state === 'unknown' ? html`<b class="t-unknown">unknown</b>: AWS says ${status}` : stateWords(state, since, now);
  return html`<li>${glyph(state)} <b>${family(peer)}</b> ${word} ${prefixesAccepted !== null && shareBar(prefixesAccepted / Math.max(1, prefixLimit), near ? 'degraded' : 'up', [nearlyFull])}<span class="dim">${facts.join(' · ')}</span></li>`;
}

function lagLine(lag: LagView, now: number): Html {
  const up = lag.connections.filter(({ awsState }) => awsState === 'available').length;
  const about = [
    lag.location,
    lag.device,
    `needs ${counted(lag.minimumLinks, 'link')}`,
    lag.awsState === 'available' ? null : `AWS says ${lag.awsState}`,
  ].filter((fact) => fact !== null);
  return html`<li class="thing v-${lag.state}" id="${anchor(lag.id)}">${glyphAlone(lag.state)}<p class="what">${ident(lag)}</p>
<p class="how wide-how">${lag.state === 'up' ? html`<span class="dim">LAG up: ${up} of ${counted(lag.connections.length, 'link')}</span>` : condition(lag, now)}</p><p class="about">LAG · ${about.join(' · ')}</p>
${lag.state !== 'up' && html`<ul class="inner links">${lag.connections.map(({ id, awsState }) => html`<li>${glyph(awsState === 'available' ? 'up' : awsState === 'down' ? 'down' : 'unknown')} <span class="mono">${id}</span> ${awsState}</li>`)}</ul>`}</li>`;
}

function gatewayLine({ id, ownedBy, associationState, via, allowedPrefixes }: DirectConnectGatewayView): Html {
  const well = associationState === 'associated';
  return html`<li class="thing">${glyph('note')}<p class="what">Direct Connect gateway <span class="mono dim">${id}</span></p>
<p class="how wide-how">${well ? html`<span class="dim">associated</span>` : html`AWS says <b>${associationState}</b>`}${via.id !== null && html` <span class="dim">with <span class="mono">${via.id}</span></span>`}</p><p class="about">${ownedBy === null ? 'owned here' : `owned by account ${ownedBy}: its interfaces are seen only there`}${allowedPrefixes.length > 0 && html` · allows <span class="mono">${allowedPrefixes.slice(0, 6).join(', ')}</span>${allowedPrefixes.length > 6 && ` and ${allowedPrefixes.length - 6} more`}`}</p></li>`;
}
