/** The samples of this host's TCP connections. Without a reader there are none; what the kernel does not tell has none. */
import type { FlowsView, GroupView } from '../verdict/flows-view.ts';
import type { Snapshot } from '../verdict/snapshot.ts';
import { label, type Sample, seconds } from './exposition.ts';

type FlowSamples = (snapshot: Snapshot) => Sample[];

const groupLabels = ({ name, site }: GroupView): string => [label('group', name), label('site', site ?? '')].join(',');

/** Of each group; what belongs to no group is not hidden: groups hold the whole of the host. */
const each =
  (values: (group: GroupView) => readonly (readonly [more: string, value: number | null])[]): FlowSamples =>
  ({ flows }) =>
    (flows?.groups ?? []).flatMap((group) =>
      values(group).map(
        ([more, value]): Sample => ['', `${groupLabels(group)}${more === '' ? '' : `,${more}`}`, value],
      ),
    );

const one =
  (value: (flows: FlowsView) => number | null): FlowSamples =>
  ({ flows }) =>
    flows ? [['', '', value(flows)]] : [];

const covered =
  (side: 'flows' | 'kernel'): FlowSamples =>
  ({ flows }) =>
    flows
      ? (['retransmissions', 'timeouts', 'opened'] as const).map(
          (counter): Sample => ['', label('counter', counter), flows.coverage[counter][side]],
        )
      : [];

export const FLOW_SAMPLES = {
  DataTransferred: each(({ total }) => [
    [label('direction', 'out'), total.bytesOut],
    [label('direction', 'in'), total.bytesIn],
  ]),
  Retransmissions: each(({ total }) => [['', total.retransmissions]]),
  Timeouts: each(({ total }) => [['', total.timeouts]]),
  FlowRoundTripTime: each(({ rttP50Ms, rttP99Ms }) => [
    [label('percentile', '50'), seconds(rttP50Ms)],
    [label('percentile', '99'), seconds(rttP99Ms)],
  ]),
  SegmentsSent: each(({ total }) => [['', total.segmentsOut]]),
  ConnectionsOpen: each(({ open }) => [['', open]]),
  ConnectionsOpened: each(({ total }) => [['', total.opened]]),
  ConnectsFailed: each(({ total }) => [['', total.failedConnects]]),
  ConnectionsReset: each(({ total }) => [['', total.resets]]),
  FlowsCounted: covered('flows'),
  FlowsKernel: covered('kernel'),
  FlowSockets: one(({ reader }) => reader.sockets),
  Flows: one(({ reader }) => reader.flows),
  FlowsEvicted: one(({ reader }) => reader.evicted),
  FlowEventsLost: one(({ reader }) => reader.eventsLost),
  FlowDump: one(({ reader }) => seconds(reader.dumpMs)),
} as const satisfies Readonly<Record<string, FlowSamples>>;
