/**
 * What `/api/v1/stream` sends (server-sent events), as plain functions of snapshots.
 *
 * A stream opens with one `full` message and then gets one `tick` a second that holds only what changed, so 200
 * targets at rest cost 100 bytes a second. Rows are arrays in the order of `columns`, which `full` carries, because
 * in a busy second the names of the fields would be most of the bytes. Every message has `at`: a reader that has
 * seen none for five seconds knows that its picture is stale.
 *
 * `structure` names the shape of the page: which rows there are, in which state, which verdict, notices and events.
 * While it stays the same, patching numbers keeps a page right; when it differs the page must be fetched anew.
 */
import { formatCount, formatRatio } from '../measure/units.ts';
import type { CanaryEvent, Notice, SiteView, Snapshot, State, TargetView } from '../verdict/snapshot.ts';
import { nowSample } from './page/sample.ts';

/**
 * name, state, since, median RTT of 1 s, median and 95th percentile (ms) and loss ratio of "now", address, first
 * reason. "Now" is what the page's rows mean by it: 10 s, or longer where probes are rarer (`page/sample.ts`).
 */
export type TargetRow = readonly [
  name: string,
  state: State,
  since: number,
  nowRttMs: number | null,
  p50Ms: number | null,
  p95Ms: number | null,
  lossRatio: number | null,
  address: string | null,
  reason: string | null,
];
/** name, state, since, best median RTT of its targets over 60 s (ms), first reason. */
export type SiteRow = readonly [
  name: string,
  state: State,
  since: number,
  bestRttMs: number | null,
  reason: string | null,
];

/** Subnet, digits of its share in use and of what is free, its trend in words, the share itself (0 to 1). */
export type SubnetRow = readonly [id: string, use: string, free: string, trend: string, ratio: number];

export const COLUMNS = {
  targets: ['name', 'state', 'since', 'nowRttMs', 'p50Ms', 'p95Ms', 'lossRatio', 'address', 'reason'],
  sites: ['name', 'state', 'since', 'bestRttMs', 'reason'],
  subnets: ['id', 'use', 'free', 'trend', 'ratio'],
} as const;

/** Fields that are absent did not change. */
export interface TickMessage {
  readonly sequence: number;
  /** Wall time of the snapshot. */
  readonly at: number;
  readonly structure: string;
  /** The verdict in one sentence, with since and duration. */
  readonly sentence?: string;
  readonly state?: State;
  readonly counts?: Readonly<Record<State, number>>;
  readonly targets?: readonly TargetRow[];
  readonly sites?: readonly SiteRow[];
  readonly subnets?: readonly SubnetRow[];
  /** Events that are new since the last message, newest first. */
  readonly events?: readonly CanaryEvent[];
  readonly notices?: readonly Notice[];
}

export interface FullMessage extends Required<TickMessage> {
  readonly columns: typeof COLUMNS;
  readonly version: string;
}

/** RTTs keep 0.001 ms below 10 ms and four digits above: what a page shows, so that noise is no change. */
function roundRtt(ms: number | null | undefined): number | null {
  if (ms === null || ms === undefined) return null;
  const step = ms < 10 ? 1000 : ms < 100 ? 100 : 10;
  return Math.round(ms * step) / step;
}

const roundRatio = (ratio: number | null): number | null =>
  ratio === null ? null : Math.round(ratio * 10_000) / 10_000;

export function targetRow(target: TargetView): TargetRow {
  const { last1s } = target;
  const sample = nowSample(target);
  return [
    target.name,
    target.state,
    target.since,
    roundRtt(last1s.rtt?.p50),
    roundRtt(sample.rtt?.p50),
    roundRtt(sample.rtt?.p95),
    roundRatio(sample.lossRatio),
    target.address,
    target.reasons[0]?.text ?? null,
  ];
}

export function siteRow(site: SiteView): SiteRow {
  return [site.name, site.state, site.since, roundRtt(site.bestRttMs), site.reasons[0]?.text ?? null];
}

/** What of the VPC changes without a change of state; all else about it is structure. */
export function subnetRows({ vpc }: Snapshot): readonly SubnetRow[] {
  return (vpc?.subnets ?? []).flatMap(({ id, use }) =>
    use === null ? [] : [[id, formatRatio(use.ratio), formatCount(use.free), use.trend, use.ratio] as const],
  );
}

/** States and answers of the VPC; null where it is not asked. */
function vpcStructure({ vpc }: Snapshot): unknown {
  if (!vpc) return null;
  const states = (things: readonly { readonly id: string; readonly state: State }[]): unknown =>
    things.map(({ id, state }) => [id, state]);
  return [
    vpc.state,
    vpc.summary,
    vpc.parts.map(({ status, problem }) => [status, problem?.code]),
    vpc.subnets.map(({ id, use }) => [id, use?.state]),
    states(vpc.quotas),
    vpc.vpns.map(({ id, state, tunnels }) => [id, state, tunnels.map((tunnel) => [tunnel.state, tunnel.changes])]),
    vpc.virtualInterfaces.map(({ id, state, peers }) => [id, state, peers.map((peer) => peer.state)]),
    states(vpc.lags),
    vpc.routeTables.map(({ id, state, propagated, statics }) => [id, state, propagated, statics]),
    vpc.sitePaths.map(({ destination, route, state }) => [destination, route?.target, state]),
    vpc.findings.map(({ id, subject, silenced }) => [id, subject, silenced]),
  ];
}

/** FNV-1a, 32 bit, in base 36: names a shape in a few characters; no secret, so no cryptography. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}

/** Same for two snapshots exactly when a page of the one can be made a page of the other by patching numbers. */
export function structureOf(snapshot: Snapshot): string {
  return shortHash(
    JSON.stringify([
      snapshot.agent.startedAt,
      snapshot.verdict.headline,
      snapshot.verdict.state,
      snapshot.verdict.since,
      snapshot.verdict.label,
      snapshot.verdict.faultAt,
      snapshot.verdict.next,
      snapshot.verdict.evidence.length,
      snapshot.verdict.chain.map((link) => [link.name, link.state]),
      snapshot.verdict.others.map((other) => [other.subject, other.state]),
      snapshot.sites.map((site) => [site.name, site.state, site.since]),
      snapshot.targets.map((target) => [target.name, target.state, target.since]),
      snapshot.agent.notices.map((notice) => notice.code),
      snapshot.events[0]?.id ?? null,
      snapshot.agent.config.loadedAt,
      snapshot.agent.config.ok,
      vpcStructure(snapshot),
    ]),
  );
}

/** Everything a new stream needs to start from. */
export function fullMessage(snapshot: Snapshot, sentence: string): FullMessage {
  return {
    columns: COLUMNS,
    version: snapshot.agent.version,
    sequence: snapshot.sequence,
    at: snapshot.at,
    structure: structureOf(snapshot),
    sentence,
    state: snapshot.verdict.state,
    counts: snapshot.counts,
    targets: snapshot.targets.map(targetRow),
    sites: snapshot.sites.map(siteRow),
    subnets: subnetRows(snapshot),
    events: snapshot.events.slice(0, 10),
    notices: snapshot.agent.notices,
  };
}

const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);

function changedRows<Row extends readonly [string, ...unknown[]]>(
  before: readonly Row[],
  after: readonly Row[],
): Row[] {
  const old = new Map(before.map((row) => [row[0], row]));
  return after.filter((row) => {
    const previous = old.get(row[0]);
    return previous === undefined || row.some((value, index) => value !== previous[index]);
  });
}

/** What changed from one full message to the next. Rows that went away show only as a new `structure`. */
export function tickMessage(before: FullMessage, after: FullMessage): TickMessage {
  const targets = changedRows(before.targets, after.targets);
  const sites = changedRows(before.sites, after.sites);
  const subnets = changedRows(before.subnets, after.subnets);
  const newest = before.events[0]?.id ?? -1;
  const events = after.events.filter((event) => event.id > newest);
  return {
    sequence: after.sequence,
    at: after.at,
    structure: after.structure,
    ...(after.sentence === before.sentence ? {} : { sentence: after.sentence }),
    ...(after.state === before.state ? {} : { state: after.state }),
    ...(differs(after.counts, before.counts) ? { counts: after.counts } : {}),
    ...(targets.length > 0 ? { targets } : {}),
    ...(sites.length > 0 ? { sites } : {}),
    ...(subnets.length > 0 ? { subnets } : {}),
    ...(events.length > 0 ? { events } : {}),
    ...(differs(after.notices, before.notices) ? { notices: after.notices } : {}),
  };
}
