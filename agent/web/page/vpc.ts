/**
 * `/vpc`: the VPC as AWS's control plane tells it. What is not well stands first, then a section a layer: address
 * space, tunnels, Direct Connect, routes, and what the rules found. What is well is one quiet line; what this account
 * may not see is `unknown` and says what grants it.
 */
import { formatCount } from '../../measure/units.ts';
import type { Snapshot } from '../../verdict/snapshot.ts';
import type { VpcView } from '../../verdict/vpc-view.ts';
import { VPC_OFF, vpcTroubles } from '../../verdict/vpc-words.ts';
import type { Body, Context, View } from './context.ts';
import { glyph, glyphAlone } from './glyph.ts';
import { type Html, html } from './html.ts';
import { vpcDirectConnect } from './vpc/direct-connect.ts';
import { vpcFindings } from './vpc/findings.ts';
import { partList, partNotice } from './vpc/parts.ts';
import { vpcRoutes } from './vpc/routes.ts';
import { vpcSpace } from './vpc/space.ts';
import { anchor, ident, stateWords } from './vpc/thing.ts';
import { vpcTunnels } from './vpc/tunnels.ts';

function draw(context: Context): Body {
  const { vpc } = context.snapshot;
  return {
    status: 200,
    title: vpc ? `VPC ${vpc.state}` : 'VPC',
    everySeconds: 15,
    main: vpc ? drawVpc(context, vpc) : notAsked(),
  };
}

const notAsked = (): Html => html`<h1>VPC</h1>
<p class="card none first">${VPC_OFF} On an instance with a role it is on by itself; elsewhere say which VPC is meant: <code>vpc: { enabled: on, id: vpc-…, region: … }</code>. What it needs to be allowed is in <code>packaging/cloudformation/iam.yaml</code>.</p>`;

function drawVpc(context: Context, vpc: VpcView): Html {
  return html`${head(context, vpc)}${troubleList(context, vpc)}
${vpcSpace(context, vpc)}
${vpcTunnels(context, vpc)}
${vpcDirectConnect(context, vpc)}
${vpcRoutes(context, vpc)}
${vpcFindings(vpc)}
${partList(context, vpc)}`;
}

function head({ now }: Context, vpc: VpcView): Html {
  const about = [
    vpc.region,
    vpc.accountId === null ? null : `account ${vpc.accountId}`,
    vpc.sharedBy === null ? null : `shared by account ${vpc.sharedBy}: it tells only of what was shared`,
  ].filter((one) => one !== null);
  return html`<div class="page-head" data-part="subject"><h1>${glyphAlone(vpc.state)} <bdi>${vpc.name ?? vpc.vpcId}</bdi> <span class="since">${vpc.state}</span></h1>
<p class="dim">${vpc.name !== null && html`<span class="mono">${vpc.vpcId}</span> · `}${about.join(' · ')}</p>
${vpc.summary !== '' && html`<p class="card whole v-${vpc.state}">${glyph(vpc.state)} <span>${vpc.summary}</span></p>`}${partNotice(vpc, ['subnets', 'ipam', 'addresses', 'tunnels', 'direct-connect', 'routes'], now, true)}</div>`;
}

/** Lines before the rest is only counted: the sections have them all. */
const MOST = 8;

function troubleList({ now }: Context, vpc: VpcView): Html {
  const troubles = vpcTroubles(vpc, now).filter(({ kind }) => kind !== 'part');
  const more = troubles.length - MOST;
  return html`<div data-part="vpc-troubles" data-hold="">${
    troubles.length > 0 &&
    html`<div class="section-head"><h2>Not well</h2><p>the worse first</p></div><ul class="card things">${troubles
      .slice(0, MOST)
      .map(
        (one) =>
          html`<li class="thing brief">${glyph(one.state)}<p class="what"><a href="#${anchor(one.id)}">${ident(one)}</a></p><p class="how">${stateWords(one.state, one.since, now)}${one.text !== '' && html`, ${one.text}`}</p></li>`,
      )}${more > 0 && html`<li class="rest">and ${formatCount(more)} more below</li>`}</ul>`
  }</div>`;
}

export const vpc: View = {
  segment: 'vpc',
  named: false,
  nav: { word: 'VPC', letter: 'v' },
  inNav: ({ vpc: view }: Snapshot) => view !== null && view !== undefined,
  usualRange: () => '24h',
  draw,
};
