/** The range buttons, shifting, and the link that shows the same to somebody else. All of them links. */
import type { Context } from './context.ts';
import { type Html, html } from './html.ts';
import { here } from './links.ts';
import { RANGE_WORDS, type RangeName } from './query.ts';
import { windowWords } from './window.ts';

/** `data-key` gives a link its key; the script only follows it. */
export function rangeControl(context: Context, names: readonly RangeName[]): Html {
  const { query, window, now } = context;
  const span = window.to - window.from;
  const oldest = context.sources.history.oldest();
  const earlier = { from: Math.round(window.from - span), to: Math.round(window.from) };
  const later = { from: Math.round(window.to), to: Math.round(Math.min(now, window.to + span)) };
  const laterHref =
    window.to + span >= now ? here(query, { range: window.range ?? names[0] ?? '1h' }) : here(query, { window: later });
  return html`<div class="control" data-part="range"><span class="seg" role="group" aria-label="Range">
${names.map((name) => html`<a href="${here(query, { range: name })}"${window.range === name ? html` aria-current="true"` : html``}>${RANGE_WORDS[name]}</a>`)}</span>
<span class="seg" role="group" aria-label="Shift">${
    oldest !== null && earlier.to > oldest
      ? html`<a href="${here(query, { window: earlier })}" data-key="[" aria-label="Earlier">‹</a>`
      : html`<span class="off" aria-hidden="true">‹</span>`
  }${window.live ? html`<span class="off" aria-hidden="true">›</span>` : html`<a href="${laterHref}" data-key="]" aria-label="Later">›</a>`}</span>
<a class="copy" id="copy" href="${here(query, { window: { from: Math.round(window.from), to: Math.round(window.to) } })}" data-seconds="${Math.round(span / 1000)}" data-live="${window.live ? 1 : 0}">Link to this window</a>
${!window.live && html`<span class="fixed">${windowWords(window, now)}, fixed</span>`}</div>`;
}
