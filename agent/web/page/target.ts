/** `/target/NAME`: one target over the window. */
import { counted, formatCount, formatDuration, formatRatio, formatRtt, formatSpan } from '../../measure/units.ts';
import { availability } from '../../verdict/availability.ts';
import type { TargetView } from '../../verdict/snapshot.ts';
import type { Overall } from './chart/overall.ts';
import type { Body, Context, View } from './context.ts';
import { rangeControl } from './controls.ts';
import { eventList } from './event-list.ts';
import { drawFigure } from './figure.ts';
import { glyphAlone } from './glyph.ts';
import { type Html, html, type Value } from './html.ts';
import { here, sitePath, to } from './links.ts';
import { clip } from './list.ts';
import { notFound } from './not-found.ts';
import { noticeList, windowNotes } from './notices.ts';
import { CHART_VIEWS, type ChartView, RANGES, type RangeName } from './query.ts';
import { nowSample, nowSampleSeconds } from './sample.ts';
import { reasonList, stateSince } from './site.ts';
import { sampleTiming } from './timing.ts';
import { usualRange, windowWords } from './window.ts';
import { DASH, LINK_WORDS, lossDigits, rtt } from './words.ts';

const TARGET_RANGES = Object.keys(RANGES) as RangeName[];
const VIEW_WORDS: Readonly<Record<ChartView, string>> = { bands: 'Bands', heat: 'Heat map', table: 'Table' };

function draw(context: Context, name: string): Body {
  const { snapshot, query, window, now, sources } = context;
  const target = snapshot.targets.find((one) => one.name === name);
  if (target === undefined) return notFound(context, html`No target is called “<bdi>${name}</bdi>”.`);
  const own = sources.history.events({ from: window.from, to: window.to, subject: name, limit: 200 });
  const figure = drawFigure(context, target, own);
  return {
    status: 200,
    title: `${target.name} ${target.state}`,
    everySeconds: Math.max(5, Math.min(60, Math.round((window.to - window.from) / 360_000))),
    main: html`<p class="crumbs" data-part="crumbs"><a href="${to('/', query)}">Overview</a> / <a href="${to(sitePath(target.site), query)}"><bdi>${target.site}</bdi></a></p>
${subject(context, target)}${noticeList(context, false)}
${tiles(context, target, figure.overall)}
<div class="section-head"><h2>Round trip, ms</h2><div class="tools"><span class="seg" role="group" aria-label="Chart" data-part="views">${CHART_VIEWS.map(
      (view) =>
        html`<a href="${here(query, { view })}"${query.view === view ? html` aria-current="true"` : html``} data-inplace="">${VIEW_WORDS[view]}</a>`,
    )}</span>${rangeControl(context, TARGET_RANGES)}</div></div>
${windowNotes(context)}<div data-part="figure" data-hold="">${figure.drawing}</div>
${details(target)}
<section data-part="changes"><div class="section-head"><h2>What changed here</h2><p>${windowWords(window, now)}</p></div>${
      own.length === 0
        ? html`<p class="card none">Nothing changed in this time.</p>`
        : eventList(context, own.slice(0, 50))
    }</section>`,
  };
}

function subject(context: Context, target: TargetView): Html {
  const site = context.snapshot.sites.find(({ name }) => name === target.site);
  const facts = [
    `every ${formatSpan(target.everyMs)}`,
    `timeout ${formatSpan(target.timeoutMs)}`,
    target.size === null ? null : `${target.size} bytes`,
    site?.link ? `over ${LINK_WORDS[site.link]}` : null,
    target.address !== null && !target.label.includes(target.address) ? `address ${target.address}` : null,
  ].filter((one) => one !== null);
  return html`<div class="page-head" data-part="subject"><h1>${glyphAlone(target.state)} <bdi>${target.name}</bdi> <span class="since">${stateSince(target.state, target.since, context.now)}</span></h1>
<p class="dim"><span class="mono">${target.kind} ${target.label}</span> ${facts.join(', ')}</p>
<p class="dim">${timed(target)}</p>${reasonList(target.reasons)}</div>`;
}

/** Every number on the page is as good as this says. */
function timed(target: TargetView): string {
  const sample = target.last60s.timing === null ? target.window : target.last60s;
  if (sample.timing === null) return 'No round trip timed in the last minute.';
  return `Round trips timed by ${sampleTiming(sample)}.`;
}

function tiles(context: Context, target: TargetView, over: Overall | null): Html {
  const { window, memory } = context;
  const spans = clip(memory.spans('target', target.name, target.since, window), window.from, window.to);
  const times = availability(spans);
  const outages = spans.filter(({ state }) => state === 'down').length;
  const sample = nowSample(target);
  const current = target.last1s.rtt?.p50 ?? sample.rtt?.p50 ?? null;
  const lossy = sample.lossRatio !== null && sample.lossRatio > 0 && sample.lossRatio >= target.thresholds.lossDegraded;
  return html`<section class="tiles" aria-label="Figures" data-part="tiles" data-t="${target.name}" data-limit="${target.thresholds.lossDegraded}">
${tile('Now', html`<b data-c="now">${current === null ? 'no reply' : rtt(current)}</b>`, current === null ? '' : 'ms')}
${tile(`Loss, ${nowSampleSeconds(target)} s`, html`<b data-c="loss" class="${lossy && 'over'}">${lossDigits(sample.lossRatio)}</b>`, '%')}
${tile(`RTT p50, ${window.words}`, html`<b>${over === null ? DASH : rtt(over.p50)}</b>`, 'ms')}
${tile(`RTT p95, ${window.words}`, html`<b>${over === null ? DASH : rtt(over.p95)}</b>`, 'ms')}
${tile(`Down, ${window.words}`, html`<b>${times.downMs < 50 ? '0 s' : formatDuration(times.downMs)}</b>`, '', outages === 0 ? '' : counted(outages, 'outage'))}
${tile(`Not measured, ${window.words}`, html`<b>${times.unmeasuredMs < 1000 ? '0 s' : formatDuration(times.unmeasuredMs)}</b>`, '', times.unmeasuredMs < 1000 ? '' : 'agent off, or could not probe')}</section>`;
}

function tile(name: string, value: Html, unit: string, note = ''): Html {
  return html`<div class="card tile"><p class="of">${name}</p><p class="figure">${value} <small>${unit}</small></p>${note !== '' && html`<small class="under">${note}</small>`}</div>`;
}

/** What else is known: counts since start, the limits it is judged by, and what its kind tells. */
function details(target: TargetView): Html {
  const { totals, thresholds, last60s, detail } = target;
  const facts: (readonly [string, Value] | false)[] = [
    ['Jitter, 60 s (RFC 3550)', last60s.interarrivalJitter === null ? DASH : formatRtt(last60s.interarrivalJitter)],
    ['Reply TTL', target.replyTtl ?? DASH],
    ['Degraded from', limits(thresholds)],
    ['Down from', `loss ${formatRatio(thresholds.lossDown)} over ${formatSpan(thresholds.windowMs)}`],
    [
      'Since the agent began',
      `${formatCount(totals.sent)} sent, ${formatCount(totals.lost)} lost, ${formatCount(totals.errors)} refused, ${formatCount(totals.duplicates)} duplicates, ${formatCount(totals.late)} late, ${formatCount(totals.reordered)} reordered, ${formatCount(totals.corrupt)} corrupt`,
    ],
    totals.local > 0 && ['Not sent or not judged', `${formatCount(totals.local)}, for a reason of this host; no loss`],
    ...kindFacts(detail),
    [
      'For scripts',
      html`<a href="/prtg?target=${encodeURIComponent(target.name)}">PRTG</a> · <a href="/healthz?target=${encodeURIComponent(target.name)}">health</a>`,
    ],
  ];
  return html`<section class="card pad panel" data-part="details" data-hold=""><h2>Details</h2><dl>${facts.map((fact) => fact !== false && html`<dt>${fact[0]}</dt><dd>${fact[1]}</dd>`)}</dl></section>`;
}

function limits({
  lossDegraded,
  rttDegradedMs,
  jitterDegradedMs,
  windowMs,
  clearMs,
}: TargetView['thresholds']): string {
  const parts = [
    `loss ${formatRatio(lossDegraded)}`,
    rttDegradedMs !== null && `median RTT ${formatRtt(rttDegradedMs)}`,
    jitterDegradedMs !== null && `jitter ${formatRtt(jitterDegradedMs)}`,
  ].filter((part) => part !== false);
  return `${parts.join(' or ')} over ${formatSpan(windowMs)}; better again after ${formatSpan(clearMs)}`;
}

function kindFacts(detail: TargetView['detail']): readonly (readonly [string, Value])[] {
  const facts: (readonly [string, Value])[] = [];
  const ms = (value: number | null): string => (value === null ? 'none' : formatRtt(value));
  if (detail?.http) {
    const { phases, status, certificateDaysLeft } = detail.http;
    facts.push(['HTTP status', status ?? DASH]);
    facts.push([
      'Phases',
      `resolve ${ms(phases.resolveMs)}, connect ${ms(phases.connectMs)}, TLS ${ms(phases.tlsMs)}, first byte ${ms(phases.firstByteMs)}, whole ${ms(phases.wholeMs)}`,
    ]);
    if (certificateDaysLeft !== null) facts.push(['Certificate', `ends in ${counted(certificateDaysLeft, 'day')}`]);
  }
  if (detail?.dns) facts.push(['DNS', `${detail.dns.rcode}: ${detail.dns.answers.join(', ') || 'no answers'}`]);
  if (detail?.tcp)
    facts.push([
      'Handshake as the kernel knows it',
      `RTT ${ms(detail.tcp.rttMs)}, variation ${ms(detail.tcp.rttvarMs)}`,
    ]);
  return facts;
}

export const target: View = {
  segment: 'target',
  named: true,
  nav: null,
  usualRange: ({ snapshot }) => usualRange(snapshot),
  draw,
};
