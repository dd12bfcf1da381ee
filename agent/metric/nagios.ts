/**
 * A snapshot as a Nagios or Icinga plugin says it: one line of text, perfdata after "|", an exit code.
 *
 * The state comes from the agent's own judgement, which knows windows and hysteresis. Limits of the caller's own
 * (`-w`, `-c`, written as check_ping has them: RTT in ms, loss in percent) can only make it worse, never better.
 * Perfdata covers the sites, or the targets when one site or target was asked for, so that Nagios' 8 KiB hold it.
 */
import { formatRatio, formatRtt } from '../measure/units.ts';
import type { Snapshot, State, TargetView } from '../verdict/snapshot.ts';
import { lossOf } from './loss.ts';
import { chooseScope, type Scope, type ScopeNames, sentenceOf, stateOf, targetsIn } from './scope.ts';

/** Plugin exit codes. */
export const NAGIOS = { ok: 0, warning: 1, critical: 2, unknown: 3 } as const;

export type NagiosCode = (typeof NAGIOS)[keyof typeof NAGIOS];

/** Limits above which a target is worse; null: the agent's judgement alone. */
export interface NagiosLimits {
  readonly rttMs: number | null;
  readonly lossRatio: number | null;
}

export interface NagiosLimitPair {
  readonly warning: NagiosLimits;
  readonly critical: NagiosLimits;
}

export interface NagiosAnswer {
  readonly code: NagiosCode;
  /** First line with perfdata, then a line for each target that is not well. No line end at the end. */
  readonly output: string;
}

const NO_LIMITS: NagiosLimits = { rttMs: null, lossRatio: null };
export const NO_LIMIT_PAIR: NagiosLimitPair = { warning: NO_LIMITS, critical: NO_LIMITS };

const WORDS = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;
export const CODE_OF: Readonly<Record<State, NagiosCode>> = { up: 0, degraded: 1, down: 2, unknown: 3 };
/** Nagios cuts at 8 KiB; room is left for the verdict and the lines below. */
const MAX_PERFDATA = 4096;
const MAX_LINES = 20;

/** "VPC-CANARY OK - text", with what would break the format taken out. */
export function nagiosLine(code: NagiosCode, text: string): string {
  return `VPC-CANARY ${WORDS[code]} - ${cleanLine(text)}`;
}

export const cleanLine = (text: string): string => text.replaceAll('|', '/').replaceAll(/[\s\p{Cc}]+/gu, ' ');

/** Reads "100", "20%" or "100,20%"; null when it is neither. */
export function parseLimits(text: string): NagiosLimits | null {
  const match = /^(?:(\d+(?:\.\d+)?)(?:ms)?)?(?:(?:^|,)(\d+(?:\.\d+)?)%)?$/.exec(text.trim());
  if (match === null || (match[1] === undefined && match[2] === undefined)) return null;
  const lossRatio = match[2] === undefined ? null : Number(match[2]) / 100;
  if (lossRatio !== null && lossRatio > 1) return null;
  return { rttMs: match[1] === undefined ? null : Number(match[1]), lossRatio };
}

export function renderNagios(snapshot: Snapshot, names: ScopeNames, limits: NagiosLimitPair): NagiosAnswer {
  const choice = chooseScope(snapshot, names);
  if (!choice.ok) return { code: NAGIOS.unknown, output: nagiosLine(NAGIOS.unknown, choice.text) };
  const { scope } = choice;
  const targets = targetsIn(snapshot, scope);
  const over = targets.flatMap((target) => overLimits(target, limits));
  const code = over.reduce<NagiosCode>((worst, one) => worse(worst, one.code), CODE_OF[stateOf(snapshot, scope)]);
  const text = [sentenceOf(snapshot, scope), ...over.slice(0, 3).map((one) => one.text)].join(' ');
  const lines = targets
    .filter((target) => target.state !== 'up')
    .map((target) => cleanLine(`${target.site}/${target.name} (${target.label}): ${reasonOf(target)}`));
  const more = lines.length > MAX_LINES ? [`and ${lines.length - MAX_LINES} more`] : [];
  const first = `${nagiosLine(code, text)} | ${perfdata(snapshot, scope, limits)}`;
  return { code, output: [first, ...lines.slice(0, MAX_LINES), ...more].join('\n') };
}

function reasonOf(target: TargetView): string {
  const why = target.reasons.map((reason) => reason.text).join('; ');
  return why === '' ? target.state : `${target.state}, ${why}`;
}

/** CRITICAL beats WARNING beats UNKNOWN beats OK, as Nagios' own cluster check has it. */
function worse(a: NagiosCode, b: NagiosCode): NagiosCode {
  const rank: Readonly<Record<NagiosCode, number>> = { 0: 0, 3: 1, 1: 2, 2: 3 };
  return rank[a] >= rank[b] ? a : b;
}

function overLimits(target: TargetView, limits: NagiosLimitPair): { code: NagiosCode; text: string }[] {
  for (const [code, limit] of [
    [NAGIOS.critical, limits.critical],
    [NAGIOS.warning, limits.warning],
  ] as const) {
    const rtt = target.last60s.rtt?.p50 ?? null;
    if (limit.rttMs !== null && rtt !== null && rtt >= limit.rttMs) {
      return [{ code, text: `${target.name}: RTT ${formatRtt(rtt)} (limit ${limit.rttMs} ms).` }];
    }
    const loss = target.last60s.lossRatio;
    if (limit.lossRatio !== null && loss !== null && loss > 0 && loss >= limit.lossRatio) {
      return [{ code, text: `${target.name}: loss ${formatRatio(loss)} (limit ${formatRatio(limit.lossRatio)}).` }];
    }
  }
  return [];
}

/** `'label'=value[UOM];warn;crit;min;max`; an unknown value is "U", as the plugin guidelines have it. */
function perfdata(snapshot: Snapshot, scope: Scope, limits: NagiosLimitPair): string {
  const parts =
    scope.kind === 'all'
      ? snapshot.sites.map((site) => ({
          name: site.name,
          rtt: site.bestRttMs,
          loss: lossOf(targetsIn(snapshot, { kind: 'site', site }).map((target) => target.last60s)),
        }))
      : targetsIn(snapshot, scope).map((target) => ({
          name: target.name,
          rtt: target.last60s.rtt?.p50 ?? null,
          loss: target.last60s.lossRatio,
        }));
  const counts = (['up', 'degraded', 'down', 'unknown'] as const).map((state) => {
    const number = targetsIn(snapshot, scope).filter((target) => target.state === state).length;
    return `'${state}'=${number};;;0`;
  });
  const values = parts.flatMap(({ name, rtt, loss }) => [
    datum(`${name} rtt`, rtt, 'ms', limits.warning.rttMs, limits.critical.rttMs, ''),
    datum(
      `${name} loss`,
      percent(loss),
      '%',
      percent(limits.warning.lossRatio),
      percent(limits.critical.lossRatio),
      '100',
    ),
  ]);
  let length = 0;
  return [...counts, ...values].filter((text) => (length += text.length + 1) <= MAX_PERFDATA).join(' ');
}

const percent = (ratio: number | null): number | null => (ratio === null ? null : Number((ratio * 100).toFixed(3)));

function datum(
  label: string,
  value: number | null,
  uom: string,
  warn: number | null,
  crit: number | null,
  max: string,
) {
  const quoted = `'${cleanLine(label).replaceAll("'", "''").replaceAll('=', '_')}'`;
  const text = value === null ? 'U' : `${Number(value.toFixed(3))}${uom}`;
  return `${quoted}=${text};${warn ?? ''};${crit ?? ''};0;${max}`;
}
