/** Log lines that a client can provoke, at most one a minute for each key, so that nobody fills the disk with them. */
import type { ThrottledLog } from './gate.ts';
import type { WebOptions } from './options.ts';

const EVERY_MS = 60_000;
const MAX_KEYS = 256;

export function throttled(
  log: NonNullable<WebOptions['log']>,
  now: () => number = () => performance.now(),
): ThrottledLog {
  const last = new Map<string, number>();
  return (key, message, facts) => {
    const at = last.get(key);
    if (at !== undefined && now() - at < EVERY_MS) return;
    // Re-inserted so that the first key is the one told longest ago.
    last.delete(key);
    last.set(key, now());
    if (last.size > MAX_KEYS) last.delete(last.keys().next().value ?? '');
    log('warn', message, facts);
  };
}
