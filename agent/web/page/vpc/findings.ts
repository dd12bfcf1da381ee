/** What the rules found: what is so, why it matters, where AWS says it, and how to silence it. */
import { counted } from '../../../measure/units.ts';
import type { FindingView, VpcView } from '../../../verdict/vpc-view.ts';
import { glyph } from '../glyph.ts';
import { type Html, html, join } from '../html.ts';

const SIGNS = { info: 'note', warning: 'degraded', error: 'down' } as const;
const WORDS = { info: 'Hint', warning: 'Warning', error: 'Error' } as const;
/** Nothing else is made a link of: a finding is data. */
const AWS_PAGE = /^https:\/\/([a-z0-9-]+\.)*(aws\.amazon\.com|amazonaws\.cn|repost\.aws)\//;

export function vpcFindings({ findings }: VpcView): Html {
  const loud = findings.filter(({ silenced }) => !silenced);
  const silent = findings.filter(({ silenced }) => silenced);
  return html`<section data-part="vpc-findings" data-hold="" aria-labelledby="findings"><div class="section-head"><h2 id="findings">Rules of the road</h2><p>${loud.length === 0 ? 'nothing found' : `${counted(loud.length, 'finding')}`}</p></div>
${loud.length > 0 && html`<ul class="notices">${loud.map(findingLine)}</ul><p class="legend">A rule is silenced by its id: <code>vpc: { rules: { silence: [${[...new Set(loud.map(({ id }) => id))].slice(0, 4).join(', ')}] } }</code> in the configuration.</p>`}
${
  silent.length > 0 &&
  html`<p class="legend">Silenced: ${join(
    silent.map(({ id, title, subject }) => html`<b>${id}</b> ${title} (<bdi>${subject}</bdi>)`),
    '; ',
  )}.</p>`
}</section>`;
}

function findingLine({ id, title, severity, subject, text, remedy, link }: FindingView): Html {
  return html`<li class="card n-${severity}">${glyph(SIGNS[severity])}<span class="vh">${WORDS[severity]}: </span><div><p><b>${id} ${title}</b> <span class="mono dim"><bdi>${subject}</bdi></span></p><p>${text}</p>
<p class="remedy">${remedy} ${AWS_PAGE.test(link) ? html`<a href="${link}" rel="noreferrer">what AWS says</a>` : html`<span class="dim">${link}</span>`}</p></div></li>`;
}
