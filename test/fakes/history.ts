/**
 * A history of up to 14 days in memory, generated when asked: the same target and time always give the same rows.
 * What happened is told to it as episodes, so tests know what has to be seen: an outage, a failover that adds
 * 12.9 ms, loss, an agent that was off.
 */
import type { RttStatistics, SeriesRow } from '../../agent/measure/statistics.ts';
import type { EventQuery, HistoryReader, Series, StateSpan } from '../../agent/verdict/past.ts';
import type { CanaryEvent } from '../../agent/verdict/snapshot.ts';

const SECOND = 1000;
const DAY = 86_400_000;
/** Stored resolutions and how far back each reaches (issue 2). */
const RESOLUTIONS = [
  { stepMs: SECOND, reachMs: 3600 * SECOND },
  { stepMs: 10 * SECOND, reachMs: DAY },
  { stepMs: 60 * SECOND, reachMs: 14 * DAY },
] as const;

export interface Episode {
  /** Names of targets; absent for all. */
  readonly targets?: readonly string[];
  readonly from: number;
  readonly to: number;
  /** Loss ratio, 1 for an outage. */
  readonly loss?: number;
  /** Added to every round trip, ms. */
  readonly plusMs?: number;
  /** The agent was off. */
  readonly off?: boolean;
}

export interface FakeTarget {
  readonly name: string;
  readonly baseMs: number;
  readonly everyMs?: number;
  /** Spread of the 5–95 band, as a share of the base. */
  readonly spread?: number;
}

export interface FakePast {
  readonly now: number;
  readonly targets: readonly FakeTarget[];
  readonly episodes: readonly Episode[];
  /** Spans by "target NAME" and "site NAME"; absent ones are up since the beginning. */
  readonly spans?: Readonly<Record<string, readonly StateSpan[]>>;
  readonly events?: readonly CanaryEvent[];
  readonly oldest?: number | null;
}

export function fakeHistory(past: FakePast): HistoryReader & { asked: number } {
  const oldest = past.oldest === undefined ? past.now - 14 * DAY : past.oldest;
  const reader = {
    asked: 0,
    series(name: string, from: number, to: number, columns: number): Series {
      reader.asked += 1;
      const target = past.targets.find((one) => one.name === name);
      const stored = RESOLUTIONS.find(({ reachMs }) => from >= past.now - reachMs - 1000) ?? RESOLUTIONS[2];
      const factor = Math.max(1, Math.ceil((to - from) / columns / stored.stepMs));
      const stepMs = stored.stepMs * factor;
      const rows: SeriesRow[] = [];
      if (target === undefined || oldest === null) return { stepMs, rows };
      for (let at = Math.ceil(from / stepMs) * stepMs; at < to && at < past.now; at += stepMs) {
        const row = at + stepMs > oldest ? rowAt(past, target, at, stepMs) : null;
        if (row !== null) rows.push(row);
      }
      return { stepMs, rows };
    },
    spans(kind: 'target' | 'site', name: string, from: number, to: number): readonly StateSpan[] {
      reader.asked += 1;
      const known = past.spans?.[`${kind} ${name}`] ?? upExceptOff(past, oldest);
      return known
        .map((span) => ({ ...span, from: Math.max(span.from, from), to: Math.min(span.to, to) }))
        .filter((span) => span.to > span.from);
    },
    events(query: EventQuery): readonly CanaryEvent[] {
      reader.asked += 1;
      return [...(past.events ?? [])]
        .sort((a, b) => b.id - a.id)
        .filter(
          (event) =>
            (query.from === undefined || event.at >= query.from) &&
            (query.to === undefined || event.at < query.to) &&
            (query.site === undefined || event.site === query.site) &&
            (query.subject === undefined || event.subject === query.subject) &&
            (query.kind === undefined || event.kind === query.kind) &&
            (query.before === undefined || event.id < query.before),
        )
        .slice(0, query.limit ?? 200);
    },
    oldest: () => oldest,
  };
  return reader;
}

function upExceptOff(past: FakePast, oldest: number | null): readonly StateSpan[] {
  const spans: StateSpan[] = [];
  let at = oldest ?? past.now;
  if (at > past.now - 14 * DAY) spans.push({ from: past.now - 14 * DAY, to: at, state: 'unmeasured' });
  for (const { from, to, off, targets } of past.episodes) {
    if (!off || targets !== undefined) continue;
    spans.push({ from: at, to: from, state: 'up' }, { from, to, state: 'unmeasured' });
    at = to;
  }
  return [...spans, { from: at, to: past.now, state: 'up' }];
}

/** 0 to 1, the same for the same arguments. */
function noise(...seeds: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const seed of seeds) hash = Math.imul(hash ^ (seed | 0), 0x01000193) ^ (hash >>> 13);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 12)) >>> 0) / 2 ** 32;
}

function rowAt(past: FakePast, target: FakeTarget, at: number, stepMs: number): SeriesRow | null {
  const touching = past.episodes.filter(
    (one) => one.from < at + stepMs && one.to > at && (one.targets?.includes(target.name) ?? true),
  );
  const shareOf = (one: Episode): number => (Math.min(one.to, at + stepMs) - Math.max(one.from, at)) / stepMs;
  const off = touching.filter((one) => one.off).reduce((sum, one) => sum + shareOf(one), 0);
  const every = target.everyMs ?? SECOND;
  const due = Math.floor((at + stepMs) / every) - Math.floor(at / every);
  const sent = Math.round(due * (1 - off));
  if (sent === 0) return null;
  const loss = touching.reduce((sum, one) => sum + (one.loss ?? 0) * shareOf(one), 0);
  const whole = Math.floor(sent * loss);
  const lost = Math.min(sent, whole + (noise(at, 1, target.name.length) < sent * loss - whole ? 1 : 0));
  const plus = Math.max(0, ...touching.map((one) => one.plusMs ?? 0));
  const received = sent - lost;
  const rtt = received === 0 ? null : quantilesAt(target, at, plus);
  return {
    at,
    sent,
    received,
    local: 0,
    rtt,
    jitter: rtt === null ? null : (rtt.p75 - rtt.p25) / 2,
    timing: rtt === null ? null : 'kernel',
    errorBarMs: rtt === null ? null : 0.05,
    histogram: rtt === null ? [] : histogramOf(rtt, received),
  };
}

type Quantiles = Omit<RttStatistics, 'p90' | 'stddev'>;

function quantilesAt(target: FakeTarget, at: number, plus: number): Quantiles {
  const hour = (at % DAY) / DAY;
  const daily = Math.max(0, Math.sin((hour - 0.25) * Math.PI * 2)) * 0.12 * target.baseMs;
  const centre = target.baseMs + plus + daily;
  const spread = (target.spread ?? 0.06) * target.baseMs * (plus > 0 ? 3 : 1);
  const p50 = centre + noise(at, 2) * spread * 0.4;
  const tail = noise(at, 3) ** 4 * spread * 9;
  return {
    min: p50 - spread * 0.9,
    p5: p50 - spread * 0.8,
    p25: p50 - spread * 0.3,
    p50,
    p75: p50 + spread * 0.45,
    p95: p50 + spread * 1.6 + tail,
    p99: p50 + spread * 2.4 + tail * 1.6,
    max: p50 + spread * 3 + tail * 2.5,
    mean: p50 + spread * 0.2,
  };
}

function histogramOf(rtt: Quantiles, received: number): readonly (readonly [number, number])[] {
  const values = [rtt.p5, rtt.p25, rtt.p50, rtt.p75, rtt.p95, rtt.max];
  const weights = [0.1, 0.22, 0.36, 0.22, 0.08, 0.02];
  return values
    .map((value, index) => [value, Math.round(received * (weights[index] ?? 0))] as const)
    .filter(([, count]) => count > 0);
}
