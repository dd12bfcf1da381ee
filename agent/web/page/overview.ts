/** `/`: is everything all right, and if not, what, where, since when, whose fault. */
import { counted } from '../../measure/units.ts';
import { drawLanes } from './chart/lanes.ts';
import type { Body, Context, View } from './context.ts';
import { keptFields, rangeControl } from './controls.ts';
import { eventList, orderOfFall } from './event-list.ts';
import { glyph } from './glyph.ts';
import { type Html, html } from './html.ts';
import { to } from './links.ts';
import { siteList } from './list.ts';
import { noticeList, windowNotes } from './notices.ts';
import { type PageQuery, RANGES } from './query.ts';
import { siteRows } from './rows.ts';
import { USUAL_RANGES } from './shell.ts';
import { otherTroubles, verdictBanner } from './verdict.ts';
import { usualRange, windowWords } from './window.ts';
import { STATE_ORDER } from './words.ts';

const EVENTS_SHOWN = 6;
const EVENTS_DRAWN = 400;

function draw(context: Context): Body {
  const { snapshot, query, window, now } = context;
  const { counts, sites, targets } = snapshot;
  const events = context.sources.history.events({ from: window.from, to: window.to, limit: EVENTS_DRAWN });
  const order = orderOfFall(events);
  return {
    status: 200,
    title: null,
    everySeconds: window.to - window.from <= RANGES['1h'] ? 15 : 60,
    main: html`${verdictBanner(context)}${otherTroubles(context)}${noticeList(context, false)}
<div class="section-head"><h2>Sites</h2><p class="counts" data-part="counts">${STATE_ORDER.filter(
      (state) => counts[state] > 0,
    ).map(
      (state) => html`<span>${glyph(state)} ${counts[state]} ${state}</span>`,
    )}<span class="dim">${counted(targets.length, 'target')}, ${counted(sites.length, 'site')}</span></p>
<div class="tools">${filterForm(query)}${rangeControl(context, USUAL_RANGES)}</div></div>
${windowNotes(context)}
${siteList(context, siteRows(snapshot, query))}
<section data-part="changes" aria-labelledby="changes"><div class="section-head"><h2 id="changes">What changed</h2><p>${windowWords(window, now)}${order !== null && html`. <b>${order}</b>`}</p></div>
${
  events.length === 0
    ? html`<p class="card none">Nothing changed in this time.</p>`
    : html`<div class="card pad">${drawLanes(events, window.from, window.to)}</div>${eventList(context, events.slice(0, EVENTS_SHOWN))}
<p class="more"><a href="${to('/events', query)}">${events.length > EVENTS_SHOWN ? `All ${events.length === EVENTS_DRAWN ? 'events' : `${events.length} events`}` : 'Events'}</a></p>`
}</section>`,
  };
}

/** A GET form that keeps the rest of the address. */
function filterForm(query: PageQuery): Html {
  return html`<form class="filter" id="filter" role="search" method="get" action="/"><label class="vh" for="q">Filter targets by name, address, kind or state</label><input id="q" name="q" type="search" value="${query.q}" placeholder="Filter  /" autocomplete="off" spellcheck="false" maxlength="200">${keptFields(query)}<button class="vh-focus">Filter</button></form>`;
}

export const overview: View = {
  segment: '',
  named: false,
  nav: { word: 'Overview', letter: 'o' },
  usualRange: ({ snapshot }) => usualRange(snapshot),
  draw,
};
