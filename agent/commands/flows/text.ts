/** Flows as a table for a terminal: columns of numbers, the widest ones given up first on a narrow screen. Pure. */
import { counted, formatBytes, formatCount, formatRatio, rttDigits } from '../../measure/units.ts';
import type { FlowMetric, FlowsView, FlowView } from '../../verdict/flows-view.ts';
import { timeoutsText } from '../../verdict/timeouts-text.ts';

export interface Shape {
  readonly by: FlowMetric;
  readonly group: string | null;
  readonly port: number | null;
  readonly direction: 'client' | 'server' | null;
  readonly rows: number;
  readonly width: number;
  readonly color: boolean;
  /** Owners of a flow in words, or null when they were not asked for. */
  readonly owners: ((flow: FlowView) => string) | null;
}

export const METRIC_WORDS: Readonly<Record<FlowMetric, string>> = {
  retransmissions: 'retransmissions',
  timeouts: 'timeouts',
  rtt: 'RTT',
  bytes: 'data',
  opened: 'new connections',
  loss: 'NFM rank',
};

interface Column {
  readonly head: string;
  /** Columns with a higher number leave first. */
  readonly importance: number;
  readonly left?: boolean;
  readonly text: (flow: FlowView) => string;
}

const NOT_TOLD = 'Timeouts of each connection are not known.';
const DASH = '-';
const count = (value: number | null): string => (value === null ? DASH : formatCount(value));
const rtt = (ms: number | null): string => (ms === null ? DASH : rttDigits(ms));
const ratio = (part: number, whole: number): string => (whole === 0 ? DASH : formatRatio(part / whole));
const rate = (bytes: number | null): string => (bytes === null ? DASH : `${formatBytes(bytes)}/s`);

const COLUMNS: readonly Column[] = [
  { head: 'LOCAL', importance: 9, left: true, text: ({ local }) => local },
  { head: '', importance: 0, left: true, text: ({ direction }) => (direction === 'client' ? '→' : '←') },
  { head: 'REMOTE', importance: 0, left: true, text: ({ remote }) => remote },
  { head: 'PORT', importance: 0, text: ({ servicePort }) => String(servicePort) },
  { head: 'GROUP', importance: 2, left: true, text: ({ group }) => printable(group) },
  { head: 'OPEN', importance: 5, text: ({ open }) => count(open) },
  { head: 'NEW', importance: 3, text: ({ window }) => count(window.opened) },
  { head: 'OUT', importance: 1, text: ({ window }) => formatBytes(window.bytesOut) },
  { head: 'IN', importance: 1, text: ({ window }) => formatBytes(window.bytesIn) },
  { head: 'RETRANS', importance: 0, text: ({ window }) => count(window.retransmissions) },
  {
    head: '%',
    importance: 1,
    text: ({ window }) => ratio(window.retransmissions, window.segmentsOut).replace(' %', ''),
  },
  { head: 'RTO', importance: 1, text: ({ window }) => count(window.timeouts) },
  { head: 'RTTp50', importance: 1, text: (flow) => rtt(flow.rttP50Ms) },
  { head: 'p99', importance: 4, text: (flow) => rtt(flow.rttP99Ms) },
  { head: 'min', importance: 6, text: (flow) => rtt(flow.minRttMs) },
  { head: 'RATE', importance: 7, text: (flow) => rate(flow.deliveryRate) },
  { head: 'FAILED', importance: 3, text: ({ window }) => count(window.failedConnects) },
  { head: 'RESET', importance: 4, text: ({ window }) => count(window.resets) },
];

export function chosen(flows: FlowsView, shape: Omit<Shape, 'width' | 'color' | 'owners'>): FlowView[] {
  const { by, group, port, direction, rows } = shape;
  return flows.top[by]
    .filter((flow) => group === null || flow.group === group || flow.site === group)
    .filter((flow) => port === null || flow.servicePort === port)
    .filter((flow) => direction === null || flow.direction === direction)
    .slice(0, rows);
}

/** Whole screen: what it is, coverage, the table. Lines end with a line feed. */
export function flowsText(flows: FlowsView, source: string, shape: Shape): string {
  const rows = chosen(flows, shape);
  const lines = [
    ...summary(flows, source),
    '',
    ...(rows.length === 0 ? [emptyText(flows, shape)] : table(rows, shape)),
  ];
  return `${lines.map((line) => clip(line, shape.width)).join('\n')}\n`;
}

function summary(flows: FlowsView, source: string): string[] {
  const { window, coverage, reader } = flows;
  const seconds = Math.round((flows.at - flows.windowFrom) / 1000);
  const { kernel } = coverage.retransmissions;
  const covered =
    kernel === null || coverage.at === null
      ? 'not yet compared with the kernel'
      : `flows hold ${formatCount(coverage.retransmissions.flows)} of the kernel's ${counted(kernel, 'retransmission')}`;
  const timeouts = window.timeouts === null ? 'timeouts not told by this kernel' : counted(window.timeouts, 'timeout');
  return [
    `${source}: ${counted(flows.open, 'connection')} open, ${counted(window.opened, 'new one')} in ${seconds} s, ${formatBytes(window.bytesOut)} out, ${formatBytes(window.bytesIn)} in`,
    `${counted(window.retransmissions, 'retransmission')} (${ratio(window.retransmissions, window.segmentsOut)} of segments), ${timeouts}, ${counted(window.failedConnects, 'failed connect')}, ${window.resets === null ? 'resets not told by this kernel' : counted(window.resets, 'reset')}; ${covered}`,
    ...((reader.eventsLost ?? 0) > 0
      ? [`${counted(reader.eventsLost ?? 0, 'end')} of connections went unheard: counts are too low`]
      : []),
    ...(flows.problem === null ? [timeoutsText(flows.timeouts) ?? []].flat() : [flows.problem]),
    ...flows.warnings,
  ];
}

function emptyText(flows: FlowsView, { by, group, port, direction }: Shape): string {
  if (by === 'timeouts' && flows.total.timeouts === null) return timeoutsText(flows.timeouts) ?? NOT_TOLD;
  if (group !== null && !flows.groups.some(({ name, site }) => name === group || site === group)) {
    const known = flows.groups.map(({ name }) => printable(name)).join(', ');
    return `No connection was seen of a group or site ${printable(group)}${known === '' ? '' : `; there are ${known}`}.`;
  }
  const filtered = group !== null || port !== null || direction !== null;
  return `No flow with ${METRIC_WORDS[by]}${filtered ? ' among those asked for' : ''} in this time.`;
}

function table(rows: readonly FlowView[], { width, color, owners, by }: Shape): string[] {
  const all: Column[] = [
    ...COLUMNS,
    ...(owners === null ? [] : [{ head: 'PROCESS', importance: 0, left: true, text: owners } satisfies Column]),
  ];
  let columns = all.map((column) => {
    const cells = rows.map(column.text);
    return { ...column, cells, width: Math.max(column.head.length, ...cells.map((cell) => cell.length)) };
  });
  const wide = (): number => columns.reduce((sum, column) => sum + column.width + 1, -1);
  for (let importance = 9; importance > 0 && wide() > width; importance -= 1)
    columns = columns.filter((column) => column.importance < importance);
  const line = (text: (column: (typeof columns)[number]) => string): string =>
    columns
      .map((column) => (column.left === true ? text(column).padEnd(column.width) : text(column).padStart(column.width)))
      .join(' ')
      .trimEnd();
  const head = line(({ head: name }) => name);
  return [
    `by ${METRIC_WORDS[by]}`,
    color ? `\x1b[7m${head}\x1b[0m` : head,
    ...rows.map((_row, index) => line(({ cells }) => cells[index] ?? '')),
  ];
}

/** Names come from the configuration, yet a terminal must not be steered by them. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, '?');

function clip(line: string, width: number): string {
  return line.startsWith('\x1b') || line.length <= width ? line : `${line.slice(0, Math.max(1, width - 1))}…`;
}
