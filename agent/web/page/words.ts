/**
 * The few words that only the page needs; numbers and times come from `measure/units.ts`, as everywhere.
 * What is not known is written as a dash, so the functions here take null.
 */

import type { LinkKind } from '../../measure/target.ts';
import { formatAvailability, formatClock, formatDuration, formatRatio, rttDigits } from '../../measure/units.ts';
import type { CanaryEvent, State } from '../../verdict/snapshot.ts';

/** What stands where nothing is known. */
export const DASH = '–';

/** Digits of a round trip in ms, for columns that carry the unit in their head. */
export function rtt(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? DASH : rttDigits(ms);
}

/** Digits of a loss ratio in percent, for columns that carry the sign in their head. */
export function lossDigits(ratio: number | null | undefined): string {
  return ratio === null || ratio === undefined ? DASH : formatRatio(ratio).slice(0, -2);
}

export function availabilityWords(ratio: number | null): string {
  return ratio === null ? DASH : formatAvailability(ratio);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** "08 Nov" in UTC. */
export function day(at: number): string {
  const date = new Date(at);
  return `${String(date.getUTCDate()).padStart(2, '0')} ${MONTHS[date.getUTCMonth()]}`;
}

/** Label of a round instant on a time axis. */
export function tickText(at: number, label: 'day' | 'minute' | 'second'): string {
  return label === 'day' ? day(at) : formatClock(at, label);
}

/**
 * How long the trouble had lasted that this event ends; null when it ends none, or says so itself. A first answer
 * ends nothing.
 */
export function endedAfter({ from, to, lastedMs, text }: CanaryEvent): string | null {
  if (to !== 'up' || lastedMs === null || from === 'unknown' || from === null) return null;
  return /\bwas (down|degraded)\b/.test(text) ? null : formatDuration(lastedMs);
}

/** The worse first: the order of counts, and of sites whose state differs. */
export const STATE_ORDER: readonly State[] = ['down', 'degraded', 'unknown', 'up'];

/** For titles, where there is no room for a drawing. */
export const STATE_SIGNS: Readonly<Record<State, string>> = { up: '●', degraded: '▲', down: '■', unknown: '◌' };

export const LINK_WORDS: Readonly<Record<LinkKind, string>> = {
  'direct-connect': 'Direct Connect',
  vpn: 'VPN',
  'transit-gateway': 'Transit Gateway',
  peering: 'VPC peering',
  internet: 'Internet',
  local: 'this VPC',
};
