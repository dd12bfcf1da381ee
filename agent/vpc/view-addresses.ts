/** The VPC's address space as it is shown: subnets, CIDRs, quotas. */
import type { AwsIpamCidr, AwsSubnet } from '../aws/vpc-shapes.ts';
import { parsePrefix } from '../measure/address.ts';
import { formatCount, formatRatio } from '../measure/units.ts';
import type { QuotaView, SubnetView, VpcCidrView } from '../verdict/vpc-view.ts';
import type { Known } from './answers.ts';
import type { Scribe } from './changes.ts';
import type { VpcMemory } from './memory.ts';
import type { VpcLimits, VpcPlace } from './settings.ts';
import { addressUse, cidrUse, levelOf, usableAddresses } from './usage.ts';

/** A subnet that was filling is called better after an hour without that. */
const HOLD_MS = 3_600_000;

export function subnetViews(
  known: Known,
  memory: VpcMemory,
  scribe: Scribe,
  place: VpcPlace,
  limits: VpcLimits,
): SubnetView[] {
  const answer = known.subnets;
  if (answer === undefined) return [];
  const isFresh = answer.at > memory.usedAt;
  memory.usedAt = answer.at;
  const ids = new Set(answer.value.map(({ subnetId }) => subnetId));
  for (const id of memory.trends.keys()) if (!ids.has(id)) memory.trends.delete(id);
  return answer.value.map((subnet): SubnetView => {
    const { subnetId: id, ownerId } = subnet;
    return {
      id,
      name: subnet.name,
      cidr: subnet.cidr ?? subnet.ipv6Cidrs[0] ?? '',
      ipv6Cidrs: subnet.ipv6Cidrs,
      availabilityZone: subnet.availabilityZone,
      availabilityZoneId: subnet.availabilityZoneId,
      own: place.ownSubnetIds.includes(id),
      sharedBy: ownerId !== null && place.accountId !== null && ownerId !== place.accountId ? ownerId : null,
      use: subnetUse(subnet, answer.at, isFresh, memory, scribe, limits),
      ipam: ipamOf(known, id, subnet.cidr),
    };
  });
}

function subnetUse(
  subnet: AwsSubnet,
  at: number,
  isFresh: boolean,
  memory: VpcMemory,
  scribe: Scribe,
  limits: VpcLimits,
): SubnetView['use'] {
  const { subnetId: id, availableIpAddressCount: free } = subnet;
  const key = `subnet ${id}`;
  const cidr = parsePrefix(subnet.cidr ?? '');
  const total = cidr === null ? null : usableAddresses(cidr);
  if (total === null || free === null) {
    scribe.note(key, '', 'unknown', at, null);
    return null;
  }
  const trend = memory.trend(id);
  if (isFresh) trend.add(at, Math.max(0, total - free));
  const isHeld = at < (memory.heldUntil.get(id) ?? 0);
  const { isLeading, ...use } = addressUse(total, free, trend.trend(at), limits, scribe.before(key), isHeld);
  if (isLeading) memory.heldUntil.set(id, at + HOLD_MS);
  const label = subnet.name ?? id;
  const since = scribe.note(key, '', use.state, at, () => ({
    layer: 'aws-agent',
    subject: label,
    reasons: use.reasons,
    text:
      use.state === 'up'
        ? `${label} has room again: ${formatRatio(use.ratio)} of its addresses used, ${formatCount(use.free)} free`
        : `${label}: ${use.reasons.map(({ text }) => text).join('; ')}`,
  }));
  return { ...use, since };
}

/** A CIDR as IPAM sees it; null without IPAM, or when IPAM does not know it. */
function ipamOf({ ipam }: Known, resourceId: string, cidr: string | null): SubnetView['ipam'] {
  const found = ipam?.value.find((one: AwsIpamCidr) => one.resourceId === resourceId && one.cidr === cidr);
  return found === undefined ? null : { compliance: found.complianceStatus, overlap: found.overlapStatus };
}

/** CIDRs as EC2 tells them, else as the instance's metadata has them. */
export function cidrViews(known: Known, place: VpcPlace, subnets: readonly SubnetView[]): VpcCidrView[] {
  const vpc = known.vpc?.value ?? null;
  const cidrs = vpc === null ? place.cidrs : [...vpc.ipv4Cidrs, ...vpc.ipv6Cidrs];
  const using = subnets.map(({ cidr, use }) => ({ cidr, used: use?.used ?? null }));
  return cidrs.flatMap((cidr) => {
    const prefix = parsePrefix(cidr);
    if (prefix === null) return [];
    const use = known.subnets === undefined ? { allocated: null, used: null, total: null } : cidrUse(prefix, using);
    return [{ cidr, family: prefix.family, ...use, ipam: ipamOf(known, place.vpcId, cidr) }];
  });
}

export function quotaViews(known: Known, scribe: Scribe, limits: VpcLimits): QuotaView[] {
  const quotas: Omit<QuotaView, 'state'>[] = [];
  const addresses = known.elasticIps;
  if (addresses !== undefined && addresses.value.limit !== null) {
    const { used, limit } = addresses.value;
    quotas.push({ id: 'elastic-ips', name: 'Elastic IP addresses', used, total: limit });
  }
  for (const { poolId, totalAddressCount: total, totalAvailableAddressCount: free } of known.publicPools?.value ?? []) {
    if (total === null || free === null) continue;
    quotas.push({ id: poolId, name: `public IPv4 pool ${poolId}`, used: total - free, total });
  }
  const at = Math.max(addresses?.at ?? 0, known.publicPools?.at ?? 0);
  return quotas.map((quota) => {
    const key = `quota ${quota.id}`;
    const ratio = quota.total === 0 ? (quota.used === 0 ? 0 : 1) : quota.used / quota.total;
    const state = levelOf(ratio, scribe.before(key), limits.usageDegraded, limits.usageDown);
    const count = `${formatCount(quota.used)} of ${formatCount(quota.total)} used`;
    scribe.note(key, '', state, at, () => ({
      layer: 'aws-agent',
      subject: quota.name,
      text: `${quota.name}: ${count}`,
    }));
    return { ...quota, state };
  });
}
