/**
 * The kinds of field a configuration is made of, and what is noted about each.
 *
 * The note of a field (what it is, what is allowed, why its default or limit is what it is, an example) is written
 * once, beside the field, and read three times: for the JSON Schema an editor completes from, for the "Allowed" of
 * a problem, and to know what must never be printed. Values with units are read by our own parsers, because only
 * they know what a wrong value probably meant.
 */
import * as z from 'zod';
import type { Milliseconds } from '../measure/target.ts';
import { DURATION_PATTERN, durationOf, formatDuration, type Parsed, parseDuration } from './units.ts';

export interface Note {
  /** What the field is, one sentence. */
  readonly what: string;
  /** Unit and range, as they stand after "Allowed:". */
  readonly allowed: string;
  /** Why the default or the limits are what they are. */
  readonly why?: string;
  readonly examples: readonly unknown[];
  /** JSON Schema keywords for what zod cannot know of a parsed field. */
  readonly json?: Readonly<Record<string, unknown>>;
  /** The value is never shown. */
  readonly secret?: boolean;
}

/** A field read by a parser of ours; its output type is the parser's. */
export type Field<T> = z.ZodPipe<z.ZodUnknown, z.ZodTransform<T, unknown>>;

/** What a parsed field passes along in zod's issue. */
export interface FailureParams {
  readonly code: 'missing' | 'value' | 'address' | 'secret';
  readonly fix: string;
}

export const notes = z.registry<Note>();

/** A field whose written form only `parse` understands. */
export function parsed<T>(note: Note, parse: (value: unknown) => Parsed<T>): Field<T> {
  const field = z.unknown().transform((value, context): T => {
    const result = parse(value);
    if (result.ok) return result.value;
    const absent = value === undefined || value === null;
    const message = absent ? 'this is missing' : result.text;
    const params: FailureParams = absent
      ? { code: 'missing', fix: exampleOf(note) }
      : { code: result.code ?? 'value', fix: result.fix };
    context.issues.push({ code: 'custom', input: value, message, params });
    return z.NEVER;
  });
  return field.register(notes, note);
}

/** "write for example 5s", or "write a map of limits" where no example is short enough. */
export function exampleOf(note: Note | undefined): string {
  const example = note?.examples[0];
  if (example === undefined) return `write ${note?.allowed ?? 'something else'}`;
  return `write for example ${typeof example === 'string' ? example : JSON.stringify(example)}`;
}

export interface DurationNote {
  readonly what: string;
  readonly min: Milliseconds;
  readonly max: Milliseconds;
  readonly why?: string;
  readonly example: string;
}

export function duration(note: DurationNote): Field<Milliseconds> {
  const allowed = `a duration from ${formatDuration(note.min)} to ${formatDuration(note.max)}`;
  const full: Note = {
    what: note.what,
    allowed,
    ...(note.why === undefined ? {} : { why: note.why }),
    examples: [note.example],
    json: { type: 'string', pattern: DURATION_PATTERN },
  };
  return parsed(full, (value) => inRange(parseDuration(value), note.min, note.max, formatDuration));
}

/** A parsed number held to a range, told in the written form. */
export function inRange(
  result: Parsed<number>,
  min: number,
  max: number,
  format: (value: number) => string,
): Parsed<number> {
  if (!result.ok || (result.value >= min && result.value <= max)) return result;
  return result.value < min
    ? { ok: false, text: 'this is too small', fix: `write at least ${format(min)}` }
    : { ok: false, text: 'this is too large', fix: `write at most ${format(max)}` };
}

/** A duration, or the word none, which takes back a limit set for the site or for all. */
export function durationOrNone(note: DurationNote): Field<Milliseconds | null> {
  const { min, max } = note;
  const full: Note = {
    what: note.what,
    allowed: `a duration from ${formatDuration(min)} to ${formatDuration(max)}, or none`,
    ...(note.why === undefined ? {} : { why: note.why }),
    examples: [note.example, 'none'],
    json: { type: 'string', pattern: `${DURATION_PATTERN}|^none$` },
  };
  return parsed<Milliseconds | null>(full, (value) => {
    if (value === 'none') return { ok: true, value: null };
    const ms = durationOf(value);
    return inRange(ms === null ? parseDuration(value) : { ok: true, value: ms }, min, max, formatDuration);
  });
}

export function choice<const T extends readonly [string, ...string[]]>(
  values: T,
  note: Omit<Note, 'allowed' | 'examples'>,
): z.ZodEnum<{ [K in T[number]]: K }> {
  return z.enum(values).register(notes, { ...note, allowed: values.join(', '), examples: [values[0]] });
}

export function integer(min: number, max: number, unit: string, note: Omit<Note, 'allowed'>): z.ZodInt {
  const allowed = `a whole number${unit === '' ? '' : ` of ${unit}`} from ${min} to ${max}`;
  return z
    .int()
    .min(min)
    .max(max)
    .register(notes, { ...note, allowed });
}

export function flag(note: Omit<Note, 'allowed' | 'examples'>): z.ZodBoolean {
  return z.boolean().register(notes, { ...note, allowed: 'true or false', examples: [true] });
}

/** One line of text without control characters. */
export function line(longest: number, note: Omit<Note, 'allowed'> & { readonly allowed?: string }): z.ZodString {
  return z
    .string()
    .min(1)
    .max(longest)
    .regex(/^(?!\s)\P{Cc}*$/u)
    .register(notes, { allowed: `one line of text of 1 to ${longest} characters`, ...note });
}
