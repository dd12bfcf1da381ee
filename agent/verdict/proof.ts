/** What proves a trouble: what its sources say, how it began, what TCP sees, each target's own numbers. */
import { counted, formatDuration } from '../measure/units.ts';
import type { Evidence } from './evidence.ts';
import { movedTo } from './failover.ts';
import { tcpWords } from './fault.ts';
import { shownName } from './names.ts';
import type { Verdict } from './snapshot.ts';
import type { Trouble } from './trouble.ts';

/** More is not read at three in the morning. */
const MOST_EVIDENCE = 3;
/** Changes further apart than this have nothing to do with each other. */
const RELATED_MS = 600_000;

/** The pieces of evidence for a trouble, in the order of time; those without a time come last. */
export function proofOf(trouble: Trouble, evidence: Evidence): Verdict['evidence'] {
  const found: { at: number | null; text: string }[] = [];
  const link = evidence.sites?.[trouble.site.site.name]?.link;
  if (link !== undefined && link.state !== 'up' && link.state !== 'unknown')
    found.push({ at: link.since, text: `${link.text}${leadOf(link.since, trouble)}` });
  const moved = movedTo(evidence.sites?.[trouble.site.site.name]?.way);
  if (moved !== null && moved.since >= trouble.since - RELATED_MS)
    found.push({ at: moved.since, text: `Its routes lead over ${moved.words}` });
  found.push({ at: trouble.since, text: onset(trouble) });
  const tcp = tcpWords(evidence, trouble.site);
  if (tcp !== null && trouble.cause.code !== 'filtered')
    found.push({ at: null, text: `${tcp.charAt(0).toUpperCase()}${tcp.slice(1)}` });
  for (const text of particulars(trouble)) found.push({ at: null, text });
  const time = (at: number | null): number => at ?? Number.POSITIVE_INFINITY;
  return found.sort((a, b) => (time(a.at) === time(b.at) ? 0 : time(a.at) - time(b.at))).slice(0, MOST_EVIDENCE);
}

/** ", 1.2 s before the first lost probe": how the control plane's change lies to the trouble. */
function leadOf(since: number | null, trouble: Trouble): string {
  const before = since === null ? 0 : trouble.since - since;
  if (before === 0 || Math.abs(before) >= RELATED_MS) return '';
  const first = trouble.state === 'down' ? 'the first lost probe' : 'the first trouble';
  return `, ${formatDuration(Math.abs(before))} ${before > 0 ? 'before' : 'after'} ${first}`;
}

/** How it began: "All 4 targets stopped answering within 0.9 s". */
function onset({ tracks, state, site, cause }: Trouble): string {
  const since = tracks.map((track) => track.since);
  const first = tracks.find((track) => track.since === Math.min(...since));
  if (first === undefined) return '';
  const name = shownName(first.target.name, 30);
  if (state === 'down' && tracks.length > 1) {
    const all = tracks.length === 2 ? 'Both targets' : `All ${tracks.length} targets`;
    const who = tracks.length === site.tracks.length ? all : `${tracks.length} targets`;
    return `${who} stopped answering within ${formatDuration(Math.max(...since) - Math.min(...since))}`;
  }
  if (state === 'down')
    return `First unanswered probe of ${name}; ${counted(first.machine.outage?.lost ?? 0, 'probe')} unanswered since`;
  switch (cause.code) {
    case 'recovering':
      return `First answer of ${name} after ${formatDuration(cause.outageMs)}`;
    case 'loss':
      return `First lost probe of ${name}`;
    case 'rtt':
    case 'jitter':
      return `${name} went over its limit`;
    case 'filtered':
      return `First unanswered ping of ${name}`;
    case 'local':
      return `First probe of ${name} that could not be sent or judged`;
    case 'retransmission':
      return `${counted(cause.flows, 'flow')} of this host to ${shownName(site.site.name, 30)} retransmit more than usual`;
    case 'no-reply':
    case 'error':
    case 'measuring':
    case 'silent':
    case 'overload':
    case 'resolver':
      return `Began at ${name}`;
  }
}

/** What the sentence does not say already: each target's own numbers when there are few, routers that answered. */
function particulars({ tracks, cause, site }: Trouble): string[] {
  if (cause.code === 'error' && cause.from !== null) return [`${cause.from} answers for it: ${cause.text}`];
  if (tracks.length < 2) return [];
  if (tracks.length > 4) return site.reasons.length > 1 ? site.reasons.map(({ text }) => text) : [];
  if (cause.code !== 'loss' && cause.code !== 'rtt' && cause.code !== 'jitter') return [];
  return tracks.map((track) => `${shownName(track.target.name, 30)} ${track.reasons[0]?.text ?? ''}`);
}
