/** The sites and targets as drawn: a card a site, a row a target, with number, spark and bar. */
import { formatAge, formatDuration } from '../../measure/units.ts';
import { availability } from '../../verdict/availability.ts';
import type { StateSpan } from '../../verdict/past.ts';
import type { TargetView } from '../../verdict/snapshot.ts';
import { drawBar, trueFromMs } from './chart/bar.ts';
import { drawSpark } from './chart/spark.ts';
import type { Context } from './context.ts';
import { glyph, glyphAlone } from './glyph.ts';
import { type Html, html } from './html.ts';
import { here, sitePath, targetPath, to } from './links.ts';
import { type SiteRows, toggled } from './rows.ts';
import { nowSample } from './sample.ts';
import { lasting } from './time.ts';
import { availabilityWords, DASH, LINK_WORDS, lossDigits, rtt } from './words.ts';

const DAY_MS = 86_400_000;
/** From this many rows on the browser need not lay out those far below before it paints. */
const LONG = 60;

/** Availability is given over a day at least: over an hour it would be a statement about an incident. */
export function availabilityWindow(context: Context): { readonly from: number; readonly words: string } {
  const { window } = context;
  return window.to - window.from >= DAY_MS || !window.live
    ? { from: window.from, words: window.words }
    : { from: window.to - DAY_MS, words: '24 h' };
}

export function siteList(context: Context, sites: readonly SiteRows[]): Html {
  const { window } = context;
  const firstOpen = sites.findIndex(({ rows }) => rows.length > 0);
  const drawn = sites.reduce((sum, { rows }) => sum + rows.length, 0);
  return html`<div class="list${drawn > LONG && ' long'}" id="list" data-part="list" data-hold="">
<div class="list-head" aria-hidden="true"><span class="h-best">best RTT</span><span class="h-avail">up, ${availabilityWindow(context).words}</span><span class="h-bar"><span>${window.live ? `${window.words} ago` : ''}</span><span>${window.live ? 'now' : ''}</span></span></div>
${sites.map((rows, index) => siteCard(context, rows, index === firstOpen))}
${sites.length === 0 && html`<p class="card none">No target matches “${context.query.q}”. <a href="${here(context.query, { q: '' })}">Show all</a></p>`}
<p class="bar-key"><svg class="swatch" width="30" height="16" aria-hidden="true"><path class="f-up" d="M0 11h30v5H0z"/></svg><svg class="swatch" width="30" height="16" aria-hidden="true"><path class="f-degraded" d="M0 6h30v10H0z"/></svg><svg class="swatch" width="30" height="16" aria-hidden="true"><path class="f-down" d="M0 0h30v16H0z"/></svg><svg class="swatch" width="30" height="16" aria-hidden="true"><path class="f-unknown" d="M0 13h30v3H0z"/></svg><svg class="swatch" width="30" height="16" aria-hidden="true"><rect y="10" width="30" height="6" fill="url(#hatch)"/></svg>
<span>up, degraded, down, unknown, not measured: the worse, the taller. Stretches under ${formatAge(trueFromMs(window.from, window.to))} are drawn wider than they are.</span></p></div>`;
}

function siteCard(context: Context, { site, open, rows, restUp, count }: SiteRows, visibleHead: boolean): Html {
  const { query, window, memory, now } = context;
  const wide = availabilityWindow(context);
  const spans = memory.spans('site', site.name, site.since, { ...window, from: Math.min(wide.from, window.from) });
  const share = availability(clip(spans, wide.from, window.to));
  const about = [site.link === null ? null : LINK_WORDS[site.link], site.critical ? 'critical' : null].filter(Boolean);
  const common = commonReason(rows, site.reasons[0]?.text ?? null);
  return html`<section class="card site v-${site.state}" aria-label="${site.name}">
<div class="site-line" data-s="${site.name}">${glyphAlone(site.state)}<h3><a class="row" href="${to(sitePath(site.name), query)}"><bdi>${site.name}</bdi></a></h3>
<span class="about dim">${about.join(' · ')}</span> <span class="state">${stateWords(site.state, site.since, site.reasons[0]?.text ?? null, share.downMs, wide.words, now)}</span>
<a class="toggle" href="${here(query, toggled(site.name, open, query))}" aria-expanded="${open ? 'true' : 'false'}" data-inplace="">${count} target${count === 1 ? '' : 's'}<span class="vh"> of ${site.name}</span></a>
<span class="best">${site.bestRttMs !== null && html`<b data-c="best">${rtt(site.bestRttMs)}</b> ms`}</span><span class="avail">${availabilityWords(share.ratio)}</span>
<span class="bar-box">${drawBar(spans, window.from, window.to, barLabel(site.name, spans, window.from, window.to, window.words))}</span></div>
${rows.length > 0 && targetTable(context, rows, site.name, visibleHead, common)}
${restUp > 0 && html`<p class="rest">${glyph('up')} and ${restUp} up. <a href="${here(query, toggled(site.name, false, query))}" data-inplace="">Show all ${count}</a></p>`}</section>`;
}

/** A reason that the site's line says already is not said again in each of its rows. */
function commonReason(rows: readonly TargetView[], siteReason: string | null): string | null {
  const texts = new Set(rows.filter(({ state }) => state !== 'up').map(({ reasons }) => reasons[0]?.text ?? ''));
  return texts.size === 1 && siteReason !== null && texts.has(siteReason) ? siteReason : null;
}

function stateWords(
  state: TargetView['state'],
  since: number,
  reason: string | null,
  downMs: number,
  words: string,
  now: number,
): Html {
  if (state === 'up') return html`up${downMs >= 50 && `, down ${formatDuration(downMs)} in ${words}`}`;
  return html`<b class="t-${state}">${state}</b> ${lasting(since, now)}${reason !== null && html`, <span data-c="why">${reason}</span>`}`;
}

export function targetTable(
  context: Context,
  rows: readonly TargetView[],
  caption: string,
  visibleHead: boolean,
  common: string | null = null,
): Html {
  const { window } = context;
  return html`<table class="targets"><caption class="vh">Targets of ${caption}</caption><colgroup><col class="k-name"><col class="k-state"><col class="k-rtt"><col class="k-p95"><col class="k-loss"><col class="k-spark"><col class="k-bar"></colgroup>
<thead${visibleHead ? html`` : html` class="vh"`}><tr><th scope="col">Target</th><th scope="col">State</th><th scope="col" class="num">RTT ms</th><th scope="col" class="num">p95</th><th scope="col" class="num">Loss %</th><th scope="col">10 min</th><th scope="col">${window.words}</th></tr></thead>
<tbody>${rows.map((target) => targetRow(context, target, common))}</tbody></table>`;
}

function targetRow(context: Context, target: TargetView, common: string | null): Html {
  const { window, memory, query, now } = context;
  const sample = nowSample(target);
  const spans = memory.spans('target', target.name, target.since, window);
  const reason = target.reasons[0]?.text ?? null;
  const loss = sample.lossRatio;
  const limit = target.thresholds.lossDegraded;
  const was = target.lastKnownRttMs === null ? null : rtt(target.lastKnownRttMs);
  const current = sample.rtt?.p50 ?? null;
  return html`<tr data-t="${target.name}" data-limit="${limit}"${was !== null && html` data-was="${was}"`}><th scope="row" class="name">${glyphAlone(target.state)}<a class="row" href="${to(targetPath(target.name), query)}"><bdi>${target.name}</bdi></a> <span class="mono dim">${target.kind} ${target.label}</span></th>
<td class="why">${target.state === 'up' ? html`<span class="dim">up</span>` : html`<b class="t-${target.state}">${target.state}</b> ${reason !== common && html`<span data-c="why">${reason}</span>`}`}</td>
<td class="num${current === null && was === null && ' nil'}" data-c="rtt">${current !== null ? html`<b>${rtt(current)}</b>` : was !== null ? html`<span class="dim">was ${was}</span>` : DASH}</td>
<td class="num" data-c="p95">${current === null ? '' : rtt(sample.rtt?.p95)}</td>
<td class="num${loss === null ? ' nil' : loss > 0 && loss >= limit && ' over'}" data-c="loss">${lossDigits(loss)}</td>
<td class="spark-box">${drawSpark(memory.spark(target, now), limit, `Last 10 min of ${target.name}`)}</td>
<td class="bar-box">${drawBar(spans, window.from, window.to, barLabel(target.name, spans, window.from, window.to, window.words))}</td></tr>`;
}

/** What a bar says to those who do not see it. */
function barLabel(name: string, spans: readonly StateSpan[], from: number, to: number, words: string): string {
  const times = availability(clip(spans, from, to));
  const parts = [
    times.downMs > 0 && `down ${formatDuration(times.downMs)}`,
    times.degradedMs > 0 && `degraded ${formatDuration(times.degradedMs)}`,
    times.unmeasuredMs > 0 && `not measured ${formatDuration(times.unmeasuredMs)}`,
  ].filter((part) => part !== false);
  return `${name}, ${words}: ${parts.length > 0 ? parts.join(', ') : times.upMs > 0 ? 'up throughout' : 'nothing known'}`;
}

export function clip(spans: readonly StateSpan[], from: number, to: number): readonly StateSpan[] {
  return spans
    .filter((span) => span.to > from && span.from < to)
    .map((span) => ({ ...span, from: Math.max(from, span.from), to: Math.min(to, span.to) }));
}
