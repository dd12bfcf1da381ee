/**
 * `/flows`: this host's TCP connections, as its kernel counts them. Tabs by metric, groups, the first flows of each
 * ranking, and the line that says how much of what the kernel counted stands in the rows.
 */
import { counted, formatBytes, formatCount, formatRatio } from '../../measure/units.ts';
import { ALL_FLOWS, type FlowMetric, type FlowsView, type FlowView, type GroupView } from '../../verdict/flows-view.ts';
import { timeoutsText } from '../../verdict/timeouts-text.ts';
import type { Body, Context, View } from './context.ts';
import { keptFields } from './controls.ts';
import { type Html, html } from './html.ts';
import { here, sitePath, to } from './links.ts';
import { FLOW_TABS, type PageQuery } from './query.ts';
import { time } from './time.ts';
import { DASH, rtt } from './words.ts';

const TAB_WORDS: Readonly<Record<FlowMetric, string>> = {
  retransmissions: 'Retransmissions',
  timeouts: 'Timeouts',
  rtt: 'RTT',
  bytes: 'Data',
  opened: 'New connections',
  loss: 'NFM rank',
};

/** What an empty ranking means. */
const NONE_WORDS: Readonly<Record<FlowMetric, string>> = {
  retransmissions: 'No segment was sent again',
  timeouts: 'No connection waited for a retransmission timeout',
  rtt: 'No round trip was measured',
  bytes: 'No data moved',
  opened: 'No connection was opened',
  loss: 'No retransmission, timeout, failed connect or reset',
};

function draw(context: Context): Body {
  const { flows } = context.snapshot;
  const body = flows ? drawFlows(context, flows) : notRead();
  return { status: 200, title: 'Flows', everySeconds: 10, main: html`<h1>Flows</h1>${body}` };
}

const notRead = (): Html =>
  html`<p class="card none">This agent does not read TCP connections. Set <code>flows.enabled: true</code> in its configuration, or ask the kernel yourself: <code>vpc-canary flows --local</code>.</p>`;

function drawFlows(context: Context, flows: FlowsView): Html {
  const { query, now } = context;
  const group = flows.groups.find(({ name }) => name === query.group);
  const chosen = query.group === '' ? flows : context.sources.flows({ ...ALL_FLOWS, group: query.group });
  const rows = (chosen ?? flows).top[query.by];
  return html`${flows.problem !== null && html`<p class="card none">${flows.problem}</p>`}${flows.warnings.map((text) => html`<p class="card none">${text}.</p>`)}
<div class="section-head"><p class="dim" data-part="coverage">${coverageWords(flows)} ${counted(flows.open, 'connection')} open; counts since ${time(flows.windowFrom, now)}.</p>
<div class="tools">${tabs(query)}${groupFilter(query, flows.groups)}</div></div>
<div data-part="flows" data-hold="">${rows.length === 0 ? html`<p class="card none">${emptyWords(query, flows)}</p>` : flowTable(query, rows, group, flows)}</div>
<div class="section-head"><h2>Groups</h2><p>the longest prefix decides</p></div>
<div data-part="groups" data-hold="">${groupTable(query, flows.groups)}</div>
<p class="dim" data-part="reader">${readerWords(flows)}</p>`;
}

/** "Rows hold 2,392 of the kernel's 2,401 retransmits: 99.6 % covered." */
export function coverageWords(view: FlowsView): string {
  const { coverage, total, window } = view;
  const { flows, kernel } = coverage.retransmissions;
  if (coverage.at === null || kernel === null) return 'The kernel’s own totals are not known yet.';
  const share = kernel === 0 ? '' : `: ${formatRatio(Math.min(1, flows / kernel))} covered`;
  const timeouts =
    window.timeouts === null && total.timeouts === null && coverage.timeouts.kernel !== null
      ? ` Timeouts are known for the host only: ${formatCount(coverage.timeouts.kernel)}.`
      : '';
  const told = timeoutsText(view.timeouts);
  return `Since the agent began, connections hold ${formatCount(flows)} of the kernel’s ${counted(kernel, 'retransmission')}${share}.${timeouts}${told === null ? '' : ` ${told}`}`;
}

function emptyWords(query: PageQuery, flows: FlowsView): string {
  const lacking = query.by === 'timeouts' && flows.total.timeouts === null;
  if (lacking) return timeoutsText(flows.timeouts) ?? 'Timeouts of each connection are not known.';
  const where = query.group === '' ? '' : ` with ${query.group}`;
  return `${NONE_WORDS[query.by]}${where} in this time.`;
}

function tabs(query: PageQuery): Html {
  return html`<span class="seg" role="group" aria-label="Ranked by">${FLOW_TABS.map((by) => html`<a href="${here(query, { by })}"${query.by === by && html` aria-current="true"`}>${TAB_WORDS[by]}</a>`)}</span>`;
}

function groupFilter(query: PageQuery, groups: readonly GroupView[]): Html {
  const names = groups.map(({ name }) => name);
  const known = query.group === '' || names.includes(query.group) ? names : [query.group, ...names];
  return html`<form class="filter" method="get" action="/flows"><label>Group <select name="group"><option value="">all</option>${known.map((name) => html`<option value="${name}"${name === query.group && html` selected`}>${name}</option>`)}</select></label>${query.by !== 'retransmissions' && html`<input type="hidden" name="by" value="${query.by}">`}${keptFields(query)}<button>Show</button></form>`;
}

const HEADS = [
  'Remote',
  'Group',
  'Local',
  'Conns',
  'Out',
  'In',
  'Retrans',
  '%',
  'RTO',
  'RTT p50',
  'p99',
  'min',
  'Failed',
  'Reset',
] as const;

function flowTable(query: PageQuery, rows: readonly FlowView[], group: GroupView | undefined, flows: FlowsView): Html {
  const most = Math.max(1, ...rows.map(({ window }) => window.retransmissions));
  return html`<div class="card wide" tabindex="0" role="region" aria-label="Flows"><table class="figures flows"><thead><tr>${HEADS.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows.map((flow) => flowRow(query, flow, most))}${otherRow(rows, group?.window ?? flows.window)}</tbody></table></div>`;
}

function flowRow(query: PageQuery, flow: FlowView, most: number): Html {
  const { window } = flow;
  const place = flow.site === null ? flow.group : html`<a href="${to(sitePath(flow.site), query)}">${flow.group}</a>`;
  const port = flow.direction === 'client' ? `→ ${flow.servicePort}` : `← ${flow.servicePort}`;
  return html`<tr><th scope="row" class="mono">${flow.remote} <span class="dim">${port}</span></th><td><bdi>${place}</bdi></td><td class="mono">${flow.local}</td><td>${formatCount(window.opened)}${flow.open > 0 && html` <span class="dim">(${flow.open} open)</span>`}</td><td>${formatBytes(window.bytesOut)}</td><td>${formatBytes(window.bytesIn)}</td>
<td>${bar(window.retransmissions / most)}${formatCount(window.retransmissions)}</td><td>${share(window.retransmissions, window.segmentsOut)}</td><td>${known(window.timeouts)}</td><td>${rtt(flow.rttP50Ms)}</td><td>${rtt(flow.rttP99Ms)}</td><td>${rtt(flow.minRttMs)}</td><td>${formatCount(window.failedConnects)}</td><td>${known(window.resets)}</td></tr>`;
}

/** What the rows above leave of the whole, so that the table adds up. */
function otherRow(rows: readonly FlowView[], whole: FlowsView['window']): Html {
  const rest = (pick: (counts: FlowsView['window']) => number | null): number | null => {
    const all = pick(whole);
    return all === null ? null : all - rows.reduce((sum, { window }) => sum + (pick(window) ?? 0), 0);
  };
  const segments = rest(({ segmentsOut }) => segmentsOut) ?? 0;
  const retransmissions = rest((counts) => counts.retransmissions) ?? 0;
  return html`<tr class="dim"><th scope="row">all others</th><td></td><td></td><td>${known(rest(({ opened }) => opened))}</td><td>${formatBytes(rest(({ bytesOut }) => bytesOut) ?? 0)}</td><td>${formatBytes(rest(({ bytesIn }) => bytesIn) ?? 0)}</td><td>${formatCount(retransmissions)}</td><td>${share(retransmissions, segments)}</td><td>${known(rest(({ timeouts }) => timeouts))}</td><td></td><td></td><td></td><td>${known(rest(({ failedConnects }) => failedConnects))}</td><td>${known(rest(({ resets }) => resets))}</td></tr>`;
}

const known = (value: number | null): string => (value === null ? DASH : formatCount(value));

const share = (part: number, whole: number): string => (whole <= 0 ? DASH : formatRatio(part / whole).slice(0, -2));

const bar = (ratio: number): Html =>
  html`<svg class="share" width="40" height="8" aria-hidden="true"><rect width="${Math.round(ratio * 40)}" height="8"/></svg>`;

function groupTable(query: PageQuery, groups: readonly GroupView[]): Html {
  if (groups.length === 0) return html`<p class="card none">No connection was seen yet.</p>`;
  return html`<div class="card wide" tabindex="0" role="region" aria-label="Groups"><table class="figures"><thead><tr>${['Group', 'Kind', 'Open', 'New', 'Out', 'In', 'Retrans', '%', 'RTO', 'RTT p50', 'p99', 'Failed', 'Reset'].map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${groups.map(
    ({ name, category, open, window, rttP50Ms, rttP99Ms }) =>
      html`<tr><th scope="row"><a href="${here(query, { group: name })}"><bdi>${name}</bdi></a></th><td class="dim">${category ?? ''}</td><td>${formatCount(open)}</td><td>${formatCount(window.opened)}</td><td>${formatBytes(window.bytesOut)}</td><td>${formatBytes(window.bytesIn)}</td><td>${formatCount(window.retransmissions)}</td><td>${share(window.retransmissions, window.segmentsOut)}</td><td>${known(window.timeouts)}</td><td>${rtt(rttP50Ms)}</td><td>${rtt(rttP99Ms)}</td><td>${formatCount(window.failedConnects)}</td><td>${known(window.resets)}</td></tr>`,
  )}</tbody></table></div>`;
}

function readerWords({ reader, unattributed }: FlowsView): string {
  const parts = [
    `${counted(reader.sockets, 'socket')} and ${counted(reader.flows, 'flow')} known, looked at every ${Math.round(reader.dumpEveryMs / 1000)} s`,
  ];
  if (reader.eventsLost === null) parts.push('how many ends of connections went unheard is not known');
  else if (reader.eventsLost > 0)
    parts.push(`${counted(reader.eventsLost, 'end')} of connections went unheard: counts are too low`);
  if (reader.evicted > 0) parts.push(`${counted(reader.evicted, 'flow')} without a row of their own`);
  if (unattributed.opened > 0)
    parts.push(`${counted(unattributed.opened, 'connection')} closed by reset belong to a group but to no flow`);
  return `${parts.join('; ')}. RTT in ms. Arrows: → opened by this host, ← by the peer.`;
}

export const flows: View = {
  segment: 'flows',
  named: false,
  nav: { word: 'Flows', letter: 'f' },
  usualRange: () => '24h',
  draw,
};
