/** What the connections to each site did over a publish period: the difference of what was counted at its two ends. */
import type { FlowsView, GroupView } from '../verdict/flows-view.ts';

export interface GroupPeriod {
  /** Name of the site the group stands for. */
  readonly name: string;
  readonly bytes: number;
  readonly retransmissions: number;
  /** null on kernels that do not count them per connection. */
  readonly timeouts: number | null;
  /** Median and 99th percentile of smoothed round-trip times; empty when nothing moved. */
  readonly rttsMs: readonly number[];
}

/**
 * Of the groups that are sites with prefixes.
 *
 * @param before the view at the period's begin; null gives nothing, for what was counted then is not known
 */
export function groupPeriods(before: FlowsView | null, now: FlowsView | null): GroupPeriod[] {
  // a reader that began anew counts from zero again
  if (before === null || now === null || before.since !== now.since) return [];
  const earlier = new Map(before.groups.map((group) => [group.name, group]));
  return now.groups.flatMap((group) => {
    const old = earlier.get(group.name);
    return group.site === null || old === undefined ? [] : [difference(group.site, old, group)];
  });
}

function difference(name: string, { total: before }: GroupView, { total, rttP50Ms, rttP99Ms }: GroupView): GroupPeriod {
  return {
    name,
    bytes: total.bytesIn + total.bytesOut - before.bytesIn - before.bytesOut,
    retransmissions: total.retransmissions - before.retransmissions,
    timeouts: total.timeouts === null || before.timeouts === null ? null : total.timeouts - before.timeouts,
    rttsMs: [rttP50Ms, rttP99Ms].filter((rtt) => rtt !== null),
  };
}

/** Several groups as one; none gives none. */
export function addGroups(groups: readonly GroupPeriod[]): GroupPeriod[] {
  const [first, ...more] = groups;
  if (first === undefined) return [];
  const all = more.reduce(
    (sum, group) => ({
      name: sum.name,
      bytes: sum.bytes + group.bytes,
      retransmissions: sum.retransmissions + group.retransmissions,
      timeouts: sum.timeouts === null || group.timeouts === null ? null : sum.timeouts + group.timeouts,
      rttsMs: [...sum.rttsMs, ...group.rttsMs],
    }),
    first,
  );
  return [all];
}
