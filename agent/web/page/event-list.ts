/** What changed, in words: when, what, how long what ended had lasted, why. */
import { formatDuration, formatTime } from '../../measure/units.ts';
import { lagAfter } from '../../verdict/event-lag.ts';
import type { CanaryEvent } from '../../verdict/snapshot.ts';
import { LANES } from './chart/lanes.ts';
import type { Context } from './context.ts';
import { glyph } from './glyph.ts';
import { type Html, html } from './html.ts';
import { sitePath, targetPath, to } from './links.ts';
import { linkedSentence } from './subject.ts';
import { time } from './time.ts';
import { endedAfter } from './words.ts';

export function eventList(context: Context, events: readonly CanaryEvent[]): Html {
  const dated = events.some(({ at }) => formatTime(at, context.now, 'minute').length > 5);
  return html`<ol class="events card${dated && ' dated'}">${events.map((event) => eventLine(context, event, lagAfter(event, events)))}</ol>`;
}

function eventLine(context: Context, event: CanaryEvent, lag: string | null): Html {
  const path =
    event.kind === 'site' ? sitePath(event.subject) : event.kind === 'target' ? targetPath(event.subject) : null;
  const ended = endedAfter(event);
  const reasons = event.reasons.map(({ text }) => text).join('; ');
  return html`<li><span class="mono">${time(event.at, context.now, 'tenth')}</span> <span class="what">${glyph(event.to ?? 'note')}<span class="vh">${event.to ?? 'note'}: </span> ${
    path === null ? event.text : linkedSentence(event.text, event.subject, to(path, context.query))
  }${ended !== null && html` <span class="dim">after ${ended}</span>`}${lag !== null && html` <span class="dim">(${lag})</span>`}
${reasons !== '' && !event.text.includes(reasons) && html`<span class="dim">${reasons}</span>`}</span></li>`;
}

/** Changes to the worse within this belong to one incident. */
const INCIDENT_MS = 60_000;

/**
 * "BGP, tunnels fell first; data plane after 1.2 s, routes after 1.6 s": the order of the youngest incident by
 * layer, or null when it touched one layer only.
 */
export function orderOfFall(events: readonly CanaryEvent[]): string | null {
  const falls = events.filter(({ to: state }) => state === 'down' || state === 'degraded');
  const newest = falls[0];
  if (newest === undefined) return null;
  const first = new Map<CanaryEvent['layer'], number>();
  let last = newest.at;
  for (const { at, layer } of falls) {
    if (last - at > INCIDENT_MS) break;
    last = at;
    first.set(layer, at);
  }
  const [start, ...rest] = [...first].sort((a, b) => a[1] - b[1]);
  if (start === undefined || rest.length === 0) return null;
  const followed = rest.map(([layer, at]) => `${lower(LANES[layer])} after ${formatDuration(at - start[1])}`);
  return `${LANES[start[0]]} fell first; ${followed.join(', ')}.`;
}

const lower = (text: string): string => (/^[A-Z]{2}/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1));
