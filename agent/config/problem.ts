/**
 * What is wrong with a configuration, for people: where, what was written, what is allowed, what to do.
 * All problems are collected and shown together, because a restart per typing error is a bad evening.
 */
import type { Origin } from './tree.ts';

export type ProblemCode =
  | 'unreadable' // a file that cannot be opened or is not a plain text file
  | 'too-large'
  | 'syntax' // not YAML
  | 'alias' // YAML aliases that expand without bound
  | 'type' // a list where a map is expected and the like
  | 'unknown-key'
  | 'missing'
  | 'value' // the right type, but not an allowed value
  | 'address' // an address that must not or cannot be probed
  | 'duplicate'
  | 'conflict' // each value is fine, together they are not
  | 'consent' // allowed only with probe.iOwnThisNetwork
  | 'secret' // a secret in the open, or one that cannot be read
  | 'unresolved'; // a host name without an address; only `config check --resolve` asks

export interface Problem {
  readonly code: ProblemCode;
  /** Where in the configuration: "targets[erp].every"; empty for a whole source. */
  readonly path: string;
  /** What was written, shortened and without control characters; null when nothing was, or when it is a secret. */
  readonly value: string | null;
  /** What is wrong, in words that stand after path and value. */
  readonly text: string;
  /** What is allowed; null when the text says it all. */
  readonly allowed: string | null;
  /** What to do. */
  readonly fix: string;
  readonly origin: Origin;
}

/** "/etc/vpc-canary/config.yaml:12:9", or just the name of a source without lines. */
export function formatOrigin(origin: Origin): string {
  if (origin.line === null) return origin.source;
  return origin.column === null
    ? `${origin.source}:${origin.line}`
    : `${origin.source}:${origin.line}:${origin.column}`;
}

/** Text without control characters and those that turn the writing direction, for terminals and logs. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** One problem on one line: "FILE:3:5: log.level = "inf": this is …. Allowed: …. Fix: …." */
export function formatProblem(problem: Problem): string {
  const value = problem.value === null ? '' : ` = ${problem.value}`;
  const subject = problem.path === '' ? '' : `${problem.path}${value}: `;
  const allowed = problem.allowed === null ? '' : ` Allowed: ${problem.allowed}.`;
  return printable(`${formatOrigin(problem.origin)}: ${subject}${problem.text}.${allowed} Fix: ${problem.fix}.`);
}

const LONGEST_VALUE = 60;

/** A URL without the user and password in it, such as a proxy's. */
export const withoutUser = (text: string): string => text.replace(/\/\/[^/\s]*@/g, '//[not shown]@');

/** A written value fit for a terminal and a log: JSON, shortened, without control characters and passwords in URLs. */
export function displayValue(value: unknown): string {
  const json = printable(withoutUser(JSON.stringify(value) ?? 'nothing'));
  return json.length <= LONGEST_VALUE ? json : `${json.slice(0, LONGEST_VALUE - 1)}…`;
}
