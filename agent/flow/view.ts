/** From the flow table to what is shown: groups, the first flows by each metric, coverage. Pure. */
import { formatAddress } from '../measure/address.ts';
import type { FlowCategory, FlowMetric, FlowsView, FlowView, GroupView } from '../verdict/flows-view.ts';
import { AT, countsOf } from './counters.ts';
import type { FlowReading, FlowTable } from './table.ts';

export interface Group {
  readonly name: string;
  readonly site: string | null;
  readonly category: FlowCategory | null;
}

/** Flows shown per metric. */
const TOP = 20;
const METRICS: readonly FlowMetric[] = ['loss', 'retransmissions', 'timeouts', 'rtt', 'bytes', 'opened'];

const toMs = (us: number | null): number | null => (us === null ? null : us / 1000);

/** What a flow contributes to a metric over the window; 0 keeps it out of the list. */
function contribution(metric: FlowMetric, flow: FlowReading): number {
  const at = (name: keyof typeof AT): number => flow.window[AT[name]] || 0;
  switch (metric) {
    case 'loss':
      return at('retransmissions') + 2 * at('timeouts') + 4 * (at('failedConnects') + at('resets'));
    case 'retransmissions':
      return at('retransmissions');
    case 'timeouts':
      return at('timeouts');
    case 'rtt':
      return flow.rttUs(0.5) ?? 0;
    case 'bytes':
      return at('bytesOut') + at('bytesIn');
    case 'opened':
      return at('opened');
  }
}

function flowView(flow: FlowReading, groups: readonly Group[]): FlowView {
  const group = groups[flow.key.group];
  return {
    local: formatAddress(flow.key.local, flow.key.family),
    remote: formatAddress(flow.key.remote, flow.key.family),
    servicePort: flow.key.servicePort,
    direction: flow.key.direction,
    group: group?.name ?? 'other',
    site: group?.site ?? null,
    category: group?.category ?? null,
    open: flow.open,
    window: countsOf(flow.window),
    total: countsOf(flow.total),
    rttP50Ms: toMs(flow.rttUs(0.5)),
    rttP99Ms: toMs(flow.rttUs(0.99)),
    minRttMs: toMs(flow.minRttUs),
    deliveryRate: flow.deliveryRate,
  };
}

/** Ties by bytes, as NFM breaks them. */
function topBy(metric: FlowMetric, flows: readonly FlowReading[]): FlowReading[] {
  const bytes = (flow: FlowReading): number => contribution('bytes', flow);
  return flows
    .map((flow) => ({ flow, value: contribution(metric, flow) }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value || bytes(b.flow) - bytes(a.flow))
    .slice(0, TOP)
    .map(({ flow }) => flow);
}

export function groupViews(table: FlowTable, flows: readonly FlowReading[], groups: readonly Group[]): GroupView[] {
  return groups.map((group, index) => {
    const { open, window, total } = table.group(index);
    // Weighted by nothing: each flow that moved data speaks once, as a user of it would.
    const medians = flows
      .filter((flow) => flow.key.group === index && contribution('bytes', flow) > 0)
      .flatMap((flow) => flow.rttUs(0.5) ?? [])
      .sort((a, b) => a - b);
    const quantile = (q: number): number | null =>
      medians.length === 0 ? null : toMs(medians[Math.min(medians.length - 1, Math.floor(q * medians.length))] ?? null);
    return {
      ...group,
      open,
      window: countsOf(window),
      total: countsOf(total),
      rttP50Ms: quantile(0.5),
      rttP99Ms: quantile(0.99),
    };
  });
}

export type ViewFacts = Pick<FlowsView, 'at' | 'windowFrom' | 'since' | 'problem' | 'coverage' | 'reader'>;

export function flowsView(table: FlowTable, groups: readonly Group[], facts: ViewFacts): FlowsView {
  const flows = [...table.flows()];
  const { total, window } = table.host();
  const shown = groupViews(table, flows, groups).filter(
    ({ open, total: sums }) => open > 0 || sums.opened + sums.failedConnects + sums.bytesIn + sums.bytesOut > 0,
  );
  return {
    ...facts,
    total: countsOf(total),
    window: countsOf(window),
    open: groups.reduce((sum, _group, index) => sum + table.group(index).open, 0),
    groups: shown,
    top: Object.fromEntries(
      METRICS.map((metric) => [metric, topBy(metric, flows).map((flow) => flowView(flow, groups))]),
    ) as Record<FlowMetric, FlowView[]>,
  };
}
