/**
 * From the flow table to what is shown: groups, the first flows by each metric, coverage. Pure.
 *
 * Ten thousand flows take some 10 ms to look through, too long for one stretch of a loop that sends probes: so a
 * {@link ViewBuilder} works in steps of its caller's choice and remembers only the best of each ranking.
 */
import { formatAddress } from '../measure/address.ts';
import type { FlowCategory, FlowChoice, FlowMetric, FlowsView, FlowView, GroupView } from '../verdict/flows-view.ts';
import { AT, COUNTERS, countsOf, type Lacks } from './counters.ts';
import type { FlowKey, FlowReading, FlowTable } from './table.ts';

export interface Group {
  readonly name: string;
  readonly site: string | null;
  readonly category: FlowCategory | null;
}

/** Flows shown per metric. */
const TOP = 40;
export const FLOW_METRICS: readonly FlowMetric[] = ['loss', 'retransmissions', 'timeouts', 'rtt', 'bytes', 'opened'];

const toMs = (us: number | null): number | null => (us === null ? null : us / 1000);

/** What a flow contributes to a metric over the window; 0 keeps it out of the list. */
function contribution(metric: FlowMetric, window: Float64Array, medianUs: number | null): number {
  const at = (name: keyof typeof AT): number => window[AT[name]] || 0;
  switch (metric) {
    case 'loss':
      return at('retransmissions') + 2 * at('timeouts') + 4 * (at('failedConnects') + at('resets'));
    case 'retransmissions':
      return at('retransmissions');
    case 'timeouts':
      return at('timeouts');
    case 'rtt':
      return medianUs ?? 0;
    case 'bytes':
      return at('bytesOut') + at('bytesIn');
    case 'opened':
      return at('opened');
  }
}

function flowView(flow: FlowReading, groups: readonly Group[], lacks: Lacks): FlowView {
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
    window: countsOf(flow.window, { ...lacks, timeouts: lacks.timeouts || flow.blind.window }),
    total: countsOf(flow.total, { ...lacks, timeouts: lacks.timeouts || flow.blind.total }),
    rttP50Ms: toMs(flow.rttUs(0.5)),
    rttP99Ms: toMs(flow.rttUs(0.99)),
    minRttMs: toMs(flow.minRttUs),
    deliveryRate: flow.deliveryRate,
  };
}

interface Ranked {
  readonly slot: number;
  readonly value: number;
  /** Ties go by bytes, as Network Flow Monitor breaks them. */
  readonly bytes: number;
}

const isBefore = (a: Ranked, b: Ranked): boolean => a.value > b.value || (a.value === b.value && a.bytes > b.bytes);

/** Keeps `list` sorted and at most TOP long. */
function rank(list: Ranked[], slot: number, value: number, bytes: number): void {
  const entry = { slot, value, bytes };
  const last = list[TOP - 1];
  if (last !== undefined && !isBefore(entry, last)) return;
  const at = list.findIndex((other) => isBefore(entry, other));
  list.splice(at < 0 ? list.length : at, 0, entry);
  if (list.length > TOP) list.pop();
}

export type ViewFacts = Pick<
  FlowsView,
  'at' | 'windowFrom' | 'since' | 'problem' | 'warnings' | 'coverage' | 'timeouts' | 'reader'
>;

/** Only flows of a choice are ranked. @returns null when all are */
export function wantedBy(
  { group, port, direction }: FlowChoice,
  groups: readonly Group[],
): ((key: FlowKey) => boolean) | null {
  if (group === null && port === null && direction === null) return null;
  const chosen = groups.map(({ name, site }) => group === null || name === group || site === group);
  return (key) =>
    (port === null || key.servicePort === port) &&
    (direction === null || key.direction === direction) &&
    chosen[key.group] === true;
}

export class ViewBuilder {
  readonly #wanted: ((key: FlowKey) => boolean) | null;
  readonly #table: FlowTable;
  readonly #groups: readonly Group[];
  readonly #window = new Float64Array(COUNTERS.length);
  readonly #ranks = new Map<FlowMetric, Ranked[]>(FLOW_METRICS.map((metric) => [metric, []]));
  /** Median RTTs of the flows of each group that moved data, µs: each speaks once, as a user of it would. */
  readonly #medians: number[][];
  #next = 0;

  /** @param wanted flows that are ranked; null: all */
  constructor(table: FlowTable, groups: readonly Group[], wanted: ((key: FlowKey) => boolean) | null = null) {
    this.#wanted = wanted;
    this.#table = table;
    this.#groups = groups;
    this.#medians = groups.map(() => []);
  }

  /** Looks at up to `count` further flows; true when all have been seen. */
  step(count: number): boolean {
    const end = Math.min(this.#table.slots, this.#next + count);
    for (; this.#next < end; this.#next += 1) this.#see(this.#next);
    return this.#next >= this.#table.slots;
  }

  #see(slot: number): void {
    const flow = this.#table.glance(slot, this.#window, this.#wanted);
    if (flow === null) return;
    const bytes = contribution('bytes', this.#window, null);
    if (bytes > 0 && flow.medianUs !== null) this.#medians[flow.key.group]?.push(flow.medianUs);
    for (const [metric, list] of this.#ranks) {
      const value = contribution(metric, this.#window, flow.medianUs);
      if (value > 0) rank(list, slot, value, bytes);
    }
  }

  finish(facts: ViewFacts): FlowsView {
    const table = this.#table;
    const { total, window } = table.host();
    const { lacks } = table;
    const top = this.top();
    const shown = this.#groups.map((_group, index) => this.#group(index));
    return {
      ...facts,
      total: countsOf(total, lacks),
      window: countsOf(window, lacks),
      open: shown.reduce((sum, { open }) => sum + open, 0),
      unattributed: countsOf(table.withoutFlow().total, lacks),
      groups: shown.filter(
        ({ open, total: sums }) => open > 0 || sums.opened + sums.failedConnects + sums.bytesIn + sums.bytesOut > 0,
      ),
      top,
    };
  }

  /** The first flows by each metric. */
  top(): Record<FlowMetric, FlowView[]> {
    const { lacks } = this.#table;
    const views = new Map<number, FlowView | null>();
    const viewOf = (slot: number): FlowView | null => {
      let view = views.get(slot);
      if (view === undefined) {
        const reading = this.#table.reading(slot);
        view = reading && flowView(reading, this.#groups, lacks);
        views.set(slot, view);
      }
      return view;
    };
    const top = [...this.#ranks].map(([metric, list]) => [metric, list.flatMap(({ slot }) => viewOf(slot) ?? [])]);
    return Object.fromEntries(top) as Record<FlowMetric, FlowView[]>;
  }

  #group(index: number): GroupView {
    const { lacks } = this.#table;
    const { open, window, total } = this.#table.group(index);
    const medians = (this.#medians[index] ?? []).sort((a, b) => a - b);
    const quantile = (q: number): number | null =>
      toMs(medians[Math.max(0, Math.ceil(q * medians.length) - 1)] ?? null);
    return {
      name: this.#groups[index]?.name ?? 'other',
      site: this.#groups[index]?.site ?? null,
      category: this.#groups[index]?.category ?? null,
      open,
      window: countsOf(window, lacks),
      total: countsOf(total, lacks),
      rttP50Ms: quantile(0.5),
      rttP99Ms: quantile(0.99),
    };
  }
}
