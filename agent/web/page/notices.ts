/**
 * Conditions of the agent itself, and what a page has to say about its own window: each a line with what is the
 * case, since when, and what to do.
 */
import type { Notice } from '../../verdict/snapshot.ts';
import type { Context } from './context.ts';
import { glyph } from './glyph.ts';
import { type Html, html } from './html.ts';
import { here } from './links.ts';
import { time } from './time.ts';

const SIGNS = { info: 'note', warning: 'degraded', error: 'down' } as const;
const WORDS = { info: 'Note', warning: 'Warning', error: 'Error' } as const;

/** What an operator pastes to get from nothing to a first target. */
const FIRST_CONFIG = `sites:
  my-site: { critical: true }
targets:
  - { name: my-router, site: my-site, icmp: 10.20.0.1 }`;

/** Without `all` only what changes how the numbers on the page are to be read: warnings and errors. */
export function noticeList(context: Context, all: boolean): Html {
  const { agent } = context.snapshot;
  const shown = agent.notices.filter(({ severity, code }) => all || severity !== 'info' || code === NO_TARGETS);
  return html`<div data-part="notices">${
    shown.length > 0 && html`<ul class="notices">${shown.map((notice) => noticeLine(notice, context.now))}</ul>`
  }</div>`;
}

/** Code of the notice under which a first configuration stands. */
const NO_TARGETS = 'no-targets';

function noticeLine(notice: Notice, now: number): Html {
  return html`<li class="card n-${notice.severity}">${glyph(SIGNS[notice.severity])}<span class="vh">${WORDS[notice.severity]}: </span><div><p>${notice.text} <span class="dim">since ${time(notice.since, now)}</span></p>
${notice.remedy !== null && html`<p class="remedy">${notice.remedy}</p>`}${notice.code === NO_TARGETS && html`<pre tabindex="0" role="region" aria-label="A first configuration">${FIRST_CONFIG}</pre>`}</div></li>`;
}

/** What the address asked for and could not get; and a window that history does not reach, or only in part. */
export function windowNotes(context: Context): Html {
  const { query, window, now } = context;
  const oldest = context.sources.history.oldest();
  const lines: Html[] = query.problems.map((problem) =>
    line('degraded', html`The address was not understood: ${problem}`),
  );
  if (oldest === null) {
    lines.push(
      line('note', html`History is empty: bars and charts fill from now on. What is hatched was not measured.`),
    );
  } else if (window.to <= oldest) {
    lines.push(
      line(
        'degraded',
        html`Nothing was recorded then: history starts ${time(oldest, now)}. <a href="${here(query, { range: '14d' })}">Show the last 14 days</a>`,
      ),
    );
  } else if (oldest > window.from + (window.to - window.from) / 100) {
    lines.push(line('note', html`History starts ${time(oldest, now)}; what is before is hatched, not up.`));
  }
  return html`<div data-part="window-notes">${lines.length > 0 && html`<ul class="notes">${lines}</ul>`}</div>`;
}

const line = (sign: 'note' | 'degraded', text: Html): Html => html`<li>${glyph(sign)} <span>${text}</span></li>`;
