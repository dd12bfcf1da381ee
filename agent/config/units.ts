/**
 * The written forms of durations, ratios and sizes, and what a wrong one probably meant.
 *
 * A number without its unit is refused: `every: 5` is five seconds to one reader and five milliseconds to the
 * next, and `loss: 1` is one percent or all of it.
 */
import type { Milliseconds } from '../measure/target.ts';

/** What a parser says of a written value: the value meant, or what is wrong with it and what to write. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly text: string;
      readonly fix: string;
      /** More exact than "a wrong value". What is a secret, or holds one, is not shown. */
      readonly code?: 'address' | 'secret';
    };

const MS_PER_UNIT = new Map([
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]);
const BYTES_PER_UNIT = new Map([
  ['GiB', 1024 ** 3],
  ['GB', 1e9],
  ['MiB', 1024 ** 2],
  ['MB', 1e6],
  ['KiB', 1024],
  ['KB', 1e3],
  ['kB', 1e3],
  ['B', 1],
]);

/** For JSON Schema: the shape of a duration, a percentage, a size. */
export const DURATION_PATTERN = '^[0-9]+(\\.[0-9]+)? ?(ms|s|m|h|d)$';
export const PERCENT_PATTERN = '^[0-9]+(\\.[0-9]+)? ?%$';
export const SIZE_PATTERN = '^[0-9]+(\\.[0-9]+)? ?(B|kB|KB|MB|GB|KiB|MiB|GiB)$';

const QUANTITY = /^([0-9]+(?:\.[0-9]+)?) ?([a-zA-Z%]+)$/;

/** "1s", "500ms", "2m", "1.5h" as milliseconds; null if it is none of these. */
export function durationOf(value: unknown): Milliseconds | null {
  const match = typeof value === 'string' ? QUANTITY.exec(value) : null;
  const factor = MS_PER_UNIT.get(match?.[2] ?? '');
  return match === null || factor === undefined ? null : Number(match[1]) * factor;
}

/** The shortest exact form of a duration: 1500 → "1500ms", 60000 → "1m". */
export function formatDuration(ms: Milliseconds): string {
  return format(ms, MS_PER_UNIT, 'ms');
}

/** In the largest unit of which it is a whole number; the units are listed from large to small. */
function format(value: number, units: ReadonlyMap<string, number>, smallest: string): string {
  for (const [unit, factor] of units) if (value > 0 && value % factor === 0) return `${value / factor}${unit}`;
  return `${value}${smallest}`;
}

const DURATION_WORDS: readonly (readonly [RegExp, string])[] = [
  [/^(ms|msecs?|millis|milliseconds?)$/i, 'ms'],
  [/^(s|secs?|seconds?)$/i, 's'],
  [/^(m|mins?|minutes?)$/i, 'm'],
  [/^(h|hrs?|hours?)$/i, 'h'],
  [/^(d|days?)$/i, 'd'],
];

/** Reads a duration, or says what to write instead ("5 minutes" → "5m"). */
export function parseDuration(value: unknown): Parsed<Milliseconds> {
  const ms = durationOf(value);
  if (ms !== null) return { ok: true, value: ms };
  if (typeof value === 'number') {
    return { ok: false, text: `${value} has no unit`, fix: `write ${value}s or ${value}ms` };
  }
  const match = typeof value === 'string' ? /^\s*([0-9]+(?:\.[0-9]+)?)\s*([a-zA-Z]*)\s*$/.exec(value) : null;
  const unit = DURATION_WORDS.find(([words]) => words.test(match?.[2] ?? ''))?.[1];
  if (match !== null && match[2] === '') {
    return { ok: false, text: 'this has no unit', fix: `write ${match[1]}s or ${match[1]}ms` };
  }
  if (match !== null && unit !== undefined) {
    return { ok: false, text: 'this is not how a duration is written', fix: `write ${match[1]}${unit}` };
  }
  return {
    ok: false,
    text: 'this is not a duration',
    fix: 'write a number with ms, s, m, h or d, such as 500ms or 2m',
  };
}

/** "2%" or a ratio below 1 such as 0.02, as a ratio from 0 to 1. */
export function parseRatio(value: unknown): Parsed<number> {
  const match = typeof value === 'string' ? QUANTITY.exec(value) : null;
  if (match !== null && match[2] === '%') {
    const percent = Number(match[1]);
    if (percent <= 100) return { ok: true, value: percent / 100 };
    return { ok: false, text: 'this is more than everything', fix: 'write at most 100%' };
  }
  if (typeof value === 'number' && value >= 0 && value < 1) return { ok: true, value };
  if (value === 1) return { ok: false, text: '1 may mean 1% or all of it', fix: 'write 1% or 100%' };
  if (typeof value === 'number' && value > 1 && value <= 100) {
    return { ok: false, text: `${value} has no unit`, fix: `write ${value}%` };
  }
  return { ok: false, text: 'this is neither a percentage nor a ratio below 1', fix: 'write for example 2% or 0.02' };
}

/** "64MB" (10⁶), "64MiB" (2²⁰) or a whole number of bytes, as bytes. */
export function parseSize(value: unknown): Parsed<number> {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return { ok: true, value };
  const match = typeof value === 'string' ? QUANTITY.exec(value) : null;
  const factor = BYTES_PER_UNIT.get(match?.[2] ?? '');
  if (match !== null && factor !== undefined) return { ok: true, value: Math.round(Number(match[1]) * factor) };
  const letter = match?.[2]?.[0]?.toUpperCase() ?? '';
  const fix =
    match !== null && 'KMG'.includes(letter) ? `write ${match[1]}${letter}B` : 'write for example 64MB or 64MiB';
  return { ok: false, text: 'this is not a size', fix };
}

/** The written form of a size: 64000000 → "64MB". */
export function formatSize(bytes: number): string {
  return format(bytes, BYTES_PER_UNIT, 'B');
}
