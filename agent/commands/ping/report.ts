/** `ping` in words: a line for every probe, a paragraph for a few targets, a table for many. Pure text. */
import type { Note, Singleton } from '../../measure/singleton.ts';
import type { Statistics } from '../../measure/statistics.ts';
import type { Milliseconds } from '../../measure/target.ts';
import { counted, formatDuration, formatRatio, formatSpan } from '../../measure/units.ts';
import type { Occurrence, Tally } from './tally.ts';

/** One target of a ping and what is known of it. */
export interface Pinged {
  /** As typed. */
  readonly host: string;
  /** null when the name did not resolve. */
  readonly address: string | null;
  /** Why there is no address; null when there is one. */
  readonly problem: string | null;
  readonly tally: Tally;
}

/** "erp.corp.example (10.20.0.9)", or just the address. */
export const pingedName = ({ host, address }: Pinged): string =>
  address === null || address === host ? host : `${host} (${address})`;

/** Kernel stamps are good for microseconds, so RTTs are told to the microsecond. */
const ms = (value: Milliseconds): string => value.toFixed(3);

/** The line of a finished probe. */
export function probeLine(pinged: Pinged, { sequence, outcome, reordered }: Singleton, size: number): string {
  const name = pingedName(pinged);
  switch (outcome.kind) {
    case 'reply': {
      const ttl = outcome.replyTtl === null ? '' : ` ttl=${outcome.replyTtl}`;
      const marks = `${outcome.timing === 'user' ? ' (user-space clock)' : ''}${reordered ? ' (reordered)' : ''}`;
      return `${size + 8} bytes from ${name}: seq=${sequence}${ttl} time=${ms(outcome.rttMs)} ms${marks}`;
    }
    case 'lost':
      return `${name}: seq=${sequence} no reply${outcome.text === undefined ? '' : `: ${outcome.text}`}`;
    case 'error':
      return `${name}: seq=${sequence} ${outcome.text}${outcome.from === null ? '' : `, from ${outcome.from}`}`;
    case 'local':
      return `${name}: seq=${sequence} not judged: ${outcome.text}`;
  }
}

export function noteLine(pinged: Pinged, { sequence, kind, rttMs }: Note): string {
  const after = rttMs === null ? '' : ` after ${ms(rttMs)} ms`;
  const words = { duplicate: 'duplicate reply', late: 'late reply', corrupt: 'corrupt reply' } as const;
  return `${pingedName(pinged)}: seq=${sequence} ${words[kind]}${after}`;
}

/** How the RTTs were timed, with the error bar. */
function timingText({ timing, received, userTimed, errorBarMs }: Statistics): string | null {
  if (timing === null) return null;
  const bar = `± ${ms(errorBarMs ?? 0)} ms`;
  if (timing === 'kernel') return `timed by kernel stamps on both ends, ${bar}`;
  if (timing === 'user') return `timed by the user-space clock, ${bar}`;
  return `${received - userTimed} timed by kernel stamps, ${userTimed} by the user-space clock, ${bar} at worst`;
}

const times = ({ count, text, from }: Occurrence): string =>
  `${count} × ${text}${from === null ? '' : `, from ${from}`}`;

/** Duplicates, late, reordered and corrupt replies that there were. */
function irregular(s: Statistics): string[] {
  const counts = [
    [s.duplicates, 'duplicate'],
    [s.late, 'late'],
    [s.reordered, 'reordered'],
    [s.corrupt, 'corrupt'],
  ] as const;
  return counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
}

/** The closing paragraph of one target. */
export function paragraph(pinged: Pinged, lastedMs: Milliseconds): string {
  const { tally } = pinged;
  const s = tally.statistics();
  const loss = s.lossRatio === null ? 'nothing sent' : `${formatRatio(s.lossRatio)} loss`;
  const lines = [
    `--- ${pingedName(pinged)}: ${counted(s.sent, 'probe')}, ${s.received} answered, ${loss}, ${formatDuration(lastedMs)}`,
  ];
  if (pinged.problem !== null) lines.push(pinged.problem);
  if (s.rtt !== null) {
    const { min, p50, p90, p99, max, mean, stddev } = s.rtt;
    lines.push(`RTT ms     min ${ms(min)}  p50 ${ms(p50)}  p90 ${ms(p90)}  p99 ${ms(p99)}  max ${ms(max)}`);
    lines.push(
      `           mean ${ms(mean)}  deviation ${ms(stddev)}${tally.exactQuantiles ? '' : '  (percentiles within 1 %)'}`,
    );
  }
  if (s.interarrivalJitter !== null) {
    const variation = s.roundTripIpdv === null ? '' : `  variation ${ms(s.roundTripIpdv)} (RFC 3393 median)`;
    lines.push(`jitter ms  ${ms(s.interarrivalJitter)} (RFC 3550)${variation}`);
  }
  if (s.lossBurst > 1) lines.push(`longest loss burst: ${s.lossBurst} probes`);
  if (irregular(s).length > 0) lines.push(`replies: ${irregular(s).join(', ')}`);
  if (tally.errors.length > 0) lines.push(`errors: ${tally.errors.map(times).join('; ')}`);
  if (tally.local.length > 0) lines.push(`not judged: ${tally.local.map(times).join('; ')}`);
  if (tally.replyTtls.length > 0) lines.push(`reply TTL: ${tally.replyTtls.join(', ')}`);
  const timing = timingText(s);
  if (timing !== null) lines.push(timing);
  return lines.join('\n');
}

/** The closing table of many targets, one line each. */
export function table(all: readonly Pinged[], lastedMs: Milliseconds): string {
  const head = ['target', 'sent', 'loss', 'min', 'p50', 'p90', 'p99', 'max', 'jitter', 'TTL', ''];
  const rows = all.map((pinged) => {
    const s = pinged.tally.statistics();
    const rtts = s.rtt === null ? new Array<string>(5).fill('–') : quantileCells(s.rtt);
    const remarks = [
      ...(pinged.problem === null ? [] : [pinged.problem]),
      ...pinged.tally.errors.map(times),
      ...pinged.tally.local.map((o) => `not judged: ${times(o)}`),
      ...irregular(s),
      ...(s.timing === 'kernel' || s.timing === null ? [] : [`${s.userTimed} by the user-space clock`]),
    ];
    return [
      pingedName(pinged),
      `${s.sent}`,
      s.lossRatio === null ? '–' : formatRatio(s.lossRatio),
      ...rtts,
      s.interarrivalJitter === null ? '–' : ms(s.interarrivalJitter),
      pinged.tally.replyTtls.join(',') || '–',
      remarks.join('; '),
    ];
  });
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const render = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 || i === row.length - 1 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [...[head, ...rows].map(render), '', totals(all, lastedMs)].join('\n');
}

const quantileCells = (rtt: NonNullable<Statistics['rtt']>): string[] =>
  [rtt.min, rtt.p50, rtt.p90, rtt.p99, rtt.max].map(ms);

/** The line below the table. */
function totals(all: readonly Pinged[], lastedMs: Milliseconds): string {
  const statistics = all.map(({ tally }) => tally.statistics());
  const answered = all.filter(({ tally }) => tally.replies > 0).length;
  const sum = (key: 'sent' | 'received' | 'userTimed'): number => statistics.reduce((total, s) => total + s[key], 0);
  const worst = Math.max(0, ...statistics.map(({ errorBarMs }) => errorBarMs ?? 0));
  const timing = timingText({
    ...(statistics[0] as Statistics),
    timing: sum('received') === 0 ? null : sum('userTimed') === 0 ? 'kernel' : 'mixed',
    received: sum('received'),
    userTimed: sum('userTimed'),
    errorBarMs: worst,
  });
  const lead = `${answered} of ${counted(all.length, 'target')} answered, ${counted(sum('sent'), 'probe')} in ${formatDuration(lastedMs)}`;
  return timing === null ? lead : `${lead}; RTTs in ms, ${timing}`;
}

/** The first line: what will be done. */
export function opening(all: readonly Pinged[], size: number, everyMs: Milliseconds, how: string): string {
  const [first] = all;
  const whom = all.length === 1 && first !== undefined ? pingedName(first) : counted(all.length, 'target');
  return `ping ${whom}: ${size} bytes every ${formatSpan(everyMs)}, ${how}`;
}
