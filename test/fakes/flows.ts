/** A view of flows written by hand: two sites and the internet, one of them in trouble. */
import type {
  FlowChoice,
  FlowCounts,
  FlowMetric,
  FlowsView,
  FlowView,
  GroupView,
} from '../../agent/verdict/flows-view.ts';

export function counts(over: Partial<FlowCounts> = {}): FlowCounts {
  return {
    opened: 10,
    closed: 8,
    failedConnects: 1,
    resets: 2,
    bytesOut: 120_000_000,
    bytesIn: 48_000_000,
    segmentsOut: 90_000,
    retransmissions: 1800,
    timeouts: 40,
    ...over,
  };
}

export function flow(over: Partial<FlowView> = {}): FlowView {
  return {
    local: '10.0.1.5',
    remote: '10.40.0.7',
    servicePort: 443,
    direction: 'client',
    group: 'mel-dc2',
    site: 'mel-dc2',
    category: 'on-premises',
    open: 2,
    window: counts(),
    total: counts({ opened: 100 }),
    rttP50Ms: 11.2,
    rttP99Ms: 240,
    minRttMs: 10.9,
    deliveryRate: 12_000_000,
    ...over,
  };
}

const group = (over: Partial<GroupView>): GroupView => ({
  name: 'mel-dc2',
  site: 'mel-dc2',
  category: 'on-premises',
  open: 2,
  window: counts(),
  total: counts({ opened: 100 }),
  rttP50Ms: 11.2,
  rttP99Ms: 240,
  ...over,
});

/** Timeouts and resets are null, as on an old kernel, when `old`. */
export function flowsView(at: number, over: Partial<FlowsView> & { readonly old?: boolean } = {}): FlowsView {
  const { old = false, ...rest } = over;
  const lacking = old ? { timeouts: null, resets: null } : {};
  const bad = flow({ window: counts(lacking), total: counts(lacking) });
  const calm = counts({ retransmissions: 0, timeouts: 0, resets: 0, failedConnects: 0, bytesOut: 900, ...lacking });
  const good = flow({
    remote: '2001:db8:1::9',
    servicePort: 5432,
    direction: 'server',
    group: 'internet',
    site: null,
    category: 'internet',
    window: calm,
    total: calm,
    rttP50Ms: null,
    rttP99Ms: null,
    minRttMs: null,
    deliveryRate: null,
  });
  const top: Record<FlowMetric, FlowView[]> = {
    loss: [bad],
    retransmissions: [bad],
    timeouts: old ? [] : [bad],
    rtt: [bad],
    bytes: [bad, good],
    opened: [bad, good],
  };
  return {
    at,
    windowFrom: at - 600_000,
    since: at - 7_200_000,
    problem: null,
    warnings: [],
    total: counts({ opened: 120, ...lacking }),
    window: counts(lacking),
    open: 3,
    unattributed: counts({
      opened: 0,
      closed: 0,
      failedConnects: 0,
      bytesOut: 0,
      bytesIn: 0,
      segmentsOut: 0,
      retransmissions: 0,
      ...lacking,
    }),
    groups: [
      group({ window: counts(lacking), total: counts(lacking) }),
      group({
        name: 'internet',
        site: null,
        category: 'internet',
        open: 1,
        window: calm,
        total: calm,
        rttP50Ms: null,
        rttP99Ms: null,
      }),
    ],
    top,
    coverage: {
      at: at - 3000,
      retransmissions: { flows: 2392, kernel: 2401 },
      timeouts: { flows: old ? null : 40, kernel: 44 },
      opened: { flows: 130, kernel: 130 },
    },
    timeouts: old
      ? { source: null, reason: 'the agent lacks CAP_BPF and CAP_NET_ADMIN', unknown: 0 }
      : { source: 'tcp_info', reason: null, unknown: 0 },
    reader: { sockets: 3, flows: 2, evicted: 0, eventsLost: 0, dumps: 720, dumpMs: 1.3, dumpEveryMs: 10_000 },
    ...rest,
  };
}

/** As the flow table does: the flows of a choice among themselves. */
export function select(view: FlowsView | null | undefined, { group, port, direction }: FlowChoice): FlowsView | null {
  if (!view) return null;
  const wanted = (one: FlowView): boolean =>
    (group === null || one.group === group || one.site === group) &&
    (port === null || one.servicePort === port) &&
    (direction === null || one.direction === direction);
  const top = Object.entries(view.top).map(([metric, list]) => [metric, list.filter(wanted)]);
  return { ...view, top: Object.fromEntries(top) as FlowsView['top'] };
}
