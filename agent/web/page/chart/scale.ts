/** Round numbers for axes: the top of a linear axis, the instants of a time axis. Pure. */

/** Smallest of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten that is not below `value`; the top of an axis. */
export function roundTop(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const factor of [1, 1.5, 2, 3, 4, 5, 6, 8]) if (factor * power >= value * 0.9999) return tidy(factor * power);
  return tidy(10 * power);
}

/** Into how many round parts each leading number of `roundTop` falls. */
const GRID_STEPS: Readonly<Record<string, number>> = { 1: 5, 1.5: 3, 2: 4, 3: 3, 4: 4, 5: 5, 6: 3, 8: 4 };

/** Grid values from 0 to `top`, a number of `roundTop`. */
export function gridValues(top: number): readonly number[] {
  const lead = top / 10 ** Math.floor(Math.log10(top) + 1e-9);
  const steps = GRID_STEPS[String(tidy(lead))] ?? 4;
  return Array.from({ length: steps + 1 }, (_, index) => tidy((top * index) / steps));
}

/** 0.30000000000000004 is no label. */
const tidy = (value: number): number => Number(value.toPrecision(6));

/**
 * The value below which the share `q` of the values lies, but never the highest of several: one bad sample must not
 * make an axis, however few its neighbours. 0 when there are none.
 */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.min(sorted.length - 2, Math.floor(q * sorted.length)))] ?? 0;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14].map((n) => n * DAY),
];

export interface Tick {
  readonly at: number;
  /** Where, 0 to 1 of the axis. */
  readonly share: number;
  readonly label: 'day' | 'minute' | 'second';
}

/** Round instants in UTC, at most `most` of them, and their distance; a midnight is labelled with its day. */
export function timeTicks(
  from: number,
  to: number,
  most: number,
): { readonly step: number; readonly ticks: readonly Tick[] } {
  const span = to - from;
  const step = STEPS.find((one) => span / one <= most) ?? 14 * DAY;
  const ticks: Tick[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    const label = at % DAY === 0 && (step >= DAY || span > 2 * HOUR) ? 'day' : step < MINUTE ? 'second' : 'minute';
    ticks.push({ at, share: (at - from) / span, label });
  }
  return { step, ticks };
}
