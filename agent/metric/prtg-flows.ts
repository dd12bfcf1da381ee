/**
 * `/prtg?view=flows`: this host's TCP connections as PRTG channels, in all and for each site.
 *
 * Counts since the agent's start are sent in PRTG's mode "Difference", so that PRTG shows them per second over its own
 * scan; ratios and round trips are over the last ten minutes. A channel without a value is left out, never zero.
 */
import { formatRatio } from '../measure/units.ts';
import type { FlowCounts, FlowsView, GroupView } from '../verdict/flows-view.ts';
import { type PrtgAnswer, type PrtgChannel, prtgError } from './prtg.ts';

const MAX_CHANNELS = 50;
const PER_SITE = 5;

const difference = (channel: string, value: number | null, unit: 'Count' | 'BytesBandwidth'): PrtgChannel | null =>
  value === null ? null : { channel, value, unit, mode: 'Difference', limitmode: 0 };

const number = (value: number): string => String(Number(value.toFixed(4)));

function percent(channel: string, ratio: number | null): PrtgChannel | null {
  return ratio === null ? null : { channel, value: number(ratio * 100), float: 1, unit: 'Percent', limitmode: 0 };
}

function milliseconds(channel: string, ms: number | null): PrtgChannel | null {
  if (ms === null) return null;
  return { channel, value: number(ms), float: 1, unit: 'Custom', customunit: 'ms', decimalmode: 'All', limitmode: 0 };
}

export const retransmitRatio = ({ retransmissions, segmentsOut }: FlowCounts): number | null =>
  segmentsOut === 0 ? null : retransmissions / segmentsOut;

function hostChannels(flows: FlowsView): (PrtgChannel | null)[] {
  const { total, window, coverage, reader } = flows;
  const kernel = coverage.retransmissions.kernel;
  return [
    { channel: 'Connections open', value: flows.open, unit: 'Count', limitmode: 0 },
    difference('Connections opened', total.opened, 'Count'),
    difference('Connects failed', total.failedConnects, 'Count'),
    difference('Connections reset', total.resets, 'Count'),
    difference('Data out', total.bytesOut, 'BytesBandwidth'),
    difference('Data in', total.bytesIn, 'BytesBandwidth'),
    difference('Retransmissions', total.retransmissions, 'Count'),
    percent('Retransmitted', retransmitRatio(window)),
    difference('Timeouts', total.timeouts, 'Count'),
    percent('Coverage', kernel === null || kernel === 0 ? null : coverage.retransmissions.flows / kernel),
    reader.eventsLost === null
      ? null
      : { channel: 'Events lost', value: reader.eventsLost, unit: 'Count', limitmode: 0 },
  ];
}

function siteChannels({ name, open, total, window, rttP50Ms }: GroupView): (PrtgChannel | null)[] {
  return [
    { channel: `${name} connections`, value: open, unit: 'Count', limitmode: 0 },
    milliseconds(`${name} TCP RTT`, rttP50Ms),
    percent(`${name} retransmitted`, retransmitRatio(window)),
    difference(`${name} data`, total.bytesOut + total.bytesIn, 'BytesBandwidth'),
    difference(`${name} timeouts`, total.timeouts, 'Count'),
  ];
}

export function renderPrtgFlows(flows: FlowsView | null): PrtgAnswer {
  if (flows === null) {
    return prtgError('This agent does not read TCP connections: flows.enabled is false in its configuration.');
  }
  if (flows.problem !== null) return prtgError(flows.problem);
  const fixed = hostChannels(flows);
  const sites = flows.groups.filter(({ site }) => site !== null);
  const room = Math.floor((MAX_CHANNELS - fixed.length) / PER_SITE);
  const channels = [...fixed, ...sites.slice(0, room).flatMap(siteChannels)];
  return { prtg: { result: channels.filter((channel) => channel !== null), text: textOf(flows, sites.length - room) } };
}

function textOf({ open, window, coverage }: FlowsView, left: number): string {
  const ratio = retransmitRatio(window);
  const { retransmissions } = coverage;
  return [
    `${open} connections open; ${ratio === null ? 'nothing was sent' : `${formatRatio(ratio)} of segments retransmitted`} in the last 10 minutes.`,
    ...(retransmissions.kernel === null
      ? []
      : [`Flows hold ${retransmissions.flows} of the kernel's ${retransmissions.kernel} retransmissions.`]),
    ...(left > 0 ? [`(${left} more sites have no channels.)`] : []),
  ].join(' ');
}
