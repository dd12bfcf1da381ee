/**
 * `ping --json`: the stable shape. Fields are only ever added; `schema` counts up if one must change its meaning.
 * Durations are ms, ratios 0 to 1, times ms since the epoch; what is not known is null, never 0.
 */
import type { Note, Singleton } from '../../measure/singleton.ts';
import type { Statistics } from '../../measure/statistics.ts';
import type { PingPlan } from './plan.ts';
import type { Pinged } from './report.ts';
import type { Occurrence } from './tally.ts';

type Figures = Omit<Statistics, 'fromMono' | 'toMono'>;

export interface PingJson {
  readonly schema: 1;
  readonly startedAt: number;
  readonly endedAt: number;
  /** `raw`: raw ICMP sockets; `ping`: unprivileged ping sockets. */
  readonly mode: 'raw' | 'ping';
  readonly options: Omit<PingPlan, 'hosts' | 'quiet' | 'output'>;
  readonly targets: readonly (Figures & {
    readonly target: string;
    readonly address: string | null;
    /** Why there is no address. */
    readonly problem: string | null;
    /** Whether percentiles are exact; else within 1 %. */
    readonly exactQuantiles: boolean;
    readonly replyTtls: readonly number[];
    readonly icmpErrors: readonly Occurrence[];
    readonly localReasons: readonly Occurrence[];
  })[];
  /** Targets that answered at least once. */
  readonly answered: number;
}

export function pingJson(
  all: readonly Pinged[],
  plan: PingPlan,
  mode: PingJson['mode'],
  startedAt: number,
  endedAt: number,
): PingJson {
  const { hosts: _hosts, quiet: _quiet, output: _output, ...options } = plan;
  return {
    schema: 1,
    startedAt,
    endedAt,
    mode,
    options,
    targets: all.map(({ host, address, problem, tally }) => {
      const { fromMono: _from, toMono: _to, ...figures } = tally.statistics();
      return {
        target: host,
        address,
        problem,
        ...figures,
        exactQuantiles: tally.exactQuantiles,
        replyTtls: tally.replyTtls,
        icmpErrors: tally.errors,
        localReasons: tally.local,
      };
    }),
    answered: all.filter(({ tally }) => tally.replies > 0).length,
  };
}

/** One line of JSON; numbers to the nanosecond, for what doubles hold beyond that is noise. */
export const jsonLine = (value: object): string =>
  JSON.stringify(value, (_key, held: unknown) =>
    typeof held === 'number' && !Number.isInteger(held) ? Number(held.toFixed(6)) : held,
  );

/** One line of `--json=lines`: a finished probe. `kind` is reply, lost, error or local. */
export function singletonJson({ host, address }: Pinged, singleton: Singleton): object {
  const { sequence, sentWall, outcome, reordered } = singleton;
  return { target: host, address, sequence, sentAt: sentWall, ...outcome, reordered };
}

/** One line of `--json=lines`: `kind` is duplicate, late or corrupt. */
export const noteJson = ({ host, address }: Pinged, { sequence, kind, rttMs }: Note): object => ({
  target: host,
  address,
  sequence,
  kind,
  rttMs,
});
