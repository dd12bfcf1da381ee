/**
 * Addresses: how many of each subnet are in use, and where that leads; how much of each CIDR of the VPC lies in
 * subnets; what of the account's quotas is taken.
 *
 * `AvailableIpAddressCount` is what AWS can still give out; five addresses of every subnet are never given out
 * (VPC User Guide, "Subnet CIDR blocks": network, router, DNS, future use, broadcast).
 */
import { type Prefix, parsePrefix } from '../measure/address.ts';
import { covers, shareOf } from '../measure/prefix.ts';
import type { Milliseconds } from '../measure/target.ts';
import { formatCount, formatRatio } from '../measure/units.ts';
import type { Reason, State } from '../verdict/snapshot.ts';
import type { AddressUse } from '../verdict/vpc-view.ts';
import type { VpcLimits } from './settings.ts';
import type { Trend } from './usage-trend.ts';

const RESERVED = 5;
/** A share must fall this far below its limit before it counts as below. */
const SLACK = 0.02;
/** A time to exhaustion must grow by this much beyond its limit before it counts as beyond. */
const LONGER = 1.25;

/** Addresses that can be used in a subnet: 2^(32−n) − 5. */
export function usableAddresses(cidr: Prefix): number | null {
  return cidr.family === 4 ? Math.max(0, 2 ** (32 - cidr.length) - RESERVED) : null;
}

/** A share of something limited, with hysteresis: what it was before decides in between. */
export function levelOf(ratio: number, before: State | undefined, degraded: number, down: number): State {
  if (ratio >= down || (before === 'down' && ratio >= down - SLACK)) return 'down';
  const was = before === 'down' || before === 'degraded';
  return ratio >= degraded || (was && ratio >= degraded - SLACK) ? 'degraded' : 'up';
}

export type Use = Omit<AddressUse, 'since'>;

/**
 * @param free addresses AWS can still give out
 * @param before the state told last
 * @param isHeld it was filling until not long ago: one look that says otherwise takes nothing back
 */
export function addressUse(
  total: number,
  free: number,
  trend: Trend,
  limits: VpcLimits,
  before: State | undefined,
  isHeld: boolean,
): Use & { readonly isLeading: boolean } {
  const used = Math.max(0, total - free);
  const ratio = total === 0 ? 1 : used / total;
  const exhaustedInMs = free <= 0 ? 0 : trend.growth === null ? null : (free / trend.growth) * 3_600_000;
  const byShare = levelOf(ratio, before, limits.usageDegraded, limits.usageDown);
  const limitMs = limits.exhaustionMs * (before === 'degraded' || before === 'down' ? LONGER : 1);
  const isLeading = exhaustedInMs !== null && exhaustedInMs < limitMs;
  const reasons: Reason[] = [];
  if (byShare !== 'up') {
    const limit = byShare === 'down' ? limits.usageDown : limits.usageDegraded;
    const text = `${formatRatio(ratio)} of ${formatCount(total)} addresses used, ${formatCount(free)} free (limit ${formatRatio(limit)})`;
    reasons.push({ code: 'usage', text });
  }
  if ((isLeading || isHeld) && free > 0) {
    const limit = `(limit ${roughly(limits.exhaustionMs)})`;
    const text = exhaustedInMs === null ? 'was filling until lately' : `full in ${roughly(exhaustedInMs)} at this rate`;
    reasons.push({ code: 'exhaustion', text: `${text} ${limit}` });
  }
  return {
    total,
    used,
    free,
    ratio,
    perHour: { hour: trend.hour?.perHour ?? null, day: trend.day?.perHour ?? null },
    exhaustedInMs,
    trend: trendText(free, exhaustedInMs, trend),
    state: byShare === 'up' && (isLeading || isHeld) ? 'degraded' : byShare,
    reasons,
    isLeading,
  };
}

function trendText(free: number, exhaustedInMs: Milliseconds | null, trend: Trend): string {
  if (free <= 0) return 'full';
  if (exhaustedInMs !== null) return `full in ${roughly(exhaustedInMs)} at this rate`;
  return trend.known ? 'not at this rate' : `measured for ${roughly(trend.measuredMs)}`;
}

/** A forecast has no seconds: "40 min", "9 h", "12 d". */
export function roughly(ms: Milliseconds): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.round(ms / 3_600_000);
  return hours < 72 ? `${hours} h` : `${formatCount(Math.round(ms / 86_400_000))} d`;
}

/** Subnets within a CIDR of the VPC: the share of it they take, and their addresses in use. */
export function cidrUse(
  cidr: Prefix,
  subnets: readonly { readonly cidr: string; readonly used: number | null }[],
): { readonly allocated: number | null; readonly used: number | null; readonly total: number | null } {
  if (cidr.family === 6) return { allocated: null, used: null, total: null };
  let allocated = 0;
  let used: number | null = 0;
  for (const subnet of subnets) {
    const prefix = parsePrefix(subnet.cidr);
    if (prefix === null || !covers(cidr, prefix)) continue;
    allocated += shareOf(prefix, cidr);
    used = used === null || subnet.used === null ? null : used + subnet.used;
  }
  return { allocated: Math.min(1, allocated), used, total: 2 ** (32 - cidr.length) };
}
