/**
 * Four lanes on one time axis: data plane, BGP and tunnels, routes, AWS and the agent. Round trips, loss and the
 * control plane under each other show in which order things fell, which no list does.
 */
import type { CanaryEvent, State } from '../../../verdict/snapshot.ts';
import { type Html, html } from '../html.ts';
import { share, timeLabels } from './axis.ts';

export const LANES = {
  'data-plane': 'Data plane',
  'bgp-tunnels': 'BGP, tunnels',
  routes: 'Routes',
  'aws-agent': 'AWS, agent',
} as const satisfies Readonly<Record<CanaryEvent['layer'], string>>;

type Layer = CanaryEvent['layer'];
/** Signs nearer than this are one: the list below has them all. */
const NEAR = 0.012;
const RANK: Readonly<Record<State, number>> = { down: 3, degraded: 2, unknown: 1, up: 0 };

export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly state: 'degraded' | 'down';
}

/** Stretches of trouble: each from a change to its subject's next. What began before the window is not guessed at. */
export function stretchesOf(events: readonly CanaryEvent[], layer: Layer, end: number): readonly Stretch[] {
  const open = new Map<string, { from: number; state: 'degraded' | 'down' }>();
  const found: Stretch[] = [];
  for (const event of [...events].filter((one) => one.layer === layer && one.to !== null).reverse()) {
    const key = `${event.kind} ${event.subject}`;
    const began = open.get(key);
    if (began) found.push({ ...began, to: event.at });
    open.delete(key);
    if (event.to === 'down' || event.to === 'degraded') open.set(key, { from: event.at, state: event.to });
  }
  for (const began of open.values()) found.push({ ...began, to: end });
  return merged(found.sort((a, b) => RANK[a.state] - RANK[b.state] || a.from - b.from));
}

/** Stretches of several subjects that overlap are one: a lane says that its layer suffers, the list says who. */
function merged(sorted: readonly Stretch[]): readonly Stretch[] {
  const whole: Stretch[] = [];
  for (const stretch of sorted) {
    const last = whole.at(-1);
    if (last?.state === stretch.state && stretch.from <= last.to) {
      whole[whole.length - 1] = { ...last, to: Math.max(last.to, stretch.to) };
    } else {
      whole.push(stretch);
    }
  }
  return whole;
}

/** `events` newest first. */
export function drawLanes(events: readonly CanaryEvent[], from: number, to: number): Html {
  return html`<div class="lanes" role="img" aria-label="Events by layer; the list below has the same in words" data-from="${Math.round(from)}" data-to="${Math.round(to)}">
${(Object.keys(LANES) as Layer[]).map(
  (layer) => html`<span class="lane-name">${LANES[layer]}</span><svg class="lane" width="100%" height="28" data-drag="">
${stretchesOf(events, layer, to).map(
  (stretch) =>
    html`<rect class="l-${stretch.state}" x="${share(Math.max(0, (stretch.from - from) / (to - from)))}" width="${share(Math.max(0.001, (stretch.to - Math.max(from, stretch.from)) / (to - from)))}" y="${stretch.state === 'down' ? 7 : 17}" height="${stretch.state === 'down' ? 14 : 4}"/>`,
)}
${signsOf(events, layer, from, to).map(
  ([at, sign]) =>
    html`<svg class="s-${sign}" x="${share(at)}" y="7" width="14" height="14" overflow="visible"><use href="#g-${sign}" x="-7" width="14" height="14"/></svg>`,
)}</svg>`,
)}<span></span>${timeLabels(from, to)}</div>`;
}

/** Signs of a lane, the worst of those that would overlap. */
function signsOf(
  events: readonly CanaryEvent[],
  layer: Layer,
  from: number,
  to: number,
): readonly (readonly [number, State | 'note'])[] {
  const signs: [number, State | 'note'][] = [];
  for (const event of [...events].filter((one) => one.layer === layer && one.at >= from && one.at <= to).reverse()) {
    const at = (event.at - from) / (to - from);
    const sign = event.to ?? 'note';
    const last = signs.at(-1);
    if (last === undefined || at - last[0] > NEAR) signs.push([at, sign]);
    else if (rank(sign) > rank(last[1])) last[1] = sign;
  }
  return signs;
}

const rank = (sign: State | 'note'): number => (sign === 'note' ? 0.5 : RANK[sign]);
