/** `/events`: the order of things. Filters, four lanes on one axis, the list; older pages by link. */
import type { CanaryEvent } from '../../verdict/snapshot.ts';
import { drawLanes } from './chart/lanes.ts';
import type { Body, Context, View } from './context.ts';
import { keptFields, rangeControl } from './controls.ts';
import { eventList, orderOfFall } from './event-list.ts';
import { type Html, html } from './html.ts';
import { here } from './links.ts';
import { windowNotes } from './notices.ts';
import type { PageQuery } from './query.ts';
import { USUAL_RANGES } from './shell.ts';
import { windowWords } from './window.ts';

const PAGE = 100;
const KINDS = {
  target: 'targets',
  site: 'sites',
  agent: 'the agent',
  config: 'configuration',
  host: 'this host',
  flow: 'flows',
  vpc: 'VPC',
  aws: 'AWS',
} as const satisfies Readonly<Record<CanaryEvent['kind'], string>>;

function draw(context: Context): Body {
  const { query, window, now, snapshot } = context;
  const kind = Object.keys(KINDS).find((one): one is CanaryEvent['kind'] => one === query.kind);
  const wanted = {
    from: window.from,
    to: window.to,
    ...(query.site !== '' && { site: query.site }),
    ...(kind !== undefined && { kind }),
  };
  const { history } = context.sources;
  const drawn = history.events({ ...wanted, limit: 1000 });
  const shown = history.events({ ...wanted, ...(query.before !== null && { before: query.before }), limit: PAGE + 1 });
  const last = shown[PAGE - 1];
  const order = orderOfFall(drawn);
  const sites = snapshot.sites.map(({ name }) => name);
  return {
    status: 200,
    title: 'Events',
    everySeconds: 15,
    main: html`<h1>Events</h1><div class="section-head"><p class="counts" data-part="order"><b>${order ?? ''}</b></p>
<div class="tools">${filters(query, sites)}${rangeControl(context, USUAL_RANGES)}</div></div>${windowNotes(context)}
<div data-part="lanes" data-hold="" class="card pad">${drawLanes(drawn, window.from, window.to)}</div>
<div data-part="events" data-hold="">${
      shown.length === 0
        ? html`<p class="card none">Nothing changed in this time (${windowWords(window, now)})${query.site !== '' && html` at <bdi>${query.site}</bdi>`}. ${window.range !== '14d' && html`<a href="${here(query, { range: '14d', before: null })}">Show the last 14 days</a>`}</p>`
        : eventList(context, shown.slice(0, PAGE))
    }${query.before !== null && html`<p class="more"><a href="${here(query, { before: null })}">Newest</a></p>`}${
      shown.length > PAGE &&
      last !== undefined &&
      html`<p class="more"><a href="${here(query, { before: last.id })}">Older</a></p>`
    }</div>`,
  };
}

function filters(query: PageQuery, sites: readonly string[]): Html {
  const option = (value: string, word: string, chosen: string): Html =>
    html`<option value="${value}"${value === chosen ? html` selected` : html``}>${word}</option>`;
  return html`<form class="filter" method="get" action="/events"><label>Site <select name="site">${option('', 'all', query.site)}${sites.map((name) => option(name, name, query.site))}</select></label>
<label>Kind <select name="kind">${option('', 'all', query.kind)}${Object.entries(KINDS).map(([value, word]) => option(value, word, query.kind))}</select></label>
${keptFields(query)}<button>Show</button></form>`;
}

export const events: View = {
  segment: 'events',
  named: false,
  nav: { word: 'Events', letter: 'e' },
  usualRange: () => '24h',
  draw,
};
