/**
 * The answer: one sentence, what is at fault and what is not, the evidence, what to do; beside it the chain from
 * this host to the site with the place where it breaks. When all is well it is one line.
 */
import type { ChainLink, Verdict } from '../../verdict/snapshot.ts';
import type { Context } from './context.ts';
import { glyph } from './glyph.ts';
import { type Html, html, nothing } from './html.ts';
import { sitePath, targetPath, to } from './links.ts';
import { linkedSentence } from './subject.ts';
import { lasting, time } from './time.ts';

export function verdictBanner(context: Context): Html {
  const { verdict } = context.snapshot;
  const quiet = verdict.state === 'up' && verdict.evidence.length === 0;
  return html`<section class="card verdict v-${verdict.state}${quiet ? ' quiet' : ''}" aria-label="Verdict" data-part="verdict">
<div class="finding">${
    verdict.label !== null && html`<p class="label t-${verdict.state}">${glyph(verdict.state)} ${verdict.label}</p>`
  }
<h1>${verdict.label === null && html`${glyph(verdict.state)} `}${headline(verdict, context.now)}</h1>
${verdict.faultAt !== null && html`<p class="fault"><b>Fault at:</b> ${verdict.faultAt}</p>`}
${
  verdict.evidence.length > 0 &&
  html`<ul class="evidence">${verdict.evidence.map(
    ({ at, text }) =>
      html`<li>${at !== null && html`<span class="mono">${time(at, context.now, 'tenth')}</span> `}${text}</li>`,
  )}</ul>`
}
${verdict.notAtFault !== null && html`<p><b>Not at fault:</b> ${verdict.notAtFault}</p>`}
${verdict.notChecked !== null && html`<p><b>Not checked:</b> ${verdict.notChecked}</p>`}
${verdict.next !== null && html`<p><b>Next:</b> ${verdict.next}</p>`}
</div>${verdict.chain.length > 0 && chain(verdict.chain)}</section>`;
}

/** The words of `verdict/sentence.ts`, with its times as elements; a test holds the two equal. */
export function headline(verdict: Verdict, now: number): Html {
  return html`<span class="subject">${verdict.headline}</span><span class="since"${verdict.since === null && html` data-tail=""`}>${sinceWords(verdict, now)}${verdict.tail}</span>`;
}

function sinceWords(verdict: Verdict, now: number): Html {
  if (verdict.since === null) return nothing;
  if (verdict.state === 'up') return html`, for ${lasting(verdict.since, now)}`;
  const began = time(verdict.since, now, verdict.state === 'down' ? 'tenth' : 'minute');
  return verdict.tail === '' ? html` since ${began}, ${lasting(verdict.since, now)}` : html` since ${began}`;
}

/** Top to bottom: what the packets pass first stands first. What nothing measures is dashed. */
function chain(links: readonly ChainLink[]): Html {
  return html`<ol class="chain" aria-label="From this host to the site">${links.map(
    (link, index) =>
      html`<li class="${dashed(link, links[index + 1]) ? 'dashed' : 'solid'}">${glyph(link.state)}<span class="vh">${link.state}: </span><b class="${link.state === 'up' ? '' : `t-${link.state}`}"><bdi>${link.name}</bdi></b> <small>${link.text}</small></li>`,
  )}</ol>`;
}

const dashed = (...ends: readonly (ChainLink | undefined)[]): boolean =>
  ends.some((link) => link?.state === 'unknown' || link?.state === 'unchecked');

/** The other troubles, one line each; the VPC last, which no probe measures. */
export function otherTroubles(context: Context): Html {
  const { snapshot, query } = context;
  const { vpc } = snapshot;
  const sites = new Set(snapshot.sites.map(({ name }) => name));
  const control = vpc && vpc.state !== 'up' && vpc.summary !== '' ? vpc : null;
  return html`<div data-part="others">${
    snapshot.verdict.others.length + (control === null ? 0 : 1) > 0 &&
    html`<ul class="others">${snapshot.verdict.others.map((other) => {
      const path = sites.has(other.subject) ? sitePath(other.subject) : targetPath(other.subject);
      return html`<li>${glyph(other.state)}<span class="vh">${other.state}: </span> ${linkedSentence(other.text, other.subject, to(path, query))}</li>`;
    })}${
      control !== null &&
      html`<li>${glyph(control.state)}<span class="vh">${control.state}: </span> <a href="${to('/vpc', query)}">VPC</a> ${control.summary}</li>`
    }</ul>`
  }</div>`;
}
