/**
 * The state bar: exact spans of a stated time, not the last N probes. The worse, the taller, so that it reads in
 * grey and with any eyes; neighbours of one state are one stretch; what was not measured stays empty and hatched.
 *
 * A bar has 300 units. A short outage is drawn at least 1.5 of them wide, or 3.7 s would vanish in 14 days, and the
 * style gives it a thin outline that does not shrink with the bar; the key under the bars says from which length on
 * they are true.
 */
import type { StateSpan } from '../../sources.ts';
import { type Html, html } from '../html.ts';

const WIDTH = 300;
const HEIGHT = 16;
const LEAST_WIDTH = 1.5;
const HEIGHTS: Readonly<Record<Exclude<StateSpan['state'], 'unmeasured'>, number>> = {
  up: 5,
  unknown: 3,
  degraded: 10,
  down: 16,
};
/** Drawn in this order, so that the worse covers the better where a minimum width makes them overlap. */
const ORDER = ['up', 'unknown', 'degraded', 'down'] as const;

/** From which length on a stretch is drawn as long as it is, ms. */
export const trueFromMs = (from: number, to: number): number => ((to - from) * LEAST_WIDTH) / WIDTH;

export function drawBar(spans: readonly StateSpan[], from: number, to: number, label: string): Html {
  return html`<svg class="bar" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}" data-from="${Math.round(from)}" data-to="${Math.round(to)}">
${gaps(spans, from, to)}${ORDER.map((state) => {
  const path = barPath(spans, from, to, state);
  return path !== '' && html`<path class="f-${state}" d="${path}"/>`;
})}</svg>`;
}

function barPath(spans: readonly StateSpan[], from: number, to: number, state: keyof typeof HEIGHTS): string {
  const height = HEIGHTS[state];
  let path = '';
  for (const span of spans) {
    if (span.state !== state || span.to <= from || span.from >= to) continue;
    const [x, width] = place(span, from, to, state === 'up' ? 0 : LEAST_WIDTH);
    if (width > 0) path += `M${x} ${HEIGHT - height}h${width}v${height}h-${width}z`;
  }
  return path;
}

function gaps(spans: readonly StateSpan[], from: number, to: number): Html {
  return html`${spans
    .filter((span) => span.state === 'unmeasured' && span.to > from && span.from < to)
    .map((span) => {
      const [x, width] = place(span, from, to, 0);
      return width > 0.2 && html`<rect x="${x}" y="10" width="${width}" height="6" fill="url(#hatch)"/>`;
    })}`;
}

function place(span: StateSpan, from: number, to: number, least: number): readonly [number, number] {
  const scale = WIDTH / (to - from);
  const start = Math.max(0, (span.from - from) * scale);
  const end = Math.min(WIDTH, (span.to - from) * scale);
  const width = Math.max(least, end - start);
  return [tenth(Math.min(start, WIDTH - width)), tenth(width)];
}

const tenth = (value: number): number => Math.round(value * 10) / 10;
