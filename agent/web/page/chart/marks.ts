/**
 * What happened, as letters on the time axis with their sentences in a key below. Labels written into a chart
 * collide; letters nearer than they are wide are one letter with several sentences.
 */
import type { CanaryEvent, State } from '../../../verdict/snapshot.ts';
import { type Html, html } from '../html.ts';
import { time } from '../time.ts';
import { endedAfter } from '../words.ts';

import { share } from './axis.ts';

export interface Mark {
  readonly letter: string;
  /** Where, 0 to 1 of the axis. */
  readonly at: number;
  readonly worst: State | null;
  readonly events: readonly CanaryEvent[];
}

/** Width of a letter on a phone's chart. */
const NEAR = 0.026;
const MOST_MARKS = 12;
const MOST_SENTENCES = 3;
const RANK: Readonly<Record<State, number>> = { down: 3, degraded: 2, unknown: 1, up: 0 };

/** Letters for the events of a window, oldest first; `left` counts those that found no room. */
export function marksOf(
  events: readonly CanaryEvent[],
  from: number,
  to: number,
): { readonly marks: readonly Mark[]; readonly left: number } {
  const inside = events.filter(({ at }) => at >= from && at <= to).sort((a, b) => a.at - b.at || a.id - b.id);
  const clusters: CanaryEvent[][] = [];
  for (const event of inside) {
    const open = clusters.at(-1);
    const first = open?.[0];
    if (open && first && (event.at - first.at) / (to - from) < NEAR) open.push(event);
    else clusters.push([event]);
  }
  const kept = worstClusters(clusters);
  return {
    marks: kept.map((cluster, index) => ({
      letter: String.fromCharCode(65 + index),
      at: ((cluster[0]?.at ?? from) - from) / (to - from),
      worst: worstOf(cluster),
      events: cluster,
    })),
    left: inside.length - kept.reduce((sum, cluster) => sum + cluster.length, 0),
  };
}

function worstClusters(clusters: readonly CanaryEvent[][]): readonly CanaryEvent[][] {
  if (clusters.length <= MOST_MARKS) return clusters;
  const rank = (cluster: readonly CanaryEvent[]): number => RANK[worstOf(cluster) ?? 'up'];
  const chosen = new Set(
    [...clusters].sort((a, b) => rank(b) - rank(a) || (b[0]?.at ?? 0) - (a[0]?.at ?? 0)).slice(0, MOST_MARKS),
  );
  return clusters.filter((cluster) => chosen.has(cluster));
}

function worstOf(events: readonly CanaryEvent[]): State | null {
  return events.reduce<State | null>(
    (worst, { to }) => (to !== null && RANK[to] >= RANK[worst ?? 'up'] ? to : worst),
    null,
  );
}

/** Dashed lines through the plot. */
export function markLines(marks: readonly Mark[]): Html {
  return html`${marks.map(
    ({ at, worst }) =>
      html`<line class="c-mark${worst === 'down' ? ' bad' : ''}" x1="${share(at)}" x2="${share(at)}" y1="0" y2="100%"/>`,
  )}`;
}

/** The letters under the axis. */
export function markLetters(marks: readonly Mark[]): Html {
  return html`<svg class="c-letters" width="100%" height="16" aria-hidden="true">${marks.map(
    ({ at, letter, worst }) =>
      html`<text class="${at > 0.985 ? 'end' : at < 0.015 ? 'start' : 'middle'}${worst === 'down' ? ' bad' : ''}" x="${share(at)}" y="12">${letter}</text>`,
  )}</svg>`;
}

/** The key: letter, time, sentence; what a cluster holds beyond three is counted. */
export function markKey(marks: readonly Mark[], left: number, now: number, eventsHref: string): Html {
  if (marks.length === 0) return html``;
  return html`<ul class="marks">${marks.map(
    ({ letter, events, worst }) =>
      html`<li><b class="${worst === 'down' ? 'bad' : ''}">${letter}</b> ${events
        .slice(0, MOST_SENTENCES)
        .map(
          (event, index) =>
            html`${index > 0 && '; '}${time(event.at, now)} ${event.text}${endedAfter(event) !== null && ` after ${endedAfter(event)}`}`,
        )}${events.length > MOST_SENTENCES && html` and ${events.length - MOST_SENTENCES} more`}</li>`,
  )}${left > 0 && html`<li><a href="${eventsHref}">${left} more in Events</a></li>`}</ul>`;
}
