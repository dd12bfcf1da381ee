/**
 * Numbers and times in words, the same everywhere: page, `/prtg`, `status`, log and verdict say "12 min 5 s",
 * "27.8 ms" and "3.1 %" with these functions and no others, so that two places never round differently.
 *
 * Times are UTC. A ratio is never written as "0 %" or "100 %" unless it is exactly that: one lost packet in
 * 100,000 is not none.
 */
import type { Milliseconds } from './target.ts';

const DAY_MS = 86_400_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** How long something lasted, in two units at most: "6.0 s", "12 min 5 s", "7 h 2 min", "2 d 4 h". */
export function formatDuration(ms: Milliseconds): string {
  const tenths = Math.max(0, Math.round(ms / 100));
  return tenths < 600 ? `${(tenths / 10).toFixed(1)} s` : wholeSeconds(Math.floor(tenths / 10));
}

/** How long something has lasted that still does: whole seconds, for a tenth would be old when it is read. */
export function formatAge(ms: Milliseconds): string {
  return wholeSeconds(Math.max(0, Math.floor(ms / 1000)));
}

function wholeSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return twoUnits(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  if (seconds < 86_400) return twoUnits(Math.floor(seconds / 3600), 'h', Math.floor((seconds % 3600) / 60), 'min');
  return twoUnits(Math.floor(seconds / 86_400), 'd', Math.floor((seconds % 86_400) / 3600), 'h');
}

const twoUnits = (large: number, unit: string, small: number, part: string): string =>
  small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${part}`;

/** A configured span without false digits: "1 s", "500 ms", "2 min", "1.5 s". */
export function formatSpan(ms: Milliseconds): string {
  if (ms < 1000) return `${Number(ms.toFixed(3))} ms`;
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(3))} s`;
  return wholeSeconds(Math.round(ms / 1000));
}

/** A round trip with three digits that mean something: "0.021 ms", "0.61 ms", "1.82 ms", "27.8 ms", "142 ms". */
export function formatRtt(ms: Milliseconds): string {
  return `${rttDigits(ms)} ms`;
}

/** The same without its unit, for columns that carry it in their head. */
export function rttDigits(ms: Milliseconds): string {
  if (ms < 0.0995) return ms.toFixed(3);
  if (ms < 9.995) return ms.toFixed(2);
  if (ms < 99.95) return ms.toFixed(1);
  return ms.toFixed(0);
}

/** A ratio in percent: "0 %", "<0.1 %", "3.1 %", "99.9 %", "100 %"; whole numbers lose their zero ("2 %"). */
export function formatRatio(ratio: number): string {
  if (ratio <= 0) return '0 %';
  if (ratio >= 1) return '100 %';
  if (ratio < 0.0005) return '<0.1 %';
  return `${Number(Math.min(99.9, ratio * 100).toFixed(1))} %`;
}

/** Availability: two digits and rounded down, so that 100 means always. */
export function formatAvailability(ratio: number): string {
  if (ratio >= 1) return '100 %';
  // The epsilon keeps 0.9999 from becoming 99.98 for the sake of a binary fraction.
  return `${(Math.floor(Math.max(0, ratio) * 10_000 + 1e-6) / 100).toFixed(2)} %`;
}

/** Bytes in binary units, as memory is spoken of. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(0)} KiB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

/** 20160 → "20,160". */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** 1 → "1 target", 13 → "13 targets". */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** How finely a time is written. Times are cut, not rounded: a time written is never in the future. */
export type Precision = 'tenth' | 'second' | 'minute';

/** "03:02:17.4", "03:02:17" or "03:02", in UTC. */
export function formatClock(wall: Milliseconds, precision: Precision): string {
  const iso = new Date(wall).toISOString();
  return iso.slice(11, precision === 'tenth' ? 21 : precision === 'second' ? 19 : 16);
}

/** Clock time, after its day when that is not the day of `now`: "21 Nov 03:02:17.4". */
export function formatTime(wall: Milliseconds, now: Milliseconds, precision: Precision): string {
  const clock = formatClock(wall, precision);
  if (Math.floor(wall / DAY_MS) === Math.floor(now / DAY_MS)) return clock;
  const date = new Date(wall);
  return `${String(date.getUTCDate()).padStart(2, '0')} ${MONTHS[date.getUTCMonth()]} ${clock}`;
}
