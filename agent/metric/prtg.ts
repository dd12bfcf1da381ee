/**
 * `/prtg`: a snapshot as PRTG's "HTTP Data Advanced" sensor reads it.
 *
 * What binds, from PRTG's manual: at most 50 channels; a value is an integer unless `float` is 1; names are the
 * identity of a channel, and limits, lookups and chart settings are read only when a channel is first seen. So names
 * never depend on state, sites and targets get their channels in the order of the configuration (adding one at the
 * end moves none), and what is too many is folded into counts that say so. The sensor's status is driven by the
 * `State` channel through the lookup file `packaging/prtg/vpc-canary.state.ovl`, which PRTG reads anew at every scan.
 * The answer is 200 even when all is down: PRTG takes any other status as "the sensor is broken".
 *
 * RTT and loss are over the last minute, PRTG's usual scanning interval, so no outage falls between two scans.
 * A channel without a value (no reply, hence no RTT) is left out of that scan; zero would be a lie.
 */
import type { Milliseconds } from '../measure/target.ts';
import type { SiteView, Snapshot, State, TargetView } from '../verdict/snapshot.ts';
import { lossOf } from './loss.ts';
import { chooseScope, type Scope, type ScopeNames, sentenceOf, stateOf, targetsIn } from './scope.ts';

export interface PrtgChannel {
  readonly channel: string;
  /** Decimal point and no exponent when `float` is 1. */
  readonly value: number | string;
  readonly float?: 1;
  readonly unit: 'Custom' | 'Percent' | 'Count' | 'TimeSeconds' | 'BytesMemory' | 'BytesBandwidth' | 'CPU';
  readonly customunit?: string;
  /** Difference: PRTG shows what was added since its last scan, per second. */
  readonly mode?: 'Difference';
  readonly decimalmode?: 'All';
  readonly limitmode: 0 | 1;
  readonly limitmaxwarning?: number;
  readonly limitmaxerror?: number;
  readonly limitwarningmsg?: string;
  readonly limiterrormsg?: string;
  readonly valuelookup?: 'vpc-canary.state';
  readonly showchart?: 0;
}

export interface PrtgAnswer {
  readonly prtg:
    | { readonly result: readonly PrtgChannel[]; readonly text: string }
    | { readonly error: 1; readonly text: string };
}

/** The values of the lookup file. */
export const LOOKUP: Readonly<Record<State, number>> = { up: 0, degraded: 1, down: 2, unknown: 3 };

const MAX_CHANNELS = 50;
const MAX_TEXT = 2000;
/** State, RTT, loss. */
const CHANNELS_PER_PART = 3;
/** Counts by state, of all targets and of those folded. */
const COUNTS = 4;

/** A question PRTG cannot be answered: the sensor goes down with this text. */
export function prtgError(text: string): PrtgAnswer {
  return { prtg: { error: 1, text: text.slice(0, MAX_TEXT) } };
}

export function renderPrtg(snapshot: Snapshot, names: ScopeNames): PrtgAnswer {
  const choice = chooseScope(snapshot, names);
  if (!choice.ok) return prtgError(choice.text);
  const { scope } = choice;
  const { channels, folded } = channelsOf(snapshot, scope);
  const text = [sentenceOf(snapshot, scope), ...(folded === null ? [] : [folded])].join(' ');
  const result = channels.filter((channel) => channel !== null);
  return { prtg: { result, text: text.slice(0, MAX_TEXT) } };
}

interface Channels {
  readonly channels: readonly (PrtgChannel | null)[];
  /** Said after the verdict when not everything has channels of its own. */
  readonly folded: string | null;
}

function channelsOf(snapshot: Snapshot, scope: Scope): Channels {
  const state = stateChannel('State', stateOf(snapshot, scope));
  switch (scope.kind) {
    case 'all': {
      const fixed = [state, ...countChannels('Targets', snapshot.targets), ...agentChannels(snapshot)];
      return withParts(fixed, 'sites', snapshot.sites, (site) => siteChannels(site.name, site, snapshot));
    }
    case 'site': {
      const targets = targetsIn(snapshot, scope);
      const fixed = [state, ...countChannels('Targets', targets), ...siteNumbers('', scope.site, targets)];
      return withParts(fixed, 'targets', targets, (target) => [
        stateChannel(`${target.name} state`, target.state),
        ...targetNumbers(`${target.name} `, target),
      ]);
    }
    case 'target':
      return {
        channels: [state, ...targetNumbers('', scope.target), ...targetDetails(scope.target, snapshot.at)],
        folded: null,
      };
  }
}

/** As many parts as always leave room for the counts of the rest, whether there is a rest or not. */
function withParts<Part extends { readonly state: State }>(
  fixed: readonly (PrtgChannel | null)[],
  what: 'sites' | 'targets',
  parts: readonly Part[],
  channels: (part: Part) => readonly (PrtgChannel | null)[],
): Channels {
  const room = Math.floor((MAX_CHANNELS - fixed.length - COUNTS) / CHANNELS_PER_PART);
  const own = parts.slice(0, room).flatMap(channels);
  const rest = parts.slice(room);
  if (rest.length === 0) return { channels: [...fixed, ...own], folded: null };
  const key = what === 'sites' ? 'site' : 'target';
  return {
    channels: [...fixed, ...own, ...countChannels(`Other ${what}`, rest)],
    folded:
      `(The first ${room} of ${parts.length} ${what} have channels of their own, the other ${rest.length} are counted: ` +
      `use /prtg?${key}=NAME for each.)`,
  };
}

const round = (value: number, digits: number): string => String(Number(value.toFixed(digits)));

function stateChannel(channel: string, state: State): PrtgChannel {
  return { channel, value: LOOKUP[state], unit: 'Custom', valuelookup: 'vpc-canary.state', limitmode: 0 };
}

function countChannels(what: string, parts: readonly { readonly state: State }[]): PrtgChannel[] {
  return (['up', 'degraded', 'down', 'unknown'] as const).map((state) =>
    count(`${what} ${state}`, parts.filter((part) => part.state === state).length),
  );
}

const count = (channel: string, value: number): PrtgChannel => ({ channel, value, unit: 'Count', limitmode: 0 });

function milliseconds(channel: string, ms: Milliseconds | null | undefined, limit: Milliseconds | null = null) {
  if (ms === null || ms === undefined) return null;
  const base = {
    channel,
    value: round(ms, 3),
    float: 1,
    unit: 'Custom',
    customunit: 'ms',
    decimalmode: 'All',
  } as const;
  const bound =
    limit === null
      ? ({ limitmode: 0 } as const)
      : ({
          limitmode: 1,
          limitmaxwarning: limit,
          limitwarningmsg: `${channel} above ${limit} ms, where the target counts as degraded`,
        } as const);
  return { ...base, ...bound } satisfies PrtgChannel;
}

function lossChannel(channel: string, ratio: number | null, limits: TargetView['thresholds'] | null) {
  if (ratio === null) return null;
  const base = { channel, value: round(ratio * 100, 3), float: 1, unit: 'Percent' } as const;
  if (limits === null) return { ...base, limitmode: 0 } satisfies PrtgChannel;
  const warning = Number(round(limits.lossDegraded * 100, 3));
  const error = Number(round(limits.lossDown * 100, 3));
  return {
    ...base,
    limitmode: 1,
    limitmaxwarning: warning,
    limitwarningmsg: `${channel} above ${warning} %, where the target counts as degraded`,
    // A limit of 100 % cannot be exceeded; the state says down all the same.
    ...(error < 100
      ? { limitmaxerror: error, limiterrormsg: `${channel} above ${error} %, where the target counts as down` }
      : {}),
  } satisfies PrtgChannel;
}

/** "mel-core loss", but "Loss" where it stands alone. */
const lossName = (prefix: string): string => (prefix === '' ? 'Loss' : `${prefix}loss`);

function siteNumbers(prefix: string, site: SiteView, targets: readonly TargetView[]): (PrtgChannel | null)[] {
  return [
    milliseconds(`${prefix}RTT`, site.bestRttMs),
    lossChannel(lossName(prefix), lossOf(targets.map((target) => target.last60s)), null),
  ];
}

function siteChannels(name: string, site: SiteView, snapshot: Snapshot): (PrtgChannel | null)[] {
  const targets = targetsIn(snapshot, { kind: 'site', site });
  return [stateChannel(`${name} state`, site.state), ...siteNumbers(`${name} `, site, targets)];
}

function targetNumbers(prefix: string, target: TargetView): (PrtgChannel | null)[] {
  const { last60s, thresholds } = target;
  return [
    milliseconds(`${prefix}RTT`, last60s.rtt?.p50, thresholds.rttDegradedMs),
    lossChannel(lossName(prefix), last60s.lossRatio, thresholds),
  ];
}

function targetDetails(target: TargetView, at: number): (PrtgChannel | null)[] {
  const { last60s, thresholds, detail, outage, totals } = target;
  const phases = detail?.http?.phases;
  const outageSeconds = outage === null ? 0 : Math.max(0, Math.round((at - outage.began) / 1000));
  return [
    milliseconds('RTT 95th percentile', last60s.rtt?.p95),
    milliseconds('RTT maximum', last60s.rtt?.max),
    milliseconds('Jitter', last60s.interarrivalJitter, thresholds.jitterDegradedMs),
    { channel: 'Outage', value: outageSeconds, unit: 'TimeSeconds', limitmode: 0 },
    count('Duplicates', totals.duplicates),
    count('Late replies', totals.late),
    count('Reordered replies', totals.reordered),
    target.replyTtl === null ? null : count('Reply TTL', target.replyTtl),
    milliseconds('Resolve', phases?.resolveMs),
    milliseconds('Connect', phases?.connectMs),
    milliseconds('TLS', phases?.tlsMs),
    milliseconds('First byte', phases?.firstByteMs),
    milliseconds('Whole answer', phases?.wholeMs),
    detail?.http?.status == null ? null : { ...count('HTTP status', detail.http.status), showchart: 0 },
    detail?.http?.certificateDaysLeft == null
      ? null
      : {
          channel: 'Certificate days left',
          value: Math.floor(detail.http.certificateDaysLeft),
          unit: 'Custom',
          customunit: 'd',
          limitmode: 0,
        },
  ];
}

function agentChannels({ agent, alarms }: Snapshot): (PrtgChannel | null)[] {
  const { receiveOverflows, lateSends, noBuffers } = agent.overload;
  const cpu = agent.usage.cpu;
  return [
    { channel: 'Agent memory', value: agent.usage.rssBytes, unit: 'BytesMemory', limitmode: 0 },
    // Null in the first minute; its place among the 50 is kept all the same.
    cpu === null ? null : { channel: 'Agent CPU', value: round(cpu * 100, 3), float: 1, unit: 'CPU', limitmode: 0 },
    count('Agent overload', receiveOverflows + lateSends + noBuffers),
    alarms === undefined ? null : count('Alarms', alarms.counts.ALARM),
  ];
}
