/** The document around a view: head, navigation, footer, the table of keys. */
import { formatClock, formatTime } from '../../measure/units.ts';
import type { State } from '../../verdict/snapshot.ts';
import { glyphAlone, sprite } from './glyph.ts';
import { type Html, html } from './html.ts';
import { here, to } from './links.ts';
import { type PageQuery, RANGES } from './query.ts';
import { STATE_SIGNS } from './words.ts';

export interface AssetPaths {
  readonly style: string;
  readonly script: string;
  readonly icons: Readonly<Record<State, string>>;
}

export interface Shell {
  readonly path: string;
  /** Path of the entry of the navigation this view belongs to. */
  readonly under: string;
  readonly query: PageQuery;
  readonly now: number;
  /** Wall time of the request: the page says so itself when the snapshot is old. */
  readonly asked: number;
  readonly state: State;
  readonly title: string;
  readonly structure: string;
  readonly everySeconds: number;
  readonly window: { readonly from: number; readonly to: number };
  readonly agent: {
    readonly title: string;
    readonly vpcId: string | null;
    readonly availabilityZone: string | null;
    readonly version: string;
    readonly timing: string;
    readonly historyOldest: number | null;
  };
  readonly nav: readonly { readonly path: string; readonly word: string; readonly letter: string }[];
  readonly assets: AssetPaths;
  readonly main: Html;
}

export function drawDocument(shell: Shell): string {
  const { assets, state, query } = shell;
  const document = html`<!doctype html>
<html lang="en" data-build="${assets.script} ${assets.style}" data-structure="${shell.structure}" data-every="${shell.everySeconds}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="referrer" content="same-origin">
<title>${STATE_SIGNS[state]} ${shell.title} · ${shell.agent.title}</title>
<link rel="icon" type="image/svg+xml" href="${assets.icons[state]}" data-unknown="${assets.icons.unknown}">
<link rel="stylesheet" href="${assets.style}">
<script src="${assets.script}" defer></script>
${query.refresh !== null && html`<noscript><meta http-equiv="refresh" content="${query.refresh}"></noscript>`}
</head>
<body>${sprite}
<a class="skip" href="#main">Skip to content</a>
${header(shell)}
<main id="main" tabindex="-1">
<p class="stale" id="stale" hidden></p>
${shell.main}</main>
${footer(shell)}
${help(shell)}
<p class="vh" id="say" aria-live="polite"></p>
</body></html>
`;
  return String(document);
}

function header(shell: Shell): Html {
  const { agent, query, now, asked } = shell;
  const place = [agent.vpcId, agent.availabilityZone].filter((one) => one !== null);
  const late = Math.floor((asked - now) / 1000);
  return html`<header data-part="head" class="top"><div class="top-in">
<p class="who">${glyphAlone(shell.state)}<b><bdi>${agent.title}</bdi></b> ${agent.vpcId !== null && html`<span class="mono dim">${agent.vpcId}</span>`}${place.length > 0 && agent.availabilityZone !== null && html` <span class="dim">· ${agent.availabilityZone}</span>`}</p>
<nav aria-label="Views"><ul>${shell.nav.map(
    ({ path, word, letter }) =>
      html`<li><a href="${to(path, query)}" data-go="${letter}"${path === shell.under && html` aria-current="${shell.path === path ? 'page' : 'true'}"`}>${word}</a></li>`,
  )}</ul></nav>
<p class="live"><span id="live" data-at="${now}">${late > 5 ? `no data for ${late} s` : 'snapshot'}</span> <time id="clock" datetime="${new Date(now).toISOString()}" data-p="second" data-bare="">${formatClock(now, 'second')}</time> <span class="zone" id="zone">UTC</span><button id="tz" type="button" hidden>UTC</button></p>
</div></header>`;
}

function footer(shell: Shell): Html {
  const { agent, query, now } = shell;
  const oldest = agent.historyOldest;
  return html`<footer data-part="foot"><p class="paper">State of ${dated(now)}; the window is ${dated(shell.window.from)} to ${dated(shell.window.to)}.</p><p>vpc-canary ${agent.version} · ${agent.timing}${oldest !== null && html` · history since ${formatTime(oldest, now, 'minute')} UTC`}</p>
<p>Times are <span id="zone-foot">UTC</span>. <noscript>This page is a snapshot; ${query.refresh === null ? html`<a href="${here(query, { refresh: 10 })}">reload it every 10 s</a>` : html`it reloads every ${query.refresh} s, <a href="${here(query, { refresh: null })}">stop that</a>`}. </noscript>
<a href="/api/v1/state">State as JSON</a> · <a href="/healthz">health</a> · <a href="/metrics">metrics</a><span id="key-hint" hidden> · <button type="button" id="keys">keys <kbd>?</kbd></button></span></p></footer>`;
}

/** A sheet of paper has no "today": "2026-11-21 03:14:22 UTC". */
const dated = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

function help(shell: Shell): Html {
  const key = (keys: readonly string[], does: string): Html =>
    html`<tr><th scope="row">${keys.map((one) => html`<kbd>${one}</kbd> `)}</th><td>${does}</td></tr>`;
  return html`<dialog id="help" aria-labelledby="help-title"><h2 id="help-title">Keys</h2>
<table class="keys"><tbody>${key(['/'], 'filter')}${key(['j', 'k'], 'next, previous target; Enter opens it')}${key(['[', ']'], 'earlier, later')}
${shell.nav.map(({ word, letter }) => key(['g', letter], word))}
${key(['←', '→'], 'in a chart: move the reading; with Shift ten columns; Enter twice marks a stretch and shows it')}${key(['?'], 'this')}</tbody></table>
<p><label><input type="checkbox" id="single-keys" checked> Single keys are on</label></p>
<form method="dialog"><button>Close</button></form></dialog>`;
}

/** Ranges the overview and the events offer; a target adds ten minutes. */
export const USUAL_RANGES = (Object.keys(RANGES) as (keyof typeof RANGES)[]).filter((name) => name !== '10min');
