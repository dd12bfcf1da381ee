/**
 * Where the use of a subnet's addresses leads: a robust slope over the last hour and over the last day.
 *
 * The slope is Theil's and Sen's, the median of the slopes of all pairs of readings: a deployment that takes forty
 * addresses and gives them back does not bend it. It counts as a trend only when Kendall's test finds more order in
 * the readings than chance gives once in a thousand, so that noise around a flat line is "not at this rate".
 *
 * Of the two the sooner counts, but only where it is plainly faster, its interval of confidence lying above the other's
 * slope: over an hour the noise of a few addresses weighs ten times what it does over a day. Between them the last six
 * hours are looked at in the same way, for a growth that began this morning.
 *
 * Sources: H. Theil, "A rank-invariant method of linear and polynomial regression analysis" (1950); P. K. Sen,
 * "Estimates of the regression coefficient based on Kendall's tau", JASA 63 (1968).
 *
 * Memory is bounded: at most a reading a minute for the hour and one in half an hour for the day, some 110 pairs of
 * numbers at the fastest polling and 60 at the usual one.
 */
import type { Milliseconds } from '../measure/target.ts';

const HOUR_S = 3600;
const DAY_S = 86_400;
/** Readings of the hour are kept no closer than this, however often somebody polls. */
const LEAST_GAP_S = 55;
const DAY_BIN_S = 1800;
/** With fewer than eight readings nothing could be certain: Kendall's S of seven in perfect order is too common. */
const HOUR = { fewest: 8, spanS: 1200 };
const DAY = { fewest: 8, spanS: 3 * HOUR_S };
const SIX_HOURS_S = 6 * HOUR_S;
/** One in a thousand by chance, one-sided. */
const CERTAIN = 3.1;
/** An interval that misses the truth once in forty, on its lower side. */
const INTERVAL = 1.96;

/** Readings as they are kept on disk: seconds since the epoch, and addresses used then. */
export interface TrendPast {
  readonly hour: readonly (readonly [at: number, used: number])[];
  readonly day: readonly (readonly [at: number, used: number])[];
}

export interface Slope {
  /** Addresses an hour. */
  readonly perHour: number;
  /** Lower end of its interval of confidence, addresses an hour. */
  readonly atLeast: number;
  /** More order than chance gives. */
  readonly certain: boolean;
}

export interface Trend {
  readonly hour: Slope | null;
  readonly day: Slope | null;
  /** The slope that says when the subnet is full, addresses an hour; null: no certain growth. */
  readonly growth: number | null;
  /** From the oldest reading to the latest. */
  readonly measuredMs: Milliseconds;
  /** Enough is known to say that there is no growth. */
  readonly known: boolean;
}

type Reading = readonly [at: number, used: number];

export class UsageTrend {
  #hour: Reading[] = [];
  #day: Reading[] = [];
  /** The latest answer: it is asked for more often than it changes. */
  #told: { readonly at: Milliseconds; readonly trend: Trend } | null = null;

  constructor(past: TrendPast = { hour: [], day: [] }) {
    this.#hour = ordered(past.hour);
    this.#day = ordered(past.day);
  }

  /** @param at wall time, ms */
  add(at: Milliseconds, used: number): void {
    this.#told = null;
    const now = Math.floor(at / 1000);
    // A clock that was set back leaves readings of the future: they are no past any more.
    this.#hour = this.#hour.filter(([then]) => then <= now && then > now - HOUR_S - LEAST_GAP_S);
    this.#day = this.#day.filter(([then]) => then <= now && then > now - DAY_S - DAY_BIN_S);
    const last = this.#hour.at(-1);
    if (last === undefined || now - last[0] >= LEAST_GAP_S) this.#hour.push([now, used]);
    const lastOfDay = this.#day.at(-1);
    if (lastOfDay === undefined || binOf(now) !== binOf(lastOfDay[0])) this.#day.push([now, used]);
  }

  /** @param at wall time, ms: what is older than an hour, or a day, before it does not count */
  trend(at: Milliseconds): Trend {
    if (this.#told?.at === at) return this.#told.trend;
    const trend = this.#trend(at);
    this.#told = { at, trend };
    return trend;
  }

  #trend(at: Milliseconds): Trend {
    const now = Math.floor(at / 1000);
    const within = (readings: readonly Reading[], spanS: number): Reading[] =>
      readings.filter(([then]) => then <= now && then >= now - spanS);
    const hour = slope(within(this.#hour, HOUR_S), HOUR);
    const day = slope(within(this.#day, DAY_S), DAY);
    const sixHours = slope(within(this.#day, SIX_HOURS_S), DAY);
    const first = Math.min(this.#hour[0]?.[0] ?? now, this.#day[0]?.[0] ?? now);
    return {
      hour,
      day,
      growth: growth([day, sixHours, hour]),
      measuredMs: Math.max(0, now - first) * 1000,
      known: hour !== null || day !== null,
    };
  }

  past(): TrendPast {
    return { hour: this.#hour, day: this.#day };
  }
}

const binOf = (seconds: number): number => Math.floor(seconds / DAY_BIN_S);

/** Strictly ascending in time, finite; what is not is left out. */
function ordered(readings: readonly Reading[]): Reading[] {
  const kept: Reading[] = [];
  for (const [at, used] of readings) {
    if (Number.isFinite(at) && Number.isFinite(used) && at > (kept.at(-1)?.[0] ?? -1)) kept.push([at, used]);
  }
  return kept;
}

/** @param slopes over ever shorter times: the shorter counts when it is plainly faster */
function growth(slopes: readonly (Slope | null)[]): number | null {
  let fastest: number | null = null;
  for (const each of slopes) {
    if (each === null || !each.certain || each.perHour <= 0) continue;
    if (fastest === null || each.atLeast > fastest) fastest = each.perHour;
  }
  return fastest;
}

function slope(readings: readonly Reading[], { fewest, spanS }: typeof HOUR): Slope | null {
  const count = readings.length;
  const span = (readings.at(-1)?.[0] ?? 0) - (readings[0]?.[0] ?? 0);
  if (count < fewest || span < spanS) return null;
  const slopes = new Float64Array((count * (count - 1)) / 2);
  let filled = 0;
  let order = 0;
  for (const [index, [at, used]] of readings.entries()) {
    for (let before = 0; before < index; before += 1) {
      const [thenAt, thenUsed] = readings[before] ?? [0, 0];
      slopes[filled] = ((used - thenUsed) / (at - thenAt)) * HOUR_S;
      filled += 1;
      order += Math.sign(used - thenUsed);
    }
  }
  slopes.sort();
  // Kendall's S has this variance when there is no order; ties make it smaller, so leaving them out is the careful side.
  const deviation = Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
  const lower = Math.max(0, Math.floor((filled - INTERVAL * deviation) / 2));
  const middle = filled >> 1;
  const median = filled % 2 === 1 ? at(slopes, middle) : (at(slopes, middle - 1) + at(slopes, middle)) / 2;
  return { perHour: median, atLeast: at(slopes, lower), certain: Math.abs(order) - 1 >= CERTAIN * deviation };
}

const at = (values: Float64Array, index: number): number => values[index] ?? 0;
