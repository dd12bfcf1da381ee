/** Address space: each CIDR of the VPC, each subnet with its share, what is free and where it leads; public quotas. */
import { counted, formatCount, formatRatio } from '../../../measure/units.ts';
import type { QuotaView, SubnetView, VpcCidrView, VpcView } from '../../../verdict/vpc-view.ts';
import type { Context } from '../context.ts';
import { glyph, glyphAlone } from '../glyph.ts';
import { type Html, html } from '../html.ts';
import { partNotice } from './parts.ts';
import { anchor, condition, folded, ident, restLine, shareBar, stateCounts } from './thing.ts';

export function vpcSpace(context: Context, vpc: VpcView): Html {
  const { query, now } = context;
  const used = vpc.subnets.flatMap(({ use }) => use ?? []);
  const sorted = [...vpc.subnets].sort((a, b) => (b.use?.ratio ?? -1) - (a.use?.ratio ?? -1));
  const { shown, left } = folded(sorted, ({ use }) => use?.state ?? null, query.openAll);
  const { usageDegraded, usageDown } = vpc.limits;
  return html`<section data-part="vpc-space" data-hold="" aria-labelledby="space"><div class="section-head"><h2 id="space">Address space</h2>${used.length > 0 && stateCounts(used, 'subnet')}</div>
${partNotice(vpc, ['subnets', 'ipam', 'addresses'], now)}
${vpc.cidrs.length > 0 && html`<ul class="facts">${vpc.cidrs.map(cidrLine)}</ul>`}
${
  vpc.subnets.length === 0
    ? none(vpc)
    : html`<ul class="card things"><li class="thing heads" aria-hidden="true"><span class="what">Subnet</span><span class="figures-of"><span></span><span class="share-of">used</span><span class="free">free</span></span><span class="how">trend</span></li>${shown.map((subnet) => subnetLine(subnet, vpc, now))}${restLine(context, left, vpc.subnets.length, 'subnets')}</ul>
<p class="legend">The longer, the fuller; the worse, the taller. Lines stand at ${formatRatio(usageDegraded)} and ${formatRatio(usageDown)}. The five addresses that AWS keeps of each subnet are left out.</p>`
}
${vpc.quotas.length > 0 && html`<ul class="card things">${vpc.quotas.map((quota) => quotaLine(quota, vpc))}</ul>`}</section>`;
}

const none = ({ parts }: VpcView): Html | false =>
  parts.some(({ name, status }) => name === 'subnets' && status === 'ok') &&
  html`<p class="card none">AWS tells of no subnet in this VPC.</p>`;

function cidrLine({ cidr, family, allocated, used, total, ipam }: VpcCidrView): Html {
  const words = [
    allocated === null ? null : `${formatRatio(allocated)} of it in subnets`,
    used === null || total === null ? null : `${formatCount(used)} of ${formatCount(total)} addresses used`,
    family === 6 && allocated === null ? 'IPv6, for information' : null,
    ipamWords(ipam),
  ].filter((one) => one !== null);
  return html`<li><b class="mono">${cidr}</b> <span class="dim">${words.join(', ')}</span></li>`;
}

/** What IPAM finds wrong; what it finds right is nobody's concern. */
function ipamWords(ipam: SubnetView['ipam']): string | null {
  const found = [ipam?.compliance, ipam?.overlap].filter((one) => one === 'noncompliant' || one === 'overlapping');
  return found.length === 0 ? null : `IPAM: ${found.join(', ')}`;
}

function subnetLine(subnet: SubnetView, vpc: VpcView, now: number): Html {
  const { use } = subnet;
  const about = [
    ...[subnet.cidr, ...subnet.ipv6Cidrs].filter((cidr) => cidr !== ''),
    subnet.availabilityZone,
    subnet.own ? 'this agent’s' : null,
    subnet.sharedBy === null ? null : `shared by ${subnet.sharedBy}`,
    ipamWords(subnet.ipam),
  ].filter((one) => one !== null);
  const name = html`<p class="what">${ident(subnet)}</p>`;
  if (use === null) {
    return html`<li class="thing" id="${anchor(subnet.id)}">${glyph('note')}${name}<p class="how">AWS counts no addresses here</p><p class="about">${about.join(' · ')}</p></li>`;
  }
  const trend = html`<span data-c="trend"${use.exhaustedInMs !== null && html` class="near"`}>${use.trend}</span>`;
  const told = use.reasons.some(({ text }) => text.includes('full in'));
  return html`<li class="thing v-${use.state}" id="${anchor(subnet.id)}" data-v="${subnet.id}">${glyphAlone(use.state)}${name}
<p class="figures-of">${shareBar(use.ratio, use.state, [vpc.limits.usageDegraded, vpc.limits.usageDown], 'bar')}<span class="share-of"><b data-c="use">${formatRatio(use.ratio)}</b></span><span class="free"><span data-c="free">${formatCount(use.free)}</span> free</span></p>
${use.state === 'up' ? html`<p class="how dim">${trend} · ${about.join(' · ')}</p>` : html`<p class="how">${condition(use, now)}${!told && html`; ${trend}`}</p><p class="about">${about.join(' · ')}</p>`}</li>`;
}

function quotaLine({ id, name, used, total, state }: QuotaView, { limits }: VpcView): Html {
  const ratio = total > 0 ? used / total : 0;
  return html`<li class="thing v-${state}" id="${anchor(id)}">${glyphAlone(state)}<p class="what"><b><bdi>${name}</bdi></b></p>
<p class="figures-of">${shareBar(ratio, state, [limits.usageDegraded, limits.usageDown])}<span class="share-of"><b>${formatRatio(ratio)}</b></span><span class="free">${formatCount(Math.max(0, total - used))} free</span></p><p class="how">${state === 'up' ? html`<span class="dim">of ${counted(total, 'address').replace('addresss', 'addresses')}</span>` : html`<b class="t-${state}">${state}</b>, ${formatCount(used)} of ${formatCount(total)} used`}</p></li>`;
}
