/**
 * What a command line of `ping` asks for: every option read and judged, all problems told at once.
 * Letters and units are those of ping(8): intervals and timeouts are seconds unless a unit is written.
 */
import { parseHost } from '../../config/address.ts';
import { durationOf } from '../../config/units.ts';
import { parseAddress } from '../../measure/address.ts';
import type { Milliseconds } from '../../measure/target.ts';

/** Options as commander hands them over. */
export interface PingOptions {
  readonly count?: string;
  readonly interval: string;
  readonly timeout: string;
  readonly size: string;
  readonly df?: boolean;
  readonly pmtudisc?: string;
  readonly dscp: string;
  readonly ttl: string;
  readonly source?: string;
  readonly ipv4?: boolean;
  readonly ipv6?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
  /** Of `--json=FORMAT`. */
  readonly jsonFormat?: string;
  readonly iOwnThisNetwork?: boolean;
}

export interface PingPlan {
  readonly hosts: readonly string[];
  /** Probes per target; null: until interrupted. */
  readonly count: number | null;
  readonly everyMs: Milliseconds;
  readonly timeoutMs: Milliseconds;
  readonly size: number;
  readonly df: boolean;
  readonly dscp: number;
  readonly ttl: number;
  /** Address to send from. */
  readonly source: string | null;
  readonly interface: string | null;
  readonly family: 4 | 6 | null;
  readonly quiet: boolean;
  readonly output: 'text' | 'json' | 'json-lines';
}

/** Below this a probe a second and host becomes a load that only the network's owner may decide on. */
const LEAST_POLITE_MS = 100;
/** The engine's own limit: it sends at most this often. */
const LEAST_MS = 1;
/** Largest ICMP payload of an IPv4 packet: 65,535 − 20 − 8. */
const LARGEST_SIZE = 65_507;
/** Index, nonce and stamp of a probe. */
const SMALLEST_SIZE = 16;

/** RFC 2474 class selectors, RFC 2597 assured forwarding, RFC 3246 EF, RFC 5865 VA, RFC 8622 LE; or a number. */
export function dscpOf(text: string): number | null {
  const name = text.toUpperCase();
  const fixed = { EF: 46, VA: 44, LE: 1 }[name];
  if (fixed !== undefined) return fixed;
  const [, selector, forwarding, precedence] = /^(?:CS([0-7])|AF([1-4])([1-3]))$/.exec(name) ?? [];
  if (selector !== undefined) return Number(selector) * 8;
  if (forwarding !== undefined) return Number(forwarding) * 8 + Number(precedence) * 2;
  return /^\d{1,2}$/.test(text) && Number(text) <= 63 ? Number(text) : null;
}

/** Seconds as ping takes them ("0.2"), or a number with its unit ("200ms"). */
function spanOf(text: string): Milliseconds | null {
  return /^\d*\.?\d+$/.test(text) ? Math.round(Number(text) * 1e6) / 1e3 : durationOf(text);
}

const wholeOf = (text: string, least: number, most: number): number | null =>
  /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : null;

/** Reads the command line. Problems are whole sentences with what to do. */
export function planPing(
  hosts: readonly string[],
  options: PingOptions,
): { readonly ok: true; readonly plan: PingPlan } | { readonly ok: false; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const need = <T>(value: T | null, fallback: T, problem: string): T => {
    if (value === null) problems.push(problem);
    return value ?? fallback;
  };
  for (const host of hosts) {
    const read = parseHost(host);
    if (!read.ok) problems.push(`${host}: ${read.text}; ${read.fix}`);
  }
  const whole = (text: string, letters: string, least: number, most: number): number =>
    need(wholeOf(text, least, most), least, `${letters} ${text}: write a whole number from ${least} to ${most}`);
  const span = (text: string, letters: string): Milliseconds =>
    need(spanOf(text), 1000, `${letters} ${text}: write seconds (0.2) or a number with its unit (200ms)`);

  const everyMs = span(options.interval, '-i');
  if (everyMs < LEAST_MS) problems.push(`-i ${options.interval}: the shortest interval is 1 ms`);
  else if (everyMs < LEAST_POLITE_MS && options.iOwnThisNetwork !== true) {
    problems.push(
      `-i ${options.interval}: an interval below 0.1 s loads networks; if this one is yours, add --i-own-this-network`,
    );
  }
  const timeoutMs = span(options.timeout, '-W');
  if (timeoutMs < 1 || timeoutMs > 60_000) problems.push(`-W ${options.timeout}: write a timeout from 1ms to 60s`);
  if (options.ipv4 === true && options.ipv6 === true) problems.push('-4 and -6 exclude each other: give one');
  const discovery = options.pmtudisc ?? (options.df === true ? 'do' : 'dont');
  if (discovery !== 'do' && discovery !== 'dont') {
    problems.push(`-M ${discovery}: write do (do not fragment) or dont`);
  }
  const { json = false, jsonFormat } = options;
  if (jsonFormat !== undefined && jsonFormat !== 'lines') {
    problems.push(`--json=${jsonFormat}: write --json or --json=lines`);
  }
  const source = options.source ?? null;
  const isAddress = source !== null && parseAddress(source) !== null;
  if (source !== null && !isAddress && !/^[^\s/:]{1,15}$/.test(source)) {
    problems.push(`-I ${source}: write an address of this host or the name of one of its interfaces`);
  }
  const plan: PingPlan = {
    hosts,
    count: options.count === undefined ? null : whole(options.count, '-c', 1, 100_000_000),
    everyMs,
    timeoutMs,
    size: whole(options.size, '-s', SMALLEST_SIZE, LARGEST_SIZE),
    df: discovery === 'do',
    dscp: need(dscpOf(options.dscp), 0, `--dscp ${options.dscp}: write 0 to 63, or a name such as EF, AF41, CS1`),
    ttl: whole(options.ttl, '-t', 1, 255),
    source: isAddress ? source : null,
    interface: isAddress ? null : source,
    family: options.ipv4 === true ? 4 : options.ipv6 === true ? 6 : null,
    quiet: options.quiet === true,
    output: jsonFormat !== undefined ? 'json-lines' : json ? 'json' : 'text',
  };
  return problems.length === 0 ? { ok: true, plan } : { ok: false, problems };
}
