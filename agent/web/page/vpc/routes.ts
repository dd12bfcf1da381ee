/** Routes: which one wins for each site, what was installed and withdrawn, and how much room the tables have. */
import { counted, formatCount } from '../../../measure/units.ts';
import type { RouteTableView, RouteView, SitePathView, SiteWayView, VpcView } from '../../../verdict/vpc-view.ts';
import type { Context } from '../context.ts';
import { rangeControl } from '../controls.ts';
import { eventList } from '../event-list.ts';
import { glyphAlone } from '../glyph.ts';
import { type Html, html } from '../html.ts';
import { here, sitePath, targetPath, to } from '../links.ts';
import { windowNotes } from '../notices.ts';
import { USUAL_RANGES } from '../shell.ts';
import { lasting, time } from '../time.ts';
import { windowWords } from '../window.ts';
import { LINK_WORDS } from '../words.ts';
import { isDark, partNotice } from './parts.ts';
import { anchor, condition, folded, ident, restLine, shareBar, stateCounts } from './thing.ts';

const EVENTS_ASKED = 400;
const EVENTS_SHOWN = 12;

export function vpcRoutes(context: Context, vpc: VpcView): Html {
  const { query, now } = context;
  const { routeTables, limits } = vpc;
  const { shown, left } = folded(routeTables, ({ state }) => state, query.openAll);
  const told = vpc.parts.some(({ name, at }) => name === 'routes' && at !== null);
  return html`<section data-part="vpc-routes" data-hold="" aria-labelledby="routes"><div class="section-head"><h2 id="routes">Routes</h2>${routeTables.length > 0 && stateCounts(routeTables, 'table')}</div>
${partNotice(vpc, ['routes'], now)}
${vpc.sitePaths.length > 0 && wayTable(context, vpc)}
${
  routeTables.length > 0
    ? html`<ul class="card things">${shown.map((table) => tableLine(context, table, limits.routesDegraded))}${restLine(context, left, routeTables.length, 'tables')}</ul>`
    : !isDark(vpc, 'routes') &&
      html`<p class="card none">${told ? 'AWS tells of no route table.' : 'Nothing is known of routes.'}</p>`
}</section>
${changes(context)}`;
}

const linkWord = (link: SitePathView['link']): string => (link === 'unknown' ? 'unknown' : LINK_WORDS[link]);

function wayTable(context: Context, { sitePaths, siteWays }: VpcView): Html {
  const sites = [...new Set(sitePaths.map(({ site }) => site))];
  return html`<h3 class="sub">Which way each site’s traffic goes</h3><div class="card ways"><ul class="things">${sites.map(
    (site) =>
      siteLines(
        context,
        site,
        sitePaths.filter((path) => path.site === site),
        siteWays.find((way) => way.site === site),
      ),
  )}</ul></div>`;
}

function siteLines(
  { query, now, snapshot }: Context,
  site: string,
  paths: readonly SitePathView[],
  way: SiteWayView | undefined,
): Html {
  const known = snapshot.sites.some(({ name }) => name === site);
  const name = html`<b>${known ? html`<a href="${to(sitePath(site), query)}"><bdi>${site}</bdi></a>` : html`<bdi>${site}</bdi>`}</b>`;
  const moved =
    way !== undefined &&
    way.was !== null &&
    way.since !== null &&
    html`<li class="moved"><b>${linkWord(way.link)}</b> since ${time(way.since, now, 'tenth')}, ${lasting(way.since, now)}; was ${linkWord(way.was)}</li>`;
  return html`<li class="site-ways"><p class="what">${name}</p><ul class="inner">${moved}${paths.map((path) =>
    pathLine(
      path,
      snapshot.targets.some((one) => one.name === path.targetName),
      query,
      now,
    ),
  )}</ul></li>`;
}

function pathLine(path: SitePathView, known: boolean, query: Context['query'], now: number): Html {
  const { destination, targetName, route, link, why, state, text, since } = path;
  const target =
    targetName !== null &&
    (known
      ? html` <a href="${to(targetPath(targetName), query)}"><bdi>${targetName}</bdi></a>`
      : html` <bdi>${targetName}</bdi>`);
  const by =
    route === null
      ? state === 'down'
        ? html`<b class="t-down">no route: packets go nowhere</b>`
        : html`<b>no route of its own</b>`
      : html`<span class="mono">${route.destination}</span> → <span class="mono">${route.target ?? 'nothing'}</span>${route.awsState !== 'active' && html` <b class="t-degraded">${route.awsState}</b>`}`;
  const because = (route !== null || why !== 'no route') && html` <span class="dim">${why}</span>`;
  const says =
    text !== '' &&
    text !== why &&
    text !== 'no route' &&
    html`: ${state === 'up' ? html`<span class="dim">${text}</span>` : text}`;
  return html`<li>${glyphAlone(state)} <b class="mono">${destination}</b>${target} by ${by}${because}${route !== null && html` · ${linkWord(link)}`}${says}${since !== null && state !== 'up' && html` <span class="dim">for ${lasting(since, now)}</span>`}</li>`;
}

function tableLine({ query, now }: Context, table: RouteTableView, nearlyFull: number): Html {
  const { propagated, propagatedLimit, statics, staticLimit, blackholes, subnets, propagating } = table;
  const open = query.open.includes(table.id);
  const about = [
    table.main ? 'main table' : null,
    counted(subnets.length, 'subnet'),
    propagating.length === 0 ? 'no gateway propagates' : `propagated by ${propagating.join(', ')}`,
    `${formatCount(statics)} of ${formatCount(staticLimit)} static`,
    blackholes.length === 0
      ? null
      : `${counted(blackholes.length, 'blackhole')}: ${blackholes.slice(0, 4).join(', ')}${blackholes.length > 4 ? ' …' : ''}`,
  ].filter((one) => one !== null);
  const ratio = propagated / Math.max(1, propagatedLimit);
  const toggle = { open: open ? query.open.filter((one) => one !== table.id) : [...query.open, table.id] };
  return html`<li class="thing v-${table.state}" id="${anchor(table.id)}">${glyphAlone(table.state)}<p class="what">${ident(table)}</p>
<p class="figures-of">${shareBar(ratio, ratio >= nearlyFull ? 'degraded' : 'up', [nearlyFull])}<span class="share-of"><b>${formatCount(propagated)}/${formatCount(propagatedLimit)}</b></span><span class="free">propagated</span></p>
<p class="how">${condition(table, now)} ${table.routes.length > 0 && html`<a class="toggle" href="${here(query, toggle)}#${anchor(table.id)}" aria-expanded="${open ? 'true' : 'false'}" data-inplace="">${counted(table.routes.length, 'route')}<span class="vh"> of ${table.name ?? table.id}</span></a>`}</p><p class="about">${about.join(' · ')}</p>
${open && routeList(table)}</li>`;
}

function routeList({ routes, propagated, statics }: RouteTableView): Html {
  const more = propagated + statics - routes.filter(({ origin }) => origin !== 'local').length;
  return html`<ul class="inner route-list">${routes.map(routeLine)}${more > 0 && html`<li class="dim">and ${formatCount(more)} more; <code>aws ec2 describe-route-tables</code> has them all</li>`}</ul>`;
}

const routeLine = ({ destination, target, origin, awsState }: RouteView): Html =>
  html`<li><span class="mono">${destination}</span> → <span class="mono">${target ?? 'nothing'}</span> <span class="dim">${origin}</span>${awsState !== 'active' && html` <b class="t-degraded">${awsState}</b>`}</li>`;

/** Routes installed and withdrawn, tunnels and BGP sessions that changed, in the window. */
function changes(context: Context): Html {
  const { query, window, now } = context;
  const asked = { from: window.from, to: window.to, limit: EVENTS_ASKED };
  const { history } = context.sources;
  const events = [...history.events({ ...asked, kind: 'vpc' }), ...history.events({ ...asked, kind: 'aws' })]
    .filter(({ layer }) => layer === 'routes' || layer === 'bgp-tunnels')
    .sort((a, b) => b.at - a.at || b.id - a.id);
  return html`<div class="section-head"><h2>What changed</h2><p>routes, tunnels and BGP, ${windowWords(window, now)}</p><div class="tools">${rangeControl(context, USUAL_RANGES)}</div></div>${windowNotes(context)}
<div data-part="vpc-changes" data-hold="">${events.length === 0 ? html`<p class="card none">No route was installed or withdrawn, no tunnel or session changed in this time.</p>` : eventList(context, events.slice(0, EVENTS_SHOWN))}${events.length > EVENTS_SHOWN && html`<p class="more"><a href="${to('/events', query)}">All events</a></p>`}</div>`;
}
