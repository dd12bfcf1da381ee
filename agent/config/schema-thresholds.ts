/**
 * Limits beyond which a target is degraded or down, the same keys in three places: for all, for a site, for a
 * target; the nearest one counts, key by key. Only the outermost has defaults.
 */
import * as z from 'zod';
import { duration, durationOrNone, type Field, notes, parsed } from './fields.ts';
import { type Parsed, PERCENT_PATTERN, parseRatio } from './units.ts';

/** A share that something may reach: above nothing, and up to everything. */
export function shareLimit(what: string, why: string, example: string): Field<number> {
  const note = {
    what,
    allowed: 'a percentage above 0% and up to 100%, or a ratio below 1',
    why,
    examples: [example],
    json: {
      anyOf: [
        { type: 'string', pattern: PERCENT_PATTERN },
        { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
      ],
    },
  };
  return parsed(note, (value): Parsed<number> => {
    const ratio = parseRatio(value);
    if (!ratio.ok || ratio.value > 0) return ratio;
    return { ok: false, text: 'a limit of nothing is always reached', fix: `write for example ${example}` };
  });
}

const lossDegraded = shareLimit(
  'Loss over the window at and above which a target is degraded.',
  'TCP slows down markedly from about 2 % of loss.',
  '2%',
);
const lossDown = shareLimit(
  'Loss over the window at and above which a target is down.',
  'Less than everything lost is a bad path, not a dead one.',
  '100%',
);
const rttDegraded = durationOrNone({
  what: 'Median round-trip time over the window at and above which a target is degraded; no limit unless set.',
  min: 0.001,
  max: 60_000,
  why: 'What is slow depends on how far away a site is, so there is no default.',
  example: '150ms',
});
const jitterDegraded = durationOrNone({
  what: 'Jitter (RFC 3550) over the window at and above which a target is degraded; no limit unless set.',
  min: 0.001,
  max: 60_000,
  why: 'Voice suffers from about 30ms; other traffic hardly cares, so there is no default.',
  example: '30ms',
});
const window = duration({
  what: 'The stretch of time over which a target is judged; at least three intervals of a target unless that target sets it.',
  min: 1000,
  max: 10_800_000,
  why: 'Ten probes at the default interval: one lost packet is noticed, an outage is called within seconds.',
  example: '10s',
});
const clear = duration({
  what: 'How long a target must be better than its limits before it is called better.',
  min: 0,
  max: 86_400_000,
  why: 'Keeps a target near a limit from changing its state all the time.',
  example: '30s',
});

const loss = 'Limits of packet loss.';
const rtt = 'Limit of the round-trip time.';
const jitter = 'Limit of jitter.';
const group = (what: string) => ({ what, allowed: 'a map of limits', examples: [] });

/** One set of schemas for all holders: each costs memory. */
const partial = {
  loss: z
    .strictObject({ degraded: lossDegraded.optional(), down: lossDown.optional() })
    .register(notes, group(loss))
    .optional(),
  rtt: z.strictObject({ degraded: rttDegraded.optional() }).register(notes, group(rtt)).optional(),
  jitter: z.strictObject({ degraded: jitterDegraded.optional() }).register(notes, group(jitter)).optional(),
  window: window.optional(),
  clear: clear.optional(),
};

/** Of a site or a target: what is not set is taken from further out. */
export function partialThresholds(what: string) {
  return z.strictObject(partial).register(notes, group(what));
}

/** Of all targets: with the defaults. */
export const globalThresholds = z
  .strictObject({
    loss: z
      .strictObject({ degraded: lossDegraded.prefault('2%'), down: lossDown.prefault('100%') })
      .register(notes, group(loss))
      .prefault({}),
    rtt: z
      .strictObject({ degraded: rttDegraded.prefault('none') })
      .register(notes, group(rtt))
      .prefault({}),
    jitter: z
      .strictObject({ degraded: jitterDegraded.prefault('none') })
      .register(notes, group(jitter))
      .prefault({}),
    window: window.prefault('10s'),
    clear: clear.prefault('30s'),
  })
  .register(notes, group('Limits beyond which a target is degraded or down. Sites and targets may set their own.'));
