/**
 * The kernel's own counters of all TCP of this network namespace (RFC 4022 and the Linux extensions), to hold the
 * sum of the flows against. Read under /proc/self/net, which stays readable where /proc/net is hidden.
 */
import { readFileSync } from 'node:fs';

export interface KernelTotals {
  /** ActiveOpens + PassiveOpens + failed connects come from here. */
  readonly activeOpens: number | null;
  readonly passiveOpens: number | null;
  readonly attemptFails: number | null;
  readonly estabResets: number | null;
  readonly retransSegs: number | null;
  /** TcpExt TCPTimeouts: RTOs of every kind, those of connection requests included. */
  readonly timeouts: number | null;
}

/** Values of one protocol in the format of snmp and netstat: a line of names, a line of numbers. */
export function parseCounters(text: string, protocol: string): ReadonlyMap<string, number> {
  const [names, values] = text.split('\n').filter((line) => line.startsWith(`${protocol}:`));
  const numbers = (values ?? '').split(' ').slice(1).map(Number);
  const named = (names ?? '').split(' ').slice(1);
  return new Map(named.map((name, index) => [name, numbers[index] ?? Number.NaN]));
}

export function decodeTotals(snmp: string, netstat: string): KernelTotals {
  const tcp = parseCounters(snmp, 'Tcp');
  const extension = parseCounters(netstat, 'TcpExt');
  return {
    activeOpens: tcp.get('ActiveOpens') ?? null,
    passiveOpens: tcp.get('PassiveOpens') ?? null,
    attemptFails: tcp.get('AttemptFails') ?? null,
    estabResets: tcp.get('EstabResets') ?? null,
    retransSegs: tcp.get('RetransSegs') ?? null,
    timeouts: extension.get('TCPTimeouts') ?? null,
  };
}

export function readTotals(): KernelTotals {
  const read = (name: string): string => {
    try {
      return readFileSync(`/proc/self/net/${name}`, 'latin1');
    } catch {
      return '';
    }
  };
  return decodeTotals(read('snmp'), read('netstat'));
}
