/**
 * A snapshot as text for a terminal, for somebody woken at 3 a.m.: the verdict first, then what is not up and why,
 * then the rest in short, then what is wrong with the agent itself. Words carry the state; colour only repeats it.
 */
import { counted, formatAge, formatBytes, formatClock, formatRatio, formatRtt, formatTime } from '../measure/units.ts';
import { lossOf } from '../metric/loss.ts';
import { noticeText } from '../metric/notice.ts';
import { shownName } from '../verdict/names.ts';
import { sentence } from '../verdict/sentence.ts';
import type { AgentView, Reason, SiteView, Snapshot, State, TargetView, Verdict } from '../verdict/snapshot.ts';
import type { VpcView } from '../verdict/vpc-view.ts';
import { indented, length, table } from './text-layout.ts';

export interface StatusStyle {
  readonly color: boolean;
  /** Characters in a line. */
  readonly width: number;
}

export const GLYPH: Readonly<Record<State, string>> = { up: '●', degraded: '▲', down: '■', unknown: '◌' };
/** Terminal colours: bold red, yellow, blue as on the page, dim. */
const SGR: Readonly<Record<State | 'dim', string>> = {
  down: '1;31',
  degraded: '33',
  up: '34',
  unknown: '2',
  dim: '2',
};
/** Verdicts come once a second; one older than this says so. */
const OLD_MS = 5000;
/** Targets listed in one site; `--json` has them all. */
const MAX_TARGETS = 20;
export const MIN_WIDTH = 60;

export type Paint = (how: State | 'dim', text: string) => string;

export const painter =
  ({ color }: StatusStyle): Paint =>
  (how, text) =>
    color ? `\x1b[${SGR[how]}m${text}\x1b[0m` : text;

/**
 * @param ageMs of the verdict by the agent's clock; null when unknown
 * @param vpc what the agent knows of its VPC; null when it does not ask
 */
export function statusText(
  snapshot: Snapshot,
  ageMs: number | null,
  style: StatusStyle,
  vpc: VpcView | null = null,
): string {
  const width = Math.max(MIN_WIDTH, style.width);
  const paint = painter(style);
  const blocks = [
    verdictLines(snapshot.verdict, snapshot.at, width, paint),
    notUpLines(snapshot, width, paint),
    vpcLines(vpc, width, paint),
    upLines(snapshot, width, paint),
    agentLines(snapshot, ageMs, width, paint),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function verdictLines(verdict: Verdict, at: number, width: number, paint: Paint): string[] {
  const words = indented(`${GLYPH[verdict.state]} `, sentence(verdict, at), width);
  const evidence = verdict.evidence.map(({ at: when, text }, i) => [
    i === 0 ? 'Evidence' : '',
    when === null ? text : `${formatTime(when, at, 'tenth')}  ${text}`,
  ]);
  const facts = [
    ['Fault at', verdict.faultAt],
    ...evidence,
    ['Not at fault', verdict.notAtFault],
    ['Not checked', verdict.notChecked],
    ['Next', verdict.next],
    ...verdict.others.map((other, i) => [i === 0 ? 'Also' : '', `${GLYPH[other.state]} ${otherText(other)}`]),
  ];
  return [
    ...words.map((line) => paint(verdict.state, line)),
    ...facts.flatMap(([name = '', text]) =>
      text === null || text === undefined
        ? []
        : indented(`  ${paint('dim', name ?? '')}${' '.repeat(14 - length(name ?? ''))}`, text, width, 16),
    ),
  ];
}

/** Longer names would push everything else off the line. */
const MAX_NAME = 40;

/** The text names its subject or leaves that to its reader. */
function otherText({ subject, text }: Verdict['others'][number]): string {
  const name = shownName(subject, MAX_NAME);
  return text.includes(subject) || text.includes(name) ? text : `${name} ${text}`;
}

/** A site with its targets that are not up; listed when there is anything to list. */
interface Trouble {
  readonly site: SiteView;
  readonly targets: readonly TargetView[];
  readonly bad: readonly TargetView[];
}

function troubles({ sites, targets }: Snapshot): Trouble[] {
  return sites
    .map((site) => {
      const own = targets.filter((view) => view.site === site.name);
      return { site, targets: own, bad: own.filter((view) => view.state !== 'up') };
    })
    .filter(({ site, bad }) => site.state !== 'up' || bad.length > 0);
}

function notUpLines(snapshot: Snapshot, width: number, paint: Paint): string[] {
  const rows = troubles(snapshot).flatMap((trouble) => troubleRows(trouble, snapshot));
  if (rows.length === 0) return [];
  const [head = [], ...lines] = table([['NOT UP', '', 'SINCE', 'WHY'], ...rows.map(([, row]) => row)], width);
  return [
    ...head.slice(0, 1).map((line) => paint('dim', line)),
    ...lines.flatMap((of, i) => of.map((line) => paint(rows[i]?.[0] ?? 'dim', line))),
  ];
}

/** One line when the VPC is not well; `status --vpc` has the rest. */
function vpcLines(vpc: VpcView | null, width: number, paint: Paint): string[] {
  if (vpc === null || vpc.state === 'up') return [];
  return indented(`${GLYPH[vpc.state]} `, `VPC ${vpc.state}: ${vpc.summary} (vpc-canary status --vpc)`, width).map(
    (line) => paint(vpc.state, line),
  );
}

type Row = readonly [how: State | 'dim', cells: readonly string[]];

function troubleRows({ site, targets, bad }: Trouble, { at, verdict }: Snapshot): Row[] {
  const which = `${bad.length} of ${counted(targets.length, 'target')} not up`;
  const why = site.reasons.length > 0 ? reasonsOf(site, verdict) : [which];
  const more = bad.length - MAX_TARGETS;
  return [
    [
      site.state,
      [
        `${GLYPH[site.state]} ${shownName(site.name, MAX_NAME)}`,
        site.state,
        sinceOf(site, at),
        joined([site.critical ? 'critical site' : '', ...why]),
      ],
    ],
    ...bad.slice(0, MAX_TARGETS).map((view): Row => [view.state, targetCells(view, at, verdict)]),
    ...(more > 0 ? [['dim', [`  and ${more} more`, '', '', 'see --json or the page']] as const] : []),
  ];
}

/** What the verdict gives as evidence holds for all of them and stands above. */
function reasonsOf({ reasons }: { readonly reasons: readonly Reason[] }, { evidence }: Verdict): string[] {
  return reasons.map(({ text }) => text).filter((text) => !evidence.some((said) => text.includes(said.text)));
}

function targetCells(view: TargetView, at: number, verdict: Verdict): string[] {
  const { rtt } = view.last10s;
  const was = view.lastKnownRttMs === null ? '' : `was ${formatRtt(view.lastKnownRttMs)}`;
  const why = joined([...reasonsOf(view, verdict), rtt === null ? was : formatRtt(rtt.p50)]);
  return [
    `  ${GLYPH[view.state]} ${shownName(view.name, MAX_NAME)}`,
    view.state,
    sinceOf(view, at),
    joined([`${view.kind} ${view.label}`, why], ': '),
  ];
}

const joined = (texts: readonly string[], by = '; '): string => texts.filter((text) => text !== '').join(by);

const sinceOf = ({ state, since }: { state: State; since: number }, at: number): string =>
  formatTime(since, at, state === 'down' ? 'tenth' : 'second');

function upLines(snapshot: Snapshot, width: number, paint: Paint): string[] {
  const listed = new Set(troubles(snapshot).map(({ site }) => site.name));
  const sites = snapshot.sites.filter((site) => !listed.has(site.name));
  if (sites.length === 0) return [];
  const rows = sites.map((site) => {
    const targets = snapshot.targets.filter((view) => view.site === site.name);
    const loss = lossOf(targets.map((view) => view.last60s));
    return [
      `${GLYPH.up} ${shownName(site.name, MAX_NAME)}`,
      counted(targets.length, 'target'),
      site.bestRttMs === null ? 'no RTT' : formatRtt(site.bestRttMs),
      loss === null ? '' : formatRatio(loss),
      formatAge(snapshot.at - site.since),
    ];
  });
  const [head = [], ...lines] = table([['UP', '', 'RTT', 'LOSS', 'FOR'], ...rows], width);
  return [
    ...head.slice(0, 1).map((line) => paint('dim', line)),
    ...lines.flat().map((line) => line.replace(GLYPH.up, paint('up', GLYPH.up))),
  ];
}

function agentLines(snapshot: Snapshot, ageMs: number | null, width: number, paint: Paint): string[] {
  const { agent } = snapshot;
  const place = [agent.title, agent.vpcId, agent.availabilityZone].filter((text) => text !== null);
  const facts = [
    `vpc-canary ${agent.version} on ${[...new Set([agent.hostname, ...place])].join(', ')}`,
    `running ${formatAge(snapshot.at - agent.startedAt)}`,
    agent.icmp.mode === 'unused' ? '' : agent.icmp.text,
    formatBytes(agent.usage.rssBytes),
    publishText(agent, snapshot.at),
    eventsText(agent),
    agent.usage.cpu === null ? '' : `CPU ${formatRatio(agent.usage.cpu)}`,
    `verdict of ${formatClock(snapshot.at, 'second')} UTC`,
  ];
  const old = ageMs !== null && ageMs > OLD_MS;
  const stale = old
    ? [`This verdict is ${formatAge(ageMs)} old: the agent has stopped judging. Its log says why.`]
    : [];
  const notices = agent.notices.map(noticeText);
  return [
    ...indented('', facts.filter((text) => text !== '').join(' · '), width, 2).map((line) => paint('dim', line)),
    ...[...stale, ...configLines(agent), ...notices].flatMap((text) =>
      indented('! ', text, width).map((line) => paint('degraded', line)),
    ),
  ];
}

/** Where data go, when they last did, what waits. */
function publishText({ publish }: AgentView, at: number): string {
  if (publish === null) return '';
  const { lastAcceptedAt: last, spool } = publish;
  const when = last === null ? 'nothing accepted yet' : `last accepted ${formatAge(at - last)} ago`;
  const waits = spool.oldest === null ? '' : `, ${counted(spool.waiting, 'period')} waiting`;
  return `CloudWatch ${publish.namespace} in ${publish.region}: ${when}${waits}`;
}

/** Where events go, and what waits. */
function eventsText({ events }: AgentView): string {
  if (events === undefined) return '';
  const waits = events.waiting === 0 ? '' : `, ${counted(events.waiting, 'event')} waiting`;
  return `EventBridge ${events.bus} in ${events.region}: ${counted(events.accepted, 'event')} sent${waits}`;
}

/** The problems of a refused configuration that no notice quotes. */
function configLines({ config, notices }: AgentView): string[] {
  if (config.ok) return [];
  const untold = config.problems.filter((problem) => !notices.some(({ text }) => text.includes(problem)));
  return untold.map((problem) => `Refused configuration: ${problem}`);
}
