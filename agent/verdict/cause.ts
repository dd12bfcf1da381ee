/**
 * Why something is in its state, as facts, and the words for it: a reason for a row ("no reply") and a predicate for
 * a sentence ("does not answer", "loses 3.1 %"). All words about states come from here.
 */
import type { ErrorCode, LocalCode } from '../measure/singleton.ts';
import type { Milliseconds, ProbeKind } from '../measure/target.ts';
import { counted, formatDuration, formatRatio, formatRtt, formatSpan } from '../measure/units.ts';
import type { TcpEvidence } from './evidence.ts';
import type { Reason } from './snapshot.ts';

export type Cause =
  | {
      readonly code: 'no-reply';
      readonly kind: ProbeKind;
      readonly timeoutMs: Milliseconds;
      /** How far the probe got, when its kind tells. */
      readonly text: string | null;
      /** RTT of replies that came after the timeout; null when none did. */
      readonly lateRttMs: Milliseconds | null;
    }
  | { readonly code: 'error'; readonly error: ErrorCode; readonly text: string; readonly from: string | null }
  | { readonly code: 'loss'; readonly ratio: number; readonly limit: number }
  | { readonly code: 'rtt'; readonly ms: Milliseconds; readonly limitMs: Milliseconds }
  | { readonly code: 'jitter'; readonly ms: Milliseconds; readonly limitMs: Milliseconds }
  | { readonly code: 'recovering'; readonly outageMs: Milliseconds; readonly clearMs: Milliseconds }
  /** `dueMs`: time until the first verdict; null before the first probe. */
  | { readonly code: 'measuring'; readonly dueMs: Milliseconds | null }
  | { readonly code: 'local'; readonly local: LocalCode; readonly text: string; readonly label: string }
  | { readonly code: 'silent'; readonly forMs: Milliseconds }
  | { readonly code: 'filtered'; readonly tcp: TcpEvidence | null; readonly answering: string | null }
  | { readonly code: 'overload'; readonly text: string }
  /** TCP connections to the site retransmit more than is usual for it. Of sites only. */
  | { readonly code: 'retransmission'; readonly ratio: number; readonly usual: number; readonly flows: number }
  | { readonly code: 'resolver'; readonly problem: string; readonly address: string | null };

/** What follows the subject, and what follows the "since". */
export interface Predicate {
  readonly verb: string;
  readonly tail: string;
}

export function reasonOf(cause: Cause): Reason {
  switch (cause.code) {
    case 'no-reply':
      return cause.lateRttMs === null
        ? { code: 'no-reply', text: cause.text ?? noReply(cause.kind, cause.timeoutMs) }
        : {
            code: 'late',
            text: `replies come after ${formatSpan(Math.round(cause.lateRttMs))}, past the timeout of ${formatSpan(cause.timeoutMs)}`,
          };
    case 'error':
      return { code: cause.error, text: cause.from === null ? cause.text : `${cause.text}, says ${cause.from}` };
    case 'loss':
      return { code: 'loss', text: `loses ${formatRatio(cause.ratio)} (limit ${formatRatio(cause.limit)})` };
    case 'rtt':
      return { code: 'rtt', text: `median RTT ${formatRtt(cause.ms)} (limit ${formatSpan(cause.limitMs)})` };
    case 'jitter':
      return { code: 'jitter', text: `jitter ${formatRtt(cause.ms)} (limit ${formatSpan(cause.limitMs)})` };
    case 'recovering':
      return {
        code: 'recovering',
        text: `answers again, was down ${formatDuration(cause.outageMs)}; up after ${formatSpan(cause.clearMs)} without trouble`,
      };
    case 'measuring':
      return { code: 'measuring', text: measuring(cause.dueMs) };
    case 'local':
      return { code: cause.local, text: localText(cause.local, cause.text, cause.label) };
    case 'silent':
      return { code: 'silent', text: 'no probe was finished lately: this agent does not measure it' };
    case 'filtered':
      return {
        code: 'filtered',
        text: `answers no ping, but ${filteredBut(cause)}: filtered or rate-limited, not down`,
      };
    case 'overload':
      return { code: 'overload', text: `${cause.text}: own loss, not the network's` };
    case 'retransmission':
      return {
        code: 'retransmission',
        text: `TCP retransmits ${formatRatio(cause.ratio)} of its segments (usual ${formatRatio(cause.usual)})`,
      };
    case 'resolver':
      return {
        code: 'resolver',
        text: cause.address === null ? cause.problem : `${cause.problem}; still probing ${cause.address}`,
      };
  }
}

/** @param many the subject is a site or several targets */
export function predicateOf(cause: Cause, many: boolean): Predicate {
  switch (cause.code) {
    case 'no-reply':
      if (cause.lateRttMs !== null) return { verb: 'answers too late', tail: `: ${reasonOf(cause).text}` };
      return { verb: many ? 'is unreachable' : 'does not answer', tail: '' };
    case 'error':
      return errorPredicate(cause.error, reasonOf(cause).text);
    case 'loss':
      return { verb: `loses ${formatRatio(cause.ratio)}`, tail: ` (limit ${formatRatio(cause.limit)})` };
    case 'rtt':
      return { verb: `answers in ${formatRtt(cause.ms)}`, tail: ` (limit ${formatSpan(cause.limitMs)})` };
    case 'jitter':
      return { verb: `has ${formatRtt(cause.ms)} of jitter`, tail: ` (limit ${formatSpan(cause.limitMs)})` };
    case 'recovering':
      return { verb: 'answers again', tail: `, was down ${formatDuration(cause.outageMs)}` };
    case 'measuring':
      return { verb: 'is being measured', tail: cause.dueMs === null ? '' : `, ${firstVerdict(cause.dueMs)}` };
    case 'retransmission':
      return {
        verb: `retransmits ${formatRatio(cause.ratio)} of its TCP`,
        tail: ` (usual ${formatRatio(cause.usual)}) though probes are fine`,
      };
    case 'local':
    case 'silent':
    case 'overload':
    case 'resolver':
      return { verb: 'cannot be measured', tail: `: ${reasonOf(cause).text}` };
    case 'filtered':
      return { verb: 'answers no ping', tail: ` but ${filteredBut(cause)}: filtered or rate-limited, not down` };
  }
}

function noReply(kind: ProbeKind, timeoutMs: Milliseconds): string {
  switch (kind) {
    case 'icmp':
      return 'no reply';
    case 'tcp':
      return 'connect timed out';
    case 'http':
    case 'dns':
      return `no answer within ${formatSpan(timeoutMs)}`;
  }
}

function measuring(dueMs: Milliseconds | null): string {
  return dueMs === null ? 'measuring' : `measuring, ${firstVerdict(dueMs)}`;
}

/** "first verdict in 8 s". */
export function firstVerdict(dueMs: Milliseconds): string {
  return dueMs <= 0 ? 'first verdict with the next answer' : `first verdict in ${Math.ceil(dueMs / 1000)} s`;
}

function filteredBut(cause: Extract<Cause, { code: 'filtered' }>): string {
  if (cause.tcp !== null) return `its TCP is healthy (${counted(cause.tcp.flowsMovingData, 'flow')})`;
  return `${cause.answering ?? 'another probe'} answers at the same address`;
}

function errorPredicate(code: ErrorCode, text: string): Predicate {
  switch (code) {
    case 'refused':
      return { verb: 'refuses connections', tail: '' };
    case 'reset':
      return { verb: 'resets connections', tail: '' };
    case 'net-unreachable':
    case 'host-unreachable':
    case 'protocol-unreachable':
    case 'port-unreachable':
    case 'admin-prohibited':
    case 'unreachable':
      return { verb: 'is unreachable', tail: `: ${text}` };
    case 'fragmentation-needed':
      return { verb: 'gets no packet of this size', tail: `: ${text}` };
    case 'ttl-exceeded':
    case 'reassembly-exceeded':
    case 'parameter-problem':
      return { verb: 'is not reached', tail: `: ${text}` };
    case 'tls':
      return { verb: 'fails in TLS', tail: `: ${text}` };
    case 'http-status':
    case 'http-body':
    case 'http-protocol':
    case 'dns-rcode':
    case 'dns-answer':
      return { verb: 'answers wrongly', tail: `: ${text}` };
  }
}

/** A local reason names this host, so that nobody looks for it in the network. */
function localText(code: LocalCode, text: string, label: string): string {
  switch (code) {
    case 'no-route':
      return `no route from this host to ${label}`;
    case 'denied':
      return `this host's firewall or policy forbids probes to ${label}`;
    case 'no-address':
      return `this host has lost the source address for ${label}`;
    case 'interface-down':
      return `this host's interface towards ${label} is down`;
    case 'too-big':
      return `probes to ${label} are larger than this host's MTU`;
    case 'overload':
      return "this agent is overloaded: own loss, not the network's";
    case 'unresolved':
    case 'no-privilege':
    case 'other':
      return text;
    case 'suspended':
      return 'this machine was suspended or stood still';
  }
}
