/** `/agent`: the instrument looks at itself, so that its faults are not read as the network's. */
import { counted, formatBytes, formatCount, formatDuration, formatSpan } from '../../measure/units.ts';
import type { AgentView, Snapshot } from '../../verdict/snapshot.ts';
import { timeoutsText } from '../../verdict/timeouts-text.ts';
import { alarmPanel } from './alarms.ts';
import type { Body, Context, View } from './context.ts';
import { type Html, html, type Value } from './html.ts';
import { noticeList } from './notices.ts';
import { lasting, time } from './time.ts';
import { timingWords } from './timing.ts';
import { DASH } from './words.ts';

function draw(context: Context): Body {
  const { agent } = context.snapshot;
  const { now } = context;
  return {
    status: 200,
    title: 'Agent',
    everySeconds: 10,
    main: html`<div class="page-head" data-part="subject"><h1>Agent</h1><p class="dim">vpc-canary ${agent.version} on <bdi>${agent.hostname}</bdi>, process ${agent.pid}, since ${time(agent.startedAt, now)}, ${lasting(agent.startedAt, now)}</p></div>
${noticeList(context, true)}${agent.notices.length === 0 && html`<p class="card none first">Nothing to report about the agent itself.</p>`}
<div class="panels" data-part="agent">${usage(agent)}${alarmPanel(context.snapshot, now)}${timing(agent)}${flowsPanel(context.snapshot.flows)}${clockPanel(agent)}${publishPanel(agent, now)}${eventsPanel(agent, now)}${historyPanel(agent, now)}${configPanel(agent, now)}</div>
${configInForce(context)}`,
  };
}

type Fact = readonly [name: string, value: Value];

function panel(title: string, facts: readonly (Fact | null)[]): Html {
  return html`<section class="card pad panel"><h2>${title}</h2><dl>${facts.map((fact) => fact !== null && html`<dt>${fact[0]}</dt><dd>${fact[1]}</dd>`)}</dl></section>`;
}

function usage({ usage: { cpu, rssBytes, anonymousBytes, loopDelayMs }, overload }: AgentView): Html {
  return panel('Own use', [
    ['CPU, last minute', cpu === null ? DASH : `${(cpu * 100).toFixed(cpu < 0.1 ? 2 : 1)} % of one core`],
    [
      'Memory',
      html`${formatBytes(rssBytes)} resident${anonymousBytes !== null && `, ${formatBytes(anonymousBytes)} anonymous`}`,
    ],
    ['Longest stall, last minute', loopDelayMs === null ? DASH : formatSpan(Math.round(loopDelayMs))],
    ['Overload', overload.now ? html`<b class="t-degraded">now: own loss, not the network’s</b>` : 'no'],
    [
      'Counted since start',
      `${formatCount(overload.receiveOverflows)} receive overflows, ${formatCount(overload.lateSends)} late sends, ${formatCount(overload.noBuffers)} times no buffer`,
    ],
  ]);
}

function timing({ icmp, capabilities }: AgentView): Html {
  const modes = {
    raw: 'raw sockets',
    ping: 'unprivileged ping socket',
    none: 'none may be opened',
    unused: 'no ICMP target',
  } as const;
  return panel('Timing and privileges', [
    ['ICMP', modes[icmp.mode]],
    ['Its round trips timed by', timingWords(icmp.timing)],
    icmp.text === '' ? null : ['In words', icmp.text],
    ['Capabilities', capabilityWords(capabilities)],
  ]);
}

/** The ones that measuring needs first; a process of root's has forty. */
function capabilityWords(names: readonly string[]): Html {
  const most = 6;
  const sorted = [...names].sort((a, b) => Number(b === 'CAP_NET_RAW') - Number(a === 'CAP_NET_RAW'));
  if (names.length === 0) return html`none`;
  if (names.length <= most) return html`<span class="mono">${sorted.join(' ')}</span>`;
  return html`<span class="mono">${sorted[0]}</span> and ${names.length - 1} more; CAP_NET_RAW alone would do`;
}

const TIMEOUT_WORDS = {
  tcp_info: 'told by the kernel',
  bpf: 'counted by a program in the kernel (BPF), which ends with the agent',
} as const;

/** How the connections of the host are read; what they do stands at /flows. */
function flowsPanel(flows: Snapshot['flows']): Html | false {
  if (!flows) return false;
  const { reader, timeouts } = flows;
  const { source } = timeouts;
  const told = timeoutsText(timeouts);
  return panel('TCP connections', [
    flows.problem === null ? null : ['Trouble', html`<b class="t-degraded">${flows.problem}</b>`],
    ['Known', `${counted(reader.sockets, 'socket')}, ${counted(reader.flows, 'flow')}`],
    ['Looked at', `every ${formatDuration(reader.dumpEveryMs)}, ${counted(reader.dumps, 'time')} so far`],
    ['A look takes', reader.dumpMs === null ? DASH : formatSpan(reader.dumpMs)],
    ['Ends not heard', reader.eventsLost === null ? 'not known' : formatCount(reader.eventsLost)],
    ['Timeouts', source === null ? 'not known for each connection' : TIMEOUT_WORDS[source]],
    told === null ? null : ['In words', told],
  ]);
}

function clockPanel({ clock }: AgentView): Html {
  return panel('Clock', [
    ['Steps since start', clock.steps === 0 ? 'none' : formatCount(clock.steps)],
    clock.lastStepMs === null
      ? null
      : [
          'Last step',
          `${clock.lastStepMs > 0 ? '+' : '−'}${formatDuration(Math.abs(clock.lastStepMs))}; round trips and outages are not touched by it`,
        ],
    ['Suspensions', clock.suspensions === 0 ? 'none' : formatCount(clock.suspensions)],
  ]);
}

function publishPanel({ publish }: AgentView, now: number): Html | false {
  if (publish === null) return false;
  const { spool, error } = publish;
  const folded = publish.folded === 0 ? '' : `, ${formatCount(publish.folded)} targets among them as Other`;
  const lost = [
    spool.dropped > 0 && `${formatCount(spool.dropped)} dropped for space`,
    spool.expired > 0 && `${formatCount(spool.expired)} too old`,
    spool.damaged > 0 && `${formatCount(spool.damaged)} damaged`,
  ].filter((part) => part !== false);
  return panel('CloudWatch', [
    ['To', html`<span class="mono">${publish.namespace}</span> in ${publish.region}, VpcId <bdi>${publish.vpc}</bdi>`],
    ['Every', `${formatDuration(publish.periodMs)}: ${formatCount(publish.series)} series${folded}`],
    ['Last accepted', publish.lastAcceptedAt === null ? 'nothing yet' : time(publish.lastAcceptedAt, now)],
    [
      'Waiting',
      spool.oldest === null
        ? 'nothing'
        : html`${formatCount(spool.waiting)} batches since ${time(spool.oldest, now)}, ${spool.mode === 'disk' ? 'on disk' : 'in memory'}`,
    ],
    ['Spool', `${formatBytes(spool.bytes)} of at most ${formatBytes(spool.maxBytes)}`],
    lost.length === 0 ? null : ['Not sent', lost.join(', ')],
    error === null
      ? null
      : ['Trouble', html`<b class="t-degraded">${error.text}</b>, since ${time(error.since, now)}. ${error.remedy}`],
    publish.refused.length === 0
      ? null
      : ['Refused', html`<ul>${publish.refused.map(({ series, text }) => html`<li>${series}: ${text}</li>`)}</ul>`],
  ]);
}

function eventsPanel({ events }: AgentView, now: number): Html | false {
  if (events === undefined) return false;
  const { bus, region, accepted, lastAcceptedAt, waiting, mode, error } = events;
  const where = mode === 'disk' ? 'on disk' : 'in memory';
  return panel('EventBridge', [
    ['To', html`bus <bdi class="mono">${bus}</bdi> in ${region}`],
    ['Accepted', formatCount(accepted)],
    ['Last accepted', lastAcceptedAt === null ? 'nothing yet' : time(lastAcceptedAt, now)],
    ['Waiting', waiting === 0 ? 'nothing' : `${counted(waiting, 'event')}, ${where}`],
    error === null
      ? null
      : ['Trouble', html`<b class="t-degraded">${error.text}</b>, since ${time(error.since, now)}. ${error.remedy}`],
  ]);
}

function historyPanel({ history }: AgentView, now: number): Html {
  const modes = { disk: 'on disk', memory: 'in memory: lost at the next start', off: 'off' } as const;
  return panel('History', [
    ['Kept', modes[history.mode]],
    history.path === null ? null : ['File', html`<span class="mono">${history.path}</span>`],
    history.bytes === null
      ? null
      : [
          'Size',
          `${formatBytes(history.bytes)}${history.maxBytes === null ? '' : ` of at most ${formatBytes(history.maxBytes)}`}`,
        ],
    ['Starts', history.oldest === null ? 'nothing recorded yet' : time(history.oldest, now)],
    ['Failed writes', history.writeErrors === 0 ? 'none' : formatCount(history.writeErrors)],
    history.text === null ? null : ['In words', history.text],
  ]);
}

function configPanel({ config }: AgentView, now: number): Html {
  return panel('Configuration', [
    ['From', config.sources.length === 0 ? 'built-in defaults' : config.sources.join(', ')],
    ['In force since', time(config.loadedAt, now)],
    ['Reloads', formatCount(config.reloads)],
    [
      'Last reload',
      config.ok
        ? 'good'
        : html`<b class="t-degraded">refused; the last good configuration is in force</b><ul>${config.problems.map((problem) => html`<li>${problem}</li>`)}</ul>`,
    ],
  ]);
}

/** Every value and its origin; long, hence at the end and outside what is drawn anew. */
function configInForce(context: Context): Html {
  const rows = context.sources.effectiveConfig();
  return html`<div class="section-head"><h2 id="in-force">Configuration in force</h2><p>secrets left out</p></div>
<div class="card wide" tabindex="0" role="region" aria-labelledby="in-force"><table class="figures config"><thead><tr><th scope="col">Key</th><th scope="col">Value</th><th scope="col">From</th></tr></thead><tbody>${rows.map(
    ({ path, value, source }) =>
      html`<tr><th scope="row" class="mono">${keyParts(path)}</th><td class="mono">${typeof value === 'string' ? value : JSON.stringify(value)}</td><td class="dim">${source}</td></tr>`,
  )}</tbody></table></div>`;
}

/** A key may break after its dots and before its brackets, not within a word. */
function keyParts(path: string): Html {
  return html`${path.split(/(?<=\.)|(?=\[)/).map((part, index) => html`${index > 0 && html`<wbr>`}${part}`)}`;
}

export const agent: View = {
  segment: 'agent',
  named: false,
  nav: { word: 'Agent', letter: 'a' },
  usualRange: () => '24h',
  draw,
};
