/** `/site/NAME`: what PRTG opens. State, availability over several windows side by side, its targets, its events. */
import { formatDuration } from '../../measure/units.ts';
import { availability } from '../../verdict/availability.ts';
import type { SiteView } from '../../verdict/snapshot.ts';
import { drawBar } from './chart/bar.ts';
import type { Body, Context, View } from './context.ts';
import { rangeControl } from './controls.ts';
import { eventList } from './event-list.ts';
import { glyph, glyphAlone } from './glyph.ts';
import { type Html, html } from './html.ts';
import { to } from './links.ts';
import { clip, targetTable } from './list.ts';
import { notFound } from './not-found.ts';
import { noticeList, windowNotes } from './notices.ts';
import { RANGE_WORDS, RANGES } from './query.ts';
import { USUAL_RANGES } from './shell.ts';
import { lasting, time } from './time.ts';
import { headline } from './verdict.ts';
import { usualRange, windowWords } from './window.ts';
import { availabilityWords, LINK_WORDS } from './words.ts';

function draw(context: Context, name: string): Body {
  const { snapshot, query, window, now } = context;
  const site = snapshot.sites.find((one) => one.name === name);
  if (site === undefined) return notFound(context, html`No site is called “<bdi>${name}</bdi>”.`);
  const targets = snapshot.targets.filter((target) => site.targets.includes(target.name));
  const events = context.sources.history.events({ from: window.from, to: window.to, site: name, limit: 50 });
  const about = [
    site.link === null ? null : LINK_WORDS[site.link],
    site.critical ? 'critical' : null,
    ...site.cidrs,
  ].filter((one) => one !== null);
  const { verdict } = snapshot;
  return {
    status: 200,
    title: `${site.name} ${site.state}`,
    everySeconds: 15,
    main: html`<p class="crumbs" data-part="crumbs"><a href="${to('/', query)}">Overview</a> / <bdi>${site.name}</bdi></p>
<div class="page-head" data-part="subject"><h1>${glyphAlone(site.state)} <bdi>${site.name}</bdi> <span class="since">${stateSince(site.state, site.since, now)}</span></h1>
${about.length > 0 && html`<p class="dim">${about.join(' · ')}</p>`}${reasonList(site.reasons)}
${verdict.state !== 'up' && html`<p class="card whole v-${verdict.state}">${glyph(verdict.state)} <span>The whole: ${headline(verdict, now)}. <a href="${to('/', query)}">Evidence and next step</a></span></p>`}</div>
${noticeList(context, false)}
<section class="tiles" aria-label="Availability" data-part="tiles">${USUAL_RANGES.map((range) => availabilityTile(context, site, range))}</section>
<div class="section-head"><h2>Targets</h2><div class="tools">${rangeControl(context, USUAL_RANGES)}</div></div>${windowNotes(context)}
<div class="list" id="list" data-part="list" data-hold=""><section class="card site" aria-label="Targets">${targets.length === 0 ? html`<p class="none">This site has no targets.</p>` : targetTable(context, targets, site.name, true)}</section></div>
<section data-part="changes"><div class="section-head"><h2>What changed here</h2><p>${windowWords(window, now)}</p></div>${
      events.length === 0 ? html`<p class="card none">Nothing changed in this time.</p>` : eventList(context, events)
    }</section>`,
  };
}

function availabilityTile(context: Context, site: SiteView, range: (typeof USUAL_RANGES)[number]): Html {
  const { now, memory } = context;
  const window = { from: now - RANGES[range], to: now, live: true };
  const spans = clip(memory.spans('site', site.name, site.since, window), window.from, window.to);
  const share = availability(spans);
  const small = [
    share.downMs >= 50 && `down ${formatDuration(share.downMs)}`,
    share.unmeasuredMs >= 1000 && `not measured ${formatDuration(share.unmeasuredMs)}`,
  ].filter((part) => part !== false);
  return html`<div class="card tile"><p class="of">Up, ${RANGE_WORDS[range]}</p><p class="figure"><b>${availabilityWords(share.ratio)}</b></p>${drawBar(spans, window.from, window.to, `${site.name}, ${RANGE_WORDS[range]}`)}<small>${small.length > 0 ? small.join(', ') : 'no outage'}</small></div>`;
}

/** "down since 03:02:17.4, 12 min 5 s". */
export function stateSince(state: SiteView['state'], since: number, now: number): Html {
  return html`${state} since ${time(since, now, state === 'down' ? 'tenth' : 'second')}, ${lasting(since, now)}`;
}

export function reasonList(reasons: SiteView['reasons']): Html {
  return html`${reasons.length > 0 && html`<ul class="reasons">${reasons.map(({ text }) => html`<li>${text}</li>`)}</ul>`}`;
}

export const site: View = {
  segment: 'site',
  named: true,
  nav: null,
  usualRange: ({ snapshot }) => usualRange(snapshot),
  draw,
};
