/**
 * The agent's log: one line an event, on standard output. `text` for people and journald,
 * `json` for collectors. pino does levels and serialising; the text form is a rewrite of its line.
 */
import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export type LogFormat = 'text' | 'json';

const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};
const OMIT = new Set(['level', 'time', 'msg']);

/** Rewrites one line of pino's JSON as `2026-11-21T03:02:18.4Z warn text key=value …`. */
export function textLine(json: string): string {
  const record = JSON.parse(json) as Record<string, unknown>;
  const time = new Date(Number(record['time'])).toISOString();
  const level = LEVELS[Number(record['level'])] ?? String(record['level']);
  const rest = Object.entries(record)
    .filter(([key]) => !OMIT.has(key))
    .map(
      ([key, value]) =>
        ` ${key}=${typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)}`,
    )
    .join('');
  return `${time} ${level} ${String(record['msg'] ?? '')}${rest}\n`;
}

/**
 * @param write receives whole lines; the live status line clears itself before each.
 */
export function openLog(level: string, format: LogFormat, write: (line: string) => void): Logger {
  const destination: DestinationStream = { write: (line) => write(format === 'json' ? line : textLine(line)) };
  return pino({ level, base: null }, destination);
}
