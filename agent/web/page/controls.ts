/** The range buttons, shifting, and the link that shows the same to somebody else. All of them links. */
import type { Context } from './context.ts';
import { type Html, html } from './html.ts';
import { here, iso } from './links.ts';
import { type PageQuery, RANGE_WORDS, RANGES, type RangeName } from './query.ts';
import { windowWords } from './window.ts';

/** `data-key` gives a link its key; the script only follows it. */
export function rangeControl(context: Context, names: readonly RangeName[]): Html {
  const { query, window, now } = context;
  const span = window.to - window.from;
  const oldest = context.sources.history.oldest();
  const earlier = { from: second(window.from - span), to: second(window.from) };
  const later = { from: second(window.to), to: second(window.to + span) };
  const sameLength = names.find((name) => RANGES[name] === span) ?? '1h';
  const laterHref = here(query, later.to >= now - span / 20 ? { range: sameLength } : { window: later });
  return html`<div class="control" data-part="range"><span class="seg" role="group" aria-label="Range">
${names.map((name) => html`<a href="${here(query, { range: name })}"${window.range === name && html` aria-current="true"`} data-inplace="">${RANGE_WORDS[name]}</a>`)}</span>
<span class="seg" role="group" aria-label="Shift">${
    oldest !== null && earlier.to > oldest
      ? html`<a href="${here(query, { window: earlier })}" data-key="[" data-inplace="" aria-label="Earlier">‹</a>`
      : html`<span class="off" aria-hidden="true">‹</span>`
  }${window.live ? html`<span class="off" aria-hidden="true">›</span>` : html`<a href="${laterHref}" data-key="]" data-inplace="" aria-label="Later">›</a>`}</span>
<a class="copy" id="copy" href="${here(query, { window: { from: second(window.from), to: second(window.to) } })}" data-seconds="${Math.round(span / 1000)}" data-live="${window.live ? 1 : 0}">Link to this window</a>
${!window.live && html`<span class="fixed">${windowWords(window, now)}, fixed</span>`}</div>`;
}

/** Whole seconds, for people read addresses; cut, since a window that ends after now would be another one later. */
const second = (at: number): number => Math.floor(at / 1000) * 1000;

/** What a form must carry along so that it changes nothing else. */
export function keptFields(query: PageQuery): Html {
  const fields: readonly (readonly [name: string, value: string | null])[] = [
    ['range', query.range],
    ['from', query.from === null ? null : iso(query.from)],
    ['to', query.to === null ? null : iso(query.to)],
    ['tz', query.local ? 'local' : null],
    ['refresh', query.refresh === null ? null : String(query.refresh)],
  ];
  return html`<span data-part="kept">${fields.map(
    ([name, value]) => value !== null && html`<input type="hidden" name="${name}" value="${value}">`,
  )}</span>`;
}
