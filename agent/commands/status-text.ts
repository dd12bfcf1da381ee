/**
 * A snapshot as text for a terminal, for somebody woken at 3 a.m.: the verdict first, then what is not up and why,
 * then the rest in short, then what is wrong with the agent itself. Words carry the state; colour only repeats it.
 */
import { counted, formatAge, formatBytes, formatClock, formatRatio, formatRtt, formatTime } from '../measure/units.ts';
import { lossOf } from '../metric/loss.ts';
import { sentence } from '../verdict/sentence.ts';
import type { AgentView, SiteView, Snapshot, State, TargetView, Verdict } from '../verdict/snapshot.ts';

export interface StatusStyle {
  readonly color: boolean;
  /** Characters in a line. */
  readonly width: number;
}

const GLYPH: Readonly<Record<State, string>> = { up: '●', degraded: '▲', down: '■', unknown: '◌' };
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
const MIN_WIDTH = 60;

type Paint = (how: State | 'dim', text: string) => string;

/** @param ageMs of the verdict by the agent's clock; null when unknown */
export function statusText(snapshot: Snapshot, ageMs: number | null, style: StatusStyle): string {
  const width = Math.max(MIN_WIDTH, style.width);
  const paint: Paint = (how, text) => (style.color ? `\x1b[${SGR[how]}m${text}\x1b[0m` : text);
  const blocks = [
    verdictLines(snapshot.verdict, snapshot.at, width, paint),
    notUpLines(snapshot, width, paint),
    upLines(snapshot, width, paint),
    agentLines(snapshot, ageMs, width, paint),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function verdictLines(verdict: Verdict, at: number, width: number, paint: Paint): string[] {
  const words = wrap(`${GLYPH[verdict.state]} ${sentence(verdict, at)}`, width, '  ');
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
    ...verdict.others.map(({ text, state }, i) => [i === 0 ? 'Also' : '', `${GLYPH[state]} ${text}`]),
  ];
  return [
    ...words.map((line) => paint(verdict.state, line)),
    ...facts.flatMap(([name = '', text]) =>
      text === null || text === undefined
        ? []
        : wrap(`  ${(name ?? '').padEnd(14)}${text}`, width, ' '.repeat(16)).map((line, i) =>
            i === 0 ? line.replace(/^ {2}(\S.*?)(?= {2}|$)/, (all) => paint('dim', all)) : line,
          ),
    ),
  ];
}

/** Names and reasons may come from afar (a DNS answer, an HTTP status): no control character reaches the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
const clean = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '·');

/** Least width of a last column; narrower ones stand on lines of their own. */
const MIN_LAST = 36;

/** Lines for each row, of equal columns but the last, which is wrapped: at 3 a.m. nothing may be cut off. */
function table(raw: readonly (readonly string[])[], width: number): string[][] {
  const rows = raw.map((row) => row.map(clean));
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => length(row[i] ?? ''))));
  const before = widths.slice(0, -1).reduce((sum, column) => sum + column + 2, 0);
  const below = width - before < MIN_LAST;
  const indent = ' '.repeat(below ? 6 : before);
  return rows.map((row) => {
    const cells = row.slice(0, -1).map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - length(cell) + 2));
    const start = cells.join('');
    const last = row.at(-1) ?? '';
    if (!below) return wrap(start + last, width, indent).map((line) => line.trimEnd());
    return [start.trimEnd(), ...(last === '' ? [] : wrap(indent + last, width, indent))];
  });
}

/** Characters as a terminal shows them, near enough: code points. */
const length = (text: string): number => [...text].length;

/** Single spaces, but not those before a unit: "12 min 5 s" may break only after "min". */
const BREAK = /(?<=\S) (?=\S)(?!(?:%|ms|s|min|h|d)(?:\W|$))/;

/** Breaks lines; further ones are indented. A word longer than a line stays whole. */
function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of clean(text).split(BREAK)) {
    if (line === '') line = word;
    else if (length(line) + 1 + length(word) <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = indent + word;
    }
  }
  return [...lines, line];
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
  const rows = troubles(snapshot).flatMap((trouble) => troubleRows(trouble, snapshot.at));
  if (rows.length === 0) return [];
  const [head = [], ...lines] = table([['NOT UP', '', 'SINCE', 'WHY'], ...rows.map(([, row]) => row)], width);
  return [
    ...head.slice(0, 1).map((line) => paint('dim', line)),
    ...lines.flatMap((of, i) => of.map((line) => paint(rows[i]?.[0] ?? 'dim', line))),
  ];
}

type Row = readonly [how: State | 'dim', cells: readonly string[]];

function troubleRows({ site, targets, bad }: Trouble, at: number): Row[] {
  const which = `${bad.length} of ${counted(targets.length, 'target')} not up`;
  const why = [site.critical ? 'critical site' : '', which, ...site.reasons.map((reason) => reason.text)];
  const more = bad.length - MAX_TARGETS;
  return [
    [site.state, [`${GLYPH[site.state]} ${site.name}`, site.state, sinceOf(site, at), joined(why)]],
    ...bad.slice(0, MAX_TARGETS).map((view): Row => [view.state, targetCells(view, at)]),
    ...(more > 0 ? [['dim', [`  and ${more} more`, '', '', 'see --json or the page']] as const] : []),
  ];
}

function targetCells(view: TargetView, at: number): string[] {
  const { rtt, lossRatio } = view.last10s;
  const was = view.lastKnownRttMs === null ? '' : `was ${formatRtt(view.lastKnownRttMs)}`;
  const numbers = [rtt === null ? was : formatRtt(rtt.p50), lossRatio === null ? '' : `loss ${formatRatio(lossRatio)}`];
  const why = joined([...view.reasons.map((reason) => reason.text), ...numbers]);
  return [
    `  ${GLYPH[view.state]} ${view.name}`,
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
      `${GLYPH.up} ${site.name}`,
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
    agent.usage.cpu === null ? '' : `CPU ${formatRatio(agent.usage.cpu)}`,
    `verdict of ${formatClock(snapshot.at, 'second')} UTC`,
  ];
  const old = ageMs !== null && ageMs > OLD_MS;
  const stale = old
    ? [`! This verdict is ${formatAge(ageMs)} old: the agent has stopped judging. Its log says why.`]
    : [];
  const notices = agent.notices.map(({ text, remedy }) => `! ${text}${remedy === null ? '' : ` ${remedy}`}`);
  return [
    ...wrap(facts.filter((text) => text !== '').join(' · '), width, '  ').map((line) => paint('dim', line)),
    ...[...stale, ...configLines(agent), ...notices].flatMap((text) =>
      wrap(text, width, '  ').map((line) => paint('degraded', line)),
    ),
  ];
}

/** A notice says so too in all likelihood; the problems themselves stand only here. */
function configLines({ config }: AgentView): string[] {
  return config.ok ? [] : config.problems.map((problem) => `! Refused configuration: ${problem}`);
}
